"""Shapes of buckets, statistics and charts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from app.core.documentation import described
from app.core.wire import Body, Instant, Moment, NextCursor, Read, time_range
from app.fleet.ids import SENSOR, SensorId
from app.telemetry.readings.schemas import FreshAsOf, NotTruncated, Tiers, Timestamp, Truncated

SERIES_MAX = 200
FunctionName = Literal[
    "avg", "min", "max", "sum", "count", "first", "last", "stddev", "range", "timeWeightedAvg",
    "p50", "p95", "p99", "delta", "rate",
]  # fmt: skip
FillName = Literal["none", "null", "previous", "linear"]
INTERVAL = (
    "Width of a bucket. Of the calendar in `timezone`: P1D, P1W (from Monday), P1M, P3M, P1Y. Of the clock: PT15M, PT1H, "
    "counted from midnight; they stay as long as they are except around a clock change. Or auto, the shortest of a "
    "ladder from PT1S to P1Y that gives no more than `points` buckets."
)
DipsName = Literal["reset", "ignore"]
FILL = (
    "Buckets without readings: left out (none), kept with null, with the value of the one before up "
    "to now (previous), or with values on the line between their neighbours (linear). Of functions "
    "that say how high the values were (all but sum, stddev, range, delta and rate), previous begins "
    "with the last reading before the range, if that is at most 7 days older."
)
DIPS = (
    "Of delta and rate: what a reading is that is lower than the one before it while the next one "
    "isn't, as in 100, 0, 101. A reset, after which the counter went on (reset: 101 counted), or a "
    "fault of the sensor (ignore: 1 counted). Other falls are resets either way."
)
_ANY_VALUE = ["number", "boolean", "string", "null"]


class Bucket(Read):
    """One bucket. At the edges of the range `from` and `to` are clipped to it, and `coverage` says how much of the
    bucket's width lies inside. Functions that weren't asked for are left out; of text there is only a count. Values are
    in the sensor's unit, null where there are none, where they are beyond a double, and, of percentiles, delta and rate,
    where only rollups are kept."""

    from_: Annotated[
        Moment, described("Start of the bucket, included.", "2026-11-23T10:00:00Z")
    ] = msgspec.field(name="from")
    to: Annotated[Moment, described("End of the bucket, not included.", "2026-11-23T11:00:00Z")]
    count: Annotated[int, described("How many readings it holds.", 60)]
    coverage: Annotated[
        float, described("Part of the bucket's width inside the range, 0 to 1.", 1.0)
    ]
    avg: Annotated[float | msgspec.UnsetType | None, described("Their mean.", 21.375)] = (
        msgspec.UNSET
    )
    min: Annotated[float | msgspec.UnsetType | None, described("The smallest.", 20.9)] = (
        msgspec.UNSET
    )
    max: Annotated[float | msgspec.UnsetType | None, described("The largest.", 22.1)] = (
        msgspec.UNSET
    )
    sum: Annotated[float | msgspec.UnsetType | None, described("Their sum.", 1282.5)] = (
        msgspec.UNSET
    )
    first: Annotated[
        float | msgspec.UnsetType | None,
        described("The oldest as a number: 1 and 0 for true and false.", 21.2),
    ] = msgspec.UNSET
    last: Annotated[
        float | msgspec.UnsetType | None, described("The newest as a number.", 21.6)
    ] = msgspec.UNSET
    stddev: Annotated[
        float | msgspec.UnsetType | None,
        described("Standard deviation of a sample; null for one reading.", 0.31),
    ] = msgspec.UNSET
    range: Annotated[float | msgspec.UnsetType | None, described("max - min.", 1.2)] = msgspec.UNSET
    time_weighted_avg: Annotated[
        float | msgspec.UnsetType | None,
        described(
            "The mean over time, each value held until the next reading, up to now; the value before the bucket is "
            "carried into it if it is at most 7 days older.",
            21.4,
        ),
    ] = msgspec.UNSET
    p50: Annotated[
        float | msgspec.UnsetType | None, described("The median, interpolated.", 21.35)
    ] = msgspec.UNSET
    p95: Annotated[
        float | msgspec.UnsetType | None, described("The 95th percentile, interpolated.", 22.0)
    ] = msgspec.UNSET
    p99: Annotated[
        float | msgspec.UnsetType | None, described("The 99th percentile, interpolated.", 22.1)
    ] = msgspec.UNSET
    delta: Annotated[
        float | msgspec.UnsetType | None,
        described(
            "What a counter counted: the sum of the rises from reading to reading, beginning with the reading before "
            "the bucket if it is at most 7 days older. A fall is a reset and counts nothing; `dips` "
            "says what one of a single reading is.",
            4.5,
        ),
    ] = msgspec.UNSET
    rate: Annotated[
        float | msgspec.UnsetType | None,
        described(
            "delta by the seconds of the bucket that lie inside the range and before now.", 0.00125
        ),
    ] = msgspec.UNSET


Numbers = Annotated[
    list[float | None] | msgspec.UnsetType, described("As in the buckets of JSON.", [21.375, None])
]
_INTERVAL = described("Width of the buckets; what auto came to be.", "PT1H")
_ZONE = described("Where days, weeks and months begin.", "Europe/Amsterdam")
_STARTS = described(
    "Start of each bucket, included.", ["2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"]
)


class BucketColumns(Read):
    """An array for each field of a bucket, all of one length. Functions that weren't asked for are left out."""

    from_: Annotated[list[Moment], _STARTS] = msgspec.field(name="from")
    to: Annotated[
        list[Moment],
        described(
            "End of each bucket, not included.", ["2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"]
        ),
    ]
    count: Annotated[list[int], described("How many readings each holds.", [60, 0])]
    coverage: Annotated[
        list[float], described("Part of each bucket's width inside the range, 0 to 1.", [1.0, 1.0])
    ]
    avg: Numbers = msgspec.UNSET
    min: Numbers = msgspec.UNSET
    max: Numbers = msgspec.UNSET
    sum: Numbers = msgspec.UNSET
    first: Numbers = msgspec.UNSET
    last: Numbers = msgspec.UNSET
    stddev: Numbers = msgspec.UNSET
    range: Numbers = msgspec.UNSET
    time_weighted_avg: Numbers = msgspec.UNSET
    p50: Numbers = msgspec.UNSET
    p95: Numbers = msgspec.UNSET
    p99: Numbers = msgspec.UNSET
    delta: Numbers = msgspec.UNSET
    rate: Numbers = msgspec.UNSET


