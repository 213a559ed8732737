"""The recovery key: shown once, and typed back before anything is encrypted for it.

What the state directory keeps is the public half: whoever has the machine can make backups, and
open none.
"""

from __future__ import annotations

from pathlib import Path

from app.embedded.backup.seal import checked_public_key, new_key
from app.embedded.errors import EmbeddedError
from app.embedded.files import write_atomically

FILE = "backup-recipient"


def page(key: str) -> str:
    """What is to be printed, or written into a password manager."""
    return (
        "Holdfast recovery key\n"
        "=====================\n\n"
        f"  {key}\n\n"
        "It opens every backup of this installation, and nothing else does.\n"
        "Keep it away from this machine. It is not shown again.\n"
    )


def make_key() -> tuple[str, str]:
    """A private key and its public one; it counts when `keep` was given what was typed back."""
    return new_key()


def keep(directory: Path, *, key: str, public_key: str, typed: str) -> None:
    """Encrypt for it from now on. Raises EmbeddedError where something else was typed."""
    if typed.strip().upper() != key.upper():
        raise EmbeddedError("that is another key: nothing was changed")
    write_atomically(directory / FILE, public_key + "\n", mode=0o600)


def kept(directory: Path) -> str | None:
    """The public key that backups are encrypted for, if there is one."""
    try:
        return checked_public_key((directory / FILE).read_text().strip())
    except FileNotFoundError:
        return None
