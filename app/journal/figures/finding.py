"""What a computation has found of a series: spans with figures, and runs of what stands out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from db.readings.columns import Flags


class Finding(NamedTuple):
    """From `start` until before `end`, in microseconds since 1970. Figures that aren't there are
    None."""

    start: int
    end: int
    values: Mapping[str, float | str | None]


def runs(flags: Flags) -> list[tuple[int, int]]:
    """[first, last) of each run of TRUE."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