class AggregatedReadings(Read):
    """Buckets of one sensor, oldest first."""

    sensor_id: SensorId
    interval: Annotated[str, _INTERVAL]
    timezone: Annotated[str, _ZONE]
    items: Annotated[
        list[Bucket], described("Of at most `limit` buckets those that are not left out.")
    ]
    next_cursor: NextCursor
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Truncated


class AggregatedColumns(Read):
    """Buckets of one sensor, oldest first, an array for each field."""

    sensor_id: SensorId
    interval: Annotated[str, _INTERVAL]
    timezone: Annotated[str, _ZONE]
    columns: Annotated[
        BucketColumns, described("Of at most `limit` buckets those that are not left out.")
    ]
    next_cursor: NextCursor
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Truncated


class ReadingStats(Read):
    """Over all readings in [from, to). avg, sum, stddev (of a sample) and so on are null where nothing is numeric. A sum
    beyond the range of a double is null, and so are avg and stddev where they are made of such; the rest stands."""

    sensor_id: SensorId
    from_: Annotated[Moment, described("Start of the range, included.", "2026-11-23T00:00:00Z")] = (
        msgspec.field(name="from")
    )
    to: Annotated[Moment, described("End of the range, not included.", "2026-11-24T00:00:00Z")]
    count: Annotated[int, described("How many readings there are.", 1440)]
    min: Annotated[float | None, described("The smallest, in the sensor's unit.", 18.25)]
    max: Annotated[float | None, described("The largest, in the sensor's unit.", 24.75)]
    avg: Annotated[float | None, described("Their mean, in the sensor's unit.", 21.5)]
    sum: Annotated[float | None, described("Their sum, in the sensor's unit.", 30960.0)]
    stddev: Annotated[
        float | None, described("Standard deviation of a sample, in the sensor's unit.", 1.125)
    ]
    first: Annotated[
        msgspec.Raw, described("The oldest value; null where there is none.", 20.5, type=_ANY_VALUE)
    ]
    last: Annotated[
        msgspec.Raw,
        described("The newest value; null where there is none.", 21.75, type=_ANY_VALUE),
    ]
    first_at: Annotated[Moment | None, described("The time of `first`.", "2026-11-23T00:00:00Z")]
    last_at: Annotated[Moment | None, described("The time of `last`.", "2026-11-23T23:59:00Z")]
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: NotTruncated


