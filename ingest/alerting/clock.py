"""What time does by itself: durations that have passed, silences, ends of clear times and of
cooldowns, edges of schedules, windows that have ended.

Time acts at its own event time, whenever the clock gets round to it. Where only newer readings
could have changed what a sensor's time does, it waits for one of them as the proof, or `grace`;
silence needs no proof. What the clock has acted on is settled: a reading behind it is late, though
it may be its sensor's newest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from db.connections.types import Connection, Pool
from db.queries import alert_news, alerting, rule_sources
from db.queries.alert_news import AlertNews
from db.queries.alerting import LateRow, LatestRow, PairRow, SensorRef
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
from ingest.alerting.windows import GridWindow

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
    sensors = sorted({*due, *await rule_sources.sources_of(connection, due)})
    latest = await alerting.lock_sensors(connection, sensors)
    found = await alerting.pairs_of(connection, [sensor for sensor in due if sensor in latest])
    pairs = {
        sensor: [
            DuePair(
                pair, machine := machine_of(pair, pair.state), until(pair, machine, latest, now)
            )
            for pair in watching
            # One that is new has sources that may not be locked: the next turn takes it up.
            if pair.state is not None and set(pair.sources) <= set(sensors)
        ]
        for sensor, watching in found.items()
    }
    windows = await _windows(connection, [pair for those in pairs.values() for pair in those])
    decisions = Decisions()
    for sensor, watching in pairs.items():
        _advance_sensor(sensor, latest, watching, windows, now, decisions)
    await decisions.write(connection)


class DuePair(NamedTuple):
    """`to` is up to when time may act."""

    row: PairRow
    machine: Machine
    to: int


def until(pair: PairRow, machine: Machine, latest: Mapping[SensorRef, LatestRow], now: int) -> int:
    """Up to when all its sensors have been heard of, or have had their time."""
    if machine.logic.kind is SignalKind.NO_DATA:
        return now
    waited = now - machine.logic.grace
    if any(source not in latest for source in pair.sources):
        return waited
    heard = min(microseconds(latest[sensor].at) for sensor in (pair.sensor, *pair.sources))
    return max(heard, waited)


WindowValues = dict[int, ValueSeries]
"""By the machine's id."""


async def _windows(connection: Connection, pairs: Sequence[DuePair]) -> WindowValues:
    """The values of the windows that have ended and were not looked at yet."""
    ending = []
    for pair, machine, to in pairs:
        window, after = machine.logic.window, machine.state.closed_to
        if window is not None and after is not None and window.closed(to) > after:
            ending.append(EndingWindows(pair, window, after, window.closed(to)))
    machines = {id(pair.row): pair.machine for pair in pairs}
    values = await window_values(connection, ending)
    return {
        id(machines[id(each.pair)]): series for each, series in zip(ending, values, strict=True)
    }


class EndingWindows(NamedTuple):
    """Those that end in (after, to]."""

    pair: PairRow
    window: GridWindow
    after: int
    to: int


async def window_values(
    connection: Connection, ending: Sequence[EndingWindows]
) -> list[ValueSeries]:
    """The values of each, under the lock on the row of the sensor that is watched."""
    spans = []
    for pair, window, after, to in ending:
        first = window.closed(after) + window.step - window.width
        spans += [(source, first, to) for source in pair.sources]
        if window.needs_held:
            first = await _held_since(connection, pair.sensor, first)
        spans.append((pair.sensor, first, to))
    found = iter(await read_numbers(connection, spans, at_most=ALL_READINGS) if spans else [])
    values = []
    for pair, window, after, to in ending:
        others = [next(found) for _ in pair.sources]
        values.append(window.values(next(found), after, to, others))
    return values


async def _held_since(connection: Connection, sensor: SensorRef, at: int) -> int:
    """The time of the reading whose value is held then."""
    held = await alerting.newest_before(connection, sensor, moment_of(at), or_at=True)
    return at if held is None else microseconds(held)


def _advance_sensor(
    sensor: SensorRef,
    latest: Mapping[SensorRef, LatestRow],
    watching: Sequence[DuePair],
    windows: WindowValues,
    now: int,
    decisions: Decisions,
) -> None:
    row = latest[sensor]
    newest = microseconds(row.at)
    moments = []
    for pair in watching:
        values = windows.get(id(pair.machine))
        if values is not None:
            _settle_sources(pair, latest, decisions)
        at = _advance_pair(pair, newest, values, now, decisions)
        moments += [] if at is None else [at]
    if moments:
        settled = max(moments) if max(moments) > newest else None
        bands = [band_of(pair.machine, number_of(row)) for pair in watching]
        decisions.bands.append(band_row(sensor, bands, settled))


def _settle_sources(
    pair: DuePair, latest: Mapping[SensorRef, LatestRow], decisions: Decisions
) -> None:
    """What comes of its sources behind the windows that end now is late. One that was not watched
    until now may have had readings in those that ended before."""
    window, closed = pair.machine.logic.window, pair.machine.state.closed_to
    assert window is not None  # noqa: S101 - its caller has looked
    assert closed is not None  # noqa: S101 - as above
    to = window.closed(pair.to) - 1
    for source in pair.row.sources:
        known = latest.get(source)
        if known is None:
            continue
        if not known.is_watched or to > microseconds(known.at):
            decisions.settle(source, to)
        if not known.is_watched and closed > window.closed(pair.machine.start):
            first = moment_of(pair.machine.start - window.width)
            decisions.late.append(LateRow(*source, first, known.at))


def _advance_pair(
    due: DuePair, newest: int, windows: ValueSeries | None, now: int, decisions: Decisions
) -> int | None:
    """Up to when what it did is settled, or None where it did nothing."""
    pair, machine, to = due
    began, acted = machine.state.episode, None
    machine.newest = newest
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
