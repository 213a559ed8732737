"""Writing files that others read, whole or not at all, and directories that others pass through."""

from __future__ import annotations

import os
from pathlib import Path

from app.embedded.account import Account

# Root's, for those who can't reach its own: copies of the binaries, clusters kept elsewhere.
SHARED_DIRECTORY = Path("/var/lib/holdfast")


def write_atomically(
    path: Path, text: str, mode: int = 0o644, account: Account | None = None
) -> None:
    """Write a file beside its place and move it there; its mode is never wider than the one
    given."""
    staging = path.with_name(path.name + ".new")
    staging.unlink(missing_ok=True)
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        os.fchmod(descriptor, mode)
        if account is not None:
            os.fchown(descriptor, *account)
        file.flush()
        os.fsync(descriptor)
    staging.replace(path)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """A file that was moved is in its place after a power cut, too."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_shared(directory: Path) -> None:
    """Make a directory of root's that others may pass through and not list, and those above it."""
    for step in (*reversed(directory.parents), directory):
        if not step.exists():
            step.mkdir(exist_ok=True)
            step.chmod(0o711)
