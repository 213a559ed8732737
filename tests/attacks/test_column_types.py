"""Every type that Arrow has, in every column that readings have: it is read, or refused with words,
row by row or whole; nothing else ever happens."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.column_types import NAMES, VALUES
from ingest.formats.crossing import columns_of
from ingest.formats.parsed import Parsed, Sent
from ingest.formats.reading import Bounds, ReaderFault, read
from ingest.pipeline.decode import NotReadings
from tests.make.hostile_bodies import ARROW, PARQUET, arrow_of, parquet_of, table_of

BOUNDS = Bounds(readings_max=1000, bytes_max=1_000_000)
COLUMNS = ("timestamp", "value", "metadata", *NAMES, *VALUES)
ROWS = 3
UUIDS = [uuid.UUID(int=n).bytes for n in range(ROWS)]


def column(values: list[Any], type_: pa.DataType) -> pa.Array:
    return pa.array(values, type_)


def run_ends() -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays(pa.array([ROWS], pa.int32()), pa.array(["a"]))


def union() -> pa.Array:
    return pa.UnionArray.from_sparse(
        pa.array([0] * ROWS, pa.int8()), [pa.array(["a"] * ROWS), pa.array([1] * ROWS)]
    )


def of_zone(zone: str) -> pa.Array:
    return column([0, 1, None], pa.timestamp("us", zone))


ARRAYS: dict[str, Callable[[], pa.Array]] = {
    "null": lambda: pa.nulls(ROWS),
    "bool": lambda: column([True, False, None], pa.bool_()),
    **{
        str(type_): lambda type_=type_: column([1, 0, None], type_)
        for type_ in (
            *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
            *(pa.uint8(), pa.uint16(), pa.uint32()),
            *(pa.float16(), pa.float32(), pa.float64()),
        )
    },
    "uint64": lambda: column([2**64 - 1, 0, None], pa.uint64()),
    "floats that are none": lambda: column([float("nan"), float("inf"), None], pa.float64()),
    "decimal32": lambda: column([decimal.Decimal("1.5"), None, None], pa.decimal32(5, 2)),
    "decimal128": lambda: column([decimal.Decimal("1.5"), None, None], pa.decimal128(38, 2)),
    "decimal256": lambda: column([decimal.Decimal(10**75), None, None], pa.decimal256(76, 0)),
    "text": lambda: column(["a", "", None], pa.string()),
    "large text": lambda: column(["a", "", None], pa.large_string()),
    "text view": lambda: column(["a", "b" * 40, None], pa.string_view()),
    "bytes": lambda: column([b"\xff", b"", None], pa.binary()),
    "large bytes": lambda: column([b"\xff", b"", None], pa.large_binary()),
    "bytes view": lambda: column([b"\xff", b"b" * 40, None], pa.binary_view()),
    "16 bytes": lambda: column(UUIDS, pa.binary(16)),
    "3 bytes": lambda: column([b"abc"] * ROWS, pa.binary(3)),
    "0 bytes": lambda: column([b""] * ROWS, pa.binary(0)),
    "date32": lambda: column([0, 2**31 - 1, None], pa.date32()),
    "date64": lambda: column([0, 86_400_000, None], pa.date64()),
    "time32": lambda: column([0, 1, None], pa.time32("s")),
    "time64": lambda: column([0, 1, None], pa.time64("ns")),
    "duration": lambda: column([0, 2**62, None], pa.duration("s")),
    "month interval": lambda: column([(1, 2, 3), None, None], pa.month_day_nano_interval()),
    **{
        f"beyond all calendars, {unit}": lambda unit=unit: column(
            [2**63 - 1, -(2**63), None], pa.timestamp(unit)
        )
        for unit in ("s", "ms", "us", "ns")
    },
    "the year 10000": lambda: column([253_402_300_800, 0, None], pa.timestamp("s", "UTC")),
    "nanoseconds": lambda: column([1, 2, None], pa.timestamp("ns", "UTC")),
    "in a zone": lambda: of_zone("Europe/Vienna"),
    "in a zone that is none": lambda: of_zone("nowhere"),
    "in a zone of a path": lambda: of_zone("../../etc/passwd"),
    "in a long zone": lambda: of_zone("x" * 10_000),
    "list": lambda: column([["a"], [], None], pa.list_(pa.string())),
    "large list": lambda: column([[1], [], None], pa.large_list(pa.int8())),
    "list view": lambda: column([[1], [], None], pa.list_view(pa.int8())),
    "fixed list": lambda: column([[1, 2], [3, 4], None], pa.list_(pa.int8(), 2)),
    "struct": lambda: column([{"a": 1}, None, None], pa.struct({"a": pa.int8()})),
    "struct of none": lambda: column([{}, None, None], pa.struct([])),
    "map": lambda: column([[("a", 1)], [], None], pa.map_(pa.string(), pa.int8())),
    "union": union,
    "run ends": run_ends,
    "uuid": lambda: pa.ExtensionArray.from_storage(pa.uuid(), column(UUIDS, pa.binary(16))),
    "json": lambda: pa.ExtensionArray.from_storage(
        pa.json_(pa.string()), pa.array(['{"a":1}', "[]", None])
    ),
    "bool8": lambda: pa.ExtensionArray.from_storage(pa.bool8(), column([1, 0, None], pa.int8())),
    "opaque": lambda: pa.ExtensionArray.from_storage(
        pa.opaque(pa.string(), "t", "v"), pa.array(["a"] * ROWS)
    ),
    **{
        f"dictionary of {name}, {index}": lambda values=values, index=index: (
            pa.DictionaryArray.from_arrays(column([0, 1, None], index), values)
        )
        for index in (pa.int8(), pa.uint16(), pa.uint64())
        for name, values in (
            ("texts", pa.array(["a", None])),
            ("large texts", pa.array(["a", "b"], pa.large_string())),
            ("numbers", pa.array([1.5, 2.5])),
            ("integers", pa.array([1, 2])),
            ("booleans", pa.array([True, False])),
            ("times", pa.array([0, 2**62], pa.timestamp("s", "UTC"))),
            ("bytes", pa.array([b"a", b"b"])),
            ("16 bytes", pa.array(UUIDS[:2], pa.binary(16))),
            ("lists", pa.array([[1], [2]])),
            ("nothing", pa.nulls(2)),
        )
    },
}


def parsed(media_type: str, body: bytes) -> Parsed | None:
    """None where it is refused with words."""
    try:
        found = read(Sent(body, media_type), BOUNDS)
    except ReaderFault:
        raise
    except NotReadings:
        return None
    columns_of(found, is_encoded=True)
    return found


def with_column(name: str, made: pa.Array) -> pa.Table:
    table = table_of(ROWS)
    if name in VALUES:
        table = table.drop_columns("value")
    if name in table.column_names:
        table = table.drop_columns(name)
    return table.append_column(name, made)


@pytest.mark.parametrize("type_", ARRAYS)
def test_a_column_of_any_type_is_read_or_refused(type_: str) -> None:
    made = ARRAYS[type_]()
    for name in COLUMNS:
        table = with_column(name, made)
        found = parsed(ARROW, arrow_of(table))
        assert found is None or (found.rows is not None and len(found.rows) == ROWS)
        try:
            body = parquet_of(table)
        except (pa.ArrowException, OSError):  # that type can't be written at all
            continue
        parsed(PARQUET, body)


READ_ROWS = {
    # A time, which the pipeline refuses.
    ("timestamp", "the year 10000"): {2},
    ("timestamp", "beyond all calendars, s"): {0, 1, 2},
    ("timestamp", "beyond all calendars, ns"): {2},
    ("timestamp", "in a zone that is none"): {2},
    ("sensorId", "uuid"): set(),
    ("sensorId", "16 bytes"): set(),
    ("value", "bool8"): {2},
    ("value", "uint64"): {2},
    ("metadata", "json"): {1},
    ("metadata", "text"): {0, 1},
    ("valueText", "dictionary of texts, int8"): {1, 2},
    ("value", "dictionary of texts, int8"): {1, 2},
    ("value", "decimal256"): {1, 2},
}


@pytest.mark.parametrize(("name", "type_"), READ_ROWS)
def test_what_is_wrong_with_a_row_costs_no_other(name: str, type_: str) -> None:
    table = with_column(name, ARRAYS[type_]())
    found = parsed(ARROW, arrow_of(table))
    assert found is not None
    assert found.rows is not None
    assert set(found.rows.faults) == READ_ROWS[name, type_]
    assert set(filter(found.texts.get, range(ROWS))) == READ_ROWS[name, type_]


def test_uuids_of_other_programs_are_names() -> None:
    found = parsed(ARROW, arrow_of(with_column("sensorId", ARRAYS["uuid"]())))
    assert found is not None
    assert found.rows is not None
    assert [name.sensor_id for name in found.rows.sensors] == [
        str(uuid.UUID(int=n)) for n in range(ROWS)
    ]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.datetimes(),
    st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.just(dt.timedelta(days=1)),
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(COLUMNS), st.lists(SCALARS, min_size=ROWS, max_size=ROWS), st.booleans())
def test_any_values_are_read_or_refused(name: str, values: list[Any], is_dictionary: bool) -> None:
    try:
        made = pa.array(values)
        made = made.dictionary_encode() if is_dictionary else made
    except (pa.ArrowException, OverflowError, ValueError):  # there is no such column
        return
    parsed(ARROW, arrow_of(with_column(name, made)))
