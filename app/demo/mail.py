"""What is mailed of the demonstration's alerts: the platform writes it into its mail folder, and
each mail is a line of the terminal."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import cast

from rich.console import Console

from app.embedded.ready import Ready

LOOK_SECONDS = 1.0
LINES_MAX = 5  # of one look: a storm is told in part


def mail_folder(ready: Ready) -> Path:
    """Beside the authority's certificate, in the state directory."""
    return Path(ready.ca_file).with_name("mail")


async def show_mails(console: Console, folder: Path) -> None:
    """Those that come, until cancelled."""
    known = _names(folder)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        names = _names(folder)
        new = sorted(names - known)
        for name in new[:LINES_MAX]:
            if (mail := await asyncio.to_thread(_read, folder / name)) is not None:
                console.print(line_of(mail), soft_wrap=True, markup=False, highlight=False)
        if len(new) > LINES_MAX:
            console.print(f"and {len(new) - LINES_MAX} more mails", highlight=False)
        known = names


def line_of(mail: EmailMessage) -> str:
    return f"Mail to {mail['To']}: {mail['Subject']}"


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.eml")}


def _read(path: Path) -> EmailMessage | None:
    try:
        found: Message = message_from_bytes(path.read_bytes(), policy=default)
    except FileNotFoundError:  # the oldest make room
        return None
    return cast(EmailMessage, found)
