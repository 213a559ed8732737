"""The log of devices' connections: brokers that died without a word leave nobody connected in it,
and what ended long ago is deleted."""

from __future__ import annotations

import structlog

from db.queries.presence import delete_ended_connections, end_silent_brokers
from workers.context import WorkerContext

log = structlog.get_logger()

# Six of a broker's beats.
SILENT_SECONDS = 60
CONNECTIONS_AT_ONCE = 10_000


async def end_dead_brokers(context: WorkerContext) -> None:
    """One that lives all the same says anew who is connected."""
    ended = await end_silent_brokers(context.pool, after_seconds=SILENT_SECONDS)
    if ended:
        log.warning("brokers have died", brokers=ended)


async def delete_old_connections(context: WorkerContext) -> None:
    """Safe to run at any time; sessions that last stay."""
    days = context.settings.retention.connections_days
    deleted, batch = 0, CONNECTIONS_AT_ONCE
    while batch == CONNECTIONS_AT_ONCE:
        batch = await delete_ended_connections(
            context.pool, after_days=days, at_most=CONNECTIONS_AT_ONCE
        )
        deleted += batch
    if deleted:
        log.info("old connections deleted", connections=deleted)
