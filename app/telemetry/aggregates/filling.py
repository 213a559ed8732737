"""What stands in a bucket without readings. Pure.

PREVIOUS begins with the last reading before the range, where that is at most LOOK_BACK older than
it and the function says how high the values were: a sensor that reports on change has a value all
the time. What says how much there was (sum, delta, rate) or how different the values were (stddev,
range) has no such beginning.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from app.telemetry.aggregates.functions import Column


class Fill(StrEnum):
    """NONE leaves empty buckets out, the others keep them."""

    NONE = "none"
    NULL = "null"
    PREVIOUS = "previous"
    LINEAR = "linear"


def filled(
    fill: Fill, values: Column, starts: Column, *, now: float, before: float = np.nan
) -> Column:
    """The column with NaN replaced from its neighbours: PREVIOUS up to the present, beginning with
    `before`; LINEAR between two values by time. `starts` and `now` are seconds on one scale."""
    if fill is Fill.PREVIOUS:
        return _held(np.concatenate([[before], values]), starts, now)
    known = np.flatnonzero(~np.isnan(values))
    if fill is Fill.LINEAR and known.size:
        with np.errstate(over="ignore"):
            return np.interp(starts, starts[known], values[known], left=np.nan, right=np.nan)
    return values


def _held(values: Column, starts: Column, now: float) -> Column:
    """All but the first, each NaN in the place of a bucket that has begun replaced by the value
    before it."""
    places = np.where(np.isnan(values), 0, np.arange(values.size))
    held = values[np.maximum.accumulate(places)][1:]
    return np.where((starts <= now) | ~np.isnan(values[1:]), held, np.nan)
