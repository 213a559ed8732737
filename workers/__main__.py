"""`python -m workers`: the worker process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from datetime import timedelta

import uvloop

from app.core.lifeline import watch_lifeline
from app.core.logs import configure_logs
from app.settings import PREFIX, Settings, SettingsError
from db.connections.background import in_background
from db.connections.pools import open_owner_pool
from workers.context import open_back_room
from workers.job_types import LANES
from workers.queue.arq_consumer import lane_loop
from workers.queue.job import Lane
from workers.queue.relay import relay_loop
from workers.queue.runner import Runner
from workers.rollups import rollups_loop
from workers.schedules import CLOCKS, Clock, clock_loops


async def run(
    settings: Settings, lanes: Sequence[Lane] = LANES, clocks: Sequence[Clock] = CLOCKS
) -> None:
    """Work until SIGTERM, and then hand back what isn't finished."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    if settings.owner_database_url is None:
        raise SettingsError(
            f"{PREFIX}OWNER_DATABASE_URL is missing: the worker maintains the readings' tables"
        )
    async with (
        open_back_room(settings, settings.owner_database_url) as room,
        open_owner_pool(settings.owner_database_url) as refresh_pool,
    ):
        runner = Runner(room, {kind.name: kind for lane in lanes for kind in lane.kinds})
        async with in_background(
            relay_loop(room, lanes, runner),
            *(lane_loop(settings.redis_url, lane, runner.run) for lane in lanes),
            *clock_loops(room, clocks),
            rollups_loop(refresh_pool, settle=timedelta(seconds=settings.rollup_settle_seconds)),
        ):
            await stop.wait()


def main() -> None:
    watch_lifeline()
    settings = Settings.from_environment()
    configure_logs(settings, "worker")
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(run(settings))


if __name__ == "__main__":
    main()
