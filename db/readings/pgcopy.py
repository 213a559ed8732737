"""PostgreSQL's binary COPY, both ways: columns of readings as its bytes, and its bytes as columns.

A stream is a signature, eight bytes of flags, the rows, and a field count of -1. A row is its
number of fields (int16), and for each its length (int32) and its bytes; NULL is the length -1; all
of it big-endian. https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".

Every row of a number has the same width, and so has every row of a boolean: a whole stretch of them
is one array of records, and no row is looked at by itself. Texts are as long as they are: they go
one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from db.readings.columns import SensorKey, StorableRows, ValueType
from db.readings.export import Columns
from db.readings.times import POSTGRES_EPOCH

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = _SIGNATURE + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff" * 4

# What ingest writes: a row of tsd.reading.
_KEY = np.dtype(
    [("org_length", ">i4"), ("org", "V16"), ("sensor_length", ">i4"), ("sensor", "V16")]
)
_HEAD = np.dtype(
    [("fields", ">i2"), ("key", f"V{_KEY.itemsize}"), ("ts_length", ">i4"), ("ts", ">i8")]
)
# Of the four value columns: a number takes as much room in the first as in the second.
_DOUBLE = np.dtype([("length", ">i4"), ("value", ">f8"), ("nulls", "V12")])
_BIGINT = np.dtype([("null", "V4"), ("length", ">i4"), ("value", ">i8"), ("nulls", "V8")])
_ROW = np.dtype([("head", _HEAD), ("values", "V24")])
_FLAG_ROW = np.dtype(
    [("head", _HEAD), ("nulls", "V8"), ("length", ">i4"), ("value", "u1"), ("null", "V4")]
)


def encode(rows: StorableRows) -> bytes:
    """The seven columns of tsd.reading, ready to be sent."""
    packed = np.empty(len(rows), _ROW)
    head = packed["head"]
    head["fields"] = 7
    head["key"] = _keys(rows.sensors)[rows.sensor]
    head["ts_length"] = 8
    head["ts"] = rows.ts - POSTGRES_EPOCH
    packed["values"] = _number_fields(rows)
    # Rows are sorted by sensor: what is not of a number's size comes in few long runs.
    kind = np.maximum(rows.type, ValueType.BIGINT)
    edges = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), len(rows)]
    runs = [
        _run(rows, packed, slice(start, stop)) for start, stop in pairwise(edges) if start < stop
    ]
    return b"".join((_HEADER, *runs, _TRAILER))


def _run(rows: StorableRows, packed: NDArray[np.void], run: slice) -> bytes:
    """Rows of numbers, of booleans or of texts."""
    match rows.type[run.start]:
        case ValueType.BOOLEAN:
            flags = np.empty(run.stop - run.start, _FLAG_ROW)
            flags["head"] = packed["head"][run]
            flags["nulls"], flags["length"], flags["value"], flags["null"] = (
                _NULL * 2,
                1,
                rows.integer[run],
                _NULL,
            )
            return flags.tobytes()
        case ValueType.TEXT:
            heads: list[bytes] = packed["head"][run].copy().view(f"V{_HEAD.itemsize}").tolist()
            texts = [rows.objects[row].encode() for row in range(run.start, run.stop)]
            values = [_NULL * 3 + struct.pack(">i", len(text)) + text for text in texts]
            return b"".join(chain.from_iterable(zip(heads, values, strict=True)))
        case _:
            return packed[run].tobytes()


def _keys(sensors: Sequence[SensorKey]) -> NDArray[np.void]:
    keys = np.empty(len(sensors), _KEY)
    keys["org_length"] = keys["sensor_length"] = 16
    keys["org"] = np.frombuffer(b"".join([sensor.org_id.bytes for sensor in sensors]), "V16")
    keys["sensor"] = np.frombuffer(b"".join([sensor.id.bytes for sensor in sensors]), "V16")
    return keys.view(f"V{_KEY.itemsize}")


def _number_fields(rows: StorableRows) -> NDArray[np.void]:
    doubles = np.empty(len(rows), _DOUBLE)
    doubles["length"] = 8
    doubles["value"] = rows.number
    doubles["nulls"] = _NULL * 3
    is_bigint = rows.type == ValueType.BIGINT
    values = doubles.view("V24")
    if is_bigint.any():
        bigints = np.empty(int(is_bigint.sum()), _BIGINT)
        bigints["null"] = _NULL
        bigints["length"] = 8
        bigints["value"] = rows.integer[is_bigint]
        bigints["nulls"] = _NULL * 2
        values[is_bigint] = bigints.view("V24")
    return values


# What exports read: the sensor and the time, then the columns that its kind of value stands in.
_ARCHIVE_HEAD: list[tuple[str, str]] = [
    ("fields", ">i2"),
    ("sensor_length", ">i4"),
    ("sensor", "V16"),
    ("ts_length", ">i4"),
    ("ts", ">i8"),
]
# Two columns, one of them NULL: [8][double][-1] or [-1][8][bigint]. The same sixteen bytes, read in
# either way.
_EITHER_NUMBER = np.dtype(
    {
        "names": ["first_length", "double", "second_length", "bigint", "last_length"],
        "formats": [">i4", ">i8", ">i4", ">i8", ">i4"],
        "offsets": [0, 4, 4, 8, 12],
    }
)
_NUMBER_ROW = np.dtype([*_ARCHIVE_HEAD, ("value", _EITHER_NUMBER)])
_BOOLEAN_ROW = np.dtype([*_ARCHIVE_HEAD, ("length", ">i4"), ("value", "?")])

Column = np.ndarray[Any, Any]


class CorruptStream(Exception):
    """The stream isn't what was asked for. A fault of ours: better no export than a wrong one."""


