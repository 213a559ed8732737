"""The commands' clock: what wasn't sent, or not answered, in time is a TIMEOUT.

A loop and no scheduled task (schedules.py): it turns every second, needs the database alone, and
any number of workers may run it, since each takes what no other holds.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from db.connections.background import Loop, Turns
from db.connections.types import Pool
from db.queries.commands import end_due

log = structlog.get_logger()

PAUSE_SECONDS = 1.0
AT_ONCE = 1_000
LONGEST_TURN_SECONDS = 60


def commands_loop(pool: Pool) -> Loop:
    """`pool` is of role iot_ingest."""
    return Loop("commands", partial(_keep, pool), LONGEST_TURN_SECONDS)


async def _keep(pool: Pool, turns: Turns) -> None:
    while True:
        ended = 0
        try:
            ended = await end_due(pool, at_most=AT_ONCE)
        except Exception as error:  # of whatever kind: the database may be away
            log.warning("the commands' clock waits", error=type(error).__name__)
        else:
            turns.next()
        if ended < AT_ONCE:
            await asyncio.sleep(PAUSE_SECONDS)
