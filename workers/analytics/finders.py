"""The five functions over a sensor's history.

A finder gives the findings that begin in some days. Where one may have begun before them, or what
is open at their end decides about later ones, it looks further, and says so: `Decided` may take in
more days than were asked for. It never looks beyond `bound`, up to when all is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from app.alerting.alert_backtests.replay import value_series
from app.core.job_functions import (
    AnomalyParameters,
    CorrelationParameters,
    DriftParameters,
    ExceedanceParameters,
    FunctionParameters,
    GapParameters,
)
from app.journal.figures.anomaly import AnomalyLimits, anomalies, seasonal_z
from app.journal.figures.buckets import averages, covered_averages
from app.journal.figures.comparison import Values
from app.journal.figures.correlation import uncorrelated
from app.journal.figures.drift import DriftLimits, daily_medians, drifts
from app.journal.figures.exceedance import (
    ExceedanceFold,
    ExceedanceLimits,
    ExceedanceScale,
    Span,
)
from app.journal.figures.finding import Finding
from app.journal.figures.gaps import INTERVALS_MOST, gaps, usual_interval
from db.readings.columns import Integers
from workers.analytics.sources import DAY, PAGE_READINGS, SensorSource, day_of

SECOND = 1_000_000
DAYS_BACK = 400
"""So many days before those asked for something may have begun."""
CHUNK_BUCKETS = 100_000


class Decided(NamedTuple):
    """All findings that begin in [start, end)."""

    start: int
    end: int
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Pair:
    """A sensor and, for functions of two, the one beside it within [start, end)."""

    own: SensorSource
    other: SensorSource | None = None
    start: int | None = None
    end: int | None = None

    def both(self, own: Values, other: Values, at: int, width: int) -> tuple[Values, Values]:
        """The other's values within the span alone; they begin at `at`."""
        begins = at + np.arange(len(other), dtype=np.int64) * width
        outside = np.zeros(len(other), bool)
        if self.start is not None:
            outside |= begins < self.start
        if self.end is not None:
            outside |= begins + width > self.end
        return own, np.where(outside, np.nan, other)


class Finder(Protocol):
    @property
    def days_after(self) -> int:
        """For how many days after one its readings matter."""
        ...

    async def find(self, pair: Pair, start: int, end: int, bound: int) -> Decided:
        """Of the days in [start, end); the last one may end with `bound`."""
        ...


