"""The line of a reading, from the wire to the watchers. Start here.

MQTT, HTTP and quarantine replay all end in `ingest`. Values go in and come out; what is pure is pure, and what
counts is decided by the database: its key says what is new, its commit says what is stored.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import uuid_utils.compat

from db import readings as store
from db import rollups
from db.readings import QuarantineRow, ReadingKey, ReadingRow, Value
from db.types import Connection, Pool
from ingest import metrics
from ingest.messages import Message, Reason
from ingest.registry import Registry
from ingest.validate import (
    AcceptedAge,
    Reading,
    Refused,
    assign,
    identify,
    mentioned,
    newborn,
    place,
    validate,
    widening,
)

Watcher = Callable[[Sequence[Reading]], None]


class ItemError(msgspec.Struct, frozen=True):
    """Why the element at `index` of the message was not stored."""

    index: int
    code: str
    message: str


class Receipt(msgspec.Struct):
    """What became of one message. accepted + duplicates + quarantined is the number of its elements."""

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    errors: list[ItemError] = []


@dataclass
class Deps:
    """What the pipeline works with. `clock` gives the database's time."""

    pool: Pool
    registry: Registry
    clock: Callable[[], datetime]
    accepted_age: AcceptedAge
    watchers: list[Watcher] = field(default_factory=list)
    partitions: set[date] = field(default_factory=set)


async def ingest(messages: Sequence[Message], deps: Deps) -> list[Receipt]:
    """Take one batch from the wire to the watchers; one receipt for each message, in order.

    Either everything that the receipts say is committed, or an error is raised and nothing is.
    """
    await deps.registry.learn(*mentioned(messages))
    candidates, strangers = identify(messages, deps.registry)
    sound, faulty = validate(candidates, now=deps.clock(), accepted=deps.accepted_age)
    await deps.registry.create(newborn(sound))
    placed, homeless = place(sound, deps.registry)
    await deps.registry.widen(widening(placed))
    readings, mistyped = assign(placed)
    await make_room(readings, deps)
    started = time.perf_counter()
    async with deps.pool.acquire() as connection, connection.transaction():
        log_below = await rollups.begin_write(connection)
        fresh, duplicates, conflicting = await store_new(connection, readings)
        await log_late(connection, log_below, fresh)
        refused = [*strangers, *faulty, *homeless, *mistyped, *conflicting]
        await store.quarantine(connection, quarantine_rows(refused))
    metrics.commit_seconds.observe(time.perf_counter() - started)
    tell(deps.watchers, fresh)
    return receipts(messages, fresh, duplicates, refused)


async def make_room(readings: Sequence[Reading], deps: Deps) -> None:
    """Make the day partitions that are missing, outside the batch's transaction: their lock must be short."""
    missing = {reading.row.ts.astimezone(UTC).date() for reading in readings} - deps.partitions
    if missing:
        await store.ensure_partitions(deps.pool, missing)
        deps.partitions |= missing


async def store_new(
    connection: Connection, readings: Sequence[Reading]
) -> tuple[list[Reading], list[Reading], list[Refused]]:
    """Store what is new. The rest is told apart: the same value again is a duplicate, another one a conflict."""
    first: dict[ReadingKey, Reading] = {}
    for reading in readings:
        first.setdefault(_key(reading.row), reading)
    stored = await store.store_new(connection, [reading.row for reading in first.values()])
    standing: dict[ReadingKey, Value] = {key: first[key].row.value for key in stored}
    if len(stored) < len(first):
        standing |= await store.stored_values(
            connection, (reading.row for key, reading in first.items() if key not in stored)
        )
    fresh: list[Reading] = []
    duplicates: list[Reading] = []
    conflicting: list[Refused] = []
    for reading in readings:
        key = _key(reading.row)
        if first[key] is reading and key in stored:
            fresh.append(reading)
        # As sent, too: an integer beyond 2^53 that was stored before its sensor widened is no double.
        elif standing[key] in (reading.row.value, reading.candidate.value):
            duplicates.append(reading)
        else:
            conflicting.append(
                reading.candidate.refused(
                    Reason.CONFLICTING_VALUE, "another value is stored for this sensor and time"
                )
            )
    return fresh, duplicates, conflicting


async def log_late(connection: Connection, log_below: datetime, fresh: Sequence[Reading]) -> None:
    """What is stored behind the rollups' mark makes their buckets stale."""
    late = [reading.row for reading in fresh if reading.row.ts < log_below]
    times = [row.ts for row in late]
    await rollups.log_ranges(
        connection, log_below, [row.org_id for row in late], [row.sensor_id for row in late], times, times
    )


def quarantine_rows(refused: Sequence[Refused]) -> list[QuarantineRow]:
    """What is kept of the refused elements. The same element twice in one batch is one row, counted twice."""
    rows: dict[tuple[Any, ...], QuarantineRow] = {}
    counts: Counter[tuple[Any, ...]] = Counter()
    for item in refused:
        message = item.message
        key = (message.org_id, item.device_id, message.body_hash, item.index)
        counts[key] += 1
        rows[key] = QuarantineRow(
            id=uuid_utils.compat.uuid7(),
            org_id=message.org_id,
            device_id=item.device_id,
            reason=item.rejection.reason,
            message=item.rejection.message,
            payload=message.raw_elements[item.index],
            payload_hash=message.body_hash,
            payload_index=item.index,
            occurrences=counts[key],
        )
    return list(rows.values())


def receipts(
    messages: Sequence[Message],
    fresh: Sequence[Reading],
    duplicates: Sequence[Reading],
    refused: Sequence[Refused],
) -> list[Receipt]:
    by_message = {id(message): Receipt(errors=[]) for message in messages}
    for reading in fresh:
        by_message[id(reading.candidate.message)].accepted += 1
    for reading in duplicates:
        by_message[id(reading.candidate.message)].duplicates += 1
    for item in sorted(refused, key=lambda item: item.index):
        receipt = by_message[id(item.message)]
        receipt.quarantined += 1
        receipt.errors.append(ItemError(item.index, item.rejection.reason, item.rejection.message))
    return [by_message[id(message)] for message in messages]


def tell(watchers: Sequence[Watcher], fresh: Sequence[Reading]) -> None:
    """After commit. A watcher that fails is logged and never waited for."""
    for watch in watchers:
        try:
            watch(fresh)
        except Exception:
            metrics.log.exception("a watcher failed")


def _key(row: ReadingRow) -> ReadingKey:
    return row.sensor_id, row.ts
