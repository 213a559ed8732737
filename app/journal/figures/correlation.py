"""Whether two series move together: Pearson's r of pairs, window by window."""

from __future__ import annotations

import numpy as np

from app.journal.figures.comparison import Values, compare
from app.journal.figures.finding import Finding


def uncorrelated(
    x: Values,
    y: Values,
    span: tuple[int, int],
    *,
    min_pairs: int,
    min_spread: float,
    below: float,
    above: float,
) -> Finding | None:
    """The window, if r of y with x is under `below` or over `above`. NaN is a gap. None, too, where
    there are fewer pairs, or one of the two hardly varies: a constant has no correlation."""
    is_pair = ~(np.isnan(x) | np.isnan(y))
    x, y = x[is_pair], y[is_pair]
    if len(x) < min_pairs or min(np.std(x), np.std(y)) < min_spread:
        return None
    found = compare(x, y)
    if found.r is None or found.ols is None or below <= found.r <= above:
        return None
    figures = {"r": found.r, "n": float(found.n), "slope": found.ols.slope}
    return Finding(*span, figures)