@dataclass(frozen=True)
class CorrelationFinder:
    of: CorrelationParameters
    days_after: int = 0

    async def find(self, pair: Pair, start: int, end: int, bound: int) -> Decided:
        """Windows of which any part lies in those days, and which have ended."""
        assert pair.other is not None  # noqa: S101 - of PEARSON_CORRELATION
        width, window = self.of.bucket_seconds * SECOND, self.of.window_seconds * SECOND
        start, end = start // window * window, -(-end // window) * window
        last = min(end, bound // window * window)
        findings: list[Finding] = []
        step = max(1, CHUNK_BUCKETS * width // window) * window
        for first in range(start, last, step):
            stop = min(first + step, last)
            y = _grid(await pair.own.buckets(first, stop, width), window // width)
            x = _grid(await pair.other.buckets(first, stop, width), window // width)
            y, x = pair.both(y, x, first, width)
            findings += await asyncio.to_thread(self._windows, x, y, first, window // width)
        return Decided(start, end, findings)

    def _windows(self, x: Values, y: Values, first: int, buckets: int) -> list[Finding]:
        window = self.of.window_seconds * SECOND
        found = [
            uncorrelated(
                x[at : at + buckets],
                y[at : at + buckets],
                (
                    first + at // buckets * window,
                    first + (at // buckets + 1) * window,
                ),
                min_pairs=self.of.min_pairs,
                min_spread=self.of.min_spread,
                below=self.of.below,
                above=self.of.above,
            )
            for at in range(0, len(x), buckets)
        ]
        return [each for each in found if each is not None]


def _grid(counted: tuple[Values, Values], together: int) -> Values:
    """Averages of buckets; what is usual is so many together's own."""
    counts, sums = counted
    pieces = [
        covered_averages(counts[at : at + together], sums[at : at + together])
        for at in range(0, len(counts), together)
    ]
    return np.concatenate(pieces) if pieces else np.empty(0)


class DriftFinder:
    def __init__(self, of: DriftParameters) -> None:
        self.days_after = of.window_days
        self._width = of.bucket_seconds * SECOND
        self._limits = DriftLimits(
            window=of.window_days,
            baseline=of.baseline_days,
            max_offset=of.max_offset,
            max_per_day=of.max_per_day,
            alpha=of.alpha,
        )

    async def find(self, pair: Pair, start: int, end: int, bound: int) -> Decided:
        """A run of days goes as far as they drift, on either side."""
        end, last = min(end, day_of(bound)), day_of(bound)
        if end <= start:
            return Decided(start, start, [])
        for _ in range(DAYS_BACK):
            if not await self._drifts(pair, start - DAY, start):
                break
            start -= DAY
        while end < last and await self._drifts(pair, end, end + DAY):
            end += DAY
        found = await self._drifts(pair, start, end)
        return Decided(start, end, found)

    async def _drifts(self, pair: Pair, start: int, end: int) -> list[Finding]:
        assert pair.other is not None  # noqa: S101 - of DRIFT
        first, per_day = start - (self._limits.window - 1) * DAY, DAY // self._width
        own = _grid(await pair.own.buckets(first, end, self._width), per_day)
        other = _grid(await pair.other.buckets(first, end, self._width), per_day)
        own, other = pair.both(own, other, first, self._width)
        medians = daily_medians(own - other, per_day)
        return await asyncio.to_thread(drifts, medians, start, self._limits)


class ExceedanceFinder:
    days_after = 0

    def __init__(self, of: ExceedanceParameters) -> None:
        self._limits = ExceedanceLimits(
            above=of.above,
            below=of.below,
            clear=of.clear,
            min_seconds=of.min_seconds,
            merge_seconds=of.merge_gap_seconds,
        )

    async def find(self, pair: Pair, start: int, end: int, bound: int) -> Decided:
        source = pair.own
        start = await self._quiet(source, start)
        fold = ExceedanceFold(self._limits, start, await source.newest(start + 1))
        at = start
        while at < end or (not fold.is_idle and at < bound):
            until = min(end if at < end else at + DAY, bound)
            async for page in source.value_pages(at + 1 if at == start else at, until):
                await asyncio.to_thread(fold.feed, page)
            fold.advance(until)
            at = until
            if until == bound:
                break
        if not fold.is_idle:
            fold.finish(at)
        return Decided(start, at, await self._weighed(source, fold.spans))

    async def _quiet(self, source: SensorSource, at: int) -> int:
        """The beginning of the last day until which nothing has begun that goes on in it."""
        for _ in range(DAYS_BACK):
            held = await source.newest(at + 1)
            is_quiet = not self._limits.holds(held.number)
            if is_quiet and self._limits.merge:
                before = at - self._limits.merge
                held = await source.newest(before + 1)
                lately = np.concatenate([held.number, await source.extremes(before, at)])
                is_quiet = not self._limits.holds(lately)
            if is_quiet:
                return at
            at -= DAY
        return at

    async def _weighed(self, source: SensorSource, spans: Sequence[Span]) -> list[Finding]:
        """Spans are read once more; what lies between them isn't, but for the rest of a page."""
        if not spans:
            return []
        scale, at, last = ExceedanceScale(self._limits, spans), spans[0][0], spans[-1][1]
        while at < last:
            held, page = await source.newest(at), await source.read(at, last)
            scale.skip()
            scale.feed(held.at, held.number)
            if len(page):
                values = value_series(page)
                scale.feed(values.at, values.number)
            if len(page) < PAGE_READINGS:
                break
            at = _goes_on(spans, int(page.ts[-1]))
        return scale.findings(last)


def _goes_on(spans: Sequence[Span], at: int) -> int:
    """Where the reading after that one matters again."""
    return max(at + 1, next((start for start, end in spans if end > at), at + 1))


class AnomalyFinder:
    def __init__(self, of: AnomalyParameters) -> None:
        self.days_after = -(-of.baseline_seconds // 86_400)
        self._width = of.bucket_seconds * SECOND
        self._baseline = of.baseline_seconds * SECOND
        self._limits = AnomalyLimits(
            width=of.baseline_seconds // of.bucket_seconds,
            least=of.min_baseline,
            min_scale=of.min_scale,
            threshold=of.threshold,
            min_buckets=of.min_buckets,
            hours=of.hours,
        )

    async def find(self, pair: Pair, start: int, end: int, bound: int) -> Decided:
        """A run of buckets goes as far as they stand out, on either side."""
        last = bound // self._width * self._width
        for _ in range(DAYS_BACK):
            if abs(await self._at(pair, start - self._width)) < self._limits.threshold:
                break
            start -= DAY
        end = min(end, last)
        while end < last and abs(await self._at(pair, end)) >= self._limits.threshold:
            end = min(end + DAY, last)
        if end <= start:
            return Decided(start, start, [])
        z = np.concatenate([await self._z(pair, *each) for each in _chunks(start, end)])
        return Decided(start, end, anomalies(z, start, self._width, self._limits))

    async def _at(self, pair: Pair, bucket: int) -> float:
        """Of one bucket; 0 where it has none."""
        found = (await self._z(pair, bucket, bucket + self._width))[0]
        return 0.0 if np.isnan(found) else float(found)

    async def _z(self, pair: Pair, start: int, end: int) -> Values:
        hour, first = 3600 * SECOND, start - self._baseline
        if self._limits.hours is not None:
            first = first // hour * hour
        values = averages(*await pair.own.buckets(first, end, self._width))
        per_hour = max(hour // self._width, 1)
        z = await asyncio.to_thread(seasonal_z, values, first // hour, per_hour, self._limits)
        return z[(start - first) // self._width :]


def _chunks(start: int, end: int) -> list[tuple[int, int]]:
    """A month at a time, so that memory stays flat."""
    return [(at, min(at + 30 * DAY, end)) for at in range(start, end, 30 * DAY)]


@dataclass(frozen=True)
class GapFinder:
    of: GapParameters
    days_after: int = 1

    async def find(self, pair: Pair, start: int, end: int, bound: int) -> Decided:
        """Day by day, with the pause that goes on when the first one begins: how often it usually
        reports is of the day that a pause begins in, or of the day before."""
        newest, begins = await pair.own.newest(start), list(range(start, end, DAY))
        if len(newest):
            start = int(newest.at[-1])
            begins.insert(0, start)  # there is nothing between
        findings: list[Finding] = []
        for begin in begins:
            day = day_of(begin)
            until = min(day + DAY, bound)
            usual = await self._usual(pair.own, day, until)
            usual = usual or await self._usual(pair.own, day - DAY, day)
            findings += await self._between(pair.own, (begin, until, bound), usual)
        return Decided(start, end, findings)

    async def _usual(self, source: SensorSource, start: int, end: int) -> int | None:
        return usual_interval((await source.read(start, end, limit=INTERVALS_MOST + 1)).ts)

    async def _between(
        self, source: SensorSource, edges: tuple[int, int, int], usual: int | None
    ) -> list[Finding]:
        """Pauses that begin between the first two edges; the third is as far as is looked."""
        start, until, bound = edges
        found: list[Finding] = []
        last = np.empty(0, np.int64)
        async for page in source.pages(start, until):
            at = np.concatenate([last, page.ts])
            found += self._gaps(at, usual)
            last = at[-1:]
        if len(last):
            following = await source.first(until, bound)
            end = bound if following is None else following
            found += self._gaps(np.append(last, end), usual)
        return found

    def _gaps(self, at: Integers, usual: int | None) -> list[Finding]:
        longest, least = self.of.gap_seconds * SECOND, self.of.min_missing
        return list(gaps(at, usual, longest=longest, min_missing=least))


def finder_of(parameters: FunctionParameters) -> Finder:
    match parameters:
        case CorrelationParameters():
            return CorrelationFinder(parameters)
        case DriftParameters():
            return DriftFinder(parameters)
        case ExceedanceParameters():
            return ExceedanceFinder(parameters)
        case AnomalyParameters():
            return AnomalyFinder(parameters)
        case GapParameters():
            return GapFinder(parameters)
    raise ValueError(f"nothing computes {type(parameters).__name__}")
