"""The line of a reading, from the wire to the watchers. Start here.

MQTT, HTTP and quarantine replay all end in `ingest`. Values go in and come out; what is pure is pure, works on
columns, and can be done for the next batch while this one is in its commit. What counts is decided by the database:
its key says what is new, its commit says what is stored.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import numpy as np

from db.connections.types import Pool
from db.ids import new_id
from db.queries.quarantine import QuarantineRow, quarantine
from db.readings import store as writing
from db.readings.columns import Flags, Positions, Rows, Value
from db.readings.partitions import ensure_partitions
from db.readings.times import DAY_MICROSECONDS, EPOCH
from ingest import metrics
from ingest.pipeline.batch import gather
from ingest.pipeline.expand import all_or_none, unfold
from ingest.pipeline.identify import Candidates, Refused, identify, mentioned
from ingest.pipeline.messages import Message, Reason
from ingest.pipeline.registry import Registry, Sensor
from ingest.pipeline.validate import (
    AcceptedAge,
    Readings,
    assign,
    conform,
    newborn,
    place,
    validate,
    widening,
    within_retention,
)


class ItemError(msgspec.Struct, frozen=True):
    """Why the element at `index` of the message was not stored."""

    index: int
    code: str
    message: str


class Receipt(msgspec.Struct):
    """What became of one message. accepted + duplicates + quarantined is the number of its readings: a structured
    payload is as many as it has values, or one where it was refused whole."""

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    errors: list[ItemError] = []

    @property
    def total(self) -> int:
        return self.accepted + self.duplicates + self.quarantined

    def plus(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.quarantined + other.quarantined,
            self.errors + other.errors,
        )


Commit = Callable[[], Awaitable[list[Receipt]]]
"""Stores a prepared batch, and says what became of each message."""


@dataclass
class Deps:
    """What the pipeline works with. `clock` gives the database's time."""

    pool: Pool
    registry: Registry
    clock: Callable[[], datetime]
    accepted_age: AcceptedAge
    watchers: list[Callable[[Fresh], None]] = field(default_factory=list)
    partitions: set[date] = field(default_factory=set)


class NeedsPartitions(Exception):
    """These messages hold readings of days that have no partition yet."""

    def __init__(self, days: set[date], messages: set[int]) -> None:
        super().__init__(f"no partition for {len(days)} days")
        self.days = days
        self.messages = messages


async def ingest(messages: Sequence[Message], deps: Deps) -> list[Receipt]:
    """Take one batch from the wire to the watchers; one receipt for each message, in order.

    Either everything that the receipts say is committed, or an error is raised and nothing is.
    """
    while True:
        try:
            commit = await prepare(messages, deps)
        except NeedsPartitions as needs:
            await make_partitions(needs.days, deps)
        else:
            return await commit()


async def prepare(messages: Sequence[Message], deps: Deps) -> Commit:
    """All that can be done before the batch's transaction: also while another batch is in its own.

    Raises:
        NeedsPartitions: which are made outside of any batch, since that takes long and locks
    """
    changes = deps.registry.changes
    batch = gather(messages)
    await deps.registry.learn(*mentioned(batch))
    candidates, strangers = identify(unfold(batch, deps.registry), deps.registry)
    sound, faulty = validate(candidates, now=deps.clock(), accepted=deps.accepted_age)
    sound, expired = within_retention(sound, deps.registry, now=deps.clock())
    fitting, unfit = conform(sound)
    born = await deps.registry.create(newborn(fitting))
    placed, homeless = place(fitting, born)
    await deps.registry.widen(widening(placed))
    assigned, mistyped = assign(placed)
    readings, refused = all_or_none(
        assigned, [*strangers, *faulty, *expired, *unfit, *homeless, *mistyped]
    )
    check_partitions(readings, deps)
    ordered = in_order(readings)

    async def commit() -> list[Receipt]:
        if deps.registry.changes != changes:
            return await ingest(messages, deps)
        started = time.perf_counter()
        fate, conflicting = await store_all(ordered, refused, deps)
        metrics.commit_seconds.observe(time.perf_counter() - started)
        tell(deps.watchers, fate)
        return receipts(messages, fate, [*refused, *conflicting])

    return commit


