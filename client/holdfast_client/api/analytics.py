# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What is noted of readings by people, rules and jobs; comparisons."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import (
    BulkResults,
    Operation,
    TargetReference,
)
from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


AnnotationScope: TypeAlias = Literal["COMPONENT", "DEVICE", "SENSOR", "SITE"]
"""What an annotation is about."""


AnnotationSource: TypeAlias = Literal["EXTERNAL", "JOB", "MANUAL", "ML", "REFERENCE_SENSOR", "RULE"]
"""Who or what found it."""


class AnnotationClassCreate(Struct, kw_only=True, omit_defaults=True):
    """A new kind of annotation."""

    name: str
    """Unique in the organization."""
    scopes: list[AnnotationScope]
    """What its annotations may be about."""
    description: str | UnsetType = UNSET
    """What it is for."""
    color: str | UnsetType = UNSET
    """As #rrggbb."""
    fields: dict[str, Any] | UnsetType = UNSET
    """JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB."""


class AnnotationClassPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AnnotationClassRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AnnotationClassRead(Struct, kw_only=True, omit_defaults=True):
    """A kind of annotation."""

    id: str
    """The class."""
    name: str
    """Unique in the organization."""
    description: str
    """What it is for."""
    color: str
    """As #rrggbb."""
    scopes: list[AnnotationScope]
    """What its annotations may be about."""
    fields: dict[str, Any]
    """JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB."""
    pack: str | None
    """The pack that brought it."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class AnnotationClassUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch, but for `fields`, which is replaced as a whole. Annotations that are
    there stay as they are.
    """

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    scopes: list[AnnotationScope] | UnsetType = UNSET
    """What its annotations may be about."""
    description: str | UnsetType = UNSET
    """What it is for."""
    color: str | UnsetType = UNSET
    """As #rrggbb."""
    fields: dict[str, Any] | UnsetType = UNSET
    """JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB."""


class AnnotationCreate(Struct, kw_only=True, omit_defaults=True):
    """A new annotation."""

    class_id: str = named(name="classId")
    """The class."""
    scope_type: AnnotationScope = named(name="scopeType")
    """What it is about."""
    scope_id: str = named(name="scopeId")
    """What it is about."""
    from_: datetime = named(name="from")
    """The point, or the start of the range, included."""
    to: datetime | None | UnsetType = UNSET
    """The end of the range, not included; null for a point."""
    values: dict[str, Any] | UnsetType = UNSET
    """As the class's `fields` say; at most 16 KiB."""
    note: str | None | UnsetType = UNSET
    """In people's words."""
    source: Literal["EXTERNAL", "MANUAL", "ML", "REFERENCE_SENSOR"] | UnsetType = UNSET
    """Who or what found it; RULE and JOB are the platform's."""
    confidence: float | None | UnsetType = UNSET
    """How sure its maker is, 0 to 1."""


class AnnotationPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[AnnotationRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class AnnotationRead(Struct, kw_only=True, omit_defaults=True):
    """A note of a moment or a range. What it is about may be gone by now."""

    id: str
    """The annotation."""
    class_id: str = named(name="classId")
    """The class."""
    scope_type: AnnotationScope = named(name="scopeType")
    """What it is about."""
    scope_id: str = named(name="scopeId")
    """What it is about."""
    from_: datetime = named(name="from")
    """The point, or the start of the range, included."""
    to: datetime | None
    """The end of the range, not included; null for a point."""
    values: dict[str, Any]
    """As the class's `fields` say; at most 16 KiB."""
    note: str | None
    """In people's words."""
    source: AnnotationSource
    """Who or what found it."""
    confidence: float | None
    """How sure its maker is, 0 to 1."""
    run_id: str | None = named(name="runId")
    """Of the job that found it."""
    alert_id: str | None = named(name="alertId")
    """Of the rule that left it."""
    withdrawn_at: datetime | None = named(name="withdrawnAt")
    """When what found it said that it isn't so, after late readings."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class AnnotationUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch, but for `values`, which are replaced as a whole. Of what a rule or a job
    found `note` alone may be changed.
    """

    from_: datetime | UnsetType = named(default=UNSET, name="from")
    """RFC 3339 with an offset or Z."""
    to: datetime | None | UnsetType = UNSET
    """The end of the range, not included; null for a point."""
    values: dict[str, Any] | UnsetType = UNSET
    """As the class's `fields` say; at most 16 KiB."""
    note: str | None | UnsetType = UNSET
    """In people's words."""
    confidence: float | None | UnsetType = UNSET
    """How sure its maker is, 0 to 1."""


class ComparisonRead(Struct, kw_only=True, omit_defaults=True):
    """The primary (y) beside the reference (x), of averages of the same buckets. A figure is null
    where there are too few pairs for it, or one of them doesn't vary.
    """

    field: str
    """Of both components."""
    from_: datetime = named(name="from")
    """Start of what is compared."""
    to: datetime
    """Its end."""
    bucket_seconds: int = named(name="bucketSeconds")
    """Width of a bucket."""
    n: int
    """Pairs."""
    coverage: float
    """Pairs by buckets of the range."""
    bias: float | None
    """Mean of primary − reference."""
    mae: float | None
    """Mean absolute difference."""
    rmse: float | None
    """Root of the mean squared difference."""
    nrmse: float | None
    """In % of the reference's mean."""
    r: float | None
    """Pearson's."""
    r2: float | None
    """Its square."""
    ols: OrdinaryLine | None
    """The reference taken for exact."""
    deming: DemingLine | None
    """Both with errors."""
    lag_seconds: int | None = named(name="lagSeconds")
    """By how much the primary comes later where both correlate best."""
    limits_of_agreement: list[float] | None = named(name="limitsOfAgreement")
    """bias ± 1.96 standard deviations."""
    points: list[PairPoint]
    """At most 1,000, evenly over time."""
    density: PairDensity | None
    """Of all pairs, to be drawn."""
    targets: TargetResult | None
    """Where a target was asked for."""


class DemingLine(Struct, kw_only=True, omit_defaults=True):
    """Deming's regression: both have errors."""

    slope: float
    """Of the line."""
    intercept: float
    """In the field's unit."""
    delta: float
    """Variance of the primary's errors by that of the reference's."""


class JobDefinitionCreate(Struct, kw_only=True, omit_defaults=True):
    """A new definition. It runs first within seconds, over the last 30 days."""

    name: str
    """Unique in the organization."""
    function: Literal[
        "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
    ]
    """What is computed."""
    target: TargetReference
    """Whose sensors."""
    field: str
    """The key of the sensors that are looked at."""
    every_seconds: int = named(name="everySeconds")
    """How often it runs."""
    annotation_class_id: str = named(name="annotationClassId")
    """The class."""
    parameters: dict[str, float] | UnsetType = UNSET
    """The function's numbers, as docs/analytics.md lists them; what isn't given has a default."""
    other: OtherSeries | None | UnsetType = UNSET
    """What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each sensor's
    component, over the span of their reference pair.
    """
    description: str | UnsetType = UNSET
    """What it finds."""
    enabled: bool | UnsetType = UNSET
    """Whether it runs by itself."""


class JobDefinitionPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[JobDefinitionRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class JobDefinitionRead(Struct, kw_only=True, omit_defaults=True):
    """A computation on a clock that writes annotations."""

    id: str
    """The definition."""
    name: str
    """Unique in the organization."""
    description: str
    """What it finds."""
    function: Literal[
        "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
    ]
    """What is computed."""
    pack: str | None
    """The pack that brought it."""
    parameters: dict[str, float]
    """The function's numbers, as docs/analytics.md lists them; what isn't given has a default."""
    target: TargetReference
    """Whose sensors."""
    field: str
    """The key of the sensors that are looked at."""
    other: OtherSeries | None
    """What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each sensor's
    component, over the span of their reference pair.
    """
    every_seconds: int = named(name="everySeconds")
    """How often it runs."""
    annotation_class_id: str = named(name="annotationClassId")
    """The class."""
    enabled: bool
    """Whether it runs by itself."""
    due_at: datetime = named(name="dueAt")
    """When it runs next."""
    settled_to: datetime | None = named(name="settledTo")
    """Up to when its runs by the clock have looked."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class JobDefinitionUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch, but for `parameters`, `target` and `other`, which are replaced whole.
    After a change of what is computed the last 30 days are computed anew; what was found before
    them stays.
    """

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    description: str | UnsetType = UNSET
    """What it finds."""
    parameters: dict[str, float] | UnsetType = UNSET
    """The function's numbers, as docs/analytics.md lists them; what isn't given has a default."""
    target: TargetReference | UnsetType = UNSET
    """Whose sensors."""
    field: str | UnsetType = UNSET
    """The key of the sensors that are looked at."""
    other: OtherSeries | None | UnsetType = UNSET
    """What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each sensor's
    component, over the span of their reference pair.
    """
    every_seconds: int | UnsetType = named(default=UNSET, name="everySeconds")
    """How often it runs."""
    enabled: bool | UnsetType = UNSET
    """Whether it runs by itself."""


class JobInputRead(Struct, kw_only=True, omit_defaults=True):
    """A day of a sensor that a run has read last."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    day: str
    """In UTC."""
    readings: int
    """Of the sensor and the one beside it, that were there."""


class JobRunCreate(Struct, kw_only=True, omit_defaults=True):
    """Which days are computed now, all of them, whatever has been before. Without a range as the
    clock does: what is new, and what has changed.
    """

    from_: datetime | None | UnsetType = named(default=UNSET, name="from")
    """Its day is the first."""
    to: datetime | None | UnsetType = UNSET
    """Up to then, and ten minutes ago."""


class JobRunPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[JobRunRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class JobRunRead(Struct, kw_only=True, omit_defaults=True):
    """One computation of a definition over a range."""

    id: str
    """The run."""
    definition_id: str = named(name="definitionId")
    """The definition."""
    status: Literal["FAILED", "RUNNING", "SUCCEEDED"]
    """How it is."""
    from_: datetime | None = named(name="from")
    """The first day, once it is known."""
    to: datetime | None
    """Up to when it looked."""
    progress: float
    """0 to 1, by sensors."""
    findings: int
    """What it found in the days that it computed."""
    changed: int
    """Of findings: added, changed and withdrawn. The rest stood already."""
    because: list[str]
    """Why days were computed that had been before: at most 100."""
    failure: str | None
    """Why it failed, if it did."""
    created_by: str = named(name="createdBy")
    """Who began it: the clock is the platform."""
    started_at: datetime = named(name="startedAt")
    """When it was begun."""
    ended_at: datetime | None = named(name="endedAt")
    """When it ended."""


class OrdinaryLine(Struct, kw_only=True, omit_defaults=True):
    """Ordinary least squares of the primary on the reference, with standard errors."""

    slope: float
    """Of the line."""
    intercept: float
    """In the field's unit."""
    slope_error: float = named(name="slopeError")
    """Standard error."""
    intercept_error: float = named(name="interceptError")
    """Standard error."""


class OtherSeries(Struct, kw_only=True, omit_defaults=True):
    """The series beside each that is looked at: a sensor by its id; or of the same device that
    with
    the key `field` (the same key if left out), on a component of that key, or with that sensor
    profile.
    """

    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """One for all."""
    field: str | None | UnsetType = UNSET
    """Its key."""
    component: str | None | UnsetType = UNSET
    """The component's key."""
    sensor_profile: str | None | UnsetType = named(default=UNSET, name="sensorProfile")
    """The name of the component's profile."""


class PairDensity(Struct, kw_only=True, omit_defaults=True):
    """How many pairs lie in each cell of a grid: row by row from the lowest primary values up, in
    each from the lowest reference values on.
    """

    x: list[float]
    """Least and greatest of the reference."""
    y: list[float]
    """Least and greatest of the primary."""
    size: int
    """Cells each way."""
    counts: list[int]
    """size × size counts."""


class PairPoint(Struct, kw_only=True, omit_defaults=True):
    """What both had in a bucket."""

    reference: float
    """The reference's value."""
    primary: float
    """That of what is compared with it."""
    at: datetime
    """The bucket's begin."""


class ReferencePairCreate(Struct, kw_only=True, omit_defaults=True):
    """A new pair."""

    name: str
    """Unique in the organization."""
    primary_component_id: str = named(name="primaryComponentId")
    """The component that is compared."""
    reference_component_id: str = named(name="referenceComponentId")
    """The component whose values are trusted."""
    from_: datetime = named(name="from")
    """Since when both stand side by side."""
    to: datetime | None | UnsetType = UNSET
    """Until when; null while they do."""


class ReferencePairPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ReferencePairRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ReferencePairRead(Struct, kw_only=True, omit_defaults=True):
    """A component beside one whose values are trusted."""

    id: str
    """The pair."""
    name: str
    """Unique in the organization."""
    primary_component_id: str = named(name="primaryComponentId")
    """The component that is compared."""
    reference_component_id: str = named(name="referenceComponentId")
    """The component whose values are trusted."""
    from_: datetime = named(name="from")
    """Since when both stand side by side."""
    to: datetime | None
    """Until when; null while they do."""
    created_by: str = named(name="createdBy")
    """Who made it."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class ReferencePairUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    from_: datetime | UnsetType = named(default=UNSET, name="from")
    """RFC 3339 with an offset or Z."""
    to: datetime | None | UnsetType = UNSET
    """Until when; null while they do."""


class TargetMetricRead(Struct, kw_only=True, omit_defaults=True):
    """One metric of a target."""

    metric: str
    """slope, intercept, r2, rmse or nrmse."""
    value: float | None
    """Of the ordinary regression."""
    low: float | None
    """At least."""
    high: float | None
    """At most."""
    passed: bool
    """Whether it lies between; not, where it is null."""


class TargetResult(Struct, kw_only=True, omit_defaults=True):
    """Whether the primary is good enough for a published target."""

    name: str
    """The target."""
    passed: bool
    """Whether all metrics pass."""
    metrics: list[TargetMetricRead]
    """Each metric."""


_listAnnotationClasses = Endpoint(
    "listAnnotationClasses", "GET", "/api/v1/annotation-classes", "natural"
)
_createAnnotationClass = Endpoint(
    "createAnnotationClass", "POST", "/api/v1/annotation-classes", "key"
)
_getAnnotationClass = Endpoint(
    "getAnnotationClass", "GET", "/api/v1/annotation-classes/{classId}", "natural"
)
_updateAnnotationClass = Endpoint(
    "updateAnnotationClass", "PATCH", "/api/v1/annotation-classes/{classId}", "natural"
)
_deleteAnnotationClass = Endpoint(
    "deleteAnnotationClass", "DELETE", "/api/v1/annotation-classes/{classId}", "natural"
)
_listAnnotations = Endpoint("listAnnotations", "GET", "/api/v1/annotations", "natural")
_createAnnotation = Endpoint("createAnnotation", "POST", "/api/v1/annotations", "key")
_changeAnnotations = Endpoint("changeAnnotations", "POST", "/api/v1/annotations/bulk", "key")
_listAnnotationsBySource = Endpoint(
    "listAnnotationsBySource", "GET", "/api/v1/annotations/by-source", "natural"
)
_getAnnotation = Endpoint("getAnnotation", "GET", "/api/v1/annotations/{annotationId}", "natural")
_updateAnnotation = Endpoint(
    "updateAnnotation", "PATCH", "/api/v1/annotations/{annotationId}", "natural"
)
_deleteAnnotation = Endpoint(
    "deleteAnnotation", "DELETE", "/api/v1/annotations/{annotationId}", "natural"
)
_listAutoEvents = Endpoint("listAutoEvents", "GET", "/api/v1/auto-events", "natural")
_listJobDefinitions = Endpoint("listJobDefinitions", "GET", "/api/v1/job-definitions", "natural")
_createJobDefinition = Endpoint("createJobDefinition", "POST", "/api/v1/job-definitions", "key")
_getJobDefinition = Endpoint(
    "getJobDefinition", "GET", "/api/v1/job-definitions/{definitionId}", "natural"
)
_updateJobDefinition = Endpoint(
    "updateJobDefinition", "PATCH", "/api/v1/job-definitions/{definitionId}", "natural"
)
_deleteJobDefinition = Endpoint(
    "deleteJobDefinition", "DELETE", "/api/v1/job-definitions/{definitionId}", "natural"
)
_runJobDefinition = Endpoint(
    "runJobDefinition", "POST", "/api/v1/job-definitions/{definitionId}/run", "key"
)
_listJobRuns = Endpoint(
    "listJobRuns", "GET", "/api/v1/job-definitions/{definitionId}/runs", "natural"
)
_getJobRun = Endpoint(
    "getJobRun", "GET", "/api/v1/job-definitions/{definitionId}/runs/{jobRunId}", "natural"
)
_listJobInputs = Endpoint(
    "listJobInputs",
    "GET",
    "/api/v1/job-definitions/{definitionId}/runs/{jobRunId}/inputs",
    "natural",
)
_listReferencePairs = Endpoint("listReferencePairs", "GET", "/api/v1/reference-pairs", "natural")
_createReferencePair = Endpoint("createReferencePair", "POST", "/api/v1/reference-pairs", "key")
_getReferencePair = Endpoint(
    "getReferencePair", "GET", "/api/v1/reference-pairs/{pairId}", "natural"
)
_updateReferencePair = Endpoint(
    "updateReferencePair", "PATCH", "/api/v1/reference-pairs/{pairId}", "natural"
)
_deleteReferencePair = Endpoint(
    "deleteReferencePair", "DELETE", "/api/v1/reference-pairs/{pairId}", "natural"
)
_compareReferencePair = Endpoint(
    "compareReferencePair", "GET", "/api/v1/reference-pairs/{pairId}/comparison", "natural"
)


class AnnotationClassesApi(SyncTransport):
    """Operations of `annotation_classes`, for programs that wait."""

    def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AnnotationClassPage:
        """Kinds of annotations, newest first.

        Needs the permission `analytics:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAnnotationClasses,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AnnotationClassPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[AnnotationClassRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create_annotation_class(
        self,
        *,
        name: str,
        scopes: Sequence[AnnotationScope],
        description: str | UnsetType = UNSET,
        color: str | UnsetType = UNSET,
        fields: dict[str, Any] | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AnnotationClassRead:
        """Add a kind of annotation. Its schema is checked now, so that checking values later ends
        soon, whatever they are.

        Needs the permission `analytics:write`.

        name: Unique in the organization.
        scopes: What its annotations may be about.
        description: What it is for.
        color: As #rrggbb.
        fields: JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createAnnotationClass,
            body={
                "name": name,
                "scopes": scopes,
                "description": description,
                "color": color,
                "fields": fields,
            },
            idempotency_key=idempotency_key,
            answer=AnnotationClassRead,
        )

    def get_annotation_class(self, class_id: str) -> AnnotationClassRead:
        """One kind of annotation.

        Needs the permission `analytics:read`.

        class_id: The class.
        """
        return self._call(_getAnnotationClass, path=(class_id,), answer=AnnotationClassRead)

    def update_annotation_class(
        self,
        class_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        scopes: Sequence[AnnotationScope] | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        color: str | UnsetType = UNSET,
        fields: dict[str, Any] | UnsetType = UNSET,
    ) -> AnnotationClassRead:
        """Change a kind of annotation. Those that are there stay as they are.

        Needs the permission `analytics:write`.

        class_id: The class.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        scopes: What its annotations may be about.
        description: What it is for.
        color: As #rrggbb.
        fields: JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB.
        """
        return self._call(
            _updateAnnotationClass,
            path=(class_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "scopes": scopes,
                "description": description,
                "color": color,
                "fields": fields,
            },
            answer=AnnotationClassRead,
        )

    def delete_annotation_class(self, class_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a kind of annotation of which there are none.

        Needs the permission `analytics:write`.

        class_id: The class.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteAnnotationClass,
            path=(class_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class AsyncAnnotationClassesApi(AsyncTransport):
    """Operations of `annotation_classes`, for asynchronous programs."""

    async def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AnnotationClassPage:
        """Kinds of annotations, newest first.

        Needs the permission `analytics:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAnnotationClasses,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=AnnotationClassPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AnnotationClassRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create_annotation_class(
        self,
        *,
        name: str,
        scopes: Sequence[AnnotationScope],
        description: str | UnsetType = UNSET,
        color: str | UnsetType = UNSET,
        fields: dict[str, Any] | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AnnotationClassRead:
        """Add a kind of annotation. Its schema is checked now, so that checking values later ends
        soon, whatever they are.

        Needs the permission `analytics:write`.

        name: Unique in the organization.
        scopes: What its annotations may be about.
        description: What it is for.
        color: As #rrggbb.
        fields: JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createAnnotationClass,
            body={
                "name": name,
                "scopes": scopes,
                "description": description,
                "color": color,
                "fields": fields,
            },
            idempotency_key=idempotency_key,
            answer=AnnotationClassRead,
        )

    async def get_annotation_class(self, class_id: str) -> AnnotationClassRead:
        """One kind of annotation.

        Needs the permission `analytics:read`.

        class_id: The class.
        """
        return await self._call(_getAnnotationClass, path=(class_id,), answer=AnnotationClassRead)

    async def update_annotation_class(
        self,
        class_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        scopes: Sequence[AnnotationScope] | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        color: str | UnsetType = UNSET,
        fields: dict[str, Any] | UnsetType = UNSET,
    ) -> AnnotationClassRead:
        """Change a kind of annotation. Those that are there stay as they are.

        Needs the permission `analytics:write`.

        class_id: The class.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        scopes: What its annotations may be about.
        description: What it is for.
        color: As #rrggbb.
        fields: JSON Schema (2020-12) of an object: the annotations' `values`. At most 16 KiB.
        """
        return await self._call(
            _updateAnnotationClass,
            path=(class_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "scopes": scopes,
                "description": description,
                "color": color,
                "fields": fields,
            },
            answer=AnnotationClassRead,
        )

    async def delete_annotation_class(
        self, class_id: str, *, if_match: str | UnsetType = UNSET
    ) -> None:
        """Delete a kind of annotation of which there are none.

        Needs the permission `analytics:write`.

        class_id: The class.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteAnnotationClass,
            path=(class_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class AnnotationsApi(SyncTransport):
    """Operations of `annotations`, for programs that wait."""

    def list(
        self,
        *,
        source: Sequence[Literal["MANUAL", "RULE", "REFERENCE_SENSOR", "EXTERNAL", "ML", "JOB"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AnnotationPage:
        """Annotations, the latest first. All conditions given must hold. With `from` and `to` those
        that overlap the window, wherever they begin.

        Needs the permission `annotations:read`.

        source: Found by these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        scope_type: What they are about.
        scope_id: About these: a sensor with its component, device and site, say; comma-separated or
        repeated.
        device_id: About the device, its components and sensors.
        class_id: Of this class.
        from_: What lasts beyond it, or is not before it.
        to: What begins before it.
        withdrawn: Those, too, that what found them has withdrawn.
        """
        return self._call(
            _listAnnotations,
            query={
                "source": source,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "deviceId": device_id,
                "classId": class_id,
                "from": from_,
                "to": to,
                "withdrawn": withdrawn,
            },
            answer=AnnotationPage,
        )

    def each(
        self,
        *,
        source: Sequence[Literal["MANUAL", "RULE", "REFERENCE_SENSOR", "EXTERNAL", "ML", "JOB"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> Iterator[AnnotationRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                source=source,
                limit=limit,
                sort=sort,
                include_total=include_total,
                scope_type=scope_type,
                scope_id=scope_id,
                device_id=device_id,
                class_id=class_id,
                from_=from_,
                to=to,
                withdrawn=withdrawn,
                cursor=cursor,
            )
        )

    def create(
        self,
        class_id: str,
        scope_id: str,
        *,
        scope_type: AnnotationScope,
        from_: datetime | str,
        to: datetime | str | None | UnsetType = UNSET,
        values: dict[str, Any] | UnsetType = UNSET,
        note: str | None | UnsetType = UNSET,
        source: Literal["EXTERNAL", "MANUAL", "ML", "REFERENCE_SENSOR"] | UnsetType = UNSET,
        confidence: float | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AnnotationRead:
        """Note something of a moment (without `to`) or a range. The journal's stream tells of it,
        of its changes and its end: `ANNOTATION` events.

        Needs the permission `annotations:write`.

        class_id: The class.
        scope_type: What it is about.
        scope_id: What it is about.
        from_: The point, or the start of the range, included.
        to: The end of the range, not included; null for a point.
        values: As the class's `fields` say; at most 16 KiB.
        note: In people's words.
        source: Who or what found it; RULE and JOB are the platform's.
        confidence: How sure its maker is, 0 to 1.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createAnnotation,
            body={
                "classId": class_id,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "from": from_,
                "to": to,
                "values": values,
                "note": note,
                "source": source,
                "confidence": confidence,
            },
            idempotency_key=idempotency_key,
            answer=AnnotationRead,
        )

    def change_many(
        self, *, operations: Sequence[Operation], idempotency_key: str | UnsetType = UNSET
    ) -> BulkResults:
        """Create, patch or delete up to 1,000 annotations; each operation has a result of its
        own.

        Needs the permission `annotations:write`.

        operations: Up to 1,000.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _changeAnnotations,
            body={"operations": operations},
            idempotency_key=idempotency_key,
            answer=BulkResults,
        )

    def list_by_source(
        self,
        *,
        source: AnnotationSource | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AnnotationPage:
        """Annotations of one source, the latest first.

        Needs the permission `annotations:read`.

        source: Found by it.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        scope_type: What they are about.
        scope_id: About these: a sensor with its component, device and site, say; comma-separated or
        repeated.
        device_id: About the device, its components and sensors.
        class_id: Of this class.
        from_: What lasts beyond it, or is not before it.
        to: What begins before it.
        withdrawn: Those, too, that what found them has withdrawn.
        """
        return self._call(
            _listAnnotationsBySource,
            query={
                "source": source,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "deviceId": device_id,
                "classId": class_id,
                "from": from_,
                "to": to,
                "withdrawn": withdrawn,
            },
            answer=AnnotationPage,
        )

    def each_by_source(
        self,
        *,
        source: AnnotationSource | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> Iterator[AnnotationRead]:
        """Every item of every page of `list_by_source`."""
        return each_of_pages(
            lambda cursor: self.list_by_source(
                source=source,
                limit=limit,
                sort=sort,
                include_total=include_total,
                scope_type=scope_type,
                scope_id=scope_id,
                device_id=device_id,
                class_id=class_id,
                from_=from_,
                to=to,
                withdrawn=withdrawn,
                cursor=cursor,
            )
        )

    def get(self, annotation_id: str) -> AnnotationRead:
        """One annotation.

        Needs the permission `annotations:read`.

        annotation_id: The annotation.
        """
        return self._call(_getAnnotation, path=(annotation_id,), answer=AnnotationRead)

    def update(
        self,
        annotation_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
        values: dict[str, Any] | UnsetType = UNSET,
        note: str | None | UnsetType = UNSET,
        confidence: float | None | UnsetType = UNSET,
    ) -> AnnotationRead:
        """Change an annotation. Of what a rule or a job found, people change the note alone.

        Needs the permission `annotations:write`.

        annotation_id: The annotation.
        if_match: The ETag that the resource must still have, or *.
        from_: RFC 3339 with an offset or Z.
        to: The end of the range, not included; null for a point.
        values: As the class's `fields` say; at most 16 KiB.
        note: In people's words.
        confidence: How sure its maker is, 0 to 1.
        """
        return self._call(
            _updateAnnotation,
            path=(annotation_id,),
            headers={"If-Match": if_match},
            body={
                "from": from_,
                "to": to,
                "values": values,
                "note": note,
                "confidence": confidence,
            },
            answer=AnnotationRead,
        )

    def delete(self, annotation_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete an annotation. What a rule or a job found stays until that withdraws it.

        Needs the permission `annotations:write`.

        annotation_id: The annotation.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteAnnotation,
            path=(annotation_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class AsyncAnnotationsApi(AsyncTransport):
    """Operations of `annotations`, for asynchronous programs."""

    async def list(
        self,
        *,
        source: Sequence[Literal["MANUAL", "RULE", "REFERENCE_SENSOR", "EXTERNAL", "ML", "JOB"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AnnotationPage:
        """Annotations, the latest first. All conditions given must hold. With `from` and `to` those
        that overlap the window, wherever they begin.

        Needs the permission `annotations:read`.

        source: Found by these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        scope_type: What they are about.
        scope_id: About these: a sensor with its component, device and site, say; comma-separated or
        repeated.
        device_id: About the device, its components and sensors.
        class_id: Of this class.
        from_: What lasts beyond it, or is not before it.
        to: What begins before it.
        withdrawn: Those, too, that what found them has withdrawn.
        """
        return await self._call(
            _listAnnotations,
            query={
                "source": source,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "deviceId": device_id,
                "classId": class_id,
                "from": from_,
                "to": to,
                "withdrawn": withdrawn,
            },
            answer=AnnotationPage,
        )

    def each(
        self,
        *,
        source: Sequence[Literal["MANUAL", "RULE", "REFERENCE_SENSOR", "EXTERNAL", "ML", "JOB"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AnnotationRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                source=source,
                limit=limit,
                sort=sort,
                include_total=include_total,
                scope_type=scope_type,
                scope_id=scope_id,
                device_id=device_id,
                class_id=class_id,
                from_=from_,
                to=to,
                withdrawn=withdrawn,
                cursor=cursor,
            )
        )

    async def create(
        self,
        class_id: str,
        scope_id: str,
        *,
        scope_type: AnnotationScope,
        from_: datetime | str,
        to: datetime | str | None | UnsetType = UNSET,
        values: dict[str, Any] | UnsetType = UNSET,
        note: str | None | UnsetType = UNSET,
        source: Literal["EXTERNAL", "MANUAL", "ML", "REFERENCE_SENSOR"] | UnsetType = UNSET,
        confidence: float | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AnnotationRead:
        """Note something of a moment (without `to`) or a range. The journal's stream tells of it,
        of its changes and its end: `ANNOTATION` events.

        Needs the permission `annotations:write`.

        class_id: The class.
        scope_type: What it is about.
        scope_id: What it is about.
        from_: The point, or the start of the range, included.
        to: The end of the range, not included; null for a point.
        values: As the class's `fields` say; at most 16 KiB.
        note: In people's words.
        source: Who or what found it; RULE and JOB are the platform's.
        confidence: How sure its maker is, 0 to 1.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createAnnotation,
            body={
                "classId": class_id,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "from": from_,
                "to": to,
                "values": values,
                "note": note,
                "source": source,
                "confidence": confidence,
            },
            idempotency_key=idempotency_key,
            answer=AnnotationRead,
        )

    async def change_many(
        self, *, operations: Sequence[Operation], idempotency_key: str | UnsetType = UNSET
    ) -> BulkResults:
        """Create, patch or delete up to 1,000 annotations; each operation has a result of its
        own.

        Needs the permission `annotations:write`.

        operations: Up to 1,000.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _changeAnnotations,
            body={"operations": operations},
            idempotency_key=idempotency_key,
            answer=BulkResults,
        )

    async def list_by_source(
        self,
        *,
        source: AnnotationSource | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AnnotationPage:
        """Annotations of one source, the latest first.

        Needs the permission `annotations:read`.

        source: Found by it.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        scope_type: What they are about.
        scope_id: About these: a sensor with its component, device and site, say; comma-separated or
        repeated.
        device_id: About the device, its components and sensors.
        class_id: Of this class.
        from_: What lasts beyond it, or is not before it.
        to: What begins before it.
        withdrawn: Those, too, that what found them has withdrawn.
        """
        return await self._call(
            _listAnnotationsBySource,
            query={
                "source": source,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "deviceId": device_id,
                "classId": class_id,
                "from": from_,
                "to": to,
                "withdrawn": withdrawn,
            },
            answer=AnnotationPage,
        )

    def each_by_source(
        self,
        *,
        source: AnnotationSource | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AnnotationRead]:
        """Every item of every page of `list_by_source`."""
        return each_of_pages_async(
            lambda cursor: self.list_by_source(
                source=source,
                limit=limit,
                sort=sort,
                include_total=include_total,
                scope_type=scope_type,
                scope_id=scope_id,
                device_id=device_id,
                class_id=class_id,
                from_=from_,
                to=to,
                withdrawn=withdrawn,
                cursor=cursor,
            )
        )

    async def get(self, annotation_id: str) -> AnnotationRead:
        """One annotation.

        Needs the permission `annotations:read`.

        annotation_id: The annotation.
        """
        return await self._call(_getAnnotation, path=(annotation_id,), answer=AnnotationRead)

    async def update(
        self,
        annotation_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
        values: dict[str, Any] | UnsetType = UNSET,
        note: str | None | UnsetType = UNSET,
        confidence: float | None | UnsetType = UNSET,
    ) -> AnnotationRead:
        """Change an annotation. Of what a rule or a job found, people change the note alone.

        Needs the permission `annotations:write`.

        annotation_id: The annotation.
        if_match: The ETag that the resource must still have, or *.
        from_: RFC 3339 with an offset or Z.
        to: The end of the range, not included; null for a point.
        values: As the class's `fields` say; at most 16 KiB.
        note: In people's words.
        confidence: How sure its maker is, 0 to 1.
        """
        return await self._call(
            _updateAnnotation,
            path=(annotation_id,),
            headers={"If-Match": if_match},
            body={
                "from": from_,
                "to": to,
                "values": values,
                "note": note,
                "confidence": confidence,
            },
            answer=AnnotationRead,
        )

    async def delete(self, annotation_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete an annotation. What a rule or a job found stays until that withdraws it.

        Needs the permission `annotations:write`.

        annotation_id: The annotation.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteAnnotation,
            path=(annotation_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class AutoEventsApi(SyncTransport):
    """Operations of `auto_events`, for programs that wait."""

    def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AnnotationPage:
        """What the platform found by itself: the annotations of rules and jobs, the latest first.
        To be read only; conditions as of listAnnotations.

        Needs the permission `annotations:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        scope_type: What they are about.
        scope_id: About these: a sensor with its component, device and site, say; comma-separated or
        repeated.
        device_id: About the device, its components and sensors.
        class_id: Of this class.
        from_: What lasts beyond it, or is not before it.
        to: What begins before it.
        withdrawn: Those, too, that what found them has withdrawn.
        """
        return self._call(
            _listAutoEvents,
            query={
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "deviceId": device_id,
                "classId": class_id,
                "from": from_,
                "to": to,
                "withdrawn": withdrawn,
            },
            answer=AnnotationPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> Iterator[AnnotationRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                limit=limit,
                sort=sort,
                include_total=include_total,
                scope_type=scope_type,
                scope_id=scope_id,
                device_id=device_id,
                class_id=class_id,
                from_=from_,
                to=to,
                withdrawn=withdrawn,
                cursor=cursor,
            )
        )


class AsyncAutoEventsApi(AsyncTransport):
    """Operations of `auto_events`, for asynchronous programs."""

    async def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AnnotationPage:
        """What the platform found by itself: the annotations of rules and jobs, the latest first.
        To be read only; conditions as of listAnnotations.

        Needs the permission `annotations:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        scope_type: What they are about.
        scope_id: About these: a sensor with its component, device and site, say; comma-separated or
        repeated.
        device_id: About the device, its components and sensors.
        class_id: Of this class.
        from_: What lasts beyond it, or is not before it.
        to: What begins before it.
        withdrawn: Those, too, that what found them has withdrawn.
        """
        return await self._call(
            _listAutoEvents,
            query={
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "scopeType": scope_type,
                "scopeId": scope_id,
                "deviceId": device_id,
                "classId": class_id,
                "from": from_,
                "to": to,
                "withdrawn": withdrawn,
            },
            answer=AnnotationPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["from", "-from"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        scope_type: AnnotationScope | UnsetType = UNSET,
        scope_id: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        class_id: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        withdrawn: bool | UnsetType = UNSET,
    ) -> AsyncIterator[AnnotationRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                limit=limit,
                sort=sort,
                include_total=include_total,
                scope_type=scope_type,
                scope_id=scope_id,
                device_id=device_id,
                class_id=class_id,
                from_=from_,
                to=to,
                withdrawn=withdrawn,
                cursor=cursor,
            )
        )


class JobDefinitionsApi(SyncTransport):
    """Operations of `job_definitions`, for programs that wait."""

    def list(
        self,
        *,
        function: Literal[
            "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> JobDefinitionPage:
        """Job definitions, newest first: those of packs, and your own.

        Needs the permission `analytics:read`.

        function: Only of this function.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listJobDefinitions,
            query={
                "function": function,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=JobDefinitionPage,
        )

    def each(
        self,
        *,
        function: Literal[
            "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[JobDefinitionRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                function=function,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        annotation_class_id: str,
        *,
        name: str,
        function: Literal[
            "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
        ],
        target: TargetReference,
        field: str,
        every_seconds: int,
        parameters: dict[str, float] | UnsetType = UNSET,
        other: OtherSeries | None | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> JobDefinitionRead:
        """Have something computed of readings every so often. What it finds are annotations of
        source JOB.

        Needs the permission `analytics:write`.

        name: Unique in the organization.
        function: What is computed.
        target: Whose sensors.
        field: The key of the sensors that are looked at.
        every_seconds: How often it runs.
        annotation_class_id: The class.
        parameters: The function's numbers, as docs/analytics.md lists them; what isn't given has a
        default.
        other: What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each
        sensor's component, over the span of their reference pair.
        description: What it finds.
        enabled: Whether it runs by itself.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createJobDefinition,
            body={
                "name": name,
                "function": function,
                "target": target,
                "field": field,
                "everySeconds": every_seconds,
                "annotationClassId": annotation_class_id,
                "parameters": parameters,
                "other": other,
                "description": description,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=JobDefinitionRead,
        )

    def get(self, definition_id: str) -> JobDefinitionRead:
        """One job definition.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        """
        return self._call(_getJobDefinition, path=(definition_id,), answer=JobDefinitionRead)

    def update(
        self,
        definition_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        parameters: dict[str, float] | UnsetType = UNSET,
        target: TargetReference | UnsetType = UNSET,
        field: str | UnsetType = UNSET,
        other: OtherSeries | None | UnsetType = UNSET,
        every_seconds: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> JobDefinitionRead:
        """Change a definition. Where that changes what is computed, the last 30 days are computed
        anew.

        Needs the permission `analytics:write`.

        definition_id: The definition.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: What it finds.
        parameters: The function's numbers, as docs/analytics.md lists them; what isn't given has a
        default.
        target: Whose sensors.
        field: The key of the sensors that are looked at.
        other: What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each
        sensor's component, over the span of their reference pair.
        every_seconds: How often it runs.
        enabled: Whether it runs by itself.
        """
        return self._call(
            _updateJobDefinition,
            path=(definition_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "parameters": parameters,
                "target": target,
                "field": field,
                "other": other,
                "everySeconds": every_seconds,
                "enabled": enabled,
            },
            answer=JobDefinitionRead,
        )

    def delete(self, definition_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a definition. What it has found is withdrawn.

        Needs the permission `analytics:write`.

        definition_id: The definition.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteJobDefinition,
            path=(definition_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def run(
        self,
        definition_id: str,
        *,
        from_: datetime | str | None | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> JobRunRead:
        """Compute a range now, at most 400 days; or, without one, what is new and what has
        changed. What stands already and is found again isn't written again.

        Needs the permission `analytics:write`.

        definition_id: The definition.
        from_: Its day is the first.
        to: Up to then, and ten minutes ago.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _runJobDefinition,
            path=(definition_id,),
            body={"from": from_, "to": to},
            idempotency_key=idempotency_key,
            answer=JobRunRead,
        )

    def list_job_runs(
        self,
        definition_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["startedAt", "-startedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> JobRunPage:
        """Runs of a definition, newest first.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listJobRuns,
            path=(definition_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=JobRunPage,
        )

    def each_job_runs(
        self,
        definition_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["startedAt", "-startedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[JobRunRead]:
        """Every item of every page of `list_job_runs`."""
        return each_of_pages(
            lambda cursor: self.list_job_runs(
                definition_id=definition_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def get_job_run(self, definition_id: str, job_run_id: str) -> JobRunRead:
        """One run, and how far it is.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        job_run_id: The run.
        """
        return self._call(
            _getJobRun,
            path=(
                definition_id,
                job_run_id,
            ),
            answer=JobRunRead,
        )

    def list_job_inputs(self, definition_id: str, job_run_id: str) -> builtins.list[JobInputRead]:
        """The days of sensors of the last 30 that this run was the last one to read, at most
        10,000: what its findings were made from.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        job_run_id: The run.
        """
        return self._call(
            _listJobInputs,
            path=(
                definition_id,
                job_run_id,
            ),
            answer=builtins.list[JobInputRead],
        )


class AsyncJobDefinitionsApi(AsyncTransport):
    """Operations of `job_definitions`, for asynchronous programs."""

    async def list(
        self,
        *,
        function: Literal[
            "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> JobDefinitionPage:
        """Job definitions, newest first: those of packs, and your own.

        Needs the permission `analytics:read`.

        function: Only of this function.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listJobDefinitions,
            query={
                "function": function,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=JobDefinitionPage,
        )

    def each(
        self,
        *,
        function: Literal[
            "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[JobDefinitionRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                function=function,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        annotation_class_id: str,
        *,
        name: str,
        function: Literal[
            "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
        ],
        target: TargetReference,
        field: str,
        every_seconds: int,
        parameters: dict[str, float] | UnsetType = UNSET,
        other: OtherSeries | None | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> JobDefinitionRead:
        """Have something computed of readings every so often. What it finds are annotations of
        source JOB.

        Needs the permission `analytics:write`.

        name: Unique in the organization.
        function: What is computed.
        target: Whose sensors.
        field: The key of the sensors that are looked at.
        every_seconds: How often it runs.
        annotation_class_id: The class.
        parameters: The function's numbers, as docs/analytics.md lists them; what isn't given has a
        default.
        other: What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each
        sensor's component, over the span of their reference pair.
        description: What it finds.
        enabled: Whether it runs by itself.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createJobDefinition,
            body={
                "name": name,
                "function": function,
                "target": target,
                "field": field,
                "everySeconds": every_seconds,
                "annotationClassId": annotation_class_id,
                "parameters": parameters,
                "other": other,
                "description": description,
                "enabled": enabled,
            },
            idempotency_key=idempotency_key,
            answer=JobDefinitionRead,
        )

    async def get(self, definition_id: str) -> JobDefinitionRead:
        """One job definition.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        """
        return await self._call(_getJobDefinition, path=(definition_id,), answer=JobDefinitionRead)

    async def update(
        self,
        definition_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        parameters: dict[str, float] | UnsetType = UNSET,
        target: TargetReference | UnsetType = UNSET,
        field: str | UnsetType = UNSET,
        other: OtherSeries | None | UnsetType = UNSET,
        every_seconds: int | UnsetType = UNSET,
        enabled: bool | UnsetType = UNSET,
    ) -> JobDefinitionRead:
        """Change a definition. Where that changes what is computed, the last 30 days are computed
        anew.

        Needs the permission `analytics:write`.

        definition_id: The definition.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: What it finds.
        parameters: The function's numbers, as docs/analytics.md lists them; what isn't given has a
        default.
        target: Whose sensors.
        field: The key of the sensors that are looked at.
        other: What PEARSON_CORRELATION and DRIFT compare with; without it the reference of each
        sensor's component, over the span of their reference pair.
        every_seconds: How often it runs.
        enabled: Whether it runs by itself.
        """
        return await self._call(
            _updateJobDefinition,
            path=(definition_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "parameters": parameters,
                "target": target,
                "field": field,
                "other": other,
                "everySeconds": every_seconds,
                "enabled": enabled,
            },
            answer=JobDefinitionRead,
        )

    async def delete(self, definition_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a definition. What it has found is withdrawn.

        Needs the permission `analytics:write`.

        definition_id: The definition.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteJobDefinition,
            path=(definition_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def run(
        self,
        definition_id: str,
        *,
        from_: datetime | str | None | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> JobRunRead:
        """Compute a range now, at most 400 days; or, without one, what is new and what has
        changed. What stands already and is found again isn't written again.

        Needs the permission `analytics:write`.

        definition_id: The definition.
        from_: Its day is the first.
        to: Up to then, and ten minutes ago.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _runJobDefinition,
            path=(definition_id,),
            body={"from": from_, "to": to},
            idempotency_key=idempotency_key,
            answer=JobRunRead,
        )

    async def list_job_runs(
        self,
        definition_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["startedAt", "-startedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> JobRunPage:
        """Runs of a definition, newest first.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listJobRuns,
            path=(definition_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=JobRunPage,
        )

    def each_job_runs(
        self,
        definition_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["startedAt", "-startedAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[JobRunRead]:
        """Every item of every page of `list_job_runs`."""
        return each_of_pages_async(
            lambda cursor: self.list_job_runs(
                definition_id=definition_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def get_job_run(self, definition_id: str, job_run_id: str) -> JobRunRead:
        """One run, and how far it is.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        job_run_id: The run.
        """
        return await self._call(
            _getJobRun,
            path=(
                definition_id,
                job_run_id,
            ),
            answer=JobRunRead,
        )

    async def list_job_inputs(
        self, definition_id: str, job_run_id: str
    ) -> builtins.list[JobInputRead]:
        """The days of sensors of the last 30 that this run was the last one to read, at most
        10,000: what its findings were made from.

        Needs the permission `analytics:read`.

        definition_id: The definition.
        job_run_id: The run.
        """
        return await self._call(
            _listJobInputs,
            path=(
                definition_id,
                job_run_id,
            ),
            answer=builtins.list[JobInputRead],
        )


class ReferencePairsApi(SyncTransport):
    """Operations of `reference_pairs`, for programs that wait."""

    def list(
        self,
        *,
        component_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ReferencePairPage:
        """Reference pairs, newest first.

        Needs the permission `analytics:read`.

        component_id: It is one of the two.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listReferencePairs,
            query={
                "componentId": component_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ReferencePairPage,
        )

    def each(
        self,
        *,
        component_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ReferencePairRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                component_id=component_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        primary_component_id: str,
        reference_component_id: str,
        *,
        name: str,
        from_: datetime | str,
        to: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ReferencePairRead:
        """Put a component beside a reference.

        Needs the permission `analytics:write`.

        name: Unique in the organization.
        primary_component_id: The component that is compared.
        reference_component_id: The component whose values are trusted.
        from_: Since when both stand side by side.
        to: Until when; null while they do.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createReferencePair,
            body={
                "name": name,
                "primaryComponentId": primary_component_id,
                "referenceComponentId": reference_component_id,
                "from": from_,
                "to": to,
            },
            idempotency_key=idempotency_key,
            answer=ReferencePairRead,
        )

    def get(self, pair_id: str) -> ReferencePairRead:
        """One reference pair.

        Needs the permission `analytics:read`.

        pair_id: The pair.
        """
        return self._call(_getReferencePair, path=(pair_id,), answer=ReferencePairRead)

    def update(
        self,
        pair_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
    ) -> ReferencePairRead:
        """Change a pair's name or span (JSON Merge Patch, RFC 7396).

        Needs the permission `analytics:write`.

        pair_id: The pair.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        from_: RFC 3339 with an offset or Z.
        to: Until when; null while they do.
        """
        return self._call(
            _updateReferencePair,
            path=(pair_id,),
            headers={"If-Match": if_match},
            body={"name": name, "from": from_, "to": to},
            answer=ReferencePairRead,
        )

    def delete(self, pair_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a pair. Components and readings stay.

        Needs the permission `analytics:write`.

        pair_id: The pair.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteReferencePair, path=(pair_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    def compare(
        self,
        pair_id: str,
        *,
        field: str,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        bucket_seconds: int | UnsetType = UNSET,
        delta: float | UnsetType = UNSET,
        targets: Literal["EPA_O3", "EPA_PM10", "EPA_PM25"] | UnsetType = UNSET,
    ) -> ComparisonRead:
        """How the primary compares with the reference, of averages of buckets that both cover to
        three quarters of what they usually report; needs readings:read, too. Ordinary regression
        takes the reference for exact, Deming's with `delta` doesn't.

        Needs the permission `analytics:read`.

        pair_id: The pair.
        field: The key of the sensor of both.
        from_: The pair's own if left out.
        to: The pair's own, or now.
        bucket_seconds: Whole minutes.
        delta: Variance of the primary's errors by the reference's.
        targets: A published target to measure by.
        """
        return self._call(
            _compareReferencePair,
            path=(pair_id,),
            query={
                "field": field,
                "from": from_,
                "to": to,
                "bucketSeconds": bucket_seconds,
                "delta": delta,
                "targets": targets,
            },
            answer=ComparisonRead,
        )


class AsyncReferencePairsApi(AsyncTransport):
    """Operations of `reference_pairs`, for asynchronous programs."""

    async def list(
        self,
        *,
        component_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ReferencePairPage:
        """Reference pairs, newest first.

        Needs the permission `analytics:read`.

        component_id: It is one of the two.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listReferencePairs,
            query={
                "componentId": component_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ReferencePairPage,
        )

    def each(
        self,
        *,
        component_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ReferencePairRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                component_id=component_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        primary_component_id: str,
        reference_component_id: str,
        *,
        name: str,
        from_: datetime | str,
        to: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ReferencePairRead:
        """Put a component beside a reference.

        Needs the permission `analytics:write`.

        name: Unique in the organization.
        primary_component_id: The component that is compared.
        reference_component_id: The component whose values are trusted.
        from_: Since when both stand side by side.
        to: Until when; null while they do.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createReferencePair,
            body={
                "name": name,
                "primaryComponentId": primary_component_id,
                "referenceComponentId": reference_component_id,
                "from": from_,
                "to": to,
            },
            idempotency_key=idempotency_key,
            answer=ReferencePairRead,
        )

    async def get(self, pair_id: str) -> ReferencePairRead:
        """One reference pair.

        Needs the permission `analytics:read`.

        pair_id: The pair.
        """
        return await self._call(_getReferencePair, path=(pair_id,), answer=ReferencePairRead)

    async def update(
        self,
        pair_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
    ) -> ReferencePairRead:
        """Change a pair's name or span (JSON Merge Patch, RFC 7396).

        Needs the permission `analytics:write`.

        pair_id: The pair.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        from_: RFC 3339 with an offset or Z.
        to: Until when; null while they do.
        """
        return await self._call(
            _updateReferencePair,
            path=(pair_id,),
            headers={"If-Match": if_match},
            body={"name": name, "from": from_, "to": to},
            answer=ReferencePairRead,
        )

    async def delete(self, pair_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a pair. Components and readings stay.

        Needs the permission `analytics:write`.

        pair_id: The pair.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteReferencePair, path=(pair_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    async def compare(
        self,
        pair_id: str,
        *,
        field: str,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        bucket_seconds: int | UnsetType = UNSET,
        delta: float | UnsetType = UNSET,
        targets: Literal["EPA_O3", "EPA_PM10", "EPA_PM25"] | UnsetType = UNSET,
    ) -> ComparisonRead:
        """How the primary compares with the reference, of averages of buckets that both cover to
        three quarters of what they usually report; needs readings:read, too. Ordinary regression
        takes the reference for exact, Deming's with `delta` doesn't.

        Needs the permission `analytics:read`.

        pair_id: The pair.
        field: The key of the sensor of both.
        from_: The pair's own if left out.
        to: The pair's own, or now.
        bucket_seconds: Whole minutes.
        delta: Variance of the primary's errors by the reference's.
        targets: A published target to measure by.
        """
        return await self._call(
            _compareReferencePair,
            path=(pair_id,),
            query={
                "field": field,
                "from": from_,
                "to": to,
                "bucketSeconds": bucket_seconds,
                "delta": delta,
                "targets": targets,
            },
            answer=ComparisonRead,
        )
