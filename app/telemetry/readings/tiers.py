"""Which tier an answer came from. The database picks it, in the snapshot that it answers from (tsd.merge_partials)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

RAW = "RAW"
# From the finest: the readings themselves, then buckets of so many minutes, hours, days.
TIERS = (RAW, "1M", "15M", "1H", "1D")


def named(bits: Iterable[int]) -> list[str]:
    """The tiers of an answer's parts, finest first; where nothing was found, nothing but the readings could tell."""
    together = reduce(or_, bits, 0)
    return [tier for place, tier in enumerate(TIERS) if together & 1 << place] or [RAW]
