"""Where mail goes: to the mail server, or to one of its twins (app/settings/mail.py)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import structlog

from app.core.mail import MailNotSent, Refusal, send_mail
from app.settings import MailSettings

log = structlog.get_logger()

SENDER = "holdfast@localhost"
KEPT_MAX = 500  # files in the folder: the oldest make room
_MODE = 0o600


def sender_of(settings: MailSettings) -> str:
    return settings.sender or SENDER


async def deliver(settings: MailSettings, mail: EmailMessage, words: str) -> None:
    """To the one whom it is addressed to; `words` is what it says. Raises MailNotSent; its code is
    that of a server that refused the recipient."""
    for refusal in (await deliver_to(settings, mail, words, [mail["To"]])).values():
        raise MailNotSent(f"the mail server answered {refusal.code} {refusal.text}", refusal.code)


async def deliver_to(
    settings: MailSettings, mail: EmailMessage, words: str, recipients: Sequence[str]
) -> Mapping[str, Refusal]:
    """To these; whom the server refused. Raises MailNotSent where it took nothing."""
    if settings.host is not None:
        return await send_mail(settings, mail, recipients)
    if settings.folder is not None:
        await asyncio.to_thread(_write, Path(settings.folder), mail)
    elif settings.on_console:
        log.info("letter", to=mail["To"], subject=mail["Subject"], text=words)
    else:
        raise MailNotSent("this installation has no mail server", 550)
    return {}


def _write(folder: Path, mail: EmailMessage) -> None:
    """A file of its own, whole or not there; names are in the order of time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name = mail["Message-ID"].strip("<>").partition("@")[0]
        part = folder / f".{name}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail.as_bytes())
        part.rename(folder / f"{name}.eml")
        for old in sorted(folder.glob("*.eml"))[:-KEPT_MAX]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise MailNotSent(f"the mail folder can't be written ({type(error).__name__})") from None
