"""Telling receivers outside, the same for all who do: signed, again until they answer 2xx, and only
where the installation's rules let us call (app/core/webhooks.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import webhooks
from app.core.outside import Refused
from workers.context import WorkerContext
from workers.queue.job import JobAttempt, JobFailed, JobType, RetryLater

# Over most of a day: receivers are away for a deployment, or for a night.
ATTEMPTS = 30
LONGEST_WAIT_SECONDS = 3600
TIME_OUT_SECONDS = 300


def telling(
    name: str,
    run: Callable[[JobAttempt], Awaitable[None]],
    give_up: Callable[[AsyncSession, JobAttempt, str], Awaitable[None]],
) -> JobType:
    """A type of job whose work is to tell a receiver."""
    return JobType(
        name,
        run,
        time_out_seconds=TIME_OUT_SECONDS,
        attempts=ATTEMPTS,
        give_up=give_up,
        longest_wait_seconds=LONGEST_WAIT_SECONDS,
    )


async def tell(
    context: WorkerContext, url: str, body: bytes, *, id_: str, secrets: Sequence[bytes]
) -> int:
    """The status of the receiver's answer, a 2xx. `id_` is the same at every attempt.

    Raises JobFailed for an address that must not be called, RetryLater for all else.
    """
    rules = webhooks.Rules.of(context.settings)
    try:
        return await webhooks.deliver_signed(url, body, id_=id_, secrets=secrets, rules=rules)
    except Refused as refusal:
        raise JobFailed(f"the webhook's address can't be used: {refusal}") from None
    except webhooks.NotDelivered as failure:
        raise RetryLater(str(failure)) from failure
