"""Values of windows on a grid: at each multiple b of `step`, counted from 1970, the value of the
readings in [b - width, b). It holds until the next.

What a window has is of one sensor, or is calculated of several sensors' windows that end at the
same moment: then it has a value where each of them has one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from db.readings.columns import Floats, Integers, Positions
from ingest.alerting.series import ValueSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowInput:
    """`function` is a WindowAggregate, or RATE: how much the value changed from the one that was
    held at the window's beginning to its last. With fewer than `least` readings a window has no
    value; COUNT always has one, SUM is 0 of none. `source` is the place of its sensor among the
    rule's sources; None for the watched one."""

    function: str
    least: int = 1
    source: int | None = None

    def values(self, readings: ValueSeries, ends: Integers, width: int) -> ValueSeries:
        """Of the windows that end then."""
        first = np.searchsorted(readings.at, ends - width)
        last = np.searchsorted(readings.at, ends)
        count = last - first
        if self.function == "COUNT":
            return ValueSeries(ends, count.astype(float))
        if self.function == "RATE":
            return _rates(readings, ends, width, last)
        has = count >= max(self.least, 1)
        values = self._reduced(readings.number, first[has], last[has])
        if self.function == "SUM" and self.least <= 1:
            sums = np.zeros(len(ends))
            sums[has] = values
            return ValueSeries(ends, sums)
        return ValueSeries(ends[has], values)

    def _reduced(self, numbers: Floats, first: Positions, last: Positions) -> Floats:
        match self.function:
            case "LAST":
                found: Floats = numbers[last - 1]
                return found
            case "SUM":
                return _reduce(np.add, numbers, first, last)
            case "AVG":
                return _reduce(np.add, numbers, first, last) / (last - first)
            case "MIN":
                return _reduce(np.minimum, numbers, first, last)
            case "MAX":
                return _reduce(np.maximum, numbers, first, last)
            case "RANGE":
                highest = _reduce(np.maximum, numbers, first, last)
                return highest - _reduce(np.minimum, numbers, first, last)
        raise ValueError(f"no window has a {self.function}")


Calculation = Callable[[Sequence[Floats]], Floats]
"""Of the inputs' values, row by row; NaN where it comes to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridWindow:
    """Without a `calculation` its value is that of its only input."""

    width: int
    step: int
    inputs: tuple[WindowInput, ...]
    calculation: Calculation | None = None

    @property
    def needs_held(self) -> bool:
        """Whether it needs the reading that was held at a window's beginning."""
        return any(each.function == "RATE" for each in self.inputs)

    @property
    def sources(self) -> int:
        """How many sensors beside the watched one it needs."""
        return len({each.source for each in self.inputs} - {None})

    def closed(self, at: int) -> int:
        """The end of the last window that has ended by then."""
        return at // self.step * self.step

    def values(
        self, readings: ValueSeries, after: int, to: int, others: Sequence[ValueSeries] = ()
    ) -> ValueSeries:
        """Of the windows that end in (after, to]; `readings`, and of each source those in `others`,
        have all in them, and of RATE the one that was held before."""
        ends = np.arange((after // self.step + 1) * self.step, to + 1, self.step, dtype=np.int64)
        found = [
            each.values(readings if each.source is None else others[each.source], ends, self.width)
            for each in self.inputs
        ]
        if self.calculation is None:
            return found[0]
        return _calculated(self.calculation, found)


def _calculated(calculation: Calculation, found: Sequence[ValueSeries]) -> ValueSeries:
    at = reduce(np.intersect1d, [series.at for series in found])
    values = calculation([each.number[np.searchsorted(each.at, at)] for each in found])
    has = np.isfinite(values)
    return ValueSeries(at[has], values[has])


def _rates(readings: ValueSeries, ends: Integers, width: int, last: Positions) -> ValueSeries:
    held = np.searchsorted(readings.at, ends - width, side="right")
    has = held > 0
    base, newest = held[has] - 1, last[has] - 1
    return ValueSeries(ends[has], readings.number[newest] - readings.number[base])


def _reduce(function: np.ufunc, numbers: Floats, first: Positions, last: Positions) -> Floats:
    """Of each [first, last) that isn't empty. The value depends on what is in it alone, not on what
    was read beside it."""
    if not len(first):
        return np.empty(0)
    # Each second one is from a window's end to the next's beginning, and left out.
    edges = np.stack([first, last], axis=1).ravel()
    found: Floats = function.reduceat(np.append(numbers, 0.0), edges)[::2]
    return found
