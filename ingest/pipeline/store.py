"""The batch's transaction: readings, what other areas do with them, and what was refused; all of it
or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import asyncpg
import numpy as np

from db.connections.types import Connection, Pool
from db.queries.quarantine import quarantine
from db.queries.registry import mark_lone_integers
from db.readings import store as writing
from db.readings.columns import lone_integers
from ingest import metrics
from ingest.alerting.look import look
from ingest.pipeline.compare import StoredReadings, StoreOutcome, compare
from ingest.pipeline.directory import Sensor
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
    lone = _first_lone_integers(readings)
    if not concerned and not lone and _is_plain(readings):
        outcome = await _store_alone(readings, pool=pool)
    else:
        outcome = None
    if outcome is None:
        outcome = await _store_together(messages, readings, concerned, lone, pool=pool)
    _advance(outcome.stored)
    for sensor in lone:
        sensor.may_have_lone_integers = True
    return outcome


async def _store_alone(readings: SortedReadings, *, pool: Pool) -> StoreOutcome | None:
    """None where it takes more than one statement: another value stands at a row's key, what is
    known of newest readings is stale, or alerting has to look."""
    try:
        result = await writing.store_alone(pool, readings.unique, newest=readings.newest)
    except asyncpg.PostgresError as error:
        if isinstance(error, asyncpg.UniqueViolationError):
            return None
        if error.sqlstate == writing.LOOK_NEEDED:
            return None
        raise
    return compare(readings, result)


async def _store_together(
    messages: Sequence[Message],
    readings: SortedReadings,
    concerned: Sequence[TransactionStep],
    lone: Sequence[Sensor],
    *,
    pool: Pool,
) -> StoreOutcome:
    store_as = partial(_store, messages, readings, concerned, lone, pool=pool)
    try:
        return await store_as(is_trusted=True)
    except asyncpg.UniqueViolationError:
        return await store_as(is_trusted=False)


async def _store(
    messages: Sequence[Message],
    readings: SortedReadings,
    concerned: Sequence[TransactionStep],
    lone: Sequence[Sensor],
    *,
    pool: Pool,
    is_trusted: bool,
) -> StoreOutcome:
    async with writing.transaction(pool) as connection:
        outcome = await store_in(connection, readings, is_trusted=is_trusted)
        if lone:
            await mark_lone_integers(connection, [sensor.id for sensor in lone])
        if len(outcome.stored.rows):
            for step in concerned:
                await step.run(connection, outcome.stored)
        beyond = await quarantine(connection, quarantine_rows(messages, outcome.rejections))
        metrics.beyond_quarantine.inc(beyond)
    return outcome


async def store_in(
    connection: Connection, readings: SortedReadings, *, is_trusted: bool
) -> StoreOutcome:
    """The readings, and what alert rules make of them, in a transaction that has begun to write."""
    result = await writing.store_new(
        connection, readings.unique, newest=readings.newest, is_trusted=is_trusted
    )
    if result.watched:
        metrics.alert_looks.inc(await look(connection, readings.unique, result))
    return compare(readings, result)


def _first_lone_integers(readings: SortedReadings) -> list[Sensor]:
    """The sensors of which nobody knows yet that they may hold integers that are no doubles.

    Once a BIGINT sensor is a DOUBLE one, its answers need a column more where there are such. Here
    that is known for nothing; later only a look through all readings would tell.
    """
    unique, lone = readings.unique, lone_integers(readings.unique)
    if not len(lone):
        return []
    sensors = [unique.sensors[number] for number in np.unique(unique.sensor[lone]).tolist()]
    return [sensor for sensor in sensors if not sensor.may_have_lone_integers]


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
