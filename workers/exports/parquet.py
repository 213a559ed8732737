"""Readings as Parquet: a row for each, sorted by sensor and time within a row group. Its value is
in the column of its kind, and again in the typed column of its profile's field where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from db.readings.pgcopy import ArchiveRows
from workers.exports.fields import TypedColumn
from workers.exports.row_group import KINDS, NAME, TIME, SensorColumns, row_group
from workers.exports.scope import ExportSensor

# Of readings. Large enough to compress well, small enough to stay within some tens of megabytes.
ROW_GROUP = 250_000


def _field(name: str, kind: pa.DataType, description: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable, metadata={"description": description})


READINGS = pa.schema(
    [
        _field("sensor_id", NAME, "the sensor", nullable=False),
        _field("device_id", NAME, "the sensor's device", nullable=False),
        _field("component_id", NAME, "the sensor's component; null for one on the device itself"),
        _field("key", NAME, "the sensor's name on the wire", nullable=False),
        _field("timestamp", TIME, "event time, UTC, microseconds", nullable=False),
        _field("value_double", pa.float64(), "the value of a DOUBLE reading"),
        _field("value_bigint", pa.int64(), "the value of a BIGINT reading"),
        _field("value_boolean", pa.bool_(), "the value of a BOOLEAN reading"),
        _field("value_text", pa.string(), "the value of a TEXT reading"),
        _field(
            "metadata", pa.string(), "what the reading itself came with, as JSON; null for most"
        ),
    ]
)
ANNOTATIONS = pa.schema(
    [
        _field("id", pa.string(), "the annotation", nullable=False),
        _field("class_id", pa.string(), "its class", nullable=False),
        _field("class_name", pa.string(), "the name of its class", nullable=False),
        _field("scope_type", pa.string(), "SITE, DEVICE, COMPONENT or SENSOR", nullable=False),
        _field("scope_id", pa.string(), "what it is about", nullable=False),
        _field("from", TIME, "the point, or the start of the range", nullable=False),
        _field("to", TIME, "the end of the range; null for a point"),
        _field(
            "source",
            pa.string(),
            "MANUAL, RULE, REFERENCE_SENSOR, EXTERNAL, ML or JOB",
            nullable=False,
        ),
        _field("values", pa.string(), "the fields of its class, as JSON", nullable=False),
        _field("note", pa.string(), "in people's words"),
        _field("confidence", pa.float64(), "how sure its maker is, 0 to 1"),
        _field("created_by", pa.string(), "who made it", nullable=False),
        _field("created_at", TIME, "when it was made", nullable=False),
    ]
)


def readings_schema(columns: Sequence[TypedColumn], sensors: Sequence[ExportSensor]) -> pa.Schema:
    """READINGS, then the typed columns; each says of itself what its profile does."""
    schema = READINGS
    for column in columns:
        said = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in column.described().items()
        }
        schema = schema.append(pa.field(column.name, KINDS[column.field.type], metadata=said))
    return schema.with_metadata(
        {"holdfast.sensors": json.dumps([asdict(s) for s in sensors], default=str)}
    )


class ReadingsWriter:
    """Takes rows of any kind, writes a row group whenever enough are there, counts what it has
    written.

    `places` says for each sensor which typed column holds its values, -1 for none; sensors that
    share one stand together in `sensors`.
    """

    def __init__(
        self,
        file: IO[bytes],
        sensors: Sequence[ExportSensor],
        columns: Sequence[TypedColumn],
        places: Sequence[int],
    ) -> None:
        self.schema = readings_schema(columns, sensors)
        self._sensors = SensorColumns(sensors, places)
        self._kinds = [column.field.type for column in columns]
        of_kind = {kind: [c.name for c in columns if c.field.type == kind] for kind in KINDS}
        self._writer = pq.ParquetWriter(
            file,
            self.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[
                "sensor_id",
                "device_id",
                "component_id",
                "key",
                "value_text",
                "metadata",
                *of_kind["TEXT"],
            ],
            column_encoding={
                "timestamp": "DELTA_BINARY_PACKED",
                **dict.fromkeys(["value_bigint", *of_kind["BIGINT"]], "DELTA_BINARY_PACKED"),
                **dict.fromkeys(["value_double", *of_kind["DOUBLE"]], "BYTE_STREAM_SPLIT"),
            },
        )
        self._waiting: list[tuple[np.ndarray[Any, Any], ArchiveRows]] = []
        self._rows = 0
        self.counts = np.zeros(len(sensors), np.int64)
        """Readings of each sensor, in their order."""

    @property
    def written(self) -> int:
        """How many readings were taken so far."""
        return int(self.counts.sum())

    def write(self, rows: ArchiveRows) -> None:
        if not len(rows):
            return
        codes = self._sensors.codes(rows.sensors)
        self.counts += np.bincount(codes, minlength=len(self.counts))
        self._waiting.append((codes, rows))
        self._rows += len(rows)
        if self._rows >= ROW_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what waits as one row group."""
        if self._rows:
            table = row_group(self._waiting, self._sensors, self._kinds, self.schema)
            self._waiting, self._rows = [], 0
            self._writer.write_table(table, row_group_size=len(table))

    def close(self) -> None:
        self.flush()
        self._writer.close()
