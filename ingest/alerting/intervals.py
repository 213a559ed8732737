"""Conditions on numbers as closed intervals of doubles: what an operator takes, what it leaves, and
how far a value may go until it changes sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from db.readings.columns import Flags, Floats
from ingest.alerting.definition import RuleOperator

Interval = tuple[float, float]
EVERYTHING: Interval = (-math.inf, math.inf)
NOTHING: Interval = (math.inf, -math.inf)
"""As a quiet band: whatever comes is looked at."""


def above(value: float) -> float:
    """The next double."""
    return math.nextafter(value, math.inf)


def below(value: float) -> float:
    return math.nextafter(value, -math.inf)


def taken(operator: RuleOperator, low: float, high: float) -> tuple[Interval, ...]:
    """The values that it holds for. `low` is what all but BETWEEN and OUTSIDE compare with."""
    match operator:
        case "GT":
            return ((above(low), math.inf),)
        case "GTE":
            return ((low, math.inf),)
        case "LT":
            return ((-math.inf, below(low)),)
        case "LTE":
            return ((-math.inf, low),)
        case "EQ":
            return ((low, low),)
        case "NEQ":
            return ((-math.inf, below(low)), (above(low), math.inf))
        case "BETWEEN":
            return ((low, high),)
        case "OUTSIDE":
            return ((-math.inf, below(low)), (above(high), math.inf))
        case "IS_TRUE":
            return ((1.0, 1.0),)
        case "IS_FALSE":
            return ((0.0, 0.0),)
    raise ValueError(f"{operator} compares no numbers")


@lru_cache(maxsize=4096)
def rest(intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """All other values. Kept, since rules have few and sensors are many."""
    left, edge = [], -math.inf
    for low, high in sorted(intervals):
        if low > edge:
            left.append((edge, below(low)))
        if high == math.inf:
            return tuple(left)
        edge = above(high)
    return (*left, (edge, math.inf))


def around(intervals: Sequence[Interval], value: float) -> Interval | None:
    """The one that holds the value."""
    return next((each for each in intervals if each[0] <= value <= each[1]), None)


def inside(intervals: Sequence[Interval], values: Floats) -> Flags:
    if len(values) == 1:  # where rules begin: a tenth of what arrays cost
        return np.array([around(intervals, values.item()) is not None])
    found = np.zeros(len(values), bool)
    for low, high in intervals:
        found |= (values >= low) & (values <= high)
    return found


def common(bands: Sequence[Interval]) -> Interval:
    """What lies in all of them; low > high where nothing does."""
    return max(band[0] for band in bands), min(band[1] for band in bands)
