"""Late readings: from the last change before them everything is decided anew, until nothing is left
of what they changed.

A pair's transitions are its checkpoints: a machine begins with the state of the last one before
the late readings, is fed what is stored since, and stops where it agrees with what was decided
then: its state is in essence the same, and no alert is open. Alerts as they are known are then made
those that were found: one that overlaps goes on under its id, others are new, or refuted, never
deleted. What is calculated of a sensor with late readings has them late, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.connections.types import Connection, Pool
from db.queries import alert_late, alerting, calculations, rule_sources
from db.queries.alert_late import LateTimes
from db.queries.alerting import AlertRow, LateRow, LatestRow, PairRow, SensorRef, StateRow
from db.queries.calculations import NewLate
from db.readings.times import microseconds, moment_of
from ingest.alerting.clock import EndingWindows, window_values
from ingest.alerting.decisions import Decisions, key_of
from ingest.alerting.each import for_all_or_each
from ingest.alerting.fold import QuietBand, band_of, begin, fold
from ingest.alerting.logic import RuleLogic, SignalKind
from ingest.alerting.machine import EpisodeOutcome, Machine, decode_state
from ingest.alerting.series import ValueSeries, empty_series
from ingest.alerting.watching import (
    band_row,
    carried_by,
    held_at,
    logic_of_pair,
    machine_of,
    number_of,
    read_series,
)

SENSORS_AT_ONCE = 50
READINGS_AT_ONCE = 2_000
FOREVER = 2**55  # after all times of readings, and still a double
HORIZON = timedelta(days=30)
"""As far back as late readings change what was decided: so long transitions are kept."""


@dataclass(frozen=True, slots=True)
class LateSpan:
    """Late readings of a sensor: they lie in [first, last]."""

    sensor: SensorRef
    latest: LatestRow
    first: int
    last: int

    @property
    def is_text(self) -> bool:
        return self.latest.number is None

    @property
    def head(self) -> int:
        """Up to when the sensor is decided."""
        settled = self.latest.settled_to
        newest = microseconds(self.latest.at)
        return newest if settled is None else max(newest, microseconds(settled))


async def repair(
    pool: Pool, now: datetime, *, at_most: int = SENSORS_AT_ONCE, chunk: int = READINGS_AT_ONCE
) -> int:
    """Take in the oldest late readings; of how many sensors: call again until there are none.
    `chunk` readings are read between two looks whether it may stop."""
    sensors = await alert_late.late_sensors(pool, at_most=at_most)

    async def take_in(some: Sequence[SensorRef]) -> None:
        await _repair(pool, some, now, chunk)

    async def wait(sensor: SensorRef) -> None:
        await alert_late.postpone(pool, sensor)

    return await for_all_or_each(sensors, take_in, wait)


async def _repair(pool: Pool, sensors: Sequence[SensorRef], now: datetime, chunk: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        latest = await alerting.lock_sensors(connection, sensors)
        late = await alert_late.take_late(connection, sensors)
        pairs = await alerting.pairs_of(connection, list(late))
        decisions = Decisions()
        await _pass_on(connection, late, decisions)
        horizon = microseconds(now - HORIZON)
        for sensor, times in sorted(late.items()):
            if sensor not in latest:
                await _forget(connection, pairs.get(sensor, []), now, decisions)
                continue
            if sensor not in pairs:
                decisions.bands.append(band_row(sensor, [], None))
                continue
            first, last = microseconds(times.first), microseconds(times.last)
            span = LateSpan(sensor, latest[sensor], first, last)
            if span.last >= horizon:
                clamped = replace(span, first=max(span.first, horizon))
                await _repair_sensor(connection, clamped, pairs[sensor], chunk, decisions)
        await decisions.write(connection)


async def _pass_on(
    connection: Connection, late: Mapping[SensorRef, LateTimes], decisions: Decisions
) -> None:
    """To what is calculated of these: by rules, and as series."""
    own = {
        sensor: (times.own_first, times.own_last)
        for sensor, times in late.items()
        if times.own_first is not None and times.own_last is not None
    }
    for source, sensor in await rule_sources.calculated_of(connection, list(own)):
        decisions.late.append(LateRow(*sensor, *own[source], is_of_source=True))
    spans = [NewLate(*sensor, *times) for sensor, times in own.items()]
    await calculations.note_late(connection, spans)


async def _repair_sensor(
    connection: Connection,
    span: LateSpan,
    pairs: list[PairRow],
    chunk: int,
    decisions: Decisions,
) -> None:
    bands: list[QuietBand] = []
    for pair in pairs:
        if pair.state is not None:
            machine = await decide_anew(connection, pair, span, chunk, decisions)
            bands.append(band_of(machine, number_of(span.latest)))
    decisions.bands.append(band_row(span.sensor, bands, None))


async def _forget(
    connection: Connection, pairs: list[PairRow], now: datetime, decisions: Decisions
) -> None:
    """Of a sensor all of whose readings are gone nothing was ever decided; it is watched again from
    its first one on."""
    for pair in pairs:
        if pair.state is None:
            continue
        for known in await alert_late.alerts_between(
            connection, key_of(pair), pair.version, pair.start_at, None
        ):
            decisions.refute(known)
        await alert_late.forget_transitions(connection, key_of(pair), pair.start_at, None)
        decisions.states.append(StateRow(*key_of(pair), None, now))


async def decide_anew(
    connection: Connection, pair: PairRow, span: LateSpan, chunk: int, decisions: Decisions
) -> Machine:
    """The pair's machine as of the span's head."""
    if logic_of_pair(pair).window is not None:
        return await _windows_anew(connection, pair, span, decisions)
    return await _Refolding(connection, pair, span, chunk, decisions).run()


class _Refolding:
    """Of one pair that readings decide, anew."""

    def __init__(
        self,
        connection: Connection,
        pair: PairRow,
        span: LateSpan,
        chunk: int,
        decisions: Decisions,
    ) -> None:
        self.connection, self.pair, self.span = connection, pair, span
        self.chunk, self.decisions = chunk, decisions
        self.logic: RuleLogic = logic_of_pair(pair)
        self.start = microseconds(pair.start_at)

    async def run(self) -> Machine:
        first = await self._first()
        machine, first, base = await self._begin(first)
        known = await alert_late.transitions_from(
            self.connection, key_of(self.pair), moment_of(first)
        )
        self.known_at = [microseconds(at) for at, _ in known]
        self.known = [base, *(state for _, state in known)]
        met = await self._fold(machine, first + 1 if first == self.start else first)
        is_head = met is None or bisect_right(self.known_at, met) == len(self.known_at)
        if met is not None and is_head and self.pair.state is not None:
            # The newest value, which no transition need have said.
            machine.state.held = decode_state(self.pair.state).held
        return await reconcile(
            self.connection, machine, self.pair, first, met, self.decisions, is_head=is_head
        )

    async def _first(self) -> int:
        """From when on it may be otherwise: of silences, the gap that was cut begins before."""
        first = self.span.first
        if self.logic.kind is SignalKind.NO_DATA:
            before = await alerting.newest_before(
                self.connection, self.span.sensor, moment_of(first), or_at=False
            )
            if before is not None:
                first = min(first, microseconds(before))
        return first

    async def _begin(self, first: int) -> tuple[Machine, int, str | None]:
        """A machine with the state before `first`, that time, and that state, which is None at the
        start."""
        base = None
        if first > self.start:
            base = await alert_late.transition_before(
                self.connection, key_of(self.pair), moment_of(first)
            )
        if base is None:
            held = await self._held(self.start, or_at=True)
            carried = carried_by(self.pair)
            return begin(self.logic, self.start, held, carried), self.start, None
        machine = Machine(self.logic, self.start, decode_state(base.state))
        held = await self._held(first, or_at=False)
        if self.logic.kind is SignalKind.NO_DATA and len(held):
            machine.newest = int(held.at[-1])
        if self.logic.kind is SignalKind.CHANGED and len(held):
            machine.state.held = float(held.number[-1])
        return machine, first, base.state

    async def _held(self, at: int, *, or_at: bool) -> ValueSeries:
        if self.logic.kind is SignalKind.VALUE and at != self.start:
            return empty_series()  # its state says it
        return await held_at(
            self.connection, self.span.sensor, at, is_text=self.span.is_text, or_at=or_at
        )

    async def _fold(self, machine: Machine, after: int) -> int | None:
        """Take in what is stored from `after` on. Where it meets what was decided, or None where it
        went up to the head."""
        while True:
            values = await read_series(
                self.connection,
                self.span.sensor,
                after,
                FOREVER,
                at_most=self.chunk,
                is_text=self.span.is_text,
            )
            fold(machine, values)
            if len(values) < self.chunk:
                machine.advance(self.span.head, inclusive=True)
                return None
            at = int(values.at[-1])
            after = at + 1
            machine.advance(at, inclusive=True)
            if at > self.span.last and self._meets(machine, at):
                return at

    def _meets(self, machine: Machine, at: int) -> bool:
        state = self.known[bisect_right(self.known_at, at)]
        if machine.state.episode is not None or state is None:
            return False
        old = Machine(self.logic, self.start, decode_state(state))
        old.newest = machine.newest
        if self.logic.kind is SignalKind.CHANGED:
            old.state.held = machine.state.held
        old.advance(at, inclusive=True)
        return old.state.episode is None and old.essence(at) == machine.essence(at)


async def _windows_anew(
    connection: Connection, pair: PairRow, span: LateSpan, decisions: Decisions
) -> Machine:
    """From the first window on that ends after the late readings."""
    logic, start = logic_of_pair(pair), microseconds(pair.start_at)
    assert logic.window is not None  # noqa: S101 - its caller has looked
    closed = _closed_to(pair, logic, span)
    first = logic.window.closed(max(span.first, start)) + logic.window.step
    base = await alert_late.transition_before(connection, key_of(pair), moment_of(first))
    if base is None:
        machine = begin(logic, start, empty_series(), carried_by(pair))
    else:
        machine = Machine(logic, start, decode_state(base.state))
    after = first - logic.window.step
    if closed > after:
        ending = EndingWindows(pair, logic.window, after, closed)
        [values] = await window_values(connection, [ending])
        fold(machine, values)
    machine.state.closed_to = closed
    # What the next window says counts before what time does.
    machine.advance(min(span.head, closed + logic.window.step - 1), inclusive=True)
    since = start if base is None else first
    return await reconcile(connection, machine, pair, since, None, decisions, is_head=True)


def _closed_to(pair: PairRow, logic: RuleLogic, span: LateSpan) -> int:
    """Up to which window the pair is decided."""
    assert logic.window is not None  # noqa: S101 - its caller has looked
    if pair.state is not None:
        closed = decode_state(pair.state).closed_to
        if closed is not None:
            return closed
    return logic.window.closed(max(microseconds(pair.start_at), span.head))


async def reconcile(
    connection: Connection,
    machine: Machine,
    pair: PairRow,
    first: int,
    met: int | None,
    decisions: Decisions,
    *,
    is_head: bool,
) -> Machine:
    """Make the alerts of [first, met] those that the machine has found. `is_head`: nothing was
    decided after it, so its state is the pair's; else that stays, and is given back."""
    last = None if met is None else moment_of(met)
    known = await alert_late.alerts_between(
        connection, key_of(pair), pair.version, moment_of(first), last
    )
    await alert_late.forget_transitions(connection, key_of(pair), moment_of(first), last)
    for outcome in machine.episodes:
        match = next((alert for alert in known if _overlap(alert, outcome)), None)
        if match is None:
            decisions.fire(pair, outcome)
        else:
            known.remove(match)
            decisions.change(pair, outcome, match)
    for alert in known:
        decisions.refute(alert)
    decisions.log(pair, machine)
    if is_head or pair.state is None:
        decisions.stand(pair, machine, machine.due_at())
        return machine
    return machine_of(pair, pair.state)


def _overlap(alert: AlertRow, outcome: EpisodeOutcome) -> bool:
    fired = microseconds(alert.fired_at)
    ended = FOREVER if alert.ended_at is None else microseconds(alert.ended_at)
    return fired <= (FOREVER if outcome.ended_at is None else outcome.ended_at) and (
        ended >= outcome.fired_at
    )
