"""Mail by the installation's own server, which no tenant can choose (app/settings/mail.py).

Who is not taken is told by code: 4xx may be taken later, 5xx never will be. A server that says yes
may still be cut off before we know: a mail may come twice, and none is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from app.settings.mail import MailSettings

_IN_WORDS_MAX_CHARACTERS = 200


class MailNotSent(Exception):
    """The server took nothing; says why, for people. `code` is its answer, if it gave one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the server said of one recipient."""

    code: int
    text: str

    @property
    def is_for_good(self) -> bool:
        return self.code >= 500


async def send_mail(
    settings: MailSettings, mail: EmailMessage, recipients: Sequence[str]
) -> Mapping[str, Refusal]:
    """Give it to the server for these; who was refused, though somebody was taken, or nobody.

    Raises MailNotSent.
    """
    if settings.host is None:
        raise MailNotSent("this installation has no mail server")
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            refused, _ = await aiosmtplib.send(
                mail,
                sender=settings.sender,
                recipients=list(recipients),
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=settings.password,
                timeout=settings.timeout_seconds,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
            )
    except aiosmtplib.SMTPRecipientsRefused as all_refused:
        return {
            each.recipient: Refusal(each.code, _short(each.message))
            for each in all_refused.recipients
        }
    except aiosmtplib.SMTPResponseException as answer:
        raise MailNotSent(
            f"the mail server answered {answer.code} {_short(answer.message)}", answer.code
        ) from None
    except (TimeoutError, aiosmtplib.SMTPTimeoutError):
        raise MailNotSent(
            f"the mail server did not answer within {settings.timeout_seconds} s"
        ) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailNotSent(f"the mail server can't be reached ({type(error).__name__})") from None
    return {address: Refusal(code, _short(text)) for address, (code, text) in refused.items()}


def _short(text: str) -> str:
    return " ".join(text.split())[:_IN_WORDS_MAX_CHARACTERS]
