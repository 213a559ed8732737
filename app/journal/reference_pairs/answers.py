"""A comparison as it travels: figures, points to draw, density, targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.journal.figures.comparison import (
    TARGETS,
    Comparison,
    Values,
    best_lag,
    compare,
    meets,
    target_values,
)
from app.journal.reference_pairs.paired import BucketGrid, PairedBuckets
from app.journal.reference_pairs.schemas import (
    ComparisonRead,
    DemingLine,
    OrdinaryLine,
    PairDensity,
    PairPoint,
    TargetMetricRead,
    TargetName,
    TargetResult,
)
from db.readings.columns import Integers
from db.readings.times import moment_of

POINTS_MAX = 1_000
CELLS = 40


@dataclass(frozen=True, slots=True)
class ComparisonRequest:
    """What of a pair is compared, and how; `delta` is Deming's ratio."""

    field: str
    grid: BucketGrid
    delta: float
    target: TargetName | None


def answer(asked: ComparisonRequest, pairs: PairedBuckets) -> ComparisonRead:
    is_pair = ~np.isnan(pairs.x)
    x, y, at = pairs.x[is_pair], pairs.y[is_pair], pairs.at[is_pair]
    found = compare(x, y, asked.delta)
    seconds = int(asked.grid.width.total_seconds())
    lag = best_lag(pairs.x, pairs.y)
    return ComparisonRead(
        field=asked.field,
        from_=asked.grid.start,
        to=asked.grid.end,
        bucket_seconds=seconds,
        n=found.n,
        coverage=found.n / len(asked.grid),
        bias=found.bias,
        mae=found.mae,
        rmse=found.rmse,
        nrmse=found.nrmse,
        r=found.r,
        r2=None if found.r is None else found.r**2,
        ols=None if found.ols is None else OrdinaryLine(*found.ols),
        deming=None
        if found.deming is None
        else DemingLine(found.deming.slope, found.deming.intercept, asked.delta),
        lag_seconds=None if lag is None else lag * seconds,
        limits_of_agreement=None if found.limits is None else list(found.limits),
        points=_points(x, y, at),
        density=_density(x, y) if found.n else None,
        targets=None if asked.target is None else _target(asked.target, found),
    )


def _points(x: Values, y: Values, at: Integers) -> list[PairPoint]:
    """Evenly over the pairs, which are in the order of time; the first and the last among them."""
    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), POINTS_MAX)).round().astype(int))
    if not len(x):
        return []
    return [PairPoint(float(x[n]), float(y[n]), moment_of(int(at[n]))) for n in chosen]


def _density(x: Values, y: Values) -> PairDensity:
    counts, y_edges, x_edges = np.histogram2d(y, x, bins=CELLS)
    return PairDensity(
        x=[float(x_edges[0]), float(x_edges[-1])],
        y=[float(y_edges[0]), float(y_edges[-1])],
        size=CELLS,
        counts=counts.astype(int).ravel().tolist(),
    )


def _target(name: TargetName, found: Comparison) -> TargetResult:
    values = target_values(found)
    metrics = [
        TargetMetricRead(
            metric=metric.name,
            value=values[metric.name],
            low=metric.low,
            high=metric.high,
            passed=meets(metric, values[metric.name]),
        )
        for metric in TARGETS[name]
    ]
    return TargetResult(name, all(metric.passed for metric in metrics), metrics)