@dataclass(frozen=True, slots=True)
class ArchiveRows:
    """Readings of one kind, as columns of the same length."""

    sensors: Column
    """The ids, 16 bytes each ("V16")."""
    times: Column
    """Microseconds since 1970, UTC (int64)."""
    values: Column | list[str]
    """int64 and the bits of float64 alike for numbers; bool; or text."""
    is_bigint: Column | None = None
    """For numbers: which they are."""
    metadata: list[str] | None = None
    """The JSON of each, where all have it."""

    def __len__(self) -> int:
        return len(self.times)


class Parser(Protocol):
    """Fed with pieces that may end anywhere; gives the rows that are whole."""

    def feed(self, piece: bytes) -> ArchiveRows: ...
    def end(self) -> None: ...


class _Pieces:
    """What was left over of the last piece, and the ends of the stream."""

    def __init__(self) -> None:
        self._head = b""
        self._left = b""
        self._has_begun = False

    def joined(self, piece: bytes) -> memoryview:
        if not self._has_begun:
            piece, self._head = self._head + piece, b""
        data = memoryview(self._left + piece if self._left else piece)
        if not self._has_begun:
            if len(data) < len(_HEADER):
                self._head = bytes(data)
                return data[:0]
            if bytes(data[: len(_SIGNATURE)]) != _SIGNATURE:
                raise CorruptStream("no binary COPY")
            self._has_begun = True
            data = data[len(_HEADER) :]
        return data

    def keep(self, rest: memoryview) -> None:
        self._left = bytes(rest)

    def end(self) -> None:
        if self._left != _TRAILER:
            raise CorruptStream("the COPY has no end, or a row more than it should")


class FixedRows:
    """Rows of one width: numbers (two columns, one of them NULL) or booleans."""

    def __init__(self, *, numeric: bool) -> None:
        self._numeric = numeric
        self._layout = _NUMBER_ROW if numeric else _BOOLEAN_ROW
        self._pieces = _Pieces()

    def feed(self, piece: bytes) -> ArchiveRows:
        data = self._pieces.joined(piece)
        whole = len(data) // self._layout.itemsize * self._layout.itemsize
        rows = np.frombuffer(data[:whole], self._layout)
        self._pieces.keep(data[whole:])
        _expect(rows["fields"], 4 if self._numeric else 3)
        _expect(rows["sensor_length"], 16)
        _expect(rows["ts_length"], 8)
        key = np.ascontiguousarray(rows["sensor"]), rows["ts"].astype(np.int64) + POSTGRES_EPOCH
        if self._numeric:
            return ArchiveRows(*key, *_numbers(rows["value"]))
        _expect(rows["length"], 1)
        return ArchiveRows(*key, np.ascontiguousarray(rows["value"]))

    def end(self) -> None:
        self._pieces.end()


