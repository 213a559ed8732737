"""What a bucket's readings come to. Pure: columns of one sensor's non-empty buckets in, a column of values out.

A column is an array of doubles, NaN where there is no value; what is beyond a double becomes NaN too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Columns = Mapping[str, Column]

COUNT, TIME_WEIGHTED, DELTA, RATE = "count", "timeWeightedAvg", "delta", "rate"
# How much older than a bucket the reading before it may be, to be carried into it or to be counted on from.
LOOK_BACK = timedelta(days=7)
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
LEVELS = frozenset({"avg", "min", "max", "first", "last", TIME_WEIGHTED, *SHARES})
"""Those that say how high the values were: what one reading alone comes to is its value."""


class Dips(StrEnum):
    """What a reading of a counter is that is lower than the one before it while the next one isn't
    (100, 0, 101): RESET, after which it counted on from 0 (101), or a fault to IGNORE (1)."""

    RESET = "reset"
    IGNORE = "ignore"


class Composed(NamedTuple):
    """A function of the columns of partial aggregates (tsd.partial_columns)."""

    columns: tuple[str, ...]
    of: Callable[..., Column]


COMPOSED = {
    "avg": Composed(("sum", "count"), lambda total, count: total / count),
    "min": Composed(("min",), lambda least: least),
    "max": Composed(("max",), lambda most: most),
    "sum": Composed(("sum",), lambda total: total),
    "first": Composed(("first",), lambda first: first),
    "last": Composed(("last",), lambda last: last),
    # Of a sample, so that one reading has none.
    "stddev": Composed(
        ("m2", "count"),
        lambda m2, count: np.sqrt(np.where(count > 1, m2 / (count - 1), np.nan)),
    ),
    "range": Composed(("max", "min"), lambda most, least: most - least),
}
_WEIGHTED_COLUMNS = ("integral", "first_at", "first", "last_at", "last")
FUNCTIONS = (
    "avg",
    "min",
    "max",
    "sum",
    "count",
    "first",
    "last",
    "stddev",
    "range",
    TIME_WEIGHTED,
    *SHARES,
    DELTA,
    RATE,
)


def columns_of(functions: Iterable[str]) -> set[str]:
    """The partial aggregates' columns that these functions are made of, besides the count."""
    needed: set[str] = set()
    for name in functions:
        if name in COMPOSED:
            needed.update(COMPOSED[name].columns)
        elif name == TIME_WEIGHTED:
            needed.update(_WEIGHTED_COLUMNS)
    return needed


def composed(name: str, columns: Columns) -> Column:
    function = COMPOSED[name]
    with np.errstate(all="ignore"):
        return finite(function.of(*(columns[column] for column in function.columns)))


def finite(values: Column) -> Column:
    return np.where(np.isfinite(values), values, np.nan)


def time_weighted(columns: Columns, starts: Column, ends: Column) -> Column:
    """The mean over time of the curve that holds each value until the next reading, in each bucket.

    Times are seconds on one scale; `ends` are where the bucket, the range or the present ends. The value before a bucket
    is carried into it unless it is older than LOOK_BACK; otherwise the mean begins with the bucket's first reading. The
    integral between first and last reading is the column `integral`, in value · seconds.
    """
    first_at, last_at, last = columns["first_at"], columns["last_at"], columns["last"]
    ends = np.maximum(ends, last_at)
    with np.errstate(all="ignore"):
        before_at = np.concatenate([[np.nan], last_at[:-1]])
        before = np.concatenate([[np.nan], last[:-1]])
        is_carried = (before_at >= starts - LOOK_BACK.total_seconds()) & np.isfinite(before)
        head = np.where(is_carried, first_at - starts, 0.0)
        carried = np.where(is_carried, before * head, 0.0)
        area = carried + columns["integral"] + last * (ends - last_at)
        length = head + (ends - first_at)
        # A reading at the very end of a bucket holds for no time at all.
        return finite(np.where(length > 0, area / length, columns["first"]))
