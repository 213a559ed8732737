"""What time does by itself: durations that have passed, silences, ends of clear times and of
cooldowns, edges of schedules, windows that have ended.

Time acts at its own event time, whenever the clock gets round to it. Where only newer readings
could have changed what a sensor's time does, it waits for one of them as the proof, or `grace`;
silence needs no proof. What the clock has acted on is settled: a reading behind it is late, though
it may be its sensor's newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from db.connections.types import Connection, Pool
from db.queries import alert_news, alerting
from db.queries.alert_news import AlertNews
from db.queries.alerting import LatestRow, PairRow, SensorRef
from db.readings.times import microseconds, moment_of
from ingest.alerting.decisions import Decisions
from ingest.alerting.each import for_all_or_each
from ingest.alerting.fold import band_of, fold
from ingest.alerting.logic import SignalKind
from ingest.alerting.machine import Machine
from ingest.alerting.schedule import SECOND
from ingest.alerting.series import ValueSeries
from ingest.alerting.watching import (
    ALL_READINGS,
    band_row,
    machine_of,
    number_of,
    read_numbers,
)

# Rows of `latest` are locked meanwhile, and their ingest waits: 500 are some 60 ms.
PAIRS_AT_ONCE = 500
SILENCES_AT_ONCE = 20_000
# Where time waits for its proof, when to look again.
LOOK_AGAIN = SECOND
WAIT_AFTER_FAILURE = timedelta(minutes=1)


async def tick(pool: Pool, now: datetime, *, at_most: int = PAIRS_AT_ONCE) -> int:
    """Let time work up to `now`; how many pairs that concerned: call again while it is many."""
    moved = await alerting.move_silences(pool, now, at_most=SILENCES_AT_ONCE)
    due = await alerting.due_sensors(pool, now, at_most=at_most)

    async def advance(some: Sequence[SensorRef]) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await _advance(connection, some, microseconds(now))

    async def wait(sensor: SensorRef) -> None:
        await alerting.postpone(pool, sensor, now + WAIT_AFTER_FAILURE)

    await for_all_or_each(due, advance, wait)
    await _reopen(pool, now)
    return len(due) or moved


async def _advance(connection: Connection, due: Sequence[SensorRef], now: int) -> None:
    latest = await alerting.lock_sensors(connection, due)
    pairs = await alerting.pairs_of(connection, list(latest))
    machines = {
        sensor: [
            (pair, machine_of(pair, pair.state))
            for pair in pairs.get(sensor, ())
            if pair.state is not None
        ]
        for sensor in latest
    }
    windows = await _windows(connection, machines, latest, now)
    decisions = Decisions()
    for sensor, row in latest.items():
        _advance_sensor(sensor, row, machines[sensor], windows, now, decisions)
    await decisions.write(connection)


PairMachine = tuple[PairRow, Machine]
WindowValues = dict[int, ValueSeries]
"""By the machine's id."""


async def _windows(
    connection: Connection,
    machines: dict[SensorRef, list[PairMachine]],
    latest: dict[SensorRef, LatestRow],
    now: int,
) -> WindowValues:
    """The values of the windows that have ended and were not looked at yet."""
    ending: list[tuple[Machine, SensorRef, int, int]] = []
    for sensor, watching in machines.items():
        for _, machine in watching:
            window, after = machine.logic.window, machine.state.closed_to
            if window is None or after is None:
                continue
            to = window.closed(until(machine, latest[sensor], now))
            if to > after:
                ending.append((machine, sensor, after, to))
    values = await window_values(connection, ending)
    return {id(machine): series for (machine, *_), series in zip(ending, values, strict=True)}


async def window_values(
    connection: Connection, ending: list[tuple[Machine, SensorRef, int, int]]
) -> list[ValueSeries]:
    """Of each machine's windows that end in (after, to], under the lock on the sensor's row."""
    spans = []
    for machine, sensor, after, to in ending:
        assert machine.logic.window is not None  # noqa: S101 - its caller has looked
        width, step = machine.logic.window.width, machine.logic.window.step
        first = (after // step + 1) * step - width
        if machine.logic.window.function == "RATE":
            first = await _held_since(connection, sensor, first)
        spans.append((sensor, first, to))
    found = await read_numbers(connection, spans, at_most=ALL_READINGS) if spans else []
    values = []
    for (machine, _, after, to), readings in zip(ending, found, strict=True):
        assert machine.logic.window is not None  # noqa: S101 - as above
        values.append(machine.logic.window.values(readings, after, to))
    return values


async def _held_since(connection: Connection, sensor: SensorRef, at: int) -> int:
    """The time of the reading whose value is held then."""
    held = await alerting.newest_before(connection, sensor, moment_of(at), or_at=True)
    return at if held is None else microseconds(held)


def until(machine: Machine, latest: LatestRow, now: int) -> int:
    """Up to when time may act."""
    if machine.logic.kind is SignalKind.NO_DATA:
        return now
    return max(microseconds(latest.at), now - machine.logic.grace)


def _advance_sensor(
    sensor: SensorRef,
    latest: LatestRow,
    watching: list[PairMachine],
    windows: WindowValues,
    now: int,
    decisions: Decisions,
) -> None:
    newest = microseconds(latest.at)
    acted = [
        _advance_pair(pair, machine, latest, windows.get(id(machine)), now, decisions)
        for pair, machine in watching
    ]
    moments = [at for at in acted if at is not None]
    if moments:
        settled = max(moments) if max(moments) > newest else None
        bands = [band_of(machine, number_of(latest)) for _, machine in watching]
        decisions.bands.append(band_row(sensor, bands, settled))


def _advance_pair(
    pair: PairRow,
    machine: Machine,
    latest: LatestRow,
    windows: ValueSeries | None,
    now: int,
    decisions: Decisions,
) -> int | None:
    """Up to when what it did is settled, or None where it did nothing."""
    began, to, acted = machine.state.episode, until(machine, latest, now), None
    machine.newest = microseconds(latest.at)
    if machine.logic.window is not None and windows is not None:
        fold(machine, windows)
        machine.state.closed_to = machine.logic.window.closed(to)
        acted = machine.state.closed_to - 1
    machine.advance(to, inclusive=True)
    if machine.log:
        acted = max(acted or 0, machine.state.at)
        decisions.log(pair, machine)
        decisions.episodes(pair, machine, began)
    decisions.stand(pair, machine, _look_again_at(machine, now))
    return acted


def _look_again_at(machine: Machine, now: int) -> int | None:
    due = machine.due_at()
    if due is None or due > now or machine.logic.kind is SignalKind.NO_DATA:
        return due
    return min(now + LOOK_AGAIN, due + machine.logic.grace)


async def _reopen(pool: Pool, now: datetime) -> None:
    """What a person resolved while it held, and that still does after the rule's time, is ACTIVE
    again."""
    async with pool.acquire() as connection, connection.transaction():
        reopened = await alerting.reopen_alerts(connection, now)
        news = [
            AlertNews(alert.org_id, alert.id, "REOPENED", alert.severity, now) for alert in reopened
        ]
        await alert_news.tell(connection, news)
