"""`holdfast worker`, which is `python -m workers`: the worker process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from datetime import timedelta

import uvloop

from app.core.process import begin_process, refuse
from app.settings import PREFIX, Settings, SettingsError
from db.connections.background import in_background
from db.connections.pools import open_ingest_pool, open_owner_pool
from ingest.alerting.membership import PairLimits
from workers.alerting.clock import clock_loop
from workers.alerting.connections import connections_loop
from workers.alerting.late import late_loop
from workers.alerting.membership import membership_loops
from workers.alerting.notifier import notifier_loop
from workers.calculations.loops import calculation_loops
from workers.commands import commands_loop
from workers.context import open_worker_context
from workers.job_types import QUEUES
from workers.queue.arq_consumer import queue_loop
from workers.queue.job import WorkerQueue
from workers.queue.relay import relay_loop
from workers.queue.runner import Runner
from workers.rollups import rollups_loop
from workers.schedules import SCHEDULE, ScheduledTask, schedule_loops


async def run(
    settings: Settings,
    queues: Sequence[WorkerQueue] = QUEUES,
    tasks: Sequence[ScheduledTask] = SCHEDULE,
) -> None:
    """Work until SIGTERM, and then release what isn't finished."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    if settings.database.owner_url is None:
        raise SettingsError(
            f"{PREFIX}OWNER_DATABASE_URL is missing: the worker maintains the readings' tables"
        )
    async with (
        open_worker_context(settings, settings.database.owner_url) as context,
        open_owner_pool(settings.database.owner_url) as refresh_pool,
        open_ingest_pool(settings.database.ingest_url, pool_size=6) as alerting_pool,
        membership_loops(
            settings.database.ingest_url, alerting_pool, _pair_limits(settings)
        ) as membership,
        calculation_loops(settings, alerting_pool) as calculations,
    ):
        arrivals = {queue: asyncio.Event() for queue in queues}
        runner = Runner(context, {each.name: each for queue in queues for each in queue.job_types})
        async with in_background(
            relay_loop(context, arrivals, runner),
            *(
                queue_loop(settings.storage.redis_url, queue, runner.run, arrived)
                for queue, arrived in arrivals.items()
            ),
            notifier_loop(context),
            *schedule_loops(context, tasks),
            commands_loop(context.pool),
            rollups_loop(
                refresh_pool, settle=timedelta(seconds=settings.retention.rollup_settle_seconds)
            ),
            clock_loop(alerting_pool),
            late_loop(alerting_pool),
            connections_loop(alerting_pool),
            *membership,
            *calculations,
        ):
            await stop.wait()


def _pair_limits(settings: Settings) -> PairLimits:
    return PairLimits(
        of_organization=settings.limits.alert_pairs_per_organization,
        of_sensor=settings.limits.alert_rules_per_sensor,
    )


def main() -> None:
    settings = begin_process("worker")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            uvloop.run(run(settings))
    except SettingsError as error:
        refuse(str(error))


if __name__ == "__main__":
    main()
