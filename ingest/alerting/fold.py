"""Values into a machine: of many in order, numpy finds the few that change its signal.

Also where a machine begins, and the quiet band around a value: as long as a sensor's readings stay
in it, nobody has to look at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from db.readings.columns import Flags
from ingest.alerting.intervals import EVERYTHING, NOTHING, Interval, common
from ingest.alerting.logic import RuleLogic, SignalKind
from ingest.alerting.machine import Machine, OpenEpisode
from ingest.alerting.series import ValueSeries


def begin(
    logic: RuleLogic, start: int, held: ValueSeries, carried: OpenEpisode | None = None
) -> Machine:
    """A machine at its rule's start. `held` has the newest reading at or before it, or none;
    `carried` is what an earlier version had open."""
    machine = Machine(logic, start)
    raw = [False] * len(logic.levels)
    number = _told(logic, held.number[-1]) if len(held) else None
    if logic.window is not None:
        machine.state.closed_to = logic.window.closed(start)
    elif len(held):
        machine.newest = int(held.at[-1])
        if logic.kind is SignalKind.CHANGED:
            machine.state.held = number
        elif logic.kind is SignalKind.NO_DATA:
            raw = [machine.newest + logic.silence <= start] * len(raw)
        else:
            raw = _raw_at_start(logic, held, carried)
    if carried is not None:
        machine.carry(carried, raw, number)
    elif logic.kind in (SignalKind.VALUE, SignalKind.CONNECTION):
        machine.signal(start, raw, number)
    else:
        machine.write_start()
    return machine


def _told(logic: RuleLogic, number: float) -> float | None:
    """The value that an alert shows: that a device is gone is none."""
    return None if logic.kind is SignalKind.CONNECTION else float(number)


def _raw_at_start(logic: RuleLogic, held: ValueSeries, carried: OpenEpisode | None) -> list[bool]:
    """Of what is open already, the levels go on where the value still holds."""
    reached = -1 if carried is None else carried.steps[-1][1]
    found = []
    for level in logic.levels:
        assert level.test is not None  # noqa: S101 - of these kinds
        test = level.test.holds if level.severity <= reached else level.test.acts
        found.append(bool(test(held)[-1]))
    return found


def fold(machine: Machine, values: ValueSeries) -> None:
    """Take in values, all of them after what the machine has seen."""
    if not len(values):
        return
    match machine.logic.kind:
        case SignalKind.CHANGED:
            _fold_changes(machine, values)
        case SignalKind.NO_DATA:
            _fold_times(machine, values)
        case SignalKind.VALUE | SignalKind.WINDOW | SignalKind.CONNECTION:
            _fold_values(machine, values)


def _fold_changes(machine: Machine, values: ValueSeries) -> None:
    first = machine.state.held if machine.state.held is not None else values.number[0]
    before = np.concatenate([[first], values.number[:-1]])
    for row in np.flatnonzero(values.number != before).tolist():
        at, number = int(values.at[row]), float(values.number[row])
        machine.advance(at, inclusive=False)
        machine.state.held = number
        machine.pulse(at, number)
    machine.state.held = float(values.number[-1])


def _fold_times(machine: Machine, values: ValueSeries) -> None:
    newest = machine.newest if machine.newest is not None else int(values.at[0])
    before = np.concatenate([[newest], values.at[:-1]])
    wakes = values.at - before > machine.logic.silence
    wakes[0] |= machine.state.levels[0].raw
    for row in np.flatnonzero(wakes).tolist():
        at = int(values.at[row])
        machine.newest = int(before[row])
        machine.advance(at, inclusive=False)
        machine.newest = at
        if machine.state.levels[0].raw:
            machine.signal(at, [False] * len(machine.state.levels))
    machine.newest = int(values.at[-1])


def _fold_values(machine: Machine, values: ValueSeries) -> None:
    raw = np.array(
        [
            _raw_signal(level.test.acts(values), level.test.holds(values), is_raw)
            for level, is_raw in zip(machine.logic.levels, machine.is_raw, strict=True)
            if level.test is not None
        ]
    )
    before = np.concatenate([np.array(machine.is_raw)[:, None], raw[:, :-1]], axis=1)
    for row in np.flatnonzero((raw != before).any(axis=0)).tolist():
        at = int(values.at[row])
        machine.advance(at, inclusive=False)
        machine.signal(at, raw[:, row].tolist(), _told(machine.logic, values.number[row]))


def _raw_signal(acts: Flags, holds: Flags, is_raw: bool) -> Flags:
    """TRUE where it acts, FALSE where it doesn't hold, else as before."""
    rows = np.arange(1, len(acts) + 1)
    decided = np.maximum.accumulate(np.where(acts | ~holds, rows, 0))
    return np.where(decided > 0, acts[np.maximum(decided, 1) - 1], is_raw)


class QuietBand(NamedTuple):
    """Nothing changes while values stay in [low, high] and pauses are no longer than `gap`, in
    microseconds; None where pauses don't matter."""

    low: float
    high: float
    gap: int | None


def band_of(machine: Machine, number: float) -> QuietBand:
    """Around the sensor's newest value."""
    gap = machine.logic.silence if machine.logic.kind is SignalKind.NO_DATA else None
    return QuietBand(*_interval_of(machine, number), gap)


def _interval_of(machine: Machine, number: float) -> Interval:
    levels = machine.state.levels
    match machine.logic.kind:
        case SignalKind.CHANGED:
            return number, number
        case SignalKind.WINDOW | SignalKind.CONNECTION:
            return EVERYTHING
        case SignalKind.NO_DATA:
            is_busy = any(level.raw or level.on for level in levels)
            return NOTHING if is_busy else EVERYTHING
        case SignalKind.VALUE:
            pairs = zip(levels, machine.logic.levels, strict=True)
            return common(
                [
                    logic.test.band(number, is_raw=level.raw)
                    for level, logic in pairs
                    if logic.test is not None
                ]
            )


def joint_band(bands: Sequence[QuietBand]) -> QuietBand:
    """What is quiet for all of them."""
    low, high = common([(band.low, band.high) for band in bands])
    return QuietBand(low, high, min((band.gap for band in bands if band.gap), default=None))
