"""The batch's transaction: readings, what other areas do with them, and what was refused; all of it
or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from db.connections.types import Connection, Pool
from db.queries.quarantine import quarantine
from db.readings import store as writing
from ingest.pipeline.compare import StoredReadings, StoreOutcome, compare
from ingest.pipeline.messages import Message
from ingest.pipeline.quarantine import quarantine_rows
from ingest.pipeline.sort import SortedReadings
from ingest.pipeline.steps import TransactionStep


async def store(
    messages: Sequence[Message],
    readings: SortedReadings,
    *,
    pool: Pool,
    steps: Sequence[TransactionStep] = (),
) -> StoreOutcome:
    """Store a batch, and say what became of it.

    What is later than all that its sensor is known to have is not asked for: it can't be a
    duplicate. Where that knowledge turns out to be stale, the same once more without trust in it.
    """
    candidates = StoredReadings(readings.unique)
    concerned = [step for step in steps if step.concerns(candidates)]
    try:
        outcome = await _store(messages, readings, concerned, pool=pool, is_trusted=True)
    except asyncpg.UniqueViolationError:
        outcome = await _store(messages, readings, concerned, pool=pool, is_trusted=False)
    _advance(outcome.stored)
    return outcome


async def _store(
    messages: Sequence[Message],
    readings: SortedReadings,
    concerned: Sequence[TransactionStep],
    *,
    pool: Pool,
    is_trusted: bool,
) -> StoreOutcome:
    if is_trusted and not concerned and _is_plain(readings):
        result = await writing.store_alone(pool, readings.unique, newest=readings.newest)
        return compare(readings, result)
    async with writing.transaction(pool) as connection:
        outcome = await store_in(connection, readings, is_trusted=is_trusted)
        if len(outcome.stored.rows):
            for step in concerned:
                await step.run(connection, outcome.stored)
        await quarantine(connection, quarantine_rows(messages, outcome.rejections))
    return outcome


async def store_in(
    connection: Connection, readings: SortedReadings, *, is_trusted: bool
) -> StoreOutcome:
    """The readings alone, in a transaction that has begun to write."""
    result = await writing.store_new(
        connection, readings.unique, newest=readings.newest, is_trusted=is_trusted
    )
    return compare(readings, result)


def _is_plain(readings: SortedReadings) -> bool:
    """Whether one statement can be the whole transaction: for few readings that are all that there
    is to keep."""
    rows, unique = readings.rows, readings.unique
    is_small = 0 < len(unique) == len(rows) < writing.COPY_FROM_ROWS
    return is_small and not unique.metadata and not rows.rejections


def _advance(stored: StoredReadings) -> None:
    """After commit: the newest reading of each sensor is known."""
    rows = stored.rows
    last = writing.last_of_each(rows)
    for number, ts in zip(rows.sensor[last].tolist(), rows.ts[last].tolist(), strict=True):
        sensor = rows.sensors[number]
        sensor.newest = max(sensor.newest, ts)
