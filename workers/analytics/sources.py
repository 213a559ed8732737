"""A sensor's history as finders read it: pages of readings, counts and sums of buckets. Each
question is a transaction of its own, so that none is held while something is computed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np

from app.alerting.alert_backtests.replay import value_series
from app.journal.figures.comparison import Values
from db.connections.sessions import Database
from db.readings.buckets import Buckets, partials
from db.readings.columns import Integers
from db.readings.series import Series, series
from db.readings.times import moment_of
from ingest.alerting.series import ValueSeries, empty_series

PAGE_READINGS = 50_000
DAY = 86_400_000_000
LOOK_BACK = 400 * DAY
"""How far back the reading before a moment is looked for."""


@dataclass(frozen=True, slots=True)
class SensorSource:
    """Times are in microseconds since 1970."""

    database: Database
    org_id: UUID
    sensor_id: UUID

    async def read(
        self, start: int, end: int, *, limit: int = PAGE_READINGS, descending: bool = False
    ) -> Series:
        """The first readings in [start, end), or the last ones."""
        async with self.database.reading_transaction(self.org_id) as connection:
            return await series(
                connection,
                self.sensor_id,
                moment_of(start),
                moment_of(end),
                after=None,
                limit=limit,
                descending=descending,
            )

    async def pages(self, start: int, end: int) -> AsyncIterator[Series]:
        while start < end:
            page = await self.read(start, end)
            if len(page):
                yield page
            if len(page) < PAGE_READINGS:
                return
            start = int(page.ts[-1]) + 1

    async def value_pages(self, start: int, end: int) -> AsyncIterator[ValueSeries]:
        async for page in self.pages(start, end):
            yield value_series(page)

    async def newest(self, before: int) -> ValueSeries:
        """The last reading before then, or none."""
        found = await self.read(before - LOOK_BACK, before, limit=1, descending=True)
        return value_series(found) if len(found) else empty_series()

    async def first(self, start: int, end: int) -> int | None:
        """The time of the first reading in [start, end)."""
        found = await self.read(start, end, limit=1)
        return int(found.ts[0]) if len(found) else None

    async def buckets(self, start: int, end: int, width: int) -> tuple[Values, Values]:
        """Count and sum of the numbers of each bucket in [start, end), which begin and end with
        one."""
        size = (end - start) // width
        counts, sums = np.zeros(size), np.zeros(size)
        question = Buckets(
            [self.sensor_id],
            [moment_of(start), moment_of(end)],
            timedelta(microseconds=width),
        )
        async with self.database.reading_transaction(self.org_id) as connection:
            found = await partials(connection, [question], ["count", "sum"])
        for held in found.values():
            places: Integers = (held.at - start) // width
            np.add.at(counts, places, held.columns["count"])
            np.add.at(sums, places, held.columns["sum"])
        return counts, sums

    async def extremes(self, start: int, end: int) -> Values:
        """The least and the greatest number in [start, end); nothing where there is none."""
        question = Buckets([self.sensor_id], [moment_of(start), moment_of(end)])
        async with self.database.reading_transaction(self.org_id) as connection:
            found = await partials(connection, [question], ["min", "max"])
        columns = [column for held in found.values() for column in held.columns.values()]
        return np.concatenate(columns) if columns else np.empty(0)


def day_of(at: int) -> int:
    """The beginning of its day, in UTC."""
    return at // DAY * DAY
