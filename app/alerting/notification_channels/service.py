"""Channels: where messages go."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import cast
from uuid import UUID

import httpx
import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.notification_channels.schemas import (
    ChannelCreate,
    ChannelRead,
    ChannelTestResult,
    ChannelType,
    ChannelUpdate,
    EmailTargets,
    WebhookCreate,
    WebhookRead,
    WebhookUpdate,
)
from app.alerting.notifications.delivery import Destination, attempt
from app.alerting.notifications.formats import WebhookFormat
from app.alerting.notifications.message import AlertMessage
from app.core import resource, webhooks
from app.core.errors import Conflict, TooManyRequests, Unprocessable
from app.core.keys import Keys
from app.core.outside import Refused
from app.core.paging import PageRequest
from app.core.platform import Platform
from app.core.wire import Page
from app.settings import Settings
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Notification, NotificationChannel

SORTS = {"createdAt": NotificationChannel.created_at, "name": NotificationChannel.name}
CHANNELS_MAX = 200
TESTS_PER_HOUR = 30
SECRET_BYTES = 24
SEALED_PURPOSE = "notification channels"  # of the encryption


async def page(reader: Reader, page_request: PageRequest) -> Page[ChannelRead]:
    found = await resource.find(
        reader,
        select(NotificationChannel),
        page_request,
        sorts=SORTS,
        id_=NotificationChannel.id,
    )
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, channel_id: UUID) -> ChannelRead:
    return _read(await resource.get(reader, NotificationChannel, channel_id))


async def create(
    tx: AsyncSession, org_id: UUID, platform: Platform, body: ChannelCreate
) -> ChannelRead:
    """Raises Conflict where there are CHANNELS_MAX or the name is taken (the database's),
    Unprocessable for what doesn't fit its type or can't be used here."""
    await _check_room(tx)
    row = NotificationChannel(
        org_id=org_id,
        id=new_id(),
        name=body.name,
        type=body.type,
        max_per_hour=body.max_per_hour,
        is_enabled=body.enabled,
    )
    secret = b""
    match body.type, body.email, body.webhook:
        case "EMAIL", EmailTargets() as email, None:
            set_email(row, platform.settings, email)
        case "WEBHOOK", None, WebhookCreate() as webhook:
            _set_url(row, platform, webhook.url)
            _set_format(row, platform.keys, webhook.format, webhook.routing_key)
            secret = token_bytes(SECRET_BYTES)
            row.sealed_secret = platform.keys.encrypt(secret, purpose=SEALED_PURPOSE)
        case _:
            raise Unprocessable("EMAIL needs email, WEBHOOK needs webhook, and neither the other's")
    _check(row)
    created = _read(await resource.add(tx, row))
    if created.webhook is not None:
        created.webhook.secret = webhooks.secret_text(secret)
    return created


async def change(
    tx: AsyncSession,
    platform: Platform,
    channel_id: UUID,
    body: ChannelUpdate,
    if_match: str | None,
) -> ChannelRead:
    row = await resource.get_to_change(tx, NotificationChannel, channel_id, if_match)
    if body.name is not msgspec.UNSET:
        row.name = body.name
    if body.max_per_hour is not msgspec.UNSET:
        row.max_per_hour = body.max_per_hour
    if body.enabled is not msgspec.UNSET:
        row.is_enabled = body.enabled
    if body.email is not msgspec.UNSET:
        _require_type(row, "EMAIL")
        set_email(row, platform.settings, body.email)
    if body.webhook is not msgspec.UNSET:
        _require_type(row, "WEBHOOK")
        _change_webhook(row, platform, body.webhook)
    _check(row)
    await tx.flush()
    await tx.refresh(row)
    return _read(row)


async def remove(tx: AsyncSession, channel_id: UUID, if_match: str | None) -> None:
    """What was told by it stays in the log; what waits is not sent any more."""
    await tx.delete(await resource.get_to_change(tx, NotificationChannel, channel_id, if_match))


async def try_out(platform: Platform, org_id: UUID, channel_id: UUID) -> ChannelTestResult:
    """Send one line now, whatever is enabled, and say what came of it; it stands in the log.

    Raises NotFound, or TooManyRequests after TESTS_PER_HOUR: recipients were never asked.
    """
    async with platform.database.transaction(org_id) as tx:
        row = await resource.get(SessionReader(tx), NotificationChannel, channel_id)
        target = destination_of(row, platform.keys)
        message = await _test_message(tx, org_id, channel_id)
    began = time.monotonic()
    outcome = await attempt(target, message, platform.settings)
    milliseconds = round((time.monotonic() - began) * 1000)
    async with platform.database.transaction(org_id) as tx:
        await tx.execute(
            update(Notification)
            .where(Notification.id == message.id)
            .values(
                status="SENT" if outcome.is_delivered else "FAILED",
                attempts=1,
                status_code=outcome.status_code,
                error=outcome.error,
                sent_at=func.now() if outcome.is_delivered else None,
            )
        )
    return ChannelTestResult(outcome.is_delivered, outcome.status_code, outcome.error, milliseconds)


async def _test_message(tx: AsyncSession, org_id: UUID, channel_id: UUID) -> AlertMessage:
    """Written down before it is sent: what is counted can't be gone round by being quick."""
    turn = func.hashtextextended(f"notification tests of {org_id}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(turn)))
    lately = Notification.created_at > func.now() - timedelta(hours=1)
    tests = select(func.count()).where(Notification.cause == "TEST", lately)
    if (await tx.scalar(tests) or 0) >= TESTS_PER_HOUR:
        raise TooManyRequests(3600, detail=f"channels were tried {TESTS_PER_HOUR} times this hour")
    message = AlertMessage(
        id=new_id(),
        cause="TEST",
        severity="INFO",
        created_at=datetime.now(UTC),
        text="Test: this channel works",
    )
    tx.add(
        Notification(
            id=message.id,
            channel_id=channel_id,
            cause="TEST",
            severity="INFO",
            occurred_at=message.created_at,
            message_id=message.id,
        )
    )
    return message


def destination_of(row: NotificationChannel, keys: Keys) -> Destination:
    """The row's, its secrets opened."""

    def opened(sealed: bytes | None) -> bytes:
        return b"" if sealed is None else keys.decrypt(sealed, purpose=SEALED_PURPOSE)

    return Destination(
        recipients=tuple(row.email_to),
        format=row.format or "STANDARD",
        url=opened(row.sealed_url).decode(),
        routing_key=opened(row.sealed_routing_key).decode() or None,
        secrets=(opened(row.sealed_secret),),
    )


async def _check_room(tx: AsyncSession) -> None:
    there = await tx.scalars(select(NotificationChannel.id).limit(CHANNELS_MAX))
    if len(there.all()) >= CHANNELS_MAX:
        raise Conflict(f"there may be {CHANNELS_MAX} notification channels", code="QUOTA_EXCEEDED")


def _require_type(row: NotificationChannel, type_: str) -> None:
    if row.type != type_:
        raise Unprocessable(f"the channel is of type {row.type}")


def set_email(row: NotificationChannel, settings: Settings, email: EmailTargets) -> None:
    if not settings.mail.takes_letters:
        raise Unprocessable(
            "this installation has no mail server: HOLDFAST_SMTP_HOST isn't set",
            code="NO_MAIL_SERVER",
        )
    row.email_to = list(dict.fromkeys(email.to))


def _change_webhook(row: NotificationChannel, platform: Platform, webhook: WebhookUpdate) -> None:
    if webhook.url is not msgspec.UNSET:
        _set_url(row, platform, webhook.url)
    if webhook.format is not msgspec.UNSET:
        row.format = webhook.format
    if webhook.routing_key is not msgspec.UNSET:
        _set_format(row, platform.keys, row.format or "STANDARD", webhook.routing_key)


def _set_url(row: NotificationChannel, platform: Platform, url: str) -> None:
    try:
        webhooks.checked(url, webhooks.Rules.of(platform.settings))
    except Refused as refusal:
        raise Unprocessable(
            f"webhook.url can't be used: {refusal}", code="WEBHOOK_REFUSED"
        ) from None
    row.host = httpx.URL(url).host
    row.sealed_url = platform.keys.encrypt(url.encode(), purpose=SEALED_PURPOSE)


def _set_format(
    row: NotificationChannel, keys: Keys, format_: str, routing_key: str | None
) -> None:
    row.format = format_
    row.sealed_routing_key = (
        None if routing_key is None else keys.encrypt(routing_key.encode(), purpose=SEALED_PURPOSE)
    )


def _check(row: NotificationChannel) -> None:
    if (row.format == "PAGERDUTY") != (row.sealed_routing_key is not None):
        raise Unprocessable("PAGERDUTY needs a routingKey, and no other format has one")


def _read(row: NotificationChannel) -> ChannelRead:
    is_mail = row.type == "EMAIL"
    return ChannelRead(
        id=row.id,
        name=row.name,
        type=cast(ChannelType, row.type),
        email=EmailTargets(to=row.email_to) if is_mail else None,
        webhook=None if is_mail else _webhook(row),
        max_per_hour=row.max_per_hour,
        enabled=row.is_enabled,
        failing_since=row.failing_since,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _webhook(row: NotificationChannel) -> WebhookRead:
    return WebhookRead(row.host or "", cast(WebhookFormat, row.format))