class Point(Read):
    """One reading that was chosen."""

    timestamp: Timestamp
    value: Annotated[float, described("As a number: 1 and 0 for true and false.", 21.5)]


class DownsampledReadings(Read):
    """Readings that look like all of them; all of them where there are no more than `points`."""

    sensor_id: SensorId
    method: Annotated[Literal["LTTB", "MINMAX"], described("How they were chosen.", "LTTB")]
    count: Annotated[int, described("How many numbers they were chosen from.", 86400)]
    items: Annotated[list[Point], described("Oldest first.")]
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: NotTruncated


class SeriesQuery(Body):
    """One series: a function of one sensor's readings over buckets."""

    sensor_id: SensorId
    function: Annotated[FunctionName, described("What each bucket says, as in aggregated.", "avg")]
    interval: Annotated[str, msgspec.Meta(max_length=100), described(INTERVAL, "PT1H")]
    fill: Annotated[FillName, described(FILL, "none")] = "none"
    dips: Annotated[DipsName, described(DIPS, "reset")] = "reset"
    points: Annotated[
        int,
        msgspec.Meta(ge=3, le=10_000),
        described("The most buckets that auto may give.", 500),
    ] = 500


class ReadingQuery(Body):
    """Several series over one range."""

    from_: Annotated[
        Instant, described("Start of the range, included.", "2026-11-23T00:00:00Z")
    ] = msgspec.field(name="from")
    to: Annotated[Instant, described("End of the range, not included.", "2026-11-24T00:00:00Z")]
    series: Annotated[
        list[SeriesQuery],
        msgspec.Meta(min_length=1, max_length=SERIES_MAX),
        described(
            "At most 200, with 100,000 buckets together.",
            [
                {"sensorId": SENSOR, "function": "avg", "interval": "PT1H"},
                {"sensorId": SENSOR, "function": "max", "interval": "P1D", "fill": "null"},
            ],
        ),
    ]
    timezone: Annotated[
        str,
        msgspec.Meta(max_length=100),
        described(
            "Where days, weeks and months begin: a name of the IANA list.", "Europe/Amsterdam"
        ),
    ] = "UTC"

    def span(self) -> tuple[datetime, datetime]:
        """Raises Malformed for no range."""
        return time_range(self.from_, self.to)


class SeriesPoint(Read):
    """One bucket of a series, from `from` until the next one's."""

    from_: Annotated[
        Moment, described("Start of the bucket, included.", "2026-11-23T10:00:00Z")
    ] = msgspec.field(name="from")
    value: Annotated[
        float | int | None, described("The function's value, null where there is none.", 21.375)
    ]
    count: Annotated[int, described("How many readings it holds.", 60)]


class SeriesAnswer(Read):
    """One series. Of a sensor that isn't there `items` is empty."""

    sensor_id: SensorId
    function: Annotated[str, described("As asked for.", "avg")]
    interval: Annotated[str, described("Width of the buckets; what auto came to be.", "PT1H")]
    items: Annotated[list[SeriesPoint], described("Oldest first.")]
    tiers: Tiers


class ReadingQueryAnswer(Read):
    """The series in the order in which they were asked for."""

    series: Annotated[list[SeriesAnswer], described("One for each that was asked for.")]
    fresh_as_of: FreshAsOf
    truncated: NotTruncated


class SeriesColumns(Read):
    """One series, an array for each field. Of a sensor that isn't there they are empty."""

    sensor_id: SensorId
    function: Annotated[str, described("As asked for.", "avg")]
    interval: Annotated[str, _INTERVAL]
    from_: Annotated[list[Moment], _STARTS] = msgspec.field(name="from")
    value: Annotated[list[float | int | None], described("The function's values.", [21.375, None])]
    count: Annotated[list[int], described("How many readings each bucket holds.", [60, 0])]
    tiers: Tiers


class ReadingQueryColumns(Read):
    """The series in the order in which they were asked for, an array for each field."""

    series: Annotated[list[SeriesColumns], described("One for each that was asked for.")]
    fresh_as_of: FreshAsOf
    truncated: NotTruncated
