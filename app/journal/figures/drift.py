"""Whether one series moves away from another that is trusted: daily medians of the difference, an
offset between the ends of a window, Theil and Sen's slope, Mann and Kendall's test.

Sources: Theil 1950, Sen 1968; Mann 1945, Kendall 1975 with ties (Gilbert, Statistical Methods for
Environmental Pollution Monitoring, 1987, 16.4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.journal.figures.comparison import Values
from app.journal.figures.finding import Finding, runs

DAY = 86_400_000_000


class TrendTest(NamedTuple):
    """`s` is Kendall's score, `p` of no trend, on both sides, with continuity corrected for."""

    s: float
    variance: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLimits:
    """A limit that is None is none. Spans in days; `max_per_day` counts with p under `alpha`."""

    window: int
    baseline: int
    max_offset: float | None
    max_per_day: float | None
    alpha: float


def theil_sen(x: Values, y: Values) -> float:
    """The median of the slopes of all pairs of points; x rises."""
    first, second = np.triu_indices(len(x), 1)
    return float(np.median((y[second] - y[first]) / (x[second] - x[first])))


def mann_kendall(y: Values) -> TrendTest:
    """Of values in the order of time, at least two."""
    n = len(y)
    first, second = np.triu_indices(n, 1)
    s = float(np.sign(y[second] - y[first]).sum())
    ties = np.unique(y, return_counts=True)[1].astype(float)
    tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    variance = (n * (n - 1) * (2 * n + 5) - tied) / 18
    if s == 0 or variance <= 0:
        return TrendTest(s, variance, 1.0)
    return TrendTest(s, variance, math.erfc((abs(s) - 1) / math.sqrt(2 * variance)))


def daily_medians(differences: Values, per_day: int) -> Values:
    """Of whole days of buckets; NaN for a day without any."""
    days = differences.reshape(-1, per_day)
    found = np.full(len(days), np.nan)
    has = ~np.isnan(days).all(axis=1)
    found[has] = np.nanmedian(days[has], axis=1)
    return found


def drift_of(medians: Values, limits: DriftLimits) -> dict[str, float | None] | None:
    """Offset, slope and p of a window's daily medians if they are beyond the limits. None, too,
    where half of the days are missing, of the window or of either end."""
    day = np.flatnonzero(~np.isnan(medians))
    ends = medians[: limits.baseline], medians[-limits.baseline :]
    enough = [np.count_nonzero(~np.isnan(end)) * 2 >= limits.baseline for end in ends]
    if len(day) < max(limits.window / 2, 2) or not all(enough):
        return None
    offset = float(np.nanmedian(ends[1]) - np.nanmedian(ends[0]))
    known = medians[day]
    slope = theil_sen(day.astype(float), known)
    p = mann_kendall(known).p
    is_off = limits.max_offset is not None and abs(offset) > limits.max_offset
    is_moving = limits.max_per_day is not None and abs(slope) > limits.max_per_day
    if not is_off and not (is_moving and p < limits.alpha):
        return None
    return {"offset": offset, "perDay": slope, "p": p}


def drifts(medians: Values, first_day: int, limits: DriftLimits) -> list[Finding]:
    """Runs of days, each with the figures of its last one: a day drifts by the window that ends
    with it. `medians` begin a window less a day before `first_day`, which is in microseconds."""
    days = len(medians) - limits.window + 1
    verdicts = [drift_of(medians[at : at + limits.window], limits) for at in range(max(days, 0))]
    flags = np.array([verdict is not None for verdict in verdicts], bool)
    return [
        Finding(first_day + first * DAY, first_day + last * DAY, dict(verdicts[last - 1] or {}))
        for first, last in runs(flags)
    ]
