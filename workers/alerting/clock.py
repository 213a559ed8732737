"""Time, let work on what is due: see ingest/alerting/clock.py."""

from __future__ import annotations

from datetime import datetime

from db.connections.background import Loop
from db.connections.types import Pool
from ingest.alerting.clock import PAIRS_AT_ONCE, tick
from workers.alerting.turns import alerting_loop


def clock_loop(pool: Pool) -> Loop:
    return alerting_loop("clock", pool, _tick)


async def _tick(pool: Pool, now: datetime) -> int:
    """Nothing, where less was due than one turn takes: what waits for its proof stays due."""
    count = await tick(pool, now)
    return count if count >= PAIRS_AT_ONCE else 0
