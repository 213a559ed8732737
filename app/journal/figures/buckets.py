"""Averages of buckets on a grid, out of counts and sums; NaN where a bucket doesn't count.

How often a sensor should report isn't written down anywhere: what it usually does is what the
median of its buckets holds. A bucket counts with three quarters of that, which is EPA's rule for
hours. So what is usual depends on the buckets that are looked at together: who wants the same
answer twice gives the same ones.
"""

from __future__ import annotations

import numpy as np

from app.journal.figures.comparison import Values

COVERAGE = 0.75


def averages(counts: Values, sums: Values) -> Values:
    """Of whatever each bucket has."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Values = sums / counts
    found[~np.isfinite(found)] = np.nan
    return found


def covered_averages(counts: Values, sums: Values) -> Values:
    """Of the buckets that have what these buckets usually have."""
    has = counts > 0
    usual = np.median(counts[has]) if has.any() else np.inf
    found = averages(counts, sums)
    found[counts < COVERAGE * usual] = np.nan
    return found
