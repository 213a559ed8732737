"""A series y beside a series x that is trusted, of values at the same times.

Bias, errors and limits of agreement are of the differences y − x themselves: made of the moments of
x and y they lose digits. Where one of them hardly varies, or there are fewer than three pairs,
there is no line and no correlation, and the figure is None.

Sources: Deming's closed form and its ratio δ = var(errors of y) / var(errors of x) as Adcock 1878
and Deming 1943; limits of agreement Bland and Altman 1986; targets EPA/600/R-20/280 (PM2.5, ozone)
and EPA/600/R-23/145 (PM10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

PAIRS_MIN = 3
AGREEMENT = 1.96
LAGS = 6


class Line(NamedTuple):
    """y = slope · x + intercept."""

    slope: float
    intercept: float


class OrdinaryFit(NamedTuple):
    """The same with the standard errors of both."""

    slope: float
    intercept: float
    slope_error: float
    intercept_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`nrmse` is in percent of the mean of x; `sd` that of the differences."""

    n: int
    bias: float | None = None
    mae: float | None = None
    rmse: float | None = None
    nrmse: float | None = None
    sd: float | None = None
    r: float | None = None
    ols: OrdinaryFit | None = None
    deming: Line | None = None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Between which 95 of 100 differences lie, if they are normal."""
        if self.bias is None or self.sd is None:
            return None
        return self.bias - AGREEMENT * self.sd, self.bias + AGREEMENT * self.sd


def compare(x: Values, y: Values, delta: float = 1.0) -> Comparison:
    """Of pairs without gaps."""
    n = len(x)
    if n == 0:
        return Comparison(n=0)
    difference = y - x
    rmse = math.sqrt(float(np.mean(np.square(difference))))
    mean = float(np.mean(x))
    moments = _Moments.of(x, y) if n >= PAIRS_MIN else None
    return Comparison(
        n=n,
        bias=float(np.mean(difference)),
        mae=float(np.mean(np.abs(difference))),
        rmse=rmse,
        nrmse=100 * rmse / abs(mean) if mean else None,
        sd=float(np.std(difference, ddof=1)) if n > 1 else None,
        r=None if moments is None else moments.r,
        ols=None if moments is None else moments.ols,
        deming=None if moments is None else moments.deming(delta),
    )


def best_lag(x: Values, y: Values) -> int | None:
    """By how many steps y comes after x where they correlate best, at most LAGS either way; NaN is
    a gap. None where too few overlap to tell."""
    if len(x) < 2 * LAGS:
        return None
    found: list[tuple[float, int]] = []
    for lag in range(-LAGS, LAGS + 1):
        before, after = (x[: len(x) - lag], y[lag:]) if lag >= 0 else (x[-lag:], y[:lag])
        is_pair = ~(np.isnan(before) | np.isnan(after))
        if is_pair.sum() < max(PAIRS_MIN, 2 * LAGS):
            continue
        moments = _Moments.of(before[is_pair], after[is_pair])
        if moments.r is not None:
            found.append((moments.r, lag))
    if not found:
        return None
    return max(found, key=lambda each: (round(each[0], 12), -abs(each[1])))[1]


@dataclass(frozen=True, slots=True)
class _Moments:
    n: int
    mean_x: float
    mean_y: float
    sxx: float
    syy: float
    sxy: float

    @classmethod
    def of(cls, x: Values, y: Values) -> _Moments:
        mean_x, mean_y = float(np.mean(x)), float(np.mean(y))
        dx, dy = x - mean_x, y - mean_y
        return cls(len(x), mean_x, mean_y, float(dx @ dx), float(dy @ dy), float(dx @ dy))

    @property
    def _varies(self) -> bool:
        """More than rounding does: a constant far from zero has a spread of some last digits."""
        return all(
            spread > self.n * (4 * np.finfo(float).eps * mean) ** 2
            for spread, mean in ((self.sxx, self.mean_x), (self.syy, self.mean_y))
        )

    @property
    def r(self) -> float | None:
        if not self._varies:
            return None
        r = self.sxy / math.sqrt(self.sxx) / math.sqrt(self.syy)
        return max(-1.0, min(1.0, r))

    @property
    def ols(self) -> OrdinaryFit | None:
        """Of y on x, which is taken for exact: where x has errors, too, the slope is too small."""
        if not self._varies:
            return None
        slope = self.sxy / self.sxx
        rest = max(self.syy - slope * self.sxy, 0.0) / (self.n - 2)
        slope_error = math.sqrt(rest / self.sxx)
        intercept_error = math.sqrt(rest * (1 / self.n + self.mean_x**2 / self.sxx))
        intercept = self.mean_y - slope * self.mean_x
        return OrdinaryFit(slope, intercept, slope_error, intercept_error)

    def deming(self, delta: float) -> Line | None:
        """Both have errors, those of y `delta` times the variance of those of x; 1 is orthogonal
        regression."""
        if not self._varies or self.sxy == 0:
            return None
        excess = self.syy - delta * self.sxx
        root = math.hypot(excess, 2 * math.sqrt(delta) * self.sxy)
        # Of two forms that are the same the one that takes nothing away from what is as large.
        slope = (
            (excess + root) / (2 * self.sxy)
            if excess >= 0
            else 2 * delta * self.sxy / (root - excess)
        )
        return Line(slope, self.mean_y - slope * self.mean_x)


class TargetMetric(NamedTuple):
    """What is asked of a figure: to lie between these."""

    name: str
    low: float | None
    high: float | None


TARGETS: dict[str, tuple[TargetMetric, ...]] = {
    "EPA_PM25": (
        TargetMetric("slope", 0.65, 1.35),
        TargetMetric("intercept", -5, 5),
        TargetMetric("r2", 0.70, None),
        TargetMetric("rmse", None, 7),
        TargetMetric("nrmse", None, 30),
    ),
    "EPA_O3": (
        TargetMetric("slope", 0.80, 1.20),
        TargetMetric("intercept", -5, 5),
        TargetMetric("r2", 0.80, None),
        TargetMetric("rmse", None, 5),
    ),
    "EPA_PM10": (
        TargetMetric("slope", 0.65, 1.35),
        TargetMetric("intercept", -10, 10),
        TargetMetric("r2", 0.70, None),
        TargetMetric("rmse", None, 14),
    ),
}


def target_values(found: Comparison) -> dict[str, float | None]:
    """The figures that targets are about: of the ordinary regression."""
    return {
        "slope": found.ols and found.ols.slope,
        "intercept": found.ols and found.ols.intercept,
        "r2": None if found.r is None else found.r**2,
        "rmse": found.rmse,
        "nrmse": found.nrmse,
    }


def meets(metric: TargetMetric, value: float | None) -> bool:
    """A figure that isn't there meets nothing."""
    if value is None:
        return False
    return (metric.low is None or value >= metric.low) and (
        metric.high is None or value <= metric.high
    )
