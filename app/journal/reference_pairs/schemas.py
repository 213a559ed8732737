from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Instant, Moment, Read, UpdatedAt
from app.fleet.ids import COMPONENT, ComponentId
from app.journal.ids import ReferencePairId

PairName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
TargetName = Literal["EPA_PM25", "EPA_O3", "EPA_PM10"]

_NAME = described("Unique in the organization.", "Roof, low-cost beside the station")
_PRIMARY = described("The component that is compared.", COMPONENT)
_REFERENCE = described("The component whose values are trusted.", example_id("other component"))
_FROM = described("Since when both stand side by side.", "2026-11-01T00:00:00Z")
_TO = described("Until when; null while they do.", None)


class ReferencePairRead(Read):
    """A component beside one whose values are trusted."""

    id: ReferencePairId
    name: Annotated[str, _NAME]
    primary_component_id: Annotated[ComponentId, _PRIMARY]
    reference_component_id: Annotated[ComponentId, _REFERENCE]
    from_: Annotated[Moment, _FROM] = msgspec.field(name="from")
    to: Annotated[Moment | None, _TO]
    created_by: Annotated[str, described("Who made it.", "user_1f6b2c")]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/reference-pairs/{self.id}"


class ReferencePairCreate(Body):
    """A new pair."""

    name: Annotated[PairName, _NAME]
    primary_component_id: Annotated[ComponentId, _PRIMARY]
    reference_component_id: Annotated[ComponentId, _REFERENCE]
    from_: Annotated[Instant, _FROM] = msgspec.field(name="from")
    to: Annotated[Instant | None, _TO] = None


class ReferencePairUpdate(Body):
    """A JSON Merge Patch."""

    name: Annotated[PairName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    from_: Annotated[Instant | msgspec.UnsetType, _FROM] = msgspec.field(
        name="from", default=msgspec.UNSET
    )
    to: Annotated[Instant | msgspec.UnsetType | None, _TO] = msgspec.UNSET


class OrdinaryLine(Read):
    """Ordinary least squares of the primary on the reference, with standard errors."""

    slope: Annotated[float, described("Of the line.", 1.046)]
    intercept: Annotated[float, described("In the field's unit.", -0.31)]
    slope_error: Annotated[float, described("Standard error.", 0.004)]
    intercept_error: Annotated[float, described("Standard error.", 0.09)]


class DemingLine(Read):
    """Deming's regression: both have errors."""

    slope: Annotated[float, described("Of the line.", 1.0498)]
    intercept: Annotated[float, described("In the field's unit.", -0.36)]
    delta: Annotated[
        float, described("Variance of the primary's errors by that of the reference's.", 1.0)
    ]


class PairDensity(Read):
    """How many pairs lie in each cell of a grid: row by row from the lowest primary values up, in
    each from the lowest reference values on."""

    x: Annotated[list[float], described("Least and greatest of the reference.", [2.0, 41.0])]
    y: Annotated[list[float], described("Least and greatest of the primary.", [1.5, 44.0])]
    size: Annotated[int, described("Cells each way.", 40)]
    counts: Annotated[list[int], described("size × size counts.", [0, 2, 1])]


class TargetMetricRead(Read):
    """One metric of a target."""

    metric: Annotated[str, described("slope, intercept, r2, rmse or nrmse.", "slope")]
    value: Annotated[float | None, described("Of the ordinary regression.", 1.046)]
    low: Annotated[float | None, described("At least.", 0.65)]
    high: Annotated[float | None, described("At most.", 1.35)]
    passed: Annotated[bool, described("Whether it lies between; not, where it is null.", True)]


class TargetResult(Read):
    """Whether the primary is good enough for a published target."""

    name: Annotated[str, described("The target.", "EPA_PM25")]
    passed: Annotated[bool, described("Whether all metrics pass.", True)]
    metrics: Annotated[list[TargetMetricRead], described("Each metric.")]


class PairPoint(Read):
    """What both had in a bucket."""

    reference: Annotated[float, described("The reference's value.", 12.5)]
    primary: Annotated[float, described("That of what is compared with it.", 13.1)]
    at: Annotated[Moment, described("The bucket's begin.", "2026-11-01T00:00:00Z")]


class ComparisonRead(Read):
    """The primary (y) beside the reference (x), of averages of the same buckets. A figure is null
    where there are too few pairs for it, or one of them doesn't vary."""

    field: Annotated[str, described("Of both components.", "pm25")]
    from_: Annotated[Moment, described("Start of what is compared.", "2026-11-01T00:00:00Z")] = (
        msgspec.field(name="from")
    )
    to: Annotated[Moment, described("Its end.", "2026-11-24T00:00:00Z")]
    bucket_seconds: Annotated[int, described("Width of a bucket.", 3600)]
    n: Annotated[int, described("Pairs.", 552)]
    coverage: Annotated[float, described("Pairs by buckets of the range.", 0.98)]
    bias: Annotated[float | None, described("Mean of primary − reference.", 0.4)]
    mae: Annotated[float | None, described("Mean absolute difference.", 1.1)]
    rmse: Annotated[float | None, described("Root of the mean squared difference.", 1.5)]
    nrmse: Annotated[float | None, described("In % of the reference's mean.", 9.8)]
    r: Annotated[float | None, described("Pearson's.", 0.97)]
    r2: Annotated[float | None, described("Its square.", 0.94)]
    ols: Annotated[OrdinaryLine | None, described("The reference taken for exact.")]
    deming: Annotated[DemingLine | None, described("Both with errors.")]
    lag_seconds: Annotated[
        int | None,
        described("By how much the primary comes later where both correlate best.", 0),
    ]
    limits_of_agreement: Annotated[
        list[float] | None, described("bias ± 1.96 standard deviations.", [-2.4, 3.2])
    ]
    points: Annotated[
        list[PairPoint],
        described("At most 1,000, evenly over time."),
    ]
    density: Annotated[PairDensity | None, described("Of all pairs, to be drawn.")]
    targets: Annotated[TargetResult | None, described("Where a target was asked for.")]
