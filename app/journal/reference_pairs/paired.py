"""What two sensors measured in the same buckets, out of rollups: averages where both cover them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from app.core.errors import Unprocessable
from app.journal.figures.buckets import covered_averages
from app.journal.figures.comparison import Values
from db.connections.types import Connection
from db.readings.buckets import Buckets, PartialAggregates, partials
from db.readings.columns import Integers
from db.readings.times import microseconds

BUCKETS_MAX = 50_000
_ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PairedBuckets:
    """Of each bucket of the range the averages of both, NaN where one doesn't count; `at` is its
    begin, in microseconds since 1970."""

    at: Integers
    x: Values
    y: Values


@dataclass(frozen=True, slots=True)
class BucketGrid:
    """Buckets of whole minutes in [start, end), counted from 2000-01-03 as everywhere."""

    start: datetime
    end: datetime
    width: timedelta

    @property
    def first(self) -> datetime:
        return self.start - (self.start - _ORIGIN) % self.width

    def __len__(self) -> int:
        return math.ceil((self.end - self.first) / self.width)

    @property
    def bounds(self) -> list[datetime]:
        inner = (self.first + self.width * number for number in range(1, len(self)))
        return [self.start, *inner, self.end]

    @property
    def begins(self) -> Integers:
        step = self.width // timedelta(microseconds=1)
        return microseconds(self.first) + np.arange(len(self), dtype=np.int64) * step

    def check(self) -> None:
        """Raises Unprocessable where there are too many."""
        if len(self) > BUCKETS_MAX:
            raise Unprocessable(
                f"that would be more than {BUCKETS_MAX} buckets; ask for longer ones, or a "
                "shorter range",
                code="TOO_MANY_BUCKETS",
            )


async def paired_buckets(
    connection: Connection, grid: BucketGrid, x_sensor: UUID, y_sensor: UUID
) -> PairedBuckets:
    """Inside a tenant's transaction."""
    question = Buckets([x_sensor, y_sensor], grid.bounds, grid.width)
    found = await partials(connection, [question], ["sum", "count"])
    x, y = (_averages(grid, found.get((0, id_))) for id_ in (x_sensor, y_sensor))
    is_gap = np.isnan(x) | np.isnan(y)
    x[is_gap] = y[is_gap] = np.nan
    return PairedBuckets(grid.begins, x, y)


def _averages(grid: BucketGrid, held: PartialAggregates | None) -> Values:
    counts, sums = np.zeros(len(grid)), np.zeros(len(grid))
    if held is not None:
        places = np.searchsorted(grid.begins, held.at, side="right") - 1
        counts[places], sums[places] = held.columns["count"], held.columns["sum"]
    return covered_averages(counts, sums)
