"""Letters to people about their accounts are sent, the oldest first, until they are of no use.

At least once: a worker that dies between the server's yes and our DELETE sends a letter again,
under the same Message-ID.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from app.core.keys import CanNotDecrypt
from app.core.letter_delivery import deliver, sender_of
from app.core.letters import mail_of, text_of, unseal
from app.core.mail import MailNotSent
from db.queries import account_mail
from db.queries.account_mail import WaitingMail
from workers.context import WorkerContext

log = structlog.get_logger()

AT_ONCE = 16
OF_USE = timedelta(days=1)
LONGEST_WAIT_SECONDS = 900


async def send_letters(context: WorkerContext) -> None:
    """Those that are due, some at once."""
    while waiting := await account_mail.due(context.pool, at_most=AT_ONCE):
        await asyncio.gather(*(_send(context, mail) for mail in waiting))


async def _send(context: WorkerContext, waiting: WaitingMail) -> None:
    """It is gone afterwards, or due later."""
    try:
        await _deliver(context, waiting)
    except CanNotDecrypt:
        log.warning("a letter was sealed under a secret that isn't there", id=str(waiting.id))
    except MailNotSent as error:
        is_refused = error.code is not None and error.code >= 500
        is_old = datetime.now(UTC) - waiting.created_at > OF_USE
        if not is_refused and not is_old:
            wait = min(2.0**waiting.attempts, LONGEST_WAIT_SECONDS)
            await account_mail.postpone(context.pool, waiting.id, seconds=wait)
            return
        log.warning("a letter was not sent", id=str(waiting.id), error=str(error))
    await account_mail.delete(context.pool, waiting.id)


async def _deliver(context: WorkerContext, waiting: WaitingMail) -> None:
    letter = unseal(context.keys, waiting.sealed)
    if letter.recipient is None:
        return
    settings = context.settings.mail
    mail = mail_of(letter, waiting.id, sender=sender_of(settings), created_at=waiting.created_at)
    await deliver(settings, mail, text_of(letter))
