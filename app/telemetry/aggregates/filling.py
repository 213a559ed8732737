"""What stands in a bucket without readings. Pure."""

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


def filled(fill: Fill, values: Column, starts: Column, now: float) -> Column:
    """The column with NaN replaced from its neighbours: PREVIOUS up to the present, LINEAR between two values by time."""
    known = np.flatnonzero(~np.isnan(values))
    if fill is Fill.PREVIOUS and known.size:
        place = np.searchsorted(known, np.arange(values.size), side="right") - 1
        is_held = (place >= 0) & ((starts <= now) | ~np.isnan(values))
        return np.where(is_held, values[known[np.maximum(place, 0)]], np.nan)
    if fill is Fill.LINEAR and known.size:
        with np.errstate(over="ignore"):
            return np.interp(starts, starts[known], values[known], left=np.nan, right=np.nan)
    return values
