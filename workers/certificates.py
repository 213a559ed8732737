"""Certificates are renewed long before they end: the broker's here, devices' by themselves when
they are told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from app.control.certificates.authority import ensure_certificates
from db.queries.credentials import DueCertificate, ask_for_renewals
from ingest.devices.command_queue import CommandOrder, queue_commands
from workers.context import WorkerContext

log = structlog.get_logger()

METHOD = "CERTIFICATE_RENEW"
# Of its lifetime, when a device is told to renew its certificate; again each day until it has.
RENEWAL_SHARE = 0.7
# A small device needs minutes to make an RSA key.
RENEWAL_SECONDS = 900
DEVICES_AT_ONCE = 500
# In one turn, those first whose certificate ends first: when another authority has begun, all
# devices are due at once.
DEVICES_PER_TURN = 10_000


async def renew_certificates(context: WorkerContext) -> None:
    """The broker's own."""
    await ensure_certificates(context.owner_pool, context.settings)


async def tell_devices_to_renew(context: WorkerContext) -> None:
    """Those whose certificate is due. A command that waits for longer than a day gives way to the
    next."""
    told, batch = 0, DEVICES_AT_ONCE
    while batch == DEVICES_AT_ONCE and told < DEVICES_PER_TURN:
        async with context.pool.acquire() as connection, connection.transaction():
            due = await ask_for_renewals(connection, share=RENEWAL_SHARE, at_most=DEVICES_AT_ONCE)
            await queue_commands(connection, [_order(each) for each in due])
        batch = len(due)
        told += batch
    if told:
        log.info("devices told to renew their certificates", devices=told)


def _order(due: DueCertificate) -> CommandOrder:
    return CommandOrder(
        org_id=due.org_id,
        device_id=due.device_id,
        method=METHOD,
        params={"serial": due.serial, "expiresAt": due.not_after.isoformat()},
        timeout_seconds=RENEWAL_SECONDS,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )
