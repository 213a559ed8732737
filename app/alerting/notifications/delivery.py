"""One attempt to send a message, with the receiver's real answer: tried out by people
(notification_channels), done by workers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.alerting.notifications.formats import posts
from app.alerting.notifications.mail import mail_of, text_of
from app.alerting.notifications.message import AlertMessage
from app.core import webhooks
from app.core.letter_delivery import deliver_to, sender_of
from app.core.mail import MailNotSent
from app.core.outside import Refused
from app.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a channel's messages go, its secrets opened: of mail the recipients, of a webhook the
    rest."""

    recipients: Sequence[str] = ()
    format: str = "STANDARD"
    url: str = ""
    routing_key: str | None = None
    secrets: Sequence[bytes] = ()

    @property
    def is_mail(self) -> bool:
        return bool(self.recipients)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutcome:
    """What came of it. `taken_by` are the recipients who need not be sent it again."""

    is_delivered: bool
    may_be_tried_again: bool = False
    status_code: int | None = None
    error: str | None = None
    taken_by: tuple[str, ...] = ()


async def attempt(
    destination: Destination,
    message: AlertMessage,
    settings: Settings,
    *,
    taken_by: Collection[str] = (),
) -> DeliveryOutcome:
    """`taken_by` are recipients who have it from an earlier attempt."""
    if destination.is_mail:
        return await _mailed(destination, message, settings, taken_by)
    return await _posted(destination, message, settings)


async def _posted(
    destination: Destination, message: AlertMessage, settings: Settings
) -> DeliveryOutcome:
    rules = webhooks.Rules.of(settings)
    status = None
    try:
        for post in posts(destination.format, message, destination.url, destination.routing_key):
            status = await webhooks.deliver_signed(
                post.url, post.body, id_=post.id, secrets=destination.secrets, rules=rules
            )
    except Refused as refusal:
        return DeliveryOutcome(is_delivered=False, error=f"the address can't be used: {refusal}")
    except webhooks.NotDelivered as failure:
        return DeliveryOutcome(
            is_delivered=False,
            may_be_tried_again=True,
            status_code=failure.status,
            error=str(failure),
        )
    return DeliveryOutcome(is_delivered=True, status_code=status)


async def _mailed(
    destination: Destination, message: AlertMessage, settings: Settings, taken_by: Collection[str]
) -> DeliveryOutcome:
    waiting = [each for each in destination.recipients if each not in taken_by]
    sender = sender_of(settings.mail)
    mail = mail_of(message, sender=sender, recipients=destination.recipients)
    try:
        refused = await deliver_to(settings.mail, mail, text_of(message), waiting)
    except MailNotSent as failure:
        return DeliveryOutcome(
            is_delivered=False,
            may_be_tried_again=failure.code is None or failure.code < 500,
            status_code=failure.code,
            error=str(failure),
            taken_by=tuple(taken_by),
        )
    taken = (*taken_by, *(each for each in waiting if each not in refused))
    later = any(not refusal.is_for_good for refusal in refused.values())
    said = "; ".join(f"{each}: {why.code} {why.text}" for each, why in refused.items())
    return DeliveryOutcome(
        is_delivered=bool(taken) and not later,
        may_be_tried_again=later,
        status_code=max((why.code for why in refused.values()), default=250),
        error=said or None,
        taken_by=taken,
    )
