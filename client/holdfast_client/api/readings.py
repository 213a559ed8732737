# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Sending readings in, and asking for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.endpoint import Endpoint
from holdfast_client.streams import AsyncBytes, AsyncEvents, Events, SyncBytes
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


class AggregatedReadings(Struct, kw_only=True, omit_defaults=True):
    """Buckets of one sensor, oldest first."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    interval: str
    """Width of the buckets; what auto came to be."""
    timezone: str
    """Where days, weeks and months begin."""
    items: list[Bucket]
    """Of at most `limit` buckets those that are not left out."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    tiers: list[Literal["RAW", "1M", "15M", "1H", "1D"]]
    """Where the answer comes from: RAW, the readings themselves, and their rollups by minute,
    quarter of an hour, hour and day. Whichever they are, the answer is exact as of `freshAsOf`.
    """
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Whether there is more of what was asked for than this."""


class Bucket(Struct, kw_only=True, omit_defaults=True):
    """One bucket. At the edges of the range `from` and `to` are clipped to it, and `coverage` says
    how much of the
    bucket's width lies inside. Functions that weren't asked for are left out; of text there is
    only a count. Values are
    in the sensor's unit, null where there are none, where they are beyond a double, and, of
    percentiles, delta and rate,
    where only rollups are kept.
    """

    from_: datetime = named(name="from")
    """Start of the bucket, included."""
    to: datetime
    """End of the bucket, not included."""
    count: int
    """How many readings it holds."""
    coverage: float
    """Part of the bucket's width inside the range, 0 to 1."""
    avg: float | None = None
    """Their mean."""
    min: float | None = None
    """The smallest."""
    max: float | None = None
    """The largest."""
    sum: float | None = None
    """Their sum."""
    first: float | None = None
    """The oldest as a number: 1 and 0 for true and false."""
    last: float | None = None
    """The newest as a number."""
    stddev: float | None = None
    """Standard deviation of a sample; null for one reading."""
    range: float | None = None
    """max - min."""
    time_weighted_avg: float | None = named(default=None, name="timeWeightedAvg")
    """The mean over time, each value held until the next reading, up to now; the value before the
    bucket is carried into it if it is at most 7 days older.
    """
    p50: float | None = None
    """The median, interpolated."""
    p95: float | None = None
    """The 95th percentile, interpolated."""
    p99: float | None = None
    """The 99th percentile, interpolated."""
    delta: float | None = None
    """What a counter counted: the sum of the rises from reading to reading, beginning with the
    reading before the bucket if it is at most 7 days older. A fall is a reset and counts
    nothing; `dips` says what one of a single reading is.
    """
    rate: float | None = None
    """delta by the seconds of the bucket that lie inside the range and before now."""


class DownsampledReadings(Struct, kw_only=True, omit_defaults=True):
    """Readings that look like all of them; all of them where there are no more than `points`."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    method: Literal["LTTB", "MINMAX"]
    """How they were chosen."""
    count: int
    """How many numbers they were chosen from."""
    items: list[Point]
    """Oldest first."""
    tiers: list[Literal["RAW", "1M", "15M", "1H", "1D"]]
    """Where the answer comes from: RAW, the readings themselves, and their rollups by minute,
    quarter of an hour, hour and day. Whichever they are, the answer is exact as of `freshAsOf`.
    """
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Always false: what is too much to answer is refused and never cut."""


