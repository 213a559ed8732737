"""Readings as Parquet in long form: a row for each reading, sorted by sensor and time within a row group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from workers.exports.rows import Rows
from workers.exports.scope import Sensor

# Of readings. Large enough to compress well, small enough to stay within some tens of megabytes.
ROW_GROUP = 250_000

_NAME = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", "UTC")


def _field(name: str, kind: pa.DataType, description: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable, metadata={"description": description})


READINGS = pa.schema(
    [
        _field("sensor_id", _NAME, "the sensor", nullable=False),
        _field("device_id", _NAME, "the sensor's device", nullable=False),
        _field("component_id", _NAME, "the sensor's component; null for one on the device itself"),
        _field("key", _NAME, "the sensor's name on the wire", nullable=False),
        _field("timestamp", _TIME, "event time, UTC, microseconds", nullable=False),
        _field("value_double", pa.float64(), "the value of a DOUBLE reading"),
        _field("value_bigint", pa.int64(), "the value of a BIGINT reading"),
        _field("value_boolean", pa.bool_(), "the value of a BOOLEAN reading"),
        _field("value_text", pa.string(), "the value of a TEXT reading"),
    ]
)
ANNOTATIONS = pa.schema(
    [
        _field("id", pa.string(), "the annotation", nullable=False),
        _field("class_id", pa.string(), "its class", nullable=False),
        _field("class_name", pa.string(), "the name of its class", nullable=False),
        _field("scope_type", pa.string(), "SITE, DEVICE, COMPONENT or SENSOR", nullable=False),
        _field("scope_id", pa.string(), "what it is about", nullable=False),
        _field("from", _TIME, "the point, or the start of the range", nullable=False),
        _field("to", _TIME, "the end of the range; null for a point"),
        _field("source", pa.string(), "MANUAL, RULE, REFERENCE_SENSOR, EXTERNAL, ML or JOB", nullable=False),
        _field("values", pa.string(), "the fields of its class, as JSON", nullable=False),
        _field("created_by", pa.string(), "who made it", nullable=False),
        _field("created_at", _TIME, "when it was made", nullable=False),
    ]
)


class ReadingsWriter:
    """Takes rows of any kind, writes a row group whenever enough are there, counts what it has written."""

    def __init__(self, file: IO[bytes], sensors: Sequence[Sensor]) -> None:
        self._sensors = _SensorColumns(sensors)
        self._writer = pq.ParquetWriter(
            file,
            READINGS.with_metadata(
                {"holdfast.sensors": json.dumps([asdict(s) for s in sensors], default=str)}
            ),
            compression="zstd",
            compression_level=1,
            use_dictionary=["sensor_id", "device_id", "component_id", "key", "value_text"],
            column_encoding={
                "timestamp": "DELTA_BINARY_PACKED",
                "value_bigint": "DELTA_BINARY_PACKED",
                "value_double": "BYTE_STREAM_SPLIT",
            },
        )
        self._waiting: list[tuple[np.ndarray[Any, Any], Rows]] = []
        self._rows = 0
        self.counts = np.zeros(len(sensors), np.int64)
        """Readings of each sensor, in their order."""

    @property
    def written(self) -> int:
        """How many readings were taken so far."""
        return int(self.counts.sum())

    def write(self, rows: Rows) -> None:
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
            batch = _row_group(self._waiting, self._sensors)
            self._waiting, self._rows = [], 0
            self._writer.write_batch(batch, row_group_size=len(batch))

    def close(self) -> None:
        self.flush()
        self._writer.close()


class _SensorColumns:
    """The sensors' ids, devices and keys, by the sensor's place in the list."""

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        ids = np.array([s.id.bytes for s in sensors], "S16").view("V16").reshape(-1)
        # The last eight bytes are random in every version that we use: they tell sensors apart and sort fast.
        tails = _tails(ids)
        self._by_tail = np.argsort(tails)
        self._tails = tails[self._by_tail]
        if (self._tails[1:] == self._tails[:-1]).any():
            raise ValueError("two sensors have the same random part of their id")
        self._texts = {
            "sensor_id": pa.array([str(s.id) for s in sensors], pa.string()),
            "device_id": pa.array([str(s.device_id) for s in sensors], pa.string()),
            "component_id": pa.array(
                [None if s.component_id is None else str(s.component_id) for s in sensors], pa.string()
            ),
            "key": pa.array([s.key for s in sensors], pa.string()),
        }

    def codes(self, ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The place of each id. Rows of one sensor stand together as a rule: only their first is looked up."""
        tails = _tails(ids)
        heads = np.flatnonzero(np.concatenate(([True], tails[1:] != tails[:-1])))
        places = np.searchsorted(self._tails, tails[heads])
        codes = self._by_tail[places].astype(np.int32)
        return np.repeat(codes, np.diff(np.append(heads, len(tails))))

    def columns(self, codes: np.ndarray[Any, Any]) -> list[pa.Array]:
        """The four text columns of sorted codes, each with a dictionary of what is in it and no more."""
        heads = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
        lengths = np.diff(np.append(heads, len(codes)))
        present = pa.array(codes[heads])
        return [_repeated(self._texts[name].take(present), lengths) for name in READINGS.names[:4]]


