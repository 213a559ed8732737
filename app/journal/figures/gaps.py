"""Pauses between readings that are longer than they should be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.journal.figures.finding import Finding
from db.readings.columns import Integers

USUAL_TIMES = 3
"""A pause of so many usual intervals is one, where nobody says how long one is."""
INTERVALS_LEAST = 10
INTERVALS_MOST = 10_000
"""Out of how many intervals of a day it is told what is usual."""


def usual_interval(at: Integers) -> int | None:
    """The median interval between the first readings of a day, in microseconds; None where there
    are too few to tell."""
    intervals = np.diff(at[: INTERVALS_MOST + 1])
    return int(np.median(intervals)) if len(intervals) >= INTERVALS_LEAST else None


def gaps(at: Integers, usual: int | None, *, longest: int, min_missing: int) -> Iterator[Finding]:
    """Between neighbours in `at`: pauses longer than `longest`, or, where that is 0, than three
    usual intervals, in which at least so many readings are missing. What isn't usual at all has
    no number of missing ones."""
    least = longest or USUAL_TIMES * (usual or 0)
    if not least:
        return
    pauses = np.diff(at)
    for place in np.flatnonzero(pauses > least).tolist():
        missing = round(int(pauses[place]) / usual) - 1 if usual else None
        if missing is None or missing >= min_missing:
            figures = {
                "seconds": int(pauses[place]) / 1e6,
                "missing": None if missing is None else float(missing),
            }
            yield Finding(int(at[place]), int(at[place + 1]), figures)