def check_partitions(readings: Readings, deps: Deps) -> None:
    day = readings.ts // DAY_MICROSECONDS
    missing = {
        EPOCH.date() + timedelta(days=number) for number in np.unique(day).tolist()
    } - deps.partitions
    if missing:
        candidates = readings.candidates
        is_missing = np.isin(day, [(each - EPOCH.date()).days for each in missing])
        messages = candidates.batch.message[candidates.rows[is_missing]]
        raise NeedsPartitions(missing, set(messages.tolist()))


async def make_partitions(days: set[date], deps: Deps) -> None:
    await ensure_partitions(deps.pool, days)
    deps.partitions |= days


@dataclass(frozen=True, slots=True)
class Ordered:
    """The readings by key. `rows` are the first of each key, as they arrived; reading `order[i]` is about the key of
    row `row[i]`, and is that row where `is_first[i]`."""

    readings: Readings
    sensors: Sequence[Sensor]
    rows: Rows
    order: Positions
    row: Positions
    is_first: Flags


def in_order(readings: Readings) -> Ordered:
    """Sort by (organization, sensor, time), and keep apart what repeats a key."""
    candidates, ts = readings.candidates, readings.ts
    by_key = sorted(range(len(readings.sensors)), key=lambda number: readings.sensors[number].order)
    place_of = np.empty(len(by_key), np.intp)
    place_of[by_key] = np.arange(len(by_key))
    sensor = place_of[candidates.subject]
    order = np.lexsort((ts, sensor))
    sensor, ts = sensor[order], ts[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (sensor[1:] != sensor[:-1]) | (ts[1:] != ts[:-1])
    first = order[is_first]
    sensors = [readings.sensors[number] for number in by_key]
    batch = candidates.batch
    rows = Rows(
        [(known.org_id, known.id) for known in sensors],
        sensor[is_first],
        ts[is_first],
        readings.type[first],
        readings.number[first],
        readings.integer[first],
        {
            at: str(batch.values.odd[row])
            for at, row in _at_rows(candidates.rows[first], batch.values.odd)
            if isinstance(batch.values.odd[row], str)
        },
        {
            at: msgspec.json.encode(batch.metadata[row]).decode()
            for at, row in _at_rows(candidates.rows[first], batch.metadata)
        },
    )
    return Ordered(readings, sensors, rows, order, np.cumsum(is_first) - 1, is_first)


def _at_rows(rows: Positions, odd: dict[int, Any]) -> list[tuple[int, int]]:
    """Where the rows stand that are in `odd`, and which they are."""
    return [(at, row) for at, row in enumerate(rows.tolist()) if row in odd] if odd else []


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a batch has stored, for watchers: `rows`, whose sensors are `sensors`."""

    sensors: Sequence[Sensor]
    rows: Rows

    @property
    def reporting(self) -> list[Sensor]:
        """The sensors that have new readings."""
        return [self.sensors[number] for number in np.unique(self.rows.sensor).tolist()]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the readings: `fresh` and `duplicates` are numbers of messages, one for each reading."""

    stored: Fresh
    fresh: Positions
    duplicates: Positions


async def store_all(
    ordered: Ordered, refused: Sequence[Refused], deps: Deps
) -> tuple[Fate, list[Refused]]:
    """The batch's transaction. What the newest times that are known here promise to be new is not asked for; where
    one of them turns out to be stale, the same once more without trust in them."""
    try:
        return await _store_all(ordered, refused, deps, is_trusted=True)
    except asyncpg.UniqueViolationError:
        return await _store_all(ordered, refused, deps, is_trusted=False)


async def _store_all(
    ordered: Ordered, refused: Sequence[Refused], deps: Deps, *, is_trusted: bool
) -> tuple[Fate, list[Refused]]:
    rows = ordered.rows
    newest = np.array([sensor.newest for sensor in ordered.sensors], np.int64)
    if is_trusted and not refused and _is_plain(ordered):
        stored = await writing.store_alone(deps.pool, rows, newest=newest)
        fate, conflicting = compare(ordered, stored)
    else:
        async with writing.transaction(deps.pool) as connection:
            stored = await writing.store_new(connection, rows, newest=newest, is_trusted=is_trusted)
            fate, conflicting = compare(ordered, stored)
            await quarantine(connection, quarantine_rows([*refused, *conflicting]))
    advance(ordered.sensors, fate.stored.rows)
    return fate, conflicting


def _is_plain(ordered: Ordered) -> bool:
    """Whether one statement can store it: few readings, of which none has metadata or repeats another's key."""
    rows = ordered.rows
    return 0 < len(rows) == len(ordered.order) < writing.COPY_FROM_ROWS and not rows.metadata


def advance(sensors: Sequence[Sensor], stored: Rows) -> None:
    """After commit: the newest reading of each sensor is known."""
    last = writing.last_of_each(stored, np.arange(len(stored)))
    for number, ts in zip(stored.sensor[last].tolist(), stored.ts[last].tolist(), strict=True):
        sensor = sensors[number]
        sensor.newest = max(sensor.newest, ts)


def compare(ordered: Ordered, outcome: writing.Stored) -> tuple[Fate, list[Refused]]:
    """What was not stored is told apart: the same value again is a duplicate, another one a conflict."""
    rows, candidates, is_fresh = ordered.rows, ordered.readings.candidates, outcome.is_fresh
    message = candidates.batch.message[candidates.rows]
    stored = Fresh(
        ordered.sensors, rows if not outcome.standing else rows.take(np.flatnonzero(is_fresh))
    )
    is_stored = ordered.is_first & is_fresh[ordered.row]
    fresh = message[ordered.order[is_stored]]
    if is_stored.all():
        return Fate(stored, fresh, np.empty(0, np.intp)), []
    duplicates: list[int] = []
    conflicting: list[Refused] = []
    for number in np.flatnonzero(~is_stored).tolist():
        at, row = int(ordered.order[number]), int(ordered.row[number])
        value = rows.value(row) if is_fresh[row] else outcome.standing[row]
        if value in _values(ordered.readings, at):
            duplicates.append(int(message[at]))
        else:
            conflicting.append(
                candidates.refused(at, Reason.CONFLICTING_VALUE, _conflict(candidates, at))
            )
    return Fate(stored, fresh, np.array(duplicates, np.intp)), conflicting


def _conflict(candidates: Candidates, at: int) -> str:
    first = candidates.batch.first_unfolded
    if first is None or candidates.rows[at] < first:
        return "another value is stored for this sensor and time"
    return (
        f"{candidates.subjects[candidates.subject[at]].key}: another value is stored for this time"
    )


def _values(readings: Readings, at: int) -> tuple[Value, Value]:
    """In its stored form, and as it was sent: an integer beyond 2^53 that was stored before its sensor widened is no
    double."""
    as_sent = readings.candidates.batch.values.as_sent(int(readings.candidates.rows[at]))
    return readings.value(at), as_sent


def quarantine_rows(refused: Sequence[Refused]) -> list[QuarantineRow]:
    """What is kept of the refused elements. The same element delivered twice in a batch is one row, counted twice; what
    is refused of several values of a payload is told in one."""
    elements: dict[tuple[Any, ...], dict[tuple[int, int], Refused]] = defaultdict(dict)
    for item in refused:
        message = item.message
        if message.is_replayed:
            continue
        sent = message.as_sent(item.index)
        deliveries = elements[message.org_id, item.device_id, sent.body_hash, sent.place]
        delivery = id(message), item.index
        told = deliveries.get(delivery)
        deliveries[delivery] = item if told is None else told.also(item.rejection)
    rows = []
    for deliveries in elements.values():
        item = list(deliveries.values())[-1]
        sent = item.message.as_sent(item.index)
        rows.append(
            QuarantineRow(
                id=new_id(),
                org_id=item.message.org_id,
                device_id=item.device_id,
                reason=item.rejection.reason,
                message=item.rejection.message,
                payload=sent.text,
                payload_hash=sent.body_hash,
                payload_index=sent.place,
                occurrences=len(deliveries),
            )
        )
    return rows


def receipts(messages: Sequence[Message], fate: Fate, refused: Sequence[Refused]) -> list[Receipt]:
    accepted = np.bincount(fate.fresh, minlength=len(messages)).tolist()
    duplicates = np.bincount(fate.duplicates, minlength=len(messages)).tolist()
    answers = [Receipt(*counts) for counts in zip(accepted, duplicates, strict=True)]
    if refused:
        number_of = {id(message): number for number, message in enumerate(messages)}
        for item in sorted(refused, key=lambda item: item.index):
            receipt = answers[number_of[id(item.message)]]
            receipt.quarantined += 1
            receipt.errors.append(
                ItemError(item.index, item.rejection.reason, item.rejection.message)
            )
    return answers


def tell(watchers: Sequence[Callable[[Fresh], None]], fate: Fate) -> None:
    """After commit. A watcher that fails is logged and never waited for."""
    for watch in watchers:
        try:
            watch(fate.stored)
        except Exception:
            metrics.log.exception("a watcher failed")
