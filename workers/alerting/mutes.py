"""What still holds when a mute or a maintenance is over is told once then."""

from __future__ import annotations

from db.queries.alert_news import tell_unmuted
from workers.context import WorkerContext

ALERTS_AT_ONCE = 500


async def end_mutes(context: WorkerContext) -> None:
    told = ALERTS_AT_ONCE
    while told == ALERTS_AT_ONCE:
        async with context.pool.acquire() as connection, connection.transaction():
            told = await tell_unmuted(connection, at_most=ALERTS_AT_ONCE)
