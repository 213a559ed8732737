"""Values on a grid of moments, of the inputs' readings: what a calculated series is, by definition.

At each moment b, a multiple of the step, an input has a value, or none:
- of a sensor, LAST: its newest reading at or before b, if that is no older than the greatest age
- of a sensor, another aggregate: that of its readings in [b - step, b). COUNT and SUM of none are 0
- of a target: the aggregate across its sensors of what LAST gives of each. COUNT is of how many
  have a value; SUM of none is 0, too, and the others have none
The expression is of those; where it comes to nothing, the moment has none: a gap.

Pure. A value depends on its moment alone, not on how many are calculated together: sums across
sensors go in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from db.readings.columns import Floats, Integers
from ingest.alerting.series import ValueSeries
from ingest.alerting.windows import WindowInput
from ingest.calculations.definition import CalculationDefinition, InputSource, tree_of
from ingest.expressions.values import evaluate

NO_RESULT = "nothing comes of it: a division by 0, the root of less than 0, or more than any number"


@dataclass(frozen=True, slots=True)
class Member:
    """A sensor that stands for an input at the moments in [start, end), with its readings."""

    readings: ValueSeries
    start: int = -(2**62)
    end: int = 2**62


Members = Mapping[str, Sequence[Member]]
"""By the input's name, sensors in the order of their ids."""


@dataclass(frozen=True, slots=True)
class CalculatedPoints:
    """One value for each moment; NaN is a gap. `reason` says why the last one is, if it is."""

    at: Integers
    values: Floats
    reason: str | None


def moments(definition: CalculationDefinition, after: int, to: int) -> Integers:
    """In (after, to]."""
    first = (after // definition.step + 1) * definition.step
    return np.arange(first, to + 1, definition.step, dtype=np.int64)


def calculate(
    definition: CalculationDefinition, members: Members, at: Integers
) -> CalculatedPoints:
    """`members` have all readings that these moments look at."""
    inputs = {
        name: _input(definition, each, members.get(name, ()), at)
        for name, each in definition.inputs.items()
    }
    values = evaluate(tree_of(definition.expression), inputs, len(at))
    reason = None if not len(at) or not np.isnan(values[-1]) else _reason(inputs)
    return CalculatedPoints(at, values, reason)


def _reason(inputs: Mapping[str, Floats]) -> str:
    missing = [name for name, values in inputs.items() if np.isnan(values[-1])]
    if not missing:
        return NO_RESULT
    return f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} no value"


def _input(
    definition: CalculationDefinition,
    of: InputSource,
    members: Sequence[Member],
    at: Integers,
) -> Floats:
    if of.target is not None:
        newest = [_within(each, at, _last(definition, each.readings, at)) for each in members]
        return _across(of.aggregate, newest, len(at))
    found = np.full(len(at), np.nan)
    for each in members:
        if of.aggregate == "LAST":
            own = _last(definition, each.readings, at)
        else:
            own = _window(definition, of.aggregate, each.readings, at)
        found = np.where(np.isnan(found), _within(each, at, own), found)
    return found


def _within(member: Member, at: Integers, values: Floats) -> Floats:
    return np.where((at >= member.start) & (at < member.end), values, np.nan)


def _last(definition: CalculationDefinition, readings: ValueSeries, at: Integers) -> Floats:
    if not len(readings):
        return np.full(len(at), np.nan)
    place = np.searchsorted(readings.at, at, side="right") - 1
    held = np.maximum(place, 0)
    is_young = (place >= 0) & (at - readings.at[held] <= definition.max_age)
    return np.where(is_young, readings.number[held], np.nan)


def _window(
    definition: CalculationDefinition, aggregate: str, readings: ValueSeries, at: Integers
) -> Floats:
    values = np.full(len(at), np.nan)
    found = WindowInput(function=aggregate).values(readings, at, definition.step)
    values[np.searchsorted(at, found.at)] = found.number
    return values


def _across(aggregate: str, newest: Sequence[Floats], size: int) -> Floats:
    counts = np.zeros(size)
    for values in newest:
        counts += ~np.isnan(values)
    match aggregate:
        case "COUNT":
            return counts
        case "SUM":
            return _sum(newest, size)
        case "AVG":
            with np.errstate(invalid="ignore"):
                return np.where(counts > 0, _sum(newest, size) / counts, np.nan)
        case "MIN":
            return _reduced(np.fmin, newest, size)
        case "MAX":
            return _reduced(np.fmax, newest, size)
    return _reduced(np.fmax, newest, size) - _reduced(np.fmin, newest, size)


def _sum(newest: Sequence[Floats], size: int) -> Floats:
    total = np.zeros(size)
    for values in newest:
        total += np.where(np.isnan(values), 0.0, values)
    return total


def _reduced(
    function: Callable[[Floats, Floats], Floats], newest: Sequence[Floats], size: int
) -> Floats:
    found = np.full(size, np.nan)
    for values in newest:
        found = function(found, values)
    return found
