"""What is done for every organization, by a scheduled task.

A round takes the organizations in the order of their ids, a page at a time and `at_once` of a page
beside each other. One for which the work fails, or takes too long, keeps nobody else from theirs:
it is logged and counted, and the tick fails at the end of the round, so that another follows soon.

The place is kept after each page. A tick that ends in the middle, by its own time-out or with its
worker, is followed by one that goes on there: a round may take longer than any tick, and whoever
comes last comes to it all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog
from prometheus_client import Counter

from db.connections.background import TaskOwner
from db.queries import schedule, tenants
from workers.context import WorkerContext

log = structlog.get_logger()

PAGE = 25

failures = Counter(
    "holdfast_scheduled_organization_failures",
    "Organizations for which a scheduled task failed.",
    ["task"],
)


class OrganizationsFailed(Exception):
    """The round is over, and for some the work failed: the log says for whom and why."""


async def for_each_organization(
    context: WorkerContext,
    do: Callable[[WorkerContext, UUID], Awaitable[None]],
    *,
    task: str,
    at_once: int = 4,
    seconds_each: float = 300,
) -> None:
    """Do it for each, from where the round has got to, to its end.

    `do` must not mind being ended at any moment and done again. `task` is the scheduled task's
    name, under which the place is kept; its own time-out is for a tick of the round. Raises
    OrganizationsFailed at the end of a round in which it failed for some.
    """

    async def has_worked(org_id: UUID) -> bool:
        try:
            async with asyncio.timeout(seconds_each):
                await do(context, org_id)
        except Exception as error:  # of whatever kind: it is this organization's alone
            failures.labels(task).inc()
            log.error("failed for an organization", task=task, org_id=str(org_id), exc_info=error)
            return False
        return True

    failed = 0
    place = await schedule.place_in_round(context.pool, task)
    while page := await tenants.organizations_after(context.owner_pool, place, at_most=PAGE):
        failed += (await _beside_each_other(has_worked, page, at_once)).count(False)
        place = page[-1]
        await schedule.keep_place_in_round(context.pool, task, place)
    await schedule.keep_place_in_round(context.pool, task, None)
    if failed:
        raise OrganizationsFailed(f"for {failed} organizations")


async def _beside_each_other(
    ask: Callable[[UUID], Awaitable[bool]], page: Sequence[UUID], at_once: int
) -> list[bool]:
    answers: list[bool] = []
    waiting = iter(page)

    async def work_off() -> None:
        for org_id in waiting:  # each takes the next one
            answers.append(await ask(org_id))

    async with TaskOwner("organizations") as owner:
        for task in [owner.start(work_off()) for _ in range(at_once)]:
            await task
    return answers
