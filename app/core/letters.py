"""Letters to people, about their account: written in the transaction of their cause, sealed, and
sent by the worker.

They are sealed since what they carry opens something; text and HTML say the same, and nothing in
them is loaded from anywhere or tells that it was read.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from html import escape
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.keys import Keys
from db.connections.types import Pool
from db.ids import new_id
from db.queries import account_mail

PURPOSE = "account mail"
_SUBJECT_MAX = 200
_POST = text("SELECT auth.post_account_mail(:id, :sealed)")


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """`recipient` is None where there is nobody to write to: it is posted all the same, so that who
    asks can't tell, and never sent."""

    recipient: str | None
    subject: str
    paragraphs: list[str]
    link: str | None = None
    why: str


async def post(tx: AsyncSession, keys: Keys, letter: Letter) -> None:
    """With the transaction's commit, and not without."""
    await tx.execute(_POST, {"id": new_id(), "sealed": seal(keys, letter)})


async def post_alone(lookups: Pool, keys: Keys, letter: Letter) -> None:
    """Where nothing else is written."""
    await account_mail.post(lookups, new_id(), seal(keys, letter))


def seal(keys: Keys, letter: Letter) -> bytes:
    return keys.encrypt(msgspec.json.encode(letter), purpose=PURPOSE)


def unseal(keys: Keys, sealed: bytes) -> Letter:
    """Raises CanNotDecrypt."""
    return msgspec.json.decode(keys.decrypt(sealed, purpose=PURPOSE), type=Letter)


def mail_of(letter: Letter, id_: UUID, *, sender: str, created_at: datetime) -> EmailMessage:
    """The line breaks of a subject, whoever chose a name, are no headers."""
    _, address = parseaddr(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender if sender != address else formataddr(("Holdfast", address))
    mail["To"] = letter.recipient or ""
    mail["Subject"] = " ".join(letter.subject.split())[:_SUBJECT_MAX]
    mail["Date"] = format_datetime(created_at)
    mail["Message-ID"] = f"<{id_}@{address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text_of(letter))
    mail.add_alternative(_html(letter), subtype="html")
    return mail


def text_of(letter: Letter) -> str:
    parts = [*letter.paragraphs, *([letter.link] if letter.link else []), letter.why]
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter) -> str:
    paragraphs = "".join(f"<p>{escape(each)}</p>" for each in letter.paragraphs)
    link = escape(letter.link or "")
    shown = f'<p><a href="{link}">{link}</a></p>' if link else ""
    return (
        f"<!doctype html><html><body>{paragraphs}{shown}"
        f"<p><small>{escape(letter.why)}</small></p></body></html>"
    )
