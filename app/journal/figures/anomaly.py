"""Buckets that are far from what those before them were: z of median and median absolute deviation,
which a few wild values don't move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.journal.figures.comparison import Values
from app.journal.figures.finding import Finding, runs

MAD_TO_SD = 1.4826
"""Of a normal distribution."""
CHUNK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyLimits:
    """`width`: how many buckets before one it is held against, of its own hour where `hours` is 24
    (of the day) or 168 (of the week); of these at least `least` have a value."""

    width: int
    least: int
    min_scale: float
    threshold: float
    min_buckets: int
    hours: int | None = None


def robust_z(values: Values, width: int, *, least: int, min_scale: float) -> Values:
    """(x - median) / max(1.4826 · MAD, min_scale) against the `width` values before each. NaN where
    there is no value, there are fewer than `least`, or they don't vary and min_scale is 0."""
    found = np.full(len(values), np.nan)
    padded = np.concatenate([np.full(width, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)[: len(values)]
    rows = max(1, CHUNK_BYTES // (8 * width))
    for first in range(0, len(values), rows):
        window = windows[first : first + rows]
        median, count = _medians(window)
        deviation, _ = _medians(np.abs(window - median[:, None]))
        scale = np.maximum(MAD_TO_SD * deviation, min_scale)
        enough = (count >= least) & (scale > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            z = (values[first : first + rows] - median) / scale
        found[first : first + rows] = np.where(enough, z, np.nan)
    return found


def _medians(rows: Values) -> tuple[Values, Values]:
    """Of what isn't NaN in each row, and how many that are; NaN of none."""
    ordered = np.sort(rows, axis=1)  # NaN comes last
    count = np.count_nonzero(~np.isnan(rows), axis=1)
    at = np.arange(len(rows))
    middle = np.minimum(count // 2, rows.shape[1] - 1)
    low, high = ordered[at, np.maximum(count - 1, 0) // 2], ordered[at, middle]
    median = np.where(count > 0, low + (high - low) / 2, np.nan)
    return median, count


def seasonal_z(values: Values, first_hour: int, per_hour: int, limits: AnomalyLimits) -> Values:
    """As `robust_z`, each bucket against those of its own hour alone. The first value is that of
    the first bucket of `first_hour`, counted from 1970."""
    if limits.hours is None:
        return robust_z(values, limits.width, least=limits.least, min_scale=limits.min_scale)
    found = np.full(len(values), np.nan)
    season = (first_hour + np.arange(len(values)) // per_hour) % limits.hours
    for hour in range(limits.hours):
        own = np.flatnonzero(season == hour)
        found[own] = robust_z(
            values[own],
            limits.width // limits.hours,
            least=limits.least,
            min_scale=limits.min_scale,
        )
    return found


def anomalies(z: Values, start: int, bucket: int, limits: AnomalyLimits) -> list[Finding]:
    """Consecutive buckets beyond the threshold, with the z that is farthest; times in
    microseconds."""
    with np.errstate(invalid="ignore"):
        flags = np.abs(z) >= limits.threshold
    found = []
    for first, last in runs(flags):
        if last - first >= limits.min_buckets:
            inside = z[first:last]
            figures = {
                "z": float(inside[np.argmax(np.abs(inside))]),
                "buckets": float(last - first),
            }
            found.append(Finding(start + first * bucket, start + last * bucket, figures))
    return found