class ItemErrorRead(Struct, kw_only=True, omit_defaults=True):
    """Why one element of a batch is in quarantine."""

    index: int
    """Its place in the body, from 0."""
    code: Literal[
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
    """Why, for programs."""
    message: str
    """Why, for people."""


class LatestQuery(Struct, kw_only=True, omit_defaults=True):
    """Whose newest readings are wanted."""

    sensor_ids: list[str] = named(name="sensorIds")
    """Up to 10,000 sensors."""


class LatestReading(Struct, kw_only=True, omit_defaults=True):
    """The newest reading of a sensor."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    timestamp: datetime
    """When it was measured."""
    value: float | bool | str
    """Of the sensor's type."""


class LatestReadings(Struct, kw_only=True, omit_defaults=True):
    """The newest readings of several sensors."""

    items: list[LatestReading]
    """At most one for each sensor."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Whether there is more of what was asked for than this."""


class Point(Struct, kw_only=True, omit_defaults=True):
    """One reading that was chosen."""

    timestamp: datetime
    """When it was measured."""
    value: float
    """As a number: 1 and 0 for true and false."""


class RawReadings(Struct, kw_only=True, omit_defaults=True):
    """Readings of one sensor. `tiers` says where the answer comes from; here always the readings
    themselves.
    """

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    items: list[ReadingRead]
    """In the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    tiers: list[Literal["RAW", "1M", "15M", "1H", "1D"]]
    """Where the answer comes from: RAW, the readings themselves, and their rollups by minute,
    quarter of an hour, hour and day. Whichever they are, the answer is exact as of `freshAsOf`.
    """
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Whether there is more of what was asked for than this."""


class ReadingColumns(Struct, kw_only=True, omit_defaults=True):
    """The fields of readings as arrays of one length. What names the sensor may stand by itself
    instead, where it is the
    same for all.
    """

    timestamp: list[str | int]
    """RFC 3339 with an offset or Z; or integers, where timestampUnit is given."""
    value: list[float | bool | str]
    """Of each sensor's type."""
    timestamp_unit: Literal["ms", "ns", "s", "us"] | None | UnsetType = named(
        default=UNSET, name="timestampUnit"
    )
    """What integer times count since 1970."""
    sensor_id: list[str] | str | None | UnsetType = named(default=UNSET, name="sensorId")
    """The sensors, or the one of all."""
    device_id: list[str] | str | None | UnsetType = named(default=UNSET, name="deviceId")
    """The devices that have the sensors."""
    component: list[str] | str | None | UnsetType = UNSET
    """The keys of the devices' components that have the sensors."""
    sensor: list[str] | str | None | UnsetType = UNSET
    """The sensors' keys in their components or devices."""
    metadata: list[dict[str, Any] | None] | None | UnsetType = UNSET
    """Kept with each reading; at most 10 KiB."""


class ReadingCreate(Struct, kw_only=True, omit_defaults=True):
    """One reading, or a structured element: several values of one moment.

    A reading has `value`. It names its sensor by `sensorId`, or by `deviceId`, `component` (for
    a sensor of a component)
    and `sensor`, the sensor's key there: a key that is new becomes a sensor, typed by the
    profile or by its first values.
    A structured element has `values` in place of `value` and `sensor`; it names `deviceId` and
    `component`, or only
    `deviceId` for what the device's own profile describes. One wrong value refuses it whole.
    Unknown fields are ignored.
    """

    timestamp: datetime
    """When it was measured: RFC 3339 with an offset or Z, not older than the platform accepts."""
    value: float | bool | str | UnsetType = UNSET
    """Of the sensor's type; for one reading."""
    values: dict[str, float | bool | str | list[float | bool | str]] | None | UnsetType = UNSET
    """A structured element's values by the keys of the profile's fields; an array for a field with
    arraySize.
    """
    device_id: str | None | UnsetType = named(default=UNSET, name="deviceId")
    """The device that has the sensor."""
    component: str | None | UnsetType = UNSET
    """The key of the device's component that has the sensor."""
    sensor: str | None | UnsetType = UNSET
    """The sensor's key in its component or device."""
    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """The sensor, instead of the two above."""
    metadata: dict[str, Any] | None | UnsetType = UNSET
    """Kept with the reading, at most 10 KiB; or with each value of a structured element, 64 KiB in
    all.
    """


class ReadingQuery(Struct, kw_only=True, omit_defaults=True):
    """Several series over one range."""

    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """End of the range, not included."""
    series: list[SeriesQuery]
    """At most 200, with 100,000 buckets together."""
    timezone: str | UnsetType = UNSET
    """Where days, weeks and months begin: a name of the IANA list."""


class ReadingQueryAnswer(Struct, kw_only=True, omit_defaults=True):
    """The series in the order in which they were asked for."""

    series: list[SeriesAnswer]
    """One for each that was asked for."""
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Always false: what is too much to answer is refused and never cut."""


class ReadingRead(Struct, kw_only=True, omit_defaults=True):
    """One reading, as it was reported."""

    timestamp: datetime
    """When it was measured."""
    value: float | bool | str
    """Of the sensor's type."""
    metadata: dict[str, Any] | None = None
    """As it was sent along; left out where nothing was."""


class ReadingStats(Struct, kw_only=True, omit_defaults=True):
    """Over all readings in [from, to). avg, sum, stddev (of a sample) and so on are null where
    nothing is numeric. A sum
    beyond the range of a double is null, and so are avg and stddev where they are made of such;
    the rest stands.
    """

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    from_: datetime = named(name="from")
    """Start of the range, included."""
    to: datetime
    """End of the range, not included."""
    count: int
    """How many readings there are."""
    min: float | None
    """The smallest, in the sensor's unit."""
    max: float | None
    """The largest, in the sensor's unit."""
    avg: float | None
    """Their mean, in the sensor's unit."""
    sum: float | None
    """Their sum, in the sensor's unit."""
    stddev: float | None
    """Standard deviation of a sample, in the sensor's unit."""
    first: float | bool | str | None
    """The oldest value; null where there is none."""
    last: float | bool | str | None
    """The newest value; null where there is none."""
    first_at: datetime | None = named(name="firstAt")
    """The time of `first`."""
    last_at: datetime | None = named(name="lastAt")
    """The time of `last`."""
    tiers: list[Literal["RAW", "1M", "15M", "1H", "1D"]]
    """Where the answer comes from: RAW, the readings themselves, and their rollups by minute,
    quarter of an hour, hour and day. Whichever they are, the answer is exact as of `freshAsOf`.
    """
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Always false: what is too much to answer is refused and never cut."""


class ReadingWindow(Struct, kw_only=True, omit_defaults=True):
    """The range that `last` came to be, fixed over all pages."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    from_: datetime = named(name="from")
    """Start of the window, included."""
    to: datetime
    """End of the window, not included."""
    items: list[ReadingRead]
    """In the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    tiers: list[Literal["RAW", "1M", "15M", "1H", "1D"]]
    """Where the answer comes from: RAW, the readings themselves, and their rollups by minute,
    quarter of an hour, hour and day. Whichever they are, the answer is exact as of `freshAsOf`.
    """
    fresh_as_of: datetime = named(name="freshAsOf")
    """The moment that the answer shows."""
    truncated: bool
    """Whether there is more of what was asked for than this."""


class ReceiptRead(Struct, kw_only=True, omit_defaults=True):
    """What became of the readings sent, once it is committed. The three numbers add up to what was
    sent: a structured
    element counts as a reading for each of its values, or once where it is refused, which it is
    as a whole.
    """

    accepted: int
    """Stored now."""
    duplicates: int
    """Stored before, with the same value."""
    quarantined: int
    """Refused and kept in quarantine."""
    errors: list[ItemErrorRead]
    """One for each element that was refused, with every fault of a structured one in its message."""


class SeriesAnswer(Struct, kw_only=True, omit_defaults=True):
    """One series. Of a sensor that isn't there `items` is empty."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    function: str
    """As asked for."""
    interval: str
    """Width of the buckets; what auto came to be."""
    items: list[SeriesPoint]
    """Oldest first."""
    tiers: list[Literal["RAW", "1M", "15M", "1H", "1D"]]
    """Where the answer comes from: RAW, the readings themselves, and their rollups by minute,
    quarter of an hour, hour and day. Whichever they are, the answer is exact as of `freshAsOf`.
    """


class SeriesPoint(Struct, kw_only=True, omit_defaults=True):
    """One bucket of a series, from `from` until the next one's."""

    from_: datetime = named(name="from")
    """Start of the bucket, included."""
    value: float | None
    """The function's value, null where there is none."""
    count: int
    """How many readings it holds."""


class SeriesQuery(Struct, kw_only=True, omit_defaults=True):
    """One series: a function of one sensor's readings over buckets."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    function: Literal[
        "avg",
        "count",
        "delta",
        "first",
        "last",
        "max",
        "min",
        "p50",
        "p95",
        "p99",
        "range",
        "rate",
        "stddev",
        "sum",
        "timeWeightedAvg",
    ]
    """What each bucket says, as in aggregated."""
    interval: str
    """Width of a bucket. Of the calendar in `timezone`: P1D, P1W (from Monday), P1M, P3M, P1Y. Of
    the clock: PT15M, PT1H, counted from midnight; they stay as long as they are except around a
    clock change. Or auto, the shortest of a ladder from PT1S to P1Y that gives no more than
    `points` buckets.
    """
    fill: Literal["linear", "none", "null", "previous"] | UnsetType = UNSET
    """Buckets without readings: left out (none), kept with null, with the value of the one before
    up to now (previous), or with values on the line between their neighbours (linear). Of
    functions that say how high the values were (all but sum, stddev, range, delta and rate),
    previous begins with the last reading before the range, if that is at most 7 days older.
    """
    dips: Literal["ignore", "reset"] | UnsetType = UNSET
    """Of delta and rate: what a reading is that is lower than the one before it while the next one
    isn't, as in 100, 0, 101. A reset, after which the counter went on (reset: 101 counted), or
    a fault of the sensor (ignore: 1 counted). Other falls are resets either way.
    """
    points: int | UnsetType = UNSET
    """The most buckets that auto may give."""


_createReading = Endpoint("createReading", "POST", "/api/v1/readings", "natural")
_createReadings = Endpoint("createReadings", "POST", "/api/v1/readings/batch", "natural")
_listLatestReadings = Endpoint("listLatestReadings", "GET", "/api/v1/readings/latest", "natural")
_queryLatestReadings = Endpoint("queryLatestReadings", "POST", "/api/v1/readings/latest", "natural")
_queryReadings = Endpoint("queryReadings", "POST", "/api/v1/readings/query", "natural")
_listReadings = Endpoint("listReadings", "GET", "/api/v1/readings/sensor/{sensorId}", "natural")
_getAggregatedReadings = Endpoint(
    "getAggregatedReadings", "GET", "/api/v1/readings/sensor/{sensorId}/aggregated", "natural"
)
_getDownsampledReadings = Endpoint(
    "getDownsampledReadings", "GET", "/api/v1/readings/sensor/{sensorId}/downsampled", "natural"
)
_getLatestReading = Endpoint(
    "getLatestReading", "GET", "/api/v1/readings/sensor/{sensorId}/latest", "natural"
)
_getReadingStats = Endpoint(
    "getReadingStats", "GET", "/api/v1/readings/sensor/{sensorId}/stats", "natural"
)
_getReadingWindow = Endpoint(
    "getReadingWindow", "GET", "/api/v1/readings/sensor/{sensorId}/window", "natural"
)
_streamReadings = Endpoint("streamReadings", "GET", "/api/v1/readings/stream", "natural")


class ReadingsApi(SyncTransport):
    """Operations of `readings`, for programs that wait."""

    def create(
        self,
        *,
        timestamp: datetime | str,
        value: float | bool | str | UnsetType = UNSET,
        values: dict[str, float | bool | str | Sequence[float | bool | str]]
        | None
        | UnsetType = UNSET,
        device_id: str | None | UnsetType = UNSET,
        component: str | None | UnsetType = UNSET,
        sensor: str | None | UnsetType = UNSET,
        sensor_id: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
    ) -> ReceiptRead:
        """Store one reading, or the values of a structured element. Answered after the commit.

        Needs the permission `readings:write`.

        timestamp: When it was measured: RFC 3339 with an offset or Z, not older than the platform
        accepts.
        value: Of the sensor's type; for one reading.
        values: A structured element's values by the keys of the profile's fields; an array for a
        field with arraySize.
        device_id: The device that has the sensor.
        component: The key of the device's component that has the sensor.
        sensor: The sensor's key in its component or device.
        sensor_id: The sensor, instead of the two above.
        metadata: Kept with the reading, at most 10 KiB; or with each value of a structured element,
        64 KiB in all.
        """
        return self._call(
            _createReading,
            body={
                "timestamp": timestamp,
                "value": value,
                "values": values,
                "deviceId": device_id,
                "component": component,
                "sensor": sensor,
                "sensorId": sensor_id,
                "metadata": metadata,
            },
            answer=ReceiptRead,
        )

    def create_many(
        self,
        *,
        body: Sequence[ReadingCreate] | ReadingColumns | bytes,
        precision: Literal["ms", "ns", "s", "us"] | UnsetType = UNSET,
        device_tags: Sequence[str] | UnsetType = UNSET,
        content_type: Literal[
            "application/x-ndjson",
            "text/csv",
            "text/plain",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ]
        | UnsetType = UNSET,
    ) -> ReceiptRead:
        """Store up to 100,000 readings, each value of a structured element being one. Answered after
        the commit; one
        wrong element costs no other.

        The body may be compressed with gzip or zstd (`Content-Encoding`). Besides an array of
        readings it may be an
        object of columns, NDJSON, CSV, InfluxDB line protocol, SenML (RFC 8428), an Arrow IPC
        stream or a Parquet file.

        Needs the permission `readings:write`.

        precision: What the times of InfluxDB line protocol count; nanoseconds if left out.
        device_tags: Tags of InfluxDB line protocol that tell the device and not the series, as host
        does; they stay out of the sensors' keys; comma-separated or repeated.
        body: The body.
        content_type: What the body is, where it is no JSON.
        """
        return self._call(
            _createReadings,
            query={"precision": precision, "deviceTags": device_tags},
            body=body,
            content_type=content_type,
            answer=ReceiptRead,
        )

    def list_latest(
        self,
        *,
        sensor_ids: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> LatestReadings:
        """The newest reading, by event time, of each sensor that one of the parameters names. Sensors
        without one are
        left out.

        Needs the permission `readings:read`.

        sensor_ids: As many as fit into any address; POST takes up to 10,000; comma-separated or
        repeated.
        device_id: All sensors of this device.
        site_id: All sensors of the devices at this site.
        group_id: All sensors of the devices in this group.
        limit: The most sensors that a page looks at.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listLatestReadings,
            query={
                "sensorIds": sensor_ids,
                "deviceId": device_id,
                "siteId": site_id,
                "groupId": group_id,
                "limit": limit,
                "cursor": cursor,
            },
            answer=LatestReadings,
        )

    def each_latest(
        self,
        *,
        sensor_ids: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> Iterator[LatestReading]:
        """Every item of every page of `list_latest`."""
        return each_of_pages(
            lambda cursor: self.list_latest(
                sensor_ids=sensor_ids,
                device_id=device_id,
                site_id=site_id,
                group_id=group_id,
                limit=limit,
                cursor=cursor,
            )
        )

    def query_latest(self, *, sensor_ids: Sequence[str]) -> LatestReadings:
        """The newest reading, by event time, of each of up to 10,000 sensors. Those without one, or
        that aren't there,
        are left out.

        Needs the permission `readings:read`.

        sensor_ids: Up to 10,000 sensors.
        """
        return self._call(
            _queryLatestReadings, body={"sensorIds": sensor_ids}, answer=LatestReadings
        )

    def query(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        series: Sequence[SeriesQuery],
        timezone: str | UnsetType = UNSET,
    ) -> ReadingQueryAnswer:
        """Up to 200 series at once, each with a function, an interval and a fill of its own: all
        charts of a page. In
        every format that getAggregatedReadings has; tables have all series below each other.

        A sensor that isn't there is like one without readings.

        Needs the permission `readings:read`.

        from_: Start of the range, included.
        to: End of the range, not included.
        series: At most 200, with 100,000 buckets together.
        timezone: Where days, weeks and months begin: a name of the IANA list.
        """
        return self._call(
            _queryReadings,
            body={"from": from_, "to": to, "series": series, "timezone": timezone},
            answer=ReadingQueryAnswer,
        )

    def query_as(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        series: Sequence[SeriesQuery],
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        timezone: str | UnsetType = UNSET,
    ) -> SyncBytes:
        """Up to 200 series at once, each with a function, an interval and a fill of its own: all
        charts of a page, in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _queryReadings,
            body={"from": from_, "to": to, "series": series, "timezone": timezone},
            accept=accept,
        )

    def list(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> RawReadings:
        """The readings of one sensor in [from, to), as they were reported. In the format that Accept
        asks for: JSON,
        columnar JSON, NDJSON, CSV, an Arrow stream or Parquet.

        JSON is a page. The other formats are the whole range, however long, sent as it is read from
        one moment's data;
        with `limit` they are pages too, whose cursor is the header `Next-Cursor`. A body that isn't
        complete ends
        without its last chunk.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        limit: The most readings on a page. Left out, JSON is pages of 1,000, and every other format
        is all of them.
        cursor: `nextCursor` of the page before; left out for the first page.
        order: By time: oldest or newest first.
        """
        return self._call(
            _listReadings,
            path=(sensor_id,),
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor, "order": order},
            answer=RawReadings,
        )

    def each(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        limit: int | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> Iterator[ReadingRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                sensor_id=sensor_id, from_=from_, to=to, limit=limit, order=order, cursor=cursor
            )
        )

    def list_as(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> SyncBytes:
        """The readings of one sensor in [from, to), as they were reported, in another format, as it
        comes. To be used in a `with` block.
        """
        return self._open(
            _listReadings,
            path=(sensor_id,),
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor, "order": order},
            accept=accept,
        )

    def aggregated(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        interval: str,
        functions: Sequence[
            Literal[
                "avg",
                "min",
                "max",
                "sum",
                "count",
                "first",
                "last",
                "stddev",
                "range",
                "timeWeightedAvg",
                "p50",
                "p95",
                "p99",
                "delta",
                "rate",
            ]
        ]
        | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        fill: Literal["linear", "none", "null", "previous"] | UnsetType = UNSET,
        dips: Literal["ignore", "reset"] | UnsetType = UNSET,
        points: int | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AggregatedReadings:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage.
        In the format
        that Accept asks for: JSON, columnar JSON, NDJSON, CSV, an Arrow stream or Parquet.

        What has more than `limit` buckets is pages; the cursor of the next is `nextCursor`, or the
        header `Next-Cursor`
        of other formats than JSON. Fills that look at neighbours, previous and linear, need all on
        one page.

        Rollups answer all functions but percentiles, delta and rate: those are made of the readings
        themselves, as long
        as there are not too many of them.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        interval: Width of a bucket. Of the calendar in `timezone`: P1D, P1W (from Monday), P1M,
        P3M, P1Y. Of the clock: PT15M, PT1H, counted from midnight; they stay as long as they are
        except around a clock change. Or auto, the shortest of a ladder from PT1S to P1Y that gives
        no more than `points` buckets.
        functions: What each bucket says besides its count, avg if left out; comma-separated or
        repeated.
        timezone: Where days, weeks and months begin: a name of the IANA list.
        fill: Buckets without readings: left out (none), kept with null, with the value of the one
        before up to now (previous), or with values on the line between their neighbours (linear).
        Of functions that say how high the values were (all but sum, stddev, range, delta and rate),
        previous begins with the last reading before the range, if that is at most 7 days older.
        dips: Of delta and rate: what a reading is that is lower than the one before it while the
        next one isn't, as in 100, 0, 101. A reset, after which the counter went on (reset: 101
        counted), or a fault of the sensor (ignore: 1 counted). Other falls are resets either way.
        points: The most buckets that auto may give.
        limit: The most buckets on a page, empty ones counted.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _getAggregatedReadings,
            path=(sensor_id,),
            query={
                "from": from_,
                "to": to,
                "interval": interval,
                "functions": functions,
                "timezone": timezone,
                "fill": fill,
                "dips": dips,
                "points": points,
                "limit": limit,
                "cursor": cursor,
            },
            answer=AggregatedReadings,
        )

    def aggregated_as(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        interval: str,
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        functions: Sequence[
            Literal[
                "avg",
                "min",
                "max",
                "sum",
                "count",
                "first",
                "last",
                "stddev",
                "range",
                "timeWeightedAvg",
                "p50",
                "p95",
                "p99",
                "delta",
                "rate",
            ]
        ]
        | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        fill: Literal["linear", "none", "null", "previous"] | UnsetType = UNSET,
        dips: Literal["ignore", "reset"] | UnsetType = UNSET,
        points: int | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> SyncBytes:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage,
        in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _getAggregatedReadings,
            path=(sensor_id,),
            query={
                "from": from_,
                "to": to,
                "interval": interval,
                "functions": functions,
                "timezone": timezone,
                "fill": fill,
                "dips": dips,
                "points": points,
                "limit": limit,
                "cursor": cursor,
            },
            accept=accept,
        )

    def downsampled(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        points: int | UnsetType = UNSET,
        method: Literal["LTTB", "MINMAX"] | UnsetType = UNSET,
    ) -> DownsampledReadings:
        """Readings of one sensor in [from, to), so few that a chart can draw them, chosen to look like
        all of them.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        points: The most readings to choose.
        method: Largest Triangle Three Buckets, which keeps the look of the line, or the smallest
        and largest of each stretch, which keeps every extreme.
        """
        return self._call(
            _getDownsampledReadings,
            path=(sensor_id,),
            query={"from": from_, "to": to, "points": points, "method": method},
            answer=DownsampledReadings,
        )

    def latest(self, sensor_id: str) -> LatestReading:
        """The newest reading of one sensor by event time, whenever it arrived.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        """
        return self._call(_getLatestReading, path=(sensor_id,), answer=LatestReading)

    def stats(self, sensor_id: str, *, from_: datetime | str, to: datetime | str) -> ReadingStats:
        """Count, minimum, maximum, average, sum and standard deviation of one sensor in [from, to).

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        """
        return self._call(
            _getReadingStats,
            path=(sensor_id,),
            query={"from": from_, "to": to},
            answer=ReadingStats,
        )

    def window(
        self,
        sensor_id: str,
        *,
        last: str,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> ReadingWindow:
        """The readings of one sensor from so long ago until now, in every format that listReadings
        has.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        last: Weeks, days, hours, minutes, seconds as an ISO 8601 duration of fixed length, such as
        PT15M or P1D.
        limit: The most readings on a page. Left out, JSON is pages of 1,000, and every other format
        is all of them.
        cursor: `nextCursor` of the page before; left out for the first page.
        order: By time: oldest or newest first.
        """
        return self._call(
            _getReadingWindow,
            path=(sensor_id,),
            query={"last": last, "limit": limit, "cursor": cursor, "order": order},
            answer=ReadingWindow,
        )

    def window_as(
        self,
        sensor_id: str,
        *,
        last: str,
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> SyncBytes:
        """The readings of one sensor from so long ago until now, in every format that listReadings
        has, in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _getReadingWindow,
            path=(sensor_id,),
            query={"last": last, "limit": limit, "cursor": cursor, "order": order},
            accept=accept,
        )

    def stream(
        self,
        *,
        sensor_ids: Sequence[str] | UnsetType = UNSET,
        device_id: Sequence[str] | UnsetType = UNSET,
        site_id: Sequence[str] | UnsetType = UNSET,
        group_id: Sequence[str] | UnsetType = UNSET,
        all: bool | UnsetType = UNSET,
        last_event_id: str | UnsetType = UNSET,
    ) -> Events:
        """Readings as they are committed: first the newest of each sensor, then every one.

        One stream carries a whole dashboard; selections add up. When a site or a group gets other
        devices, a
        `selection` and a snapshot say so. A stream of [Server-Sent
        Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) that doesn't end by
        itself; the same
        address takes a WebSocket, whose messages are `{"event", "id", "data"}`.

        **Resuming.** Connect again with the last `id` as `Last-Event-ID`, to whichever process, and
        get exactly the
        readings that were missed, if the stream was away for less than two minutes. Where that
        can't be kept there
        is a `reset` with the newest readings, never silence. A heartbeat comment comes when nothing
        else does.

        **Readings** of one `readings` event are in the order of their commits. One that is older
        than another of
        its sensor arrived late. (`sensorId`, `timestamp`) names a reading: one that was committed
        around the moment
        of a snapshot may be in both.

        **Slow clients** are told the newest value of each sensor instead of every one (`conflated`)
        until they have
        caught up.

        **Browsers.** `EventSource` can't send a token; read the stream with `fetch` and an
        Authorization header, or
        open a WebSocket with the subprotocols `holdfast` and `bearer.` + token. Tokens are never
        taken from the
        address. The stream ends within seconds when the token expires or the key is revoked; a
        WebSocket that is
        refused closes with 4000 + status.

        Needs the permission `readings:read`.

        sensor_ids: These sensors; comma-separated or repeated.
        device_id: All sensors of these devices, those to come too; comma-separated or repeated.
        site_id: All devices at these sites, as they come and go; comma-separated or repeated.
        group_id: All devices in these groups, as they come and go; comma-separated or repeated.
        all: Every sensor of the organization.
        last_event_id: As Last-Event-ID, which wins.
        """
        return self._listen(
            _streamReadings,
            query={
                "sensorIds": sensor_ids,
                "deviceId": device_id,
                "siteId": site_id,
                "groupId": group_id,
                "all": all,
                "lastEventId": last_event_id,
            },
        )


