"""The bodies of ingestion for OpenAPI: they are decoded by the pipeline, element by element, not by these structs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from app.core.documentation import described
from app.core.http.operation import Sample
from app.core.wire import Instant
from app.fleet.components.schemas import ComponentKey
from app.fleet.ids import DEVICE, SENSOR, DeviceId, SensorId
from ingest.formats.media_types import ARROW, CSV, LINE_PROTOCOL, NDJSON, PARQUET, SENML
from ingest.pipeline.resolve import SENSOR_KEY_MAX_CHARACTERS
from ingest.pipeline.values import TEXT_MAX_CHARACTERS

_TEXT = Annotated[str, msgspec.Meta(max_length=TEXT_MAX_CHARACTERS)]


class ReadingCreate(msgspec.Struct, rename="camel"):
    """One reading, or a structured element: several values of one moment.

    A reading has `value`. It names its sensor by `sensorId`, or by `deviceId`, `component` (for a sensor of a component)
    and `sensor`, the sensor's key there: a key that is new becomes a sensor, typed by the profile or by its first values.
    A structured element has `values` in place of `value` and `sensor`; it names `deviceId` and `component`, or only
    `deviceId` for what the device's own profile describes. One wrong value refuses it whole. Unknown fields are ignored.
    """

    timestamp: Annotated[
        Instant,
        described(
            "When it was measured: RFC 3339 with an offset or Z, not older than the platform accepts.",
            "2026-11-23T10:30:00Z",
        ),
    ]
    value: Annotated[
        float | bool | _TEXT | msgspec.UnsetType,
        described("Of the sensor's type; for one reading.", 21.5),
    ] = msgspec.UNSET
    values: Annotated[
        dict[str, float | bool | _TEXT | list[float | bool | _TEXT]] | None,
        described(
            "A structured element's values by the keys of the profile's fields; an array for a field with arraySize.",
            {"temperature": 21.5, "humidity": 40},
        ),
    ] = None
    device_id: Annotated[DeviceId | None, described("The device that has the sensor.", DEVICE)] = (
        None
    )
    component: Annotated[
        ComponentKey | None,
        described("The key of the device's component that has the sensor.", "climate"),
    ] = None
    sensor: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=SENSOR_KEY_MAX_CHARACTERS)] | None,
        described("The sensor's key in its component or device.", "temperature"),
    ] = None
    sensor_id: Annotated[
        SensorId | None, described("The sensor, instead of the two above.", SENSOR)
    ] = None
    metadata: Annotated[
        dict[str, Any] | None,
        described(
            "Kept with the reading, at most 10 KiB; or with each value of a structured element, 64 KiB in all.",
            {"batch": "A17"},
        ),
    ] = None


_BY_KEY = {"deviceId": DEVICE, "sensor": "temperature"}
OneReading = Annotated[
    ReadingCreate,
    described("One reading.", {**_BY_KEY, "timestamp": "2026-11-23T10:30:00Z", "value": 21.5}),
]
_EXAMPLE_TIMES = ["2026-11-23T10:30:00Z", "2026-11-23T10:31:00Z"]


class ReadingColumns(msgspec.Struct, rename="camel"):
    """The fields of readings as arrays of one length. What names the sensor may stand by itself instead, where it is the
    same for all."""

    timestamp: Annotated[
        list[str | int],
        described(
            "RFC 3339 with an offset or Z; or integers, where timestampUnit is given.",
            _EXAMPLE_TIMES,
        ),
    ]
    value: Annotated[list[float | bool | _TEXT], described("Of each sensor's type.", [21.5, 21.75])]
    timestamp_unit: Annotated[
        Literal["s", "ms", "us", "ns"] | None,
        described("What integer times count since 1970.", "ms"),
    ] = None
    sensor_id: Annotated[
        list[SensorId] | SensorId | None, described("The sensors, or the one of all.", SENSOR)
    ] = None
    device_id: Annotated[
        list[DeviceId] | DeviceId | None, described("The devices that have the sensors.", DEVICE)
    ] = None
    component: Annotated[
        list[ComponentKey] | ComponentKey | None,
        described("The keys of the devices' components that have the sensors.", "climate"),
    ] = None
    sensor: Annotated[
        list[str] | str | None,
        described("The sensors' keys in their components or devices.", "temperature"),
    ] = None
    metadata: Annotated[
        list[dict[str, Any] | None] | None,
        described("Kept with each reading; at most 10 KiB.", [None, {"batch": "A17"}]),
    ] = None


NDJSON_SAMPLE = f'{{"sensorId":"{SENSOR}","timestamp":"2026-11-23T10:30:00Z","value":21.5}}\n'
CSV_SAMPLE = f"sensorId,timestamp,value,metadata\r\n{SENSOR},2026-11-23T10:30:00.000000Z,21.5,\r\n"
# SenML is told of in words alone: of a body that may be one of several kinds of JSON, generators make code that fails.
BATCH_FORMATS = {
    NDJSON: Sample(
        "A reading in JSON on each line, or a structured element.",
        NDJSON_SAMPLE,
    ),
    CSV: Sample(
        "A header, then a reading in each row. A column valueType (DOUBLE, BIGINT, BOOLEAN, TEXT) may say what "
        "a cell is; otherwise its looks do.",
        f"timestamp,sensorId,value\n2026-11-23T10:30:00Z,{SENSOR},21.5\n",
    ),
    LINE_PROTOCOL: Sample(
        "InfluxDB line protocol: each field is a reading of the device in the tag deviceId, of its sensor "
        "`measurement.field{tag=value,…}` (or `measurement{…}`, where the field is called value): every other tag, "
        "but for those of `deviceTags`, tells series apart.",
        f"cpu,deviceId={DEVICE},cpu=cpu0 usage_idle=99.5,usage_user=0.25 1795429800000000000\n",
    ),
    ARROW: Sample(
        "An Arrow IPC stream with the columns timestamp, sensorId (or deviceId and sensor), value."
    ),
    PARQUET: Sample("A Parquet file with the same columns as an Arrow stream."),
}

ReadingBatch = Annotated[
    Annotated[list[ReadingCreate], msgspec.Meta(max_length=100_000)] | ReadingColumns,
    described(
        "Readings, in any order: one after another, or as columns. "
        f"SenML (RFC 8428) is read too, as `{SENML}`: a record's name is a sensor's id, or `<deviceId>/<sensor key>`. "
        "So is every answer of listReadings, in the format in which it was given.",
        [
            {**_BY_KEY, "timestamp": "2026-11-23T10:30:00Z", "value": 21.5},
            {
                **_BY_KEY,
                "timestamp": "2026-11-23T10:31:00Z",
                "value": 21.75,
                "metadata": {"batch": "A17"},
            },
            {
                "deviceId": DEVICE,
                "component": "climate",
                "timestamp": "2026-11-23T10:31:00Z",
                "values": {"temperature": 21.5, "humidity": 40},
            },
            {"sensorId": SENSOR, "timestamp": "2019-01-01T00:00:00Z", "value": 20},
        ],
    ),
]
