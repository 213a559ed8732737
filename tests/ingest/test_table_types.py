"""What polars, DuckDB, Spark and pandas write without being asked otherwise means what it says."""

from __future__ import annotations

import io
import struct
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from ingest.formats.media_types import ARROW
from ingest.formats.parsed import Parsed, Sent
from ingest.formats.reading import Bounds, read
from ingest.pipeline.decode import TooManyElements
from ingest.pipeline.rejection import Reason

ID = str(uuid.UUID(int=7))
AT = datetime(2026, 11, 1, tzinfo=UTC)
TIMES = pa.array([AT, AT], pa.timestamp("us", "UTC"))
MICROSECONDS = round(AT.timestamp()) * 1_000_000
BOUNDS = Bounds(100_000, 1_000_000)


def parsed(**columns: pa.Array) -> Parsed:
    given = {"sensorId": pa.array([ID, ID]), "timestamp": TIMES, "value": pa.array([1.5, 2.5])}
    table, stream = pa.table(given | columns), io.BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return read(Sent(stream.getvalue(), ARROW), BOUNDS)


def runs(value: Any) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays([2], value)


def stored_as(type_: pa.DataType, storage: pa.Array) -> pa.Array:
    return pa.ExtensionArray.from_storage(type_, storage)


TEXTS = {
    "a view": lambda texts: pa.array(texts, pa.string_view()),
    "large": lambda texts: pa.array(texts, pa.large_string()),
    "a dictionary": lambda texts: pa.array(texts).dictionary_encode(),
    "a dictionary of views": lambda texts: pa.DictionaryArray.from_arrays(
        pa.array([0, 0], pa.int32()), pa.array(texts[:1], pa.string_view())
    ),
    "a dictionary of large ones": lambda texts: pa.DictionaryArray.from_arrays(
        pa.array([0, 0], pa.uint32()), pa.array(texts[:1], pa.large_string())
    ),
    "runs": lambda texts: runs(pa.array(texts[:1])),
    "runs of views": lambda texts: runs(pa.array(texts[:1], pa.string_view())),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_is_read_however_it_is_laid_out(kind: str) -> None:
    make = TEXTS[kind]
    columns = {"sensorId": [ID] * 2, "timestamp": ["2026-11-01 00:00:00+00"] * 2,
               "value": ["on"] * 2, "metadata": ['{"a":1}'] * 2}  # fmt: skip
    for name, texts in columns.items():
        rows = parsed(**{name: make(texts)}).rows
        assert rows is not None
        assert not rows.faults, name
        assert [rows.sensor_of(row).sensor_id for row in range(2)] == [ID, ID]
        assert rows.ts.tolist() == [MICROSECONDS, MICROSECONDS]
        if name == "value":
            assert [rows.value_sent(row) for row in range(2)] == ["on", "on"]
        if name == "metadata":
            assert [rows.metadata[row] for row in range(2)] == [b'{"a":1}', b'{"a":1}']


@pytest.mark.parametrize(
    "column",
    [
        pa.array([uuid.UUID(ID).bytes] * 2, pa.binary(16)),
        stored_as(pa.uuid(), pa.array([uuid.UUID(ID).bytes] * 2, pa.binary(16))),
    ],
)
def test_an_id_may_be_its_bytes(column: pa.Array) -> None:
    rows = parsed(sensorId=column).rows
    assert rows is not None
    assert rows.sensor_of(0).sensor_id == ID


VALUES: list[tuple[pa.Array, list[Any]]] = [
    (pa.array([Decimal("1.50"), Decimal(2)], pa.decimal128(10, 2)), [1.5, 2.0]),
    (pa.array([Decimal(1), Decimal(2)], pa.decimal256(60, 2)), [1.0, 2.0]),
    (pa.array([1.5, 2.5], pa.float16()), [1.5, 2.5]),
    (pa.array([1, 2], pa.uint8()), [1, 2]),
    (pa.array([2**63 + 5, 2], pa.uint64()), [2**63 + 5, 2]),
    (pa.array([1.5, 2.5]).dictionary_encode(), [1.5, 2.5]),
    (runs([1.5]), [1.5, 1.5]),
    (stored_as(pa.bool8(), pa.array([1, 0], pa.int8())), [True, False]),
]


@pytest.mark.parametrize(
    ("column", "values"), VALUES, ids=lambda each: str(getattr(each, "type", ""))
)
def test_a_value_is_what_its_type_says(column: pa.Array, values: list[Any]) -> None:
    rows = parsed(value=column).rows
    assert rows is not None
    found = [rows.value_sent(row) for row in range(2)]
    assert (found, list(map(type, found))) == (values, list(map(type, values)))


@pytest.mark.parametrize("name", ["timestamp", "value"])
def test_a_column_without_values_costs_its_rows_and_not_the_body(name: str) -> None:
    rows = parsed(**{name: pa.nulls(2)}).rows
    assert rows is not None
    assert [rows.faults[row].reason for row in range(2)] == [Reason.MISSING_FIELD] * 2


def test_what_is_shown_a_thousand_times_is_counted_before_it_is_made() -> None:
    view = struct.pack("<i4sii", 10_000, b"xxxx", 0, 0)
    buffers = [None, pa.py_buffer(view * 1000), pa.py_buffer(b"x" * 10_000)]
    views = pa.Array.from_buffers(pa.string_view(), 1000, buffers)
    with pytest.raises(TooManyElements):
        parsed(
            sensorId=pa.array([ID] * 1000),
            timestamp=pa.array([AT] * 1000, pa.timestamp("us", "UTC")),
            value=views,
        )