class AsyncReadingsApi(AsyncTransport):
    """Operations of `readings`, for asynchronous programs."""

    async def create(
        self,
        *,
        timestamp: datetime | str,
        value: float | bool | str | UnsetType = UNSET,
        values: dict[str, float | bool | str | Sequence[float | bool | str]]
        | None
        | UnsetType = UNSET,
        device_id: str | None | UnsetType = UNSET,
        component: str | None | UnsetType = UNSET,
        sensor: str | None | UnsetType = UNSET,
        sensor_id: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
    ) -> ReceiptRead:
        """Store one reading, or the values of a structured element. Answered after the commit.

        Needs the permission `readings:write`.

        timestamp: When it was measured: RFC 3339 with an offset or Z, not older than the platform
        accepts.
        value: Of the sensor's type; for one reading.
        values: A structured element's values by the keys of the profile's fields; an array for a
        field with arraySize.
        device_id: The device that has the sensor.
        component: The key of the device's component that has the sensor.
        sensor: The sensor's key in its component or device.
        sensor_id: The sensor, instead of the two above.
        metadata: Kept with the reading, at most 10 KiB; or with each value of a structured element,
        64 KiB in all.
        """
        return await self._call(
            _createReading,
            body={
                "timestamp": timestamp,
                "value": value,
                "values": values,
                "deviceId": device_id,
                "component": component,
                "sensor": sensor,
                "sensorId": sensor_id,
                "metadata": metadata,
            },
            answer=ReceiptRead,
        )

    async def create_many(
        self,
        *,
        body: Sequence[ReadingCreate] | ReadingColumns | bytes,
        precision: Literal["ms", "ns", "s", "us"] | UnsetType = UNSET,
        device_tags: Sequence[str] | UnsetType = UNSET,
        content_type: Literal[
            "application/x-ndjson",
            "text/csv",
            "text/plain",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ]
        | UnsetType = UNSET,
    ) -> ReceiptRead:
        """Store up to 100,000 readings, each value of a structured element being one. Answered after
        the commit; one
        wrong element costs no other.

        The body may be compressed with gzip or zstd (`Content-Encoding`). Besides an array of
        readings it may be an
        object of columns, NDJSON, CSV, InfluxDB line protocol, SenML (RFC 8428), an Arrow IPC
        stream or a Parquet file.

        Needs the permission `readings:write`.

        precision: What the times of InfluxDB line protocol count; nanoseconds if left out.
        device_tags: Tags of InfluxDB line protocol that tell the device and not the series, as host
        does; they stay out of the sensors' keys; comma-separated or repeated.
        body: The body.
        content_type: What the body is, where it is no JSON.
        """
        return await self._call(
            _createReadings,
            query={"precision": precision, "deviceTags": device_tags},
            body=body,
            content_type=content_type,
            answer=ReceiptRead,
        )

    async def list_latest(
        self,
        *,
        sensor_ids: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> LatestReadings:
        """The newest reading, by event time, of each sensor that one of the parameters names. Sensors
        without one are
        left out.

        Needs the permission `readings:read`.

        sensor_ids: As many as fit into any address; POST takes up to 10,000; comma-separated or
        repeated.
        device_id: All sensors of this device.
        site_id: All sensors of the devices at this site.
        group_id: All sensors of the devices in this group.
        limit: The most sensors that a page looks at.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listLatestReadings,
            query={
                "sensorIds": sensor_ids,
                "deviceId": device_id,
                "siteId": site_id,
                "groupId": group_id,
                "limit": limit,
                "cursor": cursor,
            },
            answer=LatestReadings,
        )

    def each_latest(
        self,
        *,
        sensor_ids: Sequence[str] | UnsetType = UNSET,
        device_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> AsyncIterator[LatestReading]:
        """Every item of every page of `list_latest`."""
        return each_of_pages_async(
            lambda cursor: self.list_latest(
                sensor_ids=sensor_ids,
                device_id=device_id,
                site_id=site_id,
                group_id=group_id,
                limit=limit,
                cursor=cursor,
            )
        )

    async def query_latest(self, *, sensor_ids: Sequence[str]) -> LatestReadings:
        """The newest reading, by event time, of each of up to 10,000 sensors. Those without one, or
        that aren't there,
        are left out.

        Needs the permission `readings:read`.

        sensor_ids: Up to 10,000 sensors.
        """
        return await self._call(
            _queryLatestReadings, body={"sensorIds": sensor_ids}, answer=LatestReadings
        )

    async def query(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        series: Sequence[SeriesQuery],
        timezone: str | UnsetType = UNSET,
    ) -> ReadingQueryAnswer:
        """Up to 200 series at once, each with a function, an interval and a fill of its own: all
        charts of a page. In
        every format that getAggregatedReadings has; tables have all series below each other.

        A sensor that isn't there is like one without readings.

        Needs the permission `readings:read`.

        from_: Start of the range, included.
        to: End of the range, not included.
        series: At most 200, with 100,000 buckets together.
        timezone: Where days, weeks and months begin: a name of the IANA list.
        """
        return await self._call(
            _queryReadings,
            body={"from": from_, "to": to, "series": series, "timezone": timezone},
            answer=ReadingQueryAnswer,
        )

    def query_as(
        self,
        *,
        from_: datetime | str,
        to: datetime | str,
        series: Sequence[SeriesQuery],
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        timezone: str | UnsetType = UNSET,
    ) -> AsyncBytes:
        """Up to 200 series at once, each with a function, an interval and a fill of its own: all
        charts of a page, in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _queryReadings,
            body={"from": from_, "to": to, "series": series, "timezone": timezone},
            accept=accept,
        )

    async def list(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> RawReadings:
        """The readings of one sensor in [from, to), as they were reported. In the format that Accept
        asks for: JSON,
        columnar JSON, NDJSON, CSV, an Arrow stream or Parquet.

        JSON is a page. The other formats are the whole range, however long, sent as it is read from
        one moment's data;
        with `limit` they are pages too, whose cursor is the header `Next-Cursor`. A body that isn't
        complete ends
        without its last chunk.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        limit: The most readings on a page. Left out, JSON is pages of 1,000, and every other format
        is all of them.
        cursor: `nextCursor` of the page before; left out for the first page.
        order: By time: oldest or newest first.
        """
        return await self._call(
            _listReadings,
            path=(sensor_id,),
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor, "order": order},
            answer=RawReadings,
        )

    def each(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        limit: int | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> AsyncIterator[ReadingRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                sensor_id=sensor_id, from_=from_, to=to, limit=limit, order=order, cursor=cursor
            )
        )

    def list_as(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> AsyncBytes:
        """The readings of one sensor in [from, to), as they were reported, in another format, as it
        comes. To be used in a `with` block.
        """
        return self._open(
            _listReadings,
            path=(sensor_id,),
            query={"from": from_, "to": to, "limit": limit, "cursor": cursor, "order": order},
            accept=accept,
        )

    async def aggregated(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        interval: str,
        functions: Sequence[
            Literal[
                "avg",
                "min",
                "max",
                "sum",
                "count",
                "first",
                "last",
                "stddev",
                "range",
                "timeWeightedAvg",
                "p50",
                "p95",
                "p99",
                "delta",
                "rate",
            ]
        ]
        | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        fill: Literal["linear", "none", "null", "previous"] | UnsetType = UNSET,
        dips: Literal["ignore", "reset"] | UnsetType = UNSET,
        points: int | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AggregatedReadings:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage.
        In the format
        that Accept asks for: JSON, columnar JSON, NDJSON, CSV, an Arrow stream or Parquet.

        What has more than `limit` buckets is pages; the cursor of the next is `nextCursor`, or the
        header `Next-Cursor`
        of other formats than JSON. Fills that look at neighbours, previous and linear, need all on
        one page.

        Rollups answer all functions but percentiles, delta and rate: those are made of the readings
        themselves, as long
        as there are not too many of them.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        interval: Width of a bucket. Of the calendar in `timezone`: P1D, P1W (from Monday), P1M,
        P3M, P1Y. Of the clock: PT15M, PT1H, counted from midnight; they stay as long as they are
        except around a clock change. Or auto, the shortest of a ladder from PT1S to P1Y that gives
        no more than `points` buckets.
        functions: What each bucket says besides its count, avg if left out; comma-separated or
        repeated.
        timezone: Where days, weeks and months begin: a name of the IANA list.
        fill: Buckets without readings: left out (none), kept with null, with the value of the one
        before up to now (previous), or with values on the line between their neighbours (linear).
        Of functions that say how high the values were (all but sum, stddev, range, delta and rate),
        previous begins with the last reading before the range, if that is at most 7 days older.
        dips: Of delta and rate: what a reading is that is lower than the one before it while the
        next one isn't, as in 100, 0, 101. A reset, after which the counter went on (reset: 101
        counted), or a fault of the sensor (ignore: 1 counted). Other falls are resets either way.
        points: The most buckets that auto may give.
        limit: The most buckets on a page, empty ones counted.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _getAggregatedReadings,
            path=(sensor_id,),
            query={
                "from": from_,
                "to": to,
                "interval": interval,
                "functions": functions,
                "timezone": timezone,
                "fill": fill,
                "dips": dips,
                "points": points,
                "limit": limit,
                "cursor": cursor,
            },
            answer=AggregatedReadings,
        )

    def aggregated_as(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        interval: str,
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        functions: Sequence[
            Literal[
                "avg",
                "min",
                "max",
                "sum",
                "count",
                "first",
                "last",
                "stddev",
                "range",
                "timeWeightedAvg",
                "p50",
                "p95",
                "p99",
                "delta",
                "rate",
            ]
        ]
        | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        fill: Literal["linear", "none", "null", "previous"] | UnsetType = UNSET,
        dips: Literal["ignore", "reset"] | UnsetType = UNSET,
        points: int | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> AsyncBytes:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage,
        in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _getAggregatedReadings,
            path=(sensor_id,),
            query={
                "from": from_,
                "to": to,
                "interval": interval,
                "functions": functions,
                "timezone": timezone,
                "fill": fill,
                "dips": dips,
                "points": points,
                "limit": limit,
                "cursor": cursor,
            },
            accept=accept,
        )

    async def downsampled(
        self,
        sensor_id: str,
        *,
        from_: datetime | str,
        to: datetime | str,
        points: int | UnsetType = UNSET,
        method: Literal["LTTB", "MINMAX"] | UnsetType = UNSET,
    ) -> DownsampledReadings:
        """Readings of one sensor in [from, to), so few that a chart can draw them, chosen to look like
        all of them.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        points: The most readings to choose.
        method: Largest Triangle Three Buckets, which keeps the look of the line, or the smallest
        and largest of each stretch, which keeps every extreme.
        """
        return await self._call(
            _getDownsampledReadings,
            path=(sensor_id,),
            query={"from": from_, "to": to, "points": points, "method": method},
            answer=DownsampledReadings,
        )

    async def latest(self, sensor_id: str) -> LatestReading:
        """The newest reading of one sensor by event time, whenever it arrived.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        """
        return await self._call(_getLatestReading, path=(sensor_id,), answer=LatestReading)

    async def stats(
        self, sensor_id: str, *, from_: datetime | str, to: datetime | str
    ) -> ReadingStats:
        """Count, minimum, maximum, average, sum and standard deviation of one sensor in [from, to).

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        from_: Start of the range, included. RFC 3339 with an offset or Z.
        to: End of the range, not included. RFC 3339 with an offset or Z.
        """
        return await self._call(
            _getReadingStats,
            path=(sensor_id,),
            query={"from": from_, "to": to},
            answer=ReadingStats,
        )

    async def window(
        self,
        sensor_id: str,
        *,
        last: str,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> ReadingWindow:
        """The readings of one sensor from so long ago until now, in every format that listReadings
        has.

        Needs the permission `readings:read`.

        sensor_id: The sensor.
        last: Weeks, days, hours, minutes, seconds as an ISO 8601 duration of fixed length, such as
        PT15M or P1D.
        limit: The most readings on a page. Left out, JSON is pages of 1,000, and every other format
        is all of them.
        cursor: `nextCursor` of the page before; left out for the first page.
        order: By time: oldest or newest first.
        """
        return await self._call(
            _getReadingWindow,
            path=(sensor_id,),
            query={"last": last, "limit": limit, "cursor": cursor, "order": order},
            answer=ReadingWindow,
        )

    def window_as(
        self,
        sensor_id: str,
        *,
        last: str,
        accept: Literal[
            "application/vnd.holdfast.columns+json",
            "application/x-ndjson",
            "text/csv",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet",
        ],
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        order: Literal["asc", "desc"] | UnsetType = UNSET,
    ) -> AsyncBytes:
        """The readings of one sensor from so long ago until now, in every format that listReadings
        has, in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _getReadingWindow,
            path=(sensor_id,),
            query={"last": last, "limit": limit, "cursor": cursor, "order": order},
            accept=accept,
        )

    def stream(
        self,
        *,
        sensor_ids: Sequence[str] | UnsetType = UNSET,
        device_id: Sequence[str] | UnsetType = UNSET,
        site_id: Sequence[str] | UnsetType = UNSET,
        group_id: Sequence[str] | UnsetType = UNSET,
        all: bool | UnsetType = UNSET,
        last_event_id: str | UnsetType = UNSET,
    ) -> AsyncEvents:
        """Readings as they are committed: first the newest of each sensor, then every one.

        One stream carries a whole dashboard; selections add up. When a site or a group gets other
        devices, a
        `selection` and a snapshot say so. A stream of [Server-Sent
        Events](https://html.spec.whatwg.org/multipage/server-sent-events.html) that doesn't end by
        itself; the same
        address takes a WebSocket, whose messages are `{"event", "id", "data"}`.

        **Resuming.** Connect again with the last `id` as `Last-Event-ID`, to whichever process, and
        get exactly the
        readings that were missed, if the stream was away for less than two minutes. Where that
        can't be kept there
        is a `reset` with the newest readings, never silence. A heartbeat comment comes when nothing
        else does.

        **Readings** of one `readings` event are in the order of their commits. One that is older
        than another of
        its sensor arrived late. (`sensorId`, `timestamp`) names a reading: one that was committed
        around the moment
        of a snapshot may be in both.

        **Slow clients** are told the newest value of each sensor instead of every one (`conflated`)
        until they have
        caught up.

        **Browsers.** `EventSource` can't send a token; read the stream with `fetch` and an
        Authorization header, or
        open a WebSocket with the subprotocols `holdfast` and `bearer.` + token. Tokens are never
        taken from the
        address. The stream ends within seconds when the token expires or the key is revoked; a
        WebSocket that is
        refused closes with 4000 + status.

        Needs the permission `readings:read`.

        sensor_ids: These sensors; comma-separated or repeated.
        device_id: All sensors of these devices, those to come too; comma-separated or repeated.
        site_id: All devices at these sites, as they come and go; comma-separated or repeated.
        group_id: All devices in these groups, as they come and go; comma-separated or repeated.
        all: Every sensor of the organization.
        last_event_id: As Last-Event-ID, which wins.
        """
        return self._listen(
            _streamReadings,
            query={
                "sensorIds": sensor_ids,
                "deviceId": device_id,
                "siteId": site_id,
                "groupId": group_id,
                "all": all,
                "lastEventId": last_event_id,
            },
        )