def _tails(ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(ids).view(np.uint64)[1::2]


def _repeated(texts: pa.Array, lengths: np.ndarray[Any, Any]) -> pa.Array:
    """Each text so many times, dictionary encoded."""
    encoded = texts.dictionary_encode()
    if encoded.null_count == 0:
        return pa.DictionaryArray.from_arrays(
            pa.array(np.repeat(encoded.indices.to_numpy(), lengths)), encoded.dictionary
        )
    indices = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int32)
    mask = np.repeat(encoded.is_null().to_numpy(zero_copy_only=False), lengths)
    return pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(indices, lengths), mask=mask), encoded.dictionary
    )


def _row_group(
    waiting: Sequence[tuple[np.ndarray[Any, Any], Rows]], sensors: _SensorColumns
) -> pa.RecordBatch:
    codes = np.concatenate([codes for codes, _ in waiting])
    times = np.concatenate([rows.times for _, rows in waiting])
    order = _order(codes, times)
    codes, times = codes[order], times[order]
    return pa.RecordBatch.from_arrays(
        [
            *sensors.columns(codes),
            pa.Array.from_buffers(_TIME, len(times), [None, pa.py_buffer(times)]),
            *_values([rows for _, rows in waiting], order),
        ],
        schema=READINGS,
    )


def _order(codes: np.ndarray[Any, Any], times: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """By sensor, then time: as one number where both fit into it, which sorts four times as fast."""
    first = times.min()
    bits = int(times.max() - first).bit_length()
    if int(codes.max()).bit_length() + bits > 63:
        return np.lexsort((times, codes))
    return np.argsort((codes.astype(np.int64) << bits) | (times - first))


def _values(pieces: Sequence[Rows], order: np.ndarray[Any, Any]) -> list[pa.Array]:
    """The four value columns. A column that no row has costs nothing."""
    n = len(order)
    bits, is_double, is_bigint = np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    flags, is_flag = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    texts: list[str | None] = []
    at = 0
    for rows in pieces:
        part = slice(at, at + len(rows))
        if isinstance(rows.values, list):
            texts += [*([None] * (at - len(texts))), *rows.values]
        elif rows.is_bigint is None:
            flags[part], is_flag[part] = rows.values, True
        else:
            bits[part], is_bigint[part] = rows.values, rows.is_bigint
            is_double[part] = ~rows.is_bigint
        at = part.stop
    bits = bits[order]
    return [
        _column(bits.view(np.float64), is_double[order], pa.float64()),
        _column(bits, is_bigint[order], pa.int64()),
        _column(flags[order], is_flag[order], pa.bool_()),
        _text_column(texts, order),
    ]


def _column(values: np.ndarray[Any, Any], is_there: np.ndarray[Any, Any], kind: pa.DataType) -> pa.Array:
    if not is_there.any():
        return pa.nulls(len(values), kind)
    if is_there.all():
        return pa.array(values, kind)
    return pa.array(values, kind, mask=~is_there)


def _text_column(texts: list[str | None], order: np.ndarray[Any, Any]) -> pa.Array:
    if not texts:
        return pa.nulls(len(order), pa.string())
    texts += [None] * (len(order) - len(texts))
    return pa.array(texts, pa.string()).take(pa.array(order))
