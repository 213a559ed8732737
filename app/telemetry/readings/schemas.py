from __future__ import annotations

from typing import Annotated, Any

import msgspec

from app.core.documentation import described
from app.core.wire import Body, Moment, NextCursor, Read
from app.fleet.ids import SENSOR, SensorId
from app.telemetry.readings.tiers import TIERS
from ingest.pipeline.rejection import Reason

SENSORS_MAX = 10_000
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
FreshAsOf = Annotated[
    Moment, described("The moment that the answer shows.", "2026-11-24T00:00:01.25Z")
]
Truncated = Annotated[
    bool, described("Whether there is more of what was asked for than this.", False)
]
NotTruncated = Annotated[
    bool, described("Always false: what is too much to answer is refused and never cut.", False)
]


class ReadingRead(Read, omit_defaults=True):
    """One reading, as it was reported."""

    timestamp: Timestamp
    value: Value
    metadata: Annotated[
        msgspec.Raw | msgspec.UnsetType,
        described(
            "As it was sent along; left out where nothing was.", {"batch": "A17"}, type="object"
        ),
    ] = msgspec.UNSET


_ITEMS = described("In the order asked for.")
_TIMES = described("When each was measured.", ["2026-11-23T10:30:00Z", "2026-11-23T10:31:00Z"])
_VALUES = described("What was measured.", [21.5, 21.75])
_METADATA = described(
    "As it was sent along; left out where no reading has any.", [None, {"batch": "A17"}]
)
_WINDOW_START = described("Start of the window, included.", "2026-11-23T09:30:01.25Z")
_WINDOW_END = described("End of the window, not included.", "2026-11-23T10:30:01.25Z")
Metadata = list[dict[str, Any] | None] | msgspec.UnsetType


class RawReadings(Read):
    """Readings of one sensor. `tiers` says where the answer comes from; here always the readings themselves."""

    sensor_id: SensorId
    items: Annotated[list[ReadingRead], _ITEMS]
    next_cursor: NextCursor
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Truncated


class RawColumns(Read):
    """Readings of one sensor, an array for each field."""

    sensor_id: SensorId
    timestamp: Annotated[list[Moment], _TIMES]
    value: Annotated[list[float | int | bool | str], _VALUES]
    next_cursor: NextCursor
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Truncated
    metadata: Annotated[Metadata, _METADATA] = msgspec.UNSET


class ReadingWindow(Read):
    """The range that `last` came to be, fixed over all pages."""

    sensor_id: SensorId
    from_: Annotated[Moment, _WINDOW_START] = msgspec.field(name="from")
    to: Annotated[Moment, _WINDOW_END]
    items: Annotated[list[ReadingRead], _ITEMS]
    next_cursor: NextCursor
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Truncated


class WindowColumns(Read):
    """The range that `last` came to be, fixed over all pages, and its readings, an array for each field."""

    sensor_id: SensorId
    from_: Annotated[Moment, _WINDOW_START] = msgspec.field(name="from")
    to: Annotated[Moment, _WINDOW_END]
    timestamp: Annotated[list[Moment], _TIMES]
    value: Annotated[list[float | int | bool | str], _VALUES]
    next_cursor: NextCursor
    tiers: Tiers
    fresh_as_of: FreshAsOf
    truncated: Truncated
    metadata: Annotated[Metadata, _METADATA] = msgspec.UNSET


class LatestReading(Read):
    """The newest reading of a sensor."""

    sensor_id: SensorId
    timestamp: Timestamp
    value: Value


class LatestReadings(Read):
    """The newest readings of several sensors."""

    items: Annotated[list[LatestReading], described("At most one for each sensor.")]
    next_cursor: NextCursor
    fresh_as_of: FreshAsOf
    truncated: Truncated


class LatestQuery(Body):
    """Whose newest readings are wanted."""

    sensor_ids: Annotated[
        list[SensorId],
        msgspec.Meta(min_length=1, max_length=SENSORS_MAX),
        described("Up to 10,000 sensors.", [SENSOR]),
    ]


class ItemErrorRead(Read):
    """Why one element of a batch is in quarantine."""

    index: Annotated[int, described("Its place in the body, from 0.", 2)]
    code: Annotated[str, described("Why, for programs.", Reason.BAD_TIMESTAMP, enum=list(Reason))]
    message: Annotated[str, described("Why, for people.", "the timestamp is too old")]


class ReceiptRead(Read):
    """What became of the readings sent, once it is committed. The three numbers add up to what was sent: a structured
    element counts as a reading for each of its values, or once where it is refused, which it is as a whole."""

    accepted: Annotated[int, described("Stored now.", 2)]
    duplicates: Annotated[int, described("Stored before, with the same value.", 0)]
    quarantined: Annotated[int, described("Refused and kept in quarantine.", 1)]
    errors: Annotated[
        list[ItemErrorRead],
        described(
            "One for each element that was refused, with every fault of a structured one in its message."
        ),
    ]
