from __future__ import annotations

from typing import Annotated

import msgspec

from app.core.documentation import SensorId, described
from app.core.wire import Moment, NextCursor, Read
from app.telemetry.readings.tiers import TIERS
from ingest.messages import Reason

Value = Annotated[float | int | bool | str, described("Of the sensor's type.", 21.5)]
Timestamp = Annotated[Moment, described("When it was measured.", "2026-11-23T10:30:00Z")]
Tiers = Annotated[
    list[Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(TIERS)})]],
    described(
        "Where the answer comes from: RAW, the readings themselves, and their rollups by minute, quarter of an hour, "
        "hour and day. Whichever they are, the answer is exact as of `freshAsOf`.",
        ["RAW", "15M", "1H"],
    ),
]
FreshAsOf = Annotated[Moment, described("The moment that the answer shows.", "2026-11-24T00:00:01.25Z")]
_ANY_VALUE = ["number", "boolean", "string", "null"]


class ReadingRead(Read, omit_defaults=True):
    """One reading, as it was reported."""

    timestamp: Timestamp
    value: Value
    metadata: Annotated[
        msgspec.Raw | msgspec.UnsetType,
        described("As it was sent along; left out where nothing was.", {"batch": "A17"}, type="object"),
    ] = msgspec.UNSET


class RawReadings(Read):
    """`tiers` says where the answer comes from; here always the readings themselves."""

    items: Annotated[list[ReadingRead], described("In the order asked for.")]
    next_cursor: NextCursor
    tiers: Tiers


class ReadingWindow(Read):
    """The range that `last` came to be, fixed over all pages."""

    from_: Annotated[Moment, described("Start of the window, included.", "2026-11-23T09:30:01.25Z")] = (
        msgspec.field(name="from")
    )
    to: Annotated[Moment, described("End of the window, not included.", "2026-11-23T10:30:01.25Z")]
    items: Annotated[list[ReadingRead], described("In the order asked for.")]
    next_cursor: NextCursor
    tiers: Tiers


class LatestReading(Read):
    """The newest reading of a sensor."""

    sensor_id: SensorId
    timestamp: Timestamp
    value: Value


class LatestReadings(Read):
    """The newest readings of several sensors."""

    items: Annotated[list[LatestReading], described("At most one for each sensor.")]


class Bucket(Read):
    """One bucket. At the edges of the range `from` and `to` are clipped to it, and `coverage` says how much of the
    bucket's width lies inside. Functions that weren't asked for are left out; of text there is only a count. A sum beyond
    the range of a double is null, and so is the average made of it."""

    from_: Annotated[Moment, described("Start of the bucket, included.", "2026-11-23T10:00:00Z")] = (
        msgspec.field(name="from")
    )
    to: Annotated[Moment, described("End of the bucket, not included.", "2026-11-23T11:00:00Z")]
    count: Annotated[int, described("How many readings it holds.", 60)]
    coverage: Annotated[float, described("Part of the bucket's width inside the range, 0 to 1.", 1.0)]
    avg: Annotated[
        float | msgspec.UnsetType | None, described("Their mean, in the sensor's unit.", 21.375)
    ] = msgspec.UNSET
    min: Annotated[
        float | msgspec.UnsetType | None, described("The smallest, in the sensor's unit.", 20.9)
    ] = msgspec.UNSET
    max: Annotated[
        float | msgspec.UnsetType | None, described("The largest, in the sensor's unit.", 22.1)
    ] = msgspec.UNSET
    sum: Annotated[
        float | msgspec.UnsetType | None, described("Their sum, in the sensor's unit.", 1282.5)
    ] = msgspec.UNSET


class AggregatedReadings(Read):
    """Buckets of one sensor, oldest first; empty ones are left out."""

    sensor_id: SensorId
    interval: Annotated[str, described("Width of the buckets, as asked for.", "PT1H")]
    timezone: Annotated[str, described("Where days and weeks begin.", "UTC")]
    items: Annotated[list[Bucket], described("At most 10,000.")]
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Annotated[bool, described("Whether the answer was cut.", False)]


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
    stddev: Annotated[float | None, described("Standard deviation of a sample, in the sensor's unit.", 1.125)]
    first: Annotated[
        msgspec.Raw, described("The oldest value; null where there is none.", 20.5, type=_ANY_VALUE)
    ]
    last: Annotated[
        msgspec.Raw, described("The newest value; null where there is none.", 21.75, type=_ANY_VALUE)
    ]
    first_at: Annotated[Moment | None, described("The time of `first`.", "2026-11-23T00:00:00Z")]
    last_at: Annotated[Moment | None, described("The time of `last`.", "2026-11-23T23:59:00Z")]
    tiers: Tiers
    fresh_as_of: FreshAsOf


class ItemErrorRead(Read):
    """Why one element of a batch is in quarantine."""

    index: Annotated[int, described("Its place in the body, from 0.", 2)]
    code: Annotated[str, described("Why, for programs.", Reason.BAD_TIMESTAMP, enum=list(Reason))]
    message: Annotated[str, described("Why, for people.", "the timestamp is too old")]


class ReceiptRead(Read):
    """What became of the readings sent, once it is committed. The three numbers add up to what was sent."""

    accepted: Annotated[int, described("Stored now.", 2)]
    duplicates: Annotated[int, described("Stored before, with the same value.", 0)]
    quarantined: Annotated[int, described("Refused and kept in quarantine.", 1)]
    errors: Annotated[list[ItemErrorRead], described("One for each element that was refused.")]
