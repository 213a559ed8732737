# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What was refused and why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

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


ExportContent: TypeAlias = Literal["ANNOTATIONS", "READINGS"]
"""Each is a file in the ZIP: readings.parquet, annotations.parquet."""


ExportScope: TypeAlias = Literal[
    "COMPONENT", "DEVICE", "DEVICE_GROUP", "ORGANIZATION", "SENSOR", "SITE"
]
"""Whose readings: all of the organization, of the devices that are at a site or in a group
when the export
is made, of a device, of a component, or of one sensor.
"""


ExportStatus: TypeAlias = Literal["FAILED", "PENDING", "READY", "RUNNING"]
"""PENDING until a worker is free, RUNNING while it is made, then READY or FAILED."""


JobState: TypeAlias = Literal["DEAD", "DISCARDED", "PENDING", "QUEUED", "RUNNING", "SUCCEEDED"]
"""PENDING waits for its time and its turn, QUEUED for a free worker, DEAD for people."""


Reason: TypeAlias = Literal[
    "ARRAY_SIZE",
    "BAD_TIMESTAMP",
    "CONFLICTING_VALUE",
    "MALFORMED",
    "MISSING_FIELD",
    "MISSING_PROFILE",
    "OUT_OF_RANGE",
    "SENSOR_LIMIT",
    "UNKNOWN_COMMAND",
    "UNKNOWN_SENSOR",
    "WRONG_TYPE",
]
"""Why an element is in quarantine."""


WebhookStatus: TypeAlias = Literal["DELIVERED", "FAILED", "PENDING"]
"""PENDING until the export has ended and the receiver has answered 2xx; FAILED when it never
did.
"""


class ExportCreate(Struct, kw_only=True, omit_defaults=True):
    """What to export: a scope and a range, start included, end not."""

    scope_type: ExportScope = named(name="scopeType")
    """Whose data."""
    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """End of the range, not included."""
    scope_id: str | None | UnsetType = named(default=UNSET, name="scopeId")
    """The scope's id; may be left out for the organization."""
    includes: list[ExportContent] | UnsetType = UNSET
    """What is in it; all if left out."""
    webhook_url: str | None | UnsetType = named(default=UNSET, name="webhookUrl")
    """Where an ExportEvent is posted when the export is READY or FAILED: https, and in the
    internet. Signed with webhookSecret as standardwebhooks.com has it; sent again, later each
    time, until the answer is 2xx.
    """


class ExportPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ExportRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ExportRead(Struct, kw_only=True, omit_defaults=True):
    """An export, as far as it is. What is not known yet is left out."""

    id: str
    """The export."""
    scope_type: ExportScope = named(name="scopeType")
    """Whose data."""
    scope_id: str = named(name="scopeId")
    """The scope's id."""
    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """End of the range, not included."""
    includes: list[ExportContent]
    """What is in it."""
    status: ExportStatus
    """READY has a downloadUrl, FAILED a failureReason."""
    requested_by: str = named(name="requestedBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    progress: float | None = None
    """From 0 to 1, while it runs."""
    seconds_left: float | None = named(default=None, name="secondsLeft")
    """An estimate, while it runs."""
    size_bytes: int | None = named(default=None, name="sizeBytes")
    """Of the ZIP file."""
    sha256: str | None = None
    """Of the ZIP file, in hexadecimal."""
    reading_count: int | None = named(default=None, name="readingCount")
    """How many readings are in it, so far."""
    annotation_count: int | None = named(default=None, name="annotationCount")
    """How many annotations are in it."""
    failure_reason: str | None = named(default=None, name="failureReason")
    """Why it failed, if it did."""
    completed_at: datetime | None = named(default=None, name="completedAt")
    """When it was ready, or failed."""
    expires_at: datetime | None = named(default=None, name="expiresAt")
    """When the file is deleted."""
    webhook_status: WebhookStatus | None = named(default=None, name="webhookStatus")
    """Whether the receiver was told; only where there is a webhookUrl."""
    webhook_secret: str | None = named(default=None, name="webhookSecret")
    """What this export's events are signed with. Only in the answer to createExport."""
    download_url: str | None = named(default=None, name="downloadUrl")
    """A fresh link to the file with each answer; whoever has it may read the file."""


class JobPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[JobRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class JobRead(Struct, kw_only=True, omit_defaults=True):
    """Work that the platform does later, and how far it is."""

    id: str
    """The job."""
    kind: str
    """What is done."""
    state: JobState
    """PENDING waits for its time and its turn, QUEUED for a free worker. DEAD has used up its
    attempts, or can't succeed, and waits for people.
    """
    payload: dict[str, Any]
    """What it is done to."""
    attempt: int
    """How often it was begun."""
    error: str | None
    """Why the last attempt failed; null where none did."""
    run_at: datetime = named(name="runAt")
    """When it is tried, or was."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    started_at: datetime | None = named(name="startedAt")
    """When it was first begun."""
    finished_at: datetime | None = named(name="finishedAt")
    """When it ended, if it did."""


class QuarantineCounts(Struct, kw_only=True, omit_defaults=True):
    """What is in quarantine, by the time when it first came. The largest hundred series."""

    buckets: list[datetime]
    """When each begins."""
    entries: int
    """Of all series, those too that are not here."""
    occurrences: int
    """The same with all deliveries."""
    series: list[QuarantineSeries]
    """The largest first."""


class QuarantineEntryPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[QuarantineEntryRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class QuarantineEntryRead(Struct, kw_only=True, omit_defaults=True):
    """A refused element as it came. payloadEncoding is "utf-8", or "base64" where it was no text."""

    id: str
    """The refused element."""
    device_id: str | None = named(name="deviceId")
    """Whose it was; null where no device of ours was named."""
    reason: Literal[
        "UNKNOWN_SENSOR",
        "MISSING_PROFILE",
        "OUT_OF_RANGE",
        "WRONG_TYPE",
        "MISSING_FIELD",
        "ARRAY_SIZE",
        "MALFORMED",
        "BAD_TIMESTAMP",
        "CONFLICTING_VALUE",
        "SENSOR_LIMIT",
        "UNKNOWN_COMMAND",
    ]
    """Why it was refused."""
    message: str
    """Why, for people."""
    payload: str
    """The element as it came. Of more than 16 KB the beginning, its length and SHA-256."""
    payload_encoding: Literal["utf-8", "base64"] = named(name="payloadEncoding")
    """How `payload` stands here."""
    payload_index: int = named(name="payloadIndex")
    """Its place in the message, from 0."""
    occurrences: int
    """How often the same was delivered."""
    received_at: datetime = named(name="receivedAt")
    """When it first came."""
    last_received_at: datetime = named(name="lastReceivedAt")
    """When it last came."""


class QuarantineEntryReplay(Struct, kw_only=True, omit_defaults=True):
    """How to replay one entry."""

    fix: QuarantineFix | None | UnsetType = UNSET
    """Changes to it before it is stored."""


class QuarantineFix(Struct, kw_only=True, omit_defaults=True):
    """Changes to each element before it is stored, in this order. What isn't given stays."""

    sensors: dict[str, str] | UnsetType = UNSET
    """Keys of sensors by what was sent for them: a key, an id, or the name of a value."""
    component: str | None | UnsetType = UNSET
    """The component that it is of."""
    value_type: Literal["BIGINT", "BOOLEAN", "DOUBLE", "TEXT"] | None | UnsetType = named(
        default=UNSET, name="valueType"
    )
    """What `value` becomes: a text with a number in it that number."""
    scale: float | UnsetType = UNSET
    """`value`, a number, times this."""
    offset: float | UnsetType = UNSET
    """Then plus this."""
    shift_seconds: float | UnsetType = named(default=UNSET, name="shiftSeconds")
    """How much later it was than its timestamp says."""


class QuarantineReplay(Struct, kw_only=True, omit_defaults=True):
    """Which entries to replay: all conditions that are given hold. None means every entry."""

    device_id: str | None | UnsetType = named(default=UNSET, name="deviceId")
    """Only of this device."""
    reason: Reason | None | UnsetType = UNSET
    """Only refused for this reason."""
    from_: datetime | None | UnsetType = named(default=UNSET, name="from")
    """First arrival not before."""
    to: datetime | None | UnsetType = UNSET
    """First arrival before."""
    limit: int | UnsetType = UNSET
    """The most entries of one call, oldest first."""
    cursor: str | None | UnsetType = UNSET
    """Where the call before ended: its nextCursor."""
    fix: QuarantineFix | None | UnsetType = UNSET
    """Changes to each before it is stored."""


class QuarantineSeries(Struct, kw_only=True, omit_defaults=True):
    """Of one reason, or of one device: an element for each bucket."""

    entries: int
    """In all buckets."""
    occurrences: int
    """With all deliveries of the same."""
    entry_counts: list[int] = named(name="entryCounts")
    """Entries that first came in each bucket."""
    occurrence_counts: list[int] = named(name="occurrenceCounts")
    """How often these came, by the same buckets."""
    reason: (
        Literal[
            "UNKNOWN_SENSOR",
            "MISSING_PROFILE",
            "OUT_OF_RANGE",
            "WRONG_TYPE",
            "MISSING_FIELD",
            "ARRAY_SIZE",
            "MALFORMED",
            "BAD_TIMESTAMP",
            "CONFLICTING_VALUE",
            "SENSOR_LIMIT",
            "UNKNOWN_COMMAND",
        ]
        | None
    ) = None
    """Of which reason."""
    device_id: str | None = named(default=None, name="deviceId")
    """Of which device; null of none of ours."""


class ReplayedEntries(Struct, kw_only=True, omit_defaults=True):
    """What became of the entries, or would in a dry run. What is still refused stays in
    quarantine,
    and can be replayed again.
    """

    dry_run: bool = named(name="dryRun")
    """Whether this is what would happen, and didn't."""
    items: list[ReplayedEntry]
    """Oldest first."""
    resolved: int
    """Entries that are gone from quarantine."""
    accepted: int
    """Readings stored now."""
    duplicates: int
    """Readings that were stored before, with the same value."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""


class ReplayedEntry(Struct, kw_only=True, omit_defaults=True):
    """What became of one entry."""

    id: str
    """The refused element."""
    is_resolved: bool = named(name="isResolved")
    """Whether all of it is stored now; then the entry is gone."""
    accepted: int
    """Readings stored now."""
    duplicates: int
    """Readings that were stored before, with the same value."""
    reason: (
        Literal[
            "UNKNOWN_SENSOR",
            "MISSING_PROFILE",
            "OUT_OF_RANGE",
            "WRONG_TYPE",
            "MISSING_FIELD",
            "ARRAY_SIZE",
            "MALFORMED",
            "BAD_TIMESTAMP",
            "CONFLICTING_VALUE",
            "SENSOR_LIMIT",
            "UNKNOWN_COMMAND",
        ]
        | None
    ) = None
    """Why it is still refused; null where it isn't."""
    message: str | None = None
    """The same for people."""
    payload: str | None = None
    """What a fix made of it; null where nothing was changed."""


_listJobs = Endpoint("listJobs", "GET", "/api/v1/admin/jobs", "natural")
_getJob = Endpoint("getJob", "GET", "/api/v1/admin/jobs/{jobId}", "natural")
_discardJob = Endpoint("discardJob", "POST", "/api/v1/admin/jobs/{jobId}/discard", "never")
_retryJob = Endpoint("retryJob", "POST", "/api/v1/admin/jobs/{jobId}/retry", "never")
_listQuarantine = Endpoint("listQuarantine", "GET", "/api/v1/admin/quarantine", "natural")
_countQuarantine = Endpoint("countQuarantine", "GET", "/api/v1/admin/quarantine/counts", "natural")
_replayQuarantine = Endpoint(
    "replayQuarantine", "POST", "/api/v1/admin/quarantine/replay", "natural"
)
_getQuarantineEntry = Endpoint(
    "getQuarantineEntry", "GET", "/api/v1/admin/quarantine/{entryId}", "natural"
)
_deleteQuarantineEntry = Endpoint(
    "deleteQuarantineEntry", "DELETE", "/api/v1/admin/quarantine/{entryId}", "natural"
)
_replayQuarantineEntry = Endpoint(
    "replayQuarantineEntry", "POST", "/api/v1/admin/quarantine/{entryId}/replay", "natural"
)
_listExports = Endpoint("listExports", "GET", "/api/v1/exports", "natural")
_createExport = Endpoint("createExport", "POST", "/api/v1/exports", "key")
_getExport = Endpoint("getExport", "GET", "/api/v1/exports/{exportId}", "natural")
_deleteExport = Endpoint("deleteExport", "DELETE", "/api/v1/exports/{exportId}", "natural")


class JobsApi(SyncTransport):
    """Operations of `jobs`, for programs that wait."""

    def list(
        self,
        *,
        state: Sequence[Literal["PENDING", "QUEUED", "RUNNING", "SUCCEEDED", "DEAD", "DISCARDED"]]
        | UnsetType = UNSET,
        kind: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "runAt", "-runAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> JobPage:
        """Jobs, newest first. `state=DEAD` is the dead-letter list.

        Needs the permission `jobs:read`.

        state: Only in one of these states; comma-separated or repeated.
        kind: Only of this kind.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listJobs,
            query={
                "state": state,
                "kind": kind,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=JobPage,
        )

    def each(
        self,
        *,
        state: Sequence[Literal["PENDING", "QUEUED", "RUNNING", "SUCCEEDED", "DEAD", "DISCARDED"]]
        | UnsetType = UNSET,
        kind: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "runAt", "-runAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[JobRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                state=state,
                kind=kind,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def get(self, job_id: str) -> JobRead:
        """One job.

        Needs the permission `jobs:read`.

        job_id: The job.
        """
        return self._call(_getJob, path=(job_id,), answer=JobRead)

    def discard(self, job_id: str) -> JobRead:
        """Take a dead job off the dead-letter list.

        Needs the permission `jobs:write`.

        job_id: The job.
        """
        return self._call(_discardJob, path=(job_id,), answer=JobRead)

    def retry(self, job_id: str) -> JobRead:
        """Try a dead job again, with all its attempts before it; or one that waits for its next
        attempt, at once.

        Needs the permission `jobs:write`.

        job_id: The job.
        """
        return self._call(_retryJob, path=(job_id,), answer=JobRead)


class AsyncJobsApi(AsyncTransport):
    """Operations of `jobs`, for asynchronous programs."""

    async def list(
        self,
        *,
        state: Sequence[Literal["PENDING", "QUEUED", "RUNNING", "SUCCEEDED", "DEAD", "DISCARDED"]]
        | UnsetType = UNSET,
        kind: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "runAt", "-runAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> JobPage:
        """Jobs, newest first. `state=DEAD` is the dead-letter list.

        Needs the permission `jobs:read`.

        state: Only in one of these states; comma-separated or repeated.
        kind: Only of this kind.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listJobs,
            query={
                "state": state,
                "kind": kind,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=JobPage,
        )

    def each(
        self,
        *,
        state: Sequence[Literal["PENDING", "QUEUED", "RUNNING", "SUCCEEDED", "DEAD", "DISCARDED"]]
        | UnsetType = UNSET,
        kind: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "runAt", "-runAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[JobRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                state=state,
                kind=kind,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def get(self, job_id: str) -> JobRead:
        """One job.

        Needs the permission `jobs:read`.

        job_id: The job.
        """
        return await self._call(_getJob, path=(job_id,), answer=JobRead)

    async def discard(self, job_id: str) -> JobRead:
        """Take a dead job off the dead-letter list.

        Needs the permission `jobs:write`.

        job_id: The job.
        """
        return await self._call(_discardJob, path=(job_id,), answer=JobRead)

    async def retry(self, job_id: str) -> JobRead:
        """Try a dead job again, with all its attempts before it; or one that waits for its next
        attempt, at once.

        Needs the permission `jobs:write`.

        job_id: The job.
        """
        return await self._call(_retryJob, path=(job_id,), answer=JobRead)


class QuarantineApi(SyncTransport):
    """Operations of `quarantine`, for programs that wait."""

    def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        reason: Reason | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["receivedAt", "-receivedAt", "lastReceivedAt", "-lastReceivedAt"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> QuarantineEntryPage:
        """Refused elements, newest first, by device, reason and the time of their first arrival.

        Needs the permission `quarantine:read`.

        device_id: Only of this device.
        reason: Only refused for this reason.
        from_: First arrival not before. RFC 3339.
        to: First arrival before. RFC 3339.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listQuarantine,
            query={
                "deviceId": device_id,
                "reason": reason,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=QuarantineEntryPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        reason: Reason | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["receivedAt", "-receivedAt", "lastReceivedAt", "-lastReceivedAt"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[QuarantineEntryRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                device_id=device_id,
                reason=reason,
                from_=from_,
                to=to,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def count(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        interval: str | UnsetType = UNSET,
        by: Literal["deviceId", "reason"] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        reason: Reason | UnsetType = UNSET,
    ) -> QuarantineCounts:
        """How much of what is in quarantine first came when, by reason or by device: a chart.

        Needs the permission `quarantine:read`.

        from_: The beginning of the first bucket.
        to: The end, not included.
        interval: The width of a bucket: ISO 8601, of a fixed length.
        by: What has a series of its own.
        device_id: Only of this device.
        reason: Only refused for this reason.
        """
        return self._call(
            _countQuarantine,
            query={
                "from": from_,
                "to": to,
                "interval": interval,
                "by": by,
                "deviceId": device_id,
                "reason": reason,
            },
            answer=QuarantineCounts,
        )

    def replay(
        self,
        *,
        dry_run: bool | UnsetType = UNSET,
        device_id: str | None | UnsetType = UNSET,
        reason: Reason | None | UnsetType = UNSET,
        from_: datetime | str | None | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | None | UnsetType = UNSET,
        fix: QuarantineFix | None | UnsetType = UNSET,
    ) -> ReplayedEntries:
        """Give refused elements to the pipeline once more, oldest first: after their cause was
        mended, or with a fix.

        What is stored now leaves quarantine; what is refused again stays as it came. Where there
        are more entries than the limit, call again with nextCursor.

        Needs the permission `quarantine:write`.

        dry_run: Say what would become of them, and change nothing.
        device_id: Only of this device.
        reason: Only refused for this reason.
        from_: First arrival not before.
        to: First arrival before.
        limit: The most entries of one call, oldest first.
        cursor: Where the call before ended: its nextCursor.
        fix: Changes to each before it is stored.
        """
        return self._call(
            _replayQuarantine,
            query={"dryRun": dry_run},
            body={
                "deviceId": device_id,
                "reason": reason,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
                "fix": fix,
            },
            answer=ReplayedEntries,
        )

    def get_entry(self, entry_id: str) -> QuarantineEntryRead:
        """One refused element with its source text.

        Needs the permission `quarantine:read`.

        entry_id: The refused element.
        """
        return self._call(_getQuarantineEntry, path=(entry_id,), answer=QuarantineEntryRead)

    def delete_entry(self, entry_id: str) -> None:
        """Delete a refused element for good.

        Needs the permission `quarantine:write`.

        entry_id: The refused element.
        """
        return self._call(_deleteQuarantineEntry, path=(entry_id,), answer=type(None))

    def replay_entry(
        self,
        entry_id: str,
        *,
        dry_run: bool | UnsetType = UNSET,
        fix: QuarantineFix | None | UnsetType = UNSET,
    ) -> ReplayedEntry:
        """Give one refused element to the pipeline once more: after its cause was mended, or with a
        fix.

        Needs the permission `quarantine:write`.

        entry_id: The refused element.
        dry_run: Say what would become of them, and change nothing.
        fix: Changes to it before it is stored.
        """
        return self._call(
            _replayQuarantineEntry,
            path=(entry_id,),
            query={"dryRun": dry_run},
            body={"fix": fix},
            answer=ReplayedEntry,
        )


class AsyncQuarantineApi(AsyncTransport):
    """Operations of `quarantine`, for asynchronous programs."""

    async def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        reason: Reason | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["receivedAt", "-receivedAt", "lastReceivedAt", "-lastReceivedAt"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> QuarantineEntryPage:
        """Refused elements, newest first, by device, reason and the time of their first arrival.

        Needs the permission `quarantine:read`.

        device_id: Only of this device.
        reason: Only refused for this reason.
        from_: First arrival not before. RFC 3339.
        to: First arrival before. RFC 3339.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listQuarantine,
            query={
                "deviceId": device_id,
                "reason": reason,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=QuarantineEntryPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        reason: Reason | UnsetType = UNSET,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["receivedAt", "-receivedAt", "lastReceivedAt", "-lastReceivedAt"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[QuarantineEntryRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                device_id=device_id,
                reason=reason,
                from_=from_,
                to=to,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def count(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        interval: str | UnsetType = UNSET,
        by: Literal["deviceId", "reason"] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        reason: Reason | UnsetType = UNSET,
    ) -> QuarantineCounts:
        """How much of what is in quarantine first came when, by reason or by device: a chart.

        Needs the permission `quarantine:read`.

        from_: The beginning of the first bucket.
        to: The end, not included.
        interval: The width of a bucket: ISO 8601, of a fixed length.
        by: What has a series of its own.
        device_id: Only of this device.
        reason: Only refused for this reason.
        """
        return await self._call(
            _countQuarantine,
            query={
                "from": from_,
                "to": to,
                "interval": interval,
                "by": by,
                "deviceId": device_id,
                "reason": reason,
            },
            answer=QuarantineCounts,
        )

    async def replay(
        self,
        *,
        dry_run: bool | UnsetType = UNSET,
        device_id: str | None | UnsetType = UNSET,
        reason: Reason | None | UnsetType = UNSET,
        from_: datetime | str | None | UnsetType = UNSET,
        to: datetime | str | None | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | None | UnsetType = UNSET,
        fix: QuarantineFix | None | UnsetType = UNSET,
    ) -> ReplayedEntries:
        """Give refused elements to the pipeline once more, oldest first: after their cause was
        mended, or with a fix.

        What is stored now leaves quarantine; what is refused again stays as it came. Where there
        are more entries than the limit, call again with nextCursor.

        Needs the permission `quarantine:write`.

        dry_run: Say what would become of them, and change nothing.
        device_id: Only of this device.
        reason: Only refused for this reason.
        from_: First arrival not before.
        to: First arrival before.
        limit: The most entries of one call, oldest first.
        cursor: Where the call before ended: its nextCursor.
        fix: Changes to each before it is stored.
        """
        return await self._call(
            _replayQuarantine,
            query={"dryRun": dry_run},
            body={
                "deviceId": device_id,
                "reason": reason,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
                "fix": fix,
            },
            answer=ReplayedEntries,
        )

    async def get_entry(self, entry_id: str) -> QuarantineEntryRead:
        """One refused element with its source text.

        Needs the permission `quarantine:read`.

        entry_id: The refused element.
        """
        return await self._call(_getQuarantineEntry, path=(entry_id,), answer=QuarantineEntryRead)

    async def delete_entry(self, entry_id: str) -> None:
        """Delete a refused element for good.

        Needs the permission `quarantine:write`.

        entry_id: The refused element.
        """
        return await self._call(_deleteQuarantineEntry, path=(entry_id,), answer=type(None))

    async def replay_entry(
        self,
        entry_id: str,
        *,
        dry_run: bool | UnsetType = UNSET,
        fix: QuarantineFix | None | UnsetType = UNSET,
    ) -> ReplayedEntry:
        """Give one refused element to the pipeline once more: after its cause was mended, or with a
        fix.

        Needs the permission `quarantine:write`.

        entry_id: The refused element.
        dry_run: Say what would become of them, and change nothing.
        fix: Changes to it before it is stored.
        """
        return await self._call(
            _replayQuarantineEntry,
            path=(entry_id,),
            query={"dryRun": dry_run},
            body={"fix": fix},
            answer=ReplayedEntry,
        )


class ExportsApi(SyncTransport):
    """Operations of `exports`, for programs that wait."""

    def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ExportPage:
        """Exports, newest first.

        Needs the permission `exports:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listExports,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=ExportPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ExportRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        scope_type: ExportScope,
        from_: datetime | str,
        to: datetime | str,
        scope_id: str | None | UnsetType = UNSET,
        includes: Sequence[ExportContent] | UnsetType = UNSET,
        webhook_url: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ExportRead:
        """Ask for an export. It is made later: get it until its status is READY.

        The file is a ZIP of readings.parquet, annotations.parquet and manifest.json, of what was
        committed when the
        work on it began.

        Needs the permission `exports:write`.

        scope_type: Whose data.
        from_: Start of the range, included.
        to: End of the range, not included.
        scope_id: The scope's id; may be left out for the organization.
        includes: What is in it; all if left out.
        webhook_url: Where an ExportEvent is posted when the export is READY or FAILED: https, and
        in the internet. Signed with webhookSecret as standardwebhooks.com has it; sent again, later
        each time, until the answer is 2xx.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createExport,
            body={
                "scopeType": scope_type,
                "from": from_,
                "to": to,
                "scopeId": scope_id,
                "includes": includes,
                "webhookUrl": webhook_url,
            },
            idempotency_key=idempotency_key,
            answer=ExportRead,
        )

    def get(self, export_id: str) -> ExportRead:
        """One export, with a fresh link to the file when it is READY.

        Needs the permission `exports:read`.

        export_id: The export.
        """
        return self._call(_getExport, path=(export_id,), answer=ExportRead)

    def delete(self, export_id: str) -> None:
        """Delete an export and its file. One that is being made is stopped.

        Needs the permission `exports:write`.

        export_id: The export.
        """
        return self._call(_deleteExport, path=(export_id,), answer=type(None))


class AsyncExportsApi(AsyncTransport):
    """Operations of `exports`, for asynchronous programs."""

    async def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ExportPage:
        """Exports, newest first.

        Needs the permission `exports:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listExports,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=ExportPage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ExportRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        scope_type: ExportScope,
        from_: datetime | str,
        to: datetime | str,
        scope_id: str | None | UnsetType = UNSET,
        includes: Sequence[ExportContent] | UnsetType = UNSET,
        webhook_url: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ExportRead:
        """Ask for an export. It is made later: get it until its status is READY.

        The file is a ZIP of readings.parquet, annotations.parquet and manifest.json, of what was
        committed when the
        work on it began.

        Needs the permission `exports:write`.

        scope_type: Whose data.
        from_: Start of the range, included.
        to: End of the range, not included.
        scope_id: The scope's id; may be left out for the organization.
        includes: What is in it; all if left out.
        webhook_url: Where an ExportEvent is posted when the export is READY or FAILED: https, and
        in the internet. Signed with webhookSecret as standardwebhooks.com has it; sent again, later
        each time, until the answer is 2xx.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createExport,
            body={
                "scopeType": scope_type,
                "from": from_,
                "to": to,
                "scopeId": scope_id,
                "includes": includes,
                "webhookUrl": webhook_url,
            },
            idempotency_key=idempotency_key,
            answer=ExportRead,
        )

    async def get(self, export_id: str) -> ExportRead:
        """One export, with a fresh link to the file when it is READY.

        Needs the permission `exports:read`.

        export_id: The export.
        """
        return await self._call(_getExport, path=(export_id,), answer=ExportRead)

    async def delete(self, export_id: str) -> None:
        """Delete an export and its file. One that is being made is stopped.

        Needs the permission `exports:write`.

        export_id: The export.
        """
        return await self._call(_deleteExport, path=(export_id,), answer=type(None))
