"""The numbers that each function takes, with their defaults; and what packs call some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import msgspec

JobFunction = Literal[
    "PEARSON_CORRELATION", "DRIFT", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY", "DATA_GAP"
]
DAY_SECONDS = 86_400
YEAR_SECONDS = 366 * DAY_SECONDS

Bucket = Annotated[int, msgspec.Meta(ge=60, le=DAY_SECONDS, multiple_of=60)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=30 * DAY_SECONDS)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
Size = Annotated[float, msgspec.Meta(ge=0)]
BUCKETS_MAX = 10_000
"""In what a bucket is held against."""


class FunctionParameters(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """`of_packs` is what documents of packs may say instead; a name that comes to None says nothing
    that isn't so anyway."""

    of_packs: ClassVar[Mapping[str, str | None]] = {}
    takes_other: ClassVar[bool] = False

    def faults(self) -> Iterator[str]:
        """What doesn't go together."""
        yield from ()


class CorrelationParameters(FunctionParameters, frozen=True, kw_only=True):
    of_packs: ClassVar[Mapping[str, str | None]] = {"minimum": "below"}
    takes_other: ClassVar[bool] = True

    bucket_seconds: Bucket = 300
    window_seconds: Annotated[int, msgspec.Meta(ge=60, le=30 * DAY_SECONDS)] = DAY_SECONDS
    min_pairs: Annotated[int, msgspec.Meta(ge=3, le=100_000)] = 24
    min_spread: Size = 0.0
    below: Annotated[float, msgspec.Meta(ge=-1, le=1)] = 0.8
    above: Annotated[float, msgspec.Meta(ge=-1, le=1)] = 1.0

    def faults(self) -> Iterator[str]:
        yield from _faults_of_bucket(self.bucket_seconds)
        if self.window_seconds % self.bucket_seconds:
            yield "windowSeconds are whole buckets"
        if self.window_seconds // self.bucket_seconds < self.min_pairs:
            yield "no window has minPairs buckets"
        if self.below > self.above:
            yield "below is not over above"


class DriftParameters(FunctionParameters, frozen=True, kw_only=True):
    of_packs: ClassVar[Mapping[str, str | None]] = {"threshold": "maxOffset", "windowSeconds": None}
    takes_other: ClassVar[bool] = True

    bucket_seconds: Bucket = 3600
    window_days: Annotated[int, msgspec.Meta(ge=2, le=400)] = 30
    baseline_days: Annotated[int, msgspec.Meta(ge=1, le=200)] = 7
    max_offset: Size | None = None
    max_per_day: Size | None = None
    alpha: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.01

    def faults(self) -> Iterator[str]:
        yield from _faults_of_bucket(self.bucket_seconds)
        if self.max_offset is None and self.max_per_day is None:
            yield "maxOffset or maxPerDay is needed"
        if 2 * self.baseline_days > self.window_days:
            yield "windowDays are at least twice baselineDays"


class ExceedanceParameters(FunctionParameters, frozen=True, kw_only=True):
    of_packs: ClassVar[Mapping[str, str | None]] = {"minimumSeconds": "minSeconds"}

    above: float | None = None
    below: float | None = None
    clear: float | None = None
    min_seconds: Seconds = 0
    merge_gap_seconds: Seconds = 0

    def faults(self) -> Iterator[str]:
        if self.above is None and self.below is None:
            yield "above or below is needed"
        if self.above is not None and self.below is not None:
            if self.clear is not None:
                yield "clear goes with above or below alone"
            if self.below > self.above:
                yield "below is not over above"
        elif self.clear is not None and not self._clears():
            yield "clear lies on the other side of the limit"

    def _clears(self) -> bool:
        if self.clear is None:
            return True
        return (self.above is None or self.clear <= self.above) and (
            self.below is None or self.clear >= self.below
        )


class AnomalyParameters(FunctionParameters, frozen=True, kw_only=True):
    """`season`: 0 none, 1 the hour of the day, 2 the hour of the week."""

    of_packs: ClassVar[Mapping[str, str | None]] = {"windowSeconds": "baselineSeconds"}

    bucket_seconds: Bucket = 300
    baseline_seconds: Annotated[int, msgspec.Meta(ge=60, le=YEAR_SECONDS)] = 7 * DAY_SECONDS
    threshold: Annotated[float, msgspec.Meta(gt=0)] = 4.0
    min_buckets: Positive = 1
    min_baseline: Positive = 200
    min_scale: Size = 0.0
    season: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0

    @property
    def hours(self) -> int | None:
        """Of a season."""
        return (None, 24, 168)[self.season]

    @property
    def width(self) -> int:
        """How many buckets one is held against."""
        return self.baseline_seconds // self.bucket_seconds // (self.hours or 1)

    def faults(self) -> Iterator[str]:
        yield from _faults_of_bucket(self.bucket_seconds)
        if self.baseline_seconds % (3600 * self.hours if self.hours else self.bucket_seconds):
            yield "baselineSeconds are whole buckets; with a season whole days, or weeks"
        elif self.hours and 3600 % self.bucket_seconds:
            yield "with a season an hour has whole buckets"
        elif self.width > BUCKETS_MAX:
            yield f"a bucket is held against at most {BUCKETS_MAX:,} others"
        elif self.min_baseline > self.width:
            yield "the baseline never has minBaseline buckets"


class GapParameters(FunctionParameters, frozen=True, kw_only=True):
    """`gap_seconds` 0: three times the usual interval."""

    gap_seconds: Seconds = 0
    min_missing: Positive = 1


PARAMETERS: dict[JobFunction, type[FunctionParameters]] = {
    "PEARSON_CORRELATION": CorrelationParameters,
    "DRIFT": DriftParameters,
    "THRESHOLD_EXCEEDANCE": ExceedanceParameters,
    "ZSCORE_ANOMALY": AnomalyParameters,
    "DATA_GAP": GapParameters,
}


def parameters_of(function: JobFunction, given: Mapping[str, object]) -> FunctionParameters:
    """Raises msgspec.ValidationError for what the function doesn't take."""
    found: FunctionParameters = msgspec.convert(
        {name: _whole(value) for name, value in given.items()}, PARAMETERS[function]
    )
    return found


def _whole(value: object) -> object:
    """In JSON 60.0 is as whole as 60."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def translated(function: JobFunction, given: Mapping[str, float]) -> dict[str, float]:
    """A pack's parameters by the function's own names."""
    names = PARAMETERS[function].of_packs
    renamed = {names.get(name, name): value for name, value in given.items()}
    return {name: value for name, value in renamed.items() if name is not None}


def _faults_of_bucket(seconds: int) -> Iterator[str]:
    if DAY_SECONDS % seconds:
        yield "a day has whole buckets of bucketSeconds"