class TextRows:
    """Rows with a text, each as long as it is."""

    _KEY = struct.Struct(">hi16siqi")

    def __init__(self) -> None:
        self._pieces = _Pieces()

    def feed(self, piece: bytes) -> ArchiveRows:
        data, at, key = self._pieces.joined(piece), 0, self._KEY
        sensors, times, texts = bytearray(), [], []
        while at + key.size <= len(data):
            fields, _, sensor, _, time, length = key.unpack_from(data, at)
            if fields != 3 or length < 0:
                raise CorruptStream("not a row of a text")
            end = at + key.size + length
            if end > len(data):
                break
            sensors += sensor
            times.append(time)
            texts.append(str(data[end - length : end], "utf-8"))
            at = end
        self._pieces.keep(data[at:])
        return ArchiveRows(
            np.frombuffer(bytes(sensors), "V16"), np.array(times, np.int64) + POSTGRES_EPOCH, texts
        )

    def end(self) -> None:
        self._pieces.end()


class DescribedRows:
    """Rows of any kind with metadata behind the value: few as a rule, so that each may be looked
    at."""

    _KEY = struct.Struct(">hi16siq")
    _LENGTH = struct.Struct(">i")

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._fields = 5 if columns is Columns.NUMERIC else 4
        self._pieces = _Pieces()

    def feed(self, piece: bytes) -> ArchiveRows:
        data, at, key = self._pieces.joined(piece), 0, self._KEY
        sensors, times, cells = bytearray(), [], []
        while at + key.size <= len(data):
            fields, _, sensor, _, time = key.unpack_from(data, at)
            if fields != self._fields:
                raise CorruptStream("a row is not laid out as all others")
            row, end = self._cells(data, at + key.size, fields - 2)
            if end > len(data):
                break
            sensors += sensor
            times.append(time)
            cells.append(row)
            at = end
        self._pieces.keep(data[at:])
        return self._rows(
            np.frombuffer(bytes(sensors), "V16"), np.array(times, np.int64) + POSTGRES_EPOCH, cells
        )

    def end(self) -> None:
        self._pieces.end()

    def _cells(self, data: memoryview, at: int, count: int) -> tuple[list[bytes | None], int]:
        """The cells behind the key, and the row's end: beyond the data where it isn't whole."""
        cells: list[bytes | None] = []
        for _ in range(count):
            if at + self._LENGTH.size > len(data):
                return cells, len(data) + 1
            (length,) = self._LENGTH.unpack_from(data, at)
            at += self._LENGTH.size
            cells.append(None if length < 0 else bytes(data[at : at + length]))
            at += max(length, 0)
        return cells, at

    def _rows(self, sensors: Any, times: Any, cells: list[list[bytes | None]]) -> ArchiveRows:
        values, metadata = (
            [row[:-1] for row in cells],
            [str(row[-1] or b"", "utf-8") for row in cells],
        )
        match self._columns:
            case Columns.NUMERIC:
                if any((double is None) == (bigint is None) for double, bigint in values):
                    raise CorruptStream("a row that is neither a double nor a bigint, or both")
                bits = [
                    int.from_bytes(double or bigint or b"", signed=True)
                    for double, bigint in values
                ]
                is_bigint = np.array([double is None for double, _ in values], np.bool_)
                return ArchiveRows(sensors, times, np.array(bits, np.int64), is_bigint, metadata)
            case Columns.BOOLEAN:
                flags = np.array([value == b"\1" for (value,) in values], np.bool_)
                return ArchiveRows(sensors, times, flags, metadata=metadata)
            case _:
                return ArchiveRows(
                    sensors,
                    times,
                    [str(value or b"", "utf-8") for (value,) in values],
                    metadata=metadata,
                )


def _numbers(values: Column) -> tuple[Column, Column]:
    """Of the layout _EITHER_NUMBER: the bits, and which of the two they are."""
    is_bigint = values["first_length"] == -1
    lengths = np.where(is_bigint, values["second_length"], values["first_length"])
    _expect(lengths, 8)
    _expect(np.where(is_bigint, -1, values["last_length"]), -1)
    bits = np.where(is_bigint, values["bigint"], values["double"])
    return bits.astype(np.int64), is_bigint


def _expect(found: Column, expected: int) -> None:
    if not (found == expected).all():
        raise CorruptStream("a row is not laid out as all others")
