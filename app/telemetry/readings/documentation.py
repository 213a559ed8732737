"""The bodies of ingestion for OpenAPI: they are decoded by the pipeline, element by element, not by these structs."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from app.core.documentation import DEVICE, SENSOR, DeviceId, SensorId, described
from app.core.wire import Instant
from ingest.identify import SENSOR_KEY_MAX_CHARACTERS
from ingest.validate import TEXT_MAX_CHARACTERS

_TEXT = Annotated[str, msgspec.Meta(max_length=TEXT_MAX_CHARACTERS)]


class ReadingCreate(msgspec.Struct, rename="camel"):
    """One reading. It names its sensor by `sensorId`, or by `deviceId` and `sensor`, the sensor's key in that
    device: a key that is new becomes a sensor, typed by its first values. Unknown fields are ignored."""

    timestamp: Annotated[
        Instant,
        described(
            "When it was measured: RFC 3339 with an offset or Z, not older than the platform accepts.",
            "2026-11-23T10:30:00Z",
        ),
    ]
    value: Annotated[float | bool | _TEXT, described("Of the sensor's type.", 21.5)]
    device_id: Annotated[DeviceId | None, described("The device that has the sensor.", DEVICE)] = None
    sensor: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=SENSOR_KEY_MAX_CHARACTERS)] | None,
        described("The sensor's key in its device.", "temperature"),
    ] = None
    sensor_id: Annotated[SensorId | None, described("The sensor, instead of the two above.", SENSOR)] = None
    metadata: Annotated[
        dict[str, Any] | None, described("Kept with the reading; at most 10 KiB.", {"batch": "A17"})
    ] = None


_BY_KEY = {"deviceId": DEVICE, "sensor": "temperature"}
OneReading = Annotated[
    ReadingCreate, described("One reading.", {**_BY_KEY, "timestamp": "2026-11-23T10:30:00Z", "value": 21.5})
]
ReadingBatch = Annotated[
    list[ReadingCreate],
    msgspec.Meta(max_length=100_000),
    described(
        "Readings, in any order.",
        [
            {**_BY_KEY, "timestamp": "2026-11-23T10:30:00Z", "value": 21.5},
            {**_BY_KEY, "timestamp": "2026-11-23T10:31:00Z", "value": 21.75, "metadata": {"batch": "A17"}},
            {"sensorId": SENSOR, "timestamp": "2019-01-01T00:00:00Z", "value": 20},
        ],
    ),
]
