"""The line of a reading, from the wire to the subscribers. Start here.

MQTT, HTTP and quarantine replay all end in it: the inbox prepares a batch while another one is in
its transaction, and then commits it. `ingest` is both at once, and what the inbox repeats after an
error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import TypeVar

import structlog

from db.connections.types import Pool
from db.queries.quotas import open_days
from db.readings.partitions import ensure_partitions
from ingest import metrics
from ingest.pipeline.check import (
    AcceptedAge,
    check_against_profiles,
    check_retention,
    check_values,
)
from ingest.pipeline.compare import StoredReadings, StoreOutcome
from ingest.pipeline.convert import convert_values
from ingest.pipeline.create import create_sensors, sensors_to_widen
from ingest.pipeline.directory import Subject
from ingest.pipeline.expand import all_or_none, expand_payloads
from ingest.pipeline.gather import gather
from ingest.pipeline.messages import Message
from ingest.pipeline.partitions import (
    NeedsPartitions,
    days_to_open,
    refuse_days,
    require_partitions,
)
from ingest.pipeline.receipts import Receipt, receipts
from ingest.pipeline.registry import Registry
from ingest.pipeline.resolve import references, resolve_sensors
from ingest.pipeline.rows import Rows
from ingest.pipeline.sort import SortedReadings, sort_by_key
from ingest.pipeline.steps import TransactionStep
from ingest.pipeline.store import store

log = structlog.get_logger()

Told = TypeVar("Told")
Observer = Callable[[Sequence[Message], StoreOutcome], None]


@dataclass
class Deps:
    """What the pipeline works with. `clock` gives the database's time."""

    pool: Pool
    registry: Registry
    clock: Callable[[], datetime]
    accepted_age: AcceptedAge
    steps: list[TransactionStep] = field(default_factory=list)
    """What other areas do in a batch's transaction."""
    subscribers: list[Callable[[StoredReadings], None]] = field(default_factory=list)
    """Who is told of what was stored, after its commit."""
    observers: list[Observer] = field(default_factory=list)
    """Who is told what became of each message, after the commit."""
    partitions: set[date] = field(default_factory=set)
    """The days that are known to have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A batch that is ready to be stored. Called, it stores it and says what became of each
    message."""

    messages: Sequence[Message]
    readings: SortedReadings
    changes: int
    """What the registry had been told of when the sensors were resolved."""
    deps: Deps

    async def __call__(self) -> list[Receipt]:
        deps = self.deps
        if deps.registry.changes != self.changes:
            # Of one of these devices, perhaps: everything is looked at anew.
            return await ingest(self.messages, deps)
        began = time.perf_counter()
        outcome = await store(self.messages, self.readings, pool=deps.pool, steps=deps.steps)
        metrics.commit_seconds.observe(time.perf_counter() - began)
        notify(deps.subscribers, outcome.stored)
        for observer in deps.observers:
            notify([partial(observer, self.messages)], outcome)
        return receipts(len(self.messages), outcome)


async def ingest(messages: Sequence[Message], deps: Deps) -> list[Receipt]:
    """Take one batch from the wire to the subscribers; one receipt for each message, in order.

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
    registry, changes = deps.registry, deps.registry.changes
    rows = await checked(messages, deps)
    if wanted := days_to_open(rows, deps.partitions):
        rows = refuse_days(rows, wanted, await open_days(deps.pool, wanted))
    readings = await create_sensors(rows, registry)
    await registry.widen(sensors_to_widen(readings))
    readings = convert_values(readings)
    readings = all_or_none(readings)
    require_partitions(readings, deps.partitions)
    ordered = sort_by_key(readings)
    return Commit(messages=messages, readings=ordered, changes=changes, deps=deps)


async def checked(messages: Sequence[Message], deps: Deps) -> Rows[Subject]:
    """Their readings by sensor, known or to be made, without what is refused whatever is stored
    already."""
    registry = deps.registry
    sent = gather(messages)
    await registry.load(*references(sent))
    now = deps.clock()
    sent = expand_payloads(sent, registry)
    rows = resolve_sensors(sent, registry)
    rows = check_values(rows, now=now, accepted=deps.accepted_age)
    rows = check_retention(rows, registry, now=now)
    return check_against_profiles(rows)


async def make_partitions(days: set[date], deps: Deps) -> None:
    await ensure_partitions(deps.pool, days)
    deps.partitions |= days


def notify(subscribers: Sequence[Callable[[Told], None]], told: Told) -> None:
    """After commit. A subscriber that fails is logged, and costs nobody anything."""
    for on_told in subscribers:
        try:
            on_told(told)
        except Exception:
            log.exception("a subscriber failed")
