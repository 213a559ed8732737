"""PostgreSQL's binary COPY as arrays: every row of numbers has the same width, so that none is
looked at alone.

Format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from db.readings.export import Columns

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER_BYTES = len(_SIGNATURE) + 8
_TRAILER = b"\xff\xff"
# Field count, length and id of the sensor, length and microseconds since 2000.
_KEY_BYTES = 2 + 4 + 16 + 4 + 8
_EPOCH_2000 = 946_684_800_000_000


class CorruptStream(Exception):
    """The stream isn't what was asked for. It would be a fault of ours: better no export than a
    wrong one."""


@dataclass(frozen=True, slots=True)
class ExportRows:
    """Readings of one kind, as columns of the same length."""

    sensors: np.ndarray[Any, Any]
    """The ids, 16 bytes each ("V16")."""
    times: np.ndarray[Any, Any]
    """Microseconds since 1970, UTC (int64)."""
    values: np.ndarray[Any, Any] | list[str]
    """int64 and the bits of float64 alike for numbers; bool; or text."""
    is_bigint: np.ndarray[Any, Any] | None = None
    """For numbers: which they are."""
    metadata: list[str] | None = None
    """The JSON of each, where all have it."""

    def __len__(self) -> int:
        return len(self.times)


class Parser(Protocol):
    """Fed with pieces that may end anywhere; gives the rows that are whole."""

    def feed(self, piece: bytes) -> ExportRows: ...
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
            if len(data) < _HEADER_BYTES:
                self._head = bytes(data)
                return data[:0]
            if bytes(data[: len(_SIGNATURE)]) != _SIGNATURE:
                raise CorruptStream("no binary COPY")
            self._has_begun = True
            data = data[_HEADER_BYTES:]
        return data

    def keep(self, rest: memoryview) -> None:
        self._left = bytes(rest)

    def end(self) -> None:
        if self._left != _TRAILER:
            raise CorruptStream("the COPY has no end, or a row more than it should")


class FixedRows:
    """Rows of one width: numbers (two columns, one of them null) or booleans."""

    def __init__(self, *, numeric: bool) -> None:
        self._numeric = numeric
        self._width = _KEY_BYTES + (4 + 8 + 4 if numeric else 4 + 1)
        self._pieces = _Pieces()

    def feed(self, piece: bytes) -> ExportRows:
        data = self._pieces.joined(piece)
        whole = len(data) // self._width * self._width
        table = np.frombuffer(data[:whole], np.uint8).reshape(-1, self._width)
        self._pieces.keep(data[whole:])
        if self._numeric:
            _expect(table, fields=4)
            return ExportRows(_column(table, 6, "V16"), _times(table), *_numbers(table))
        _expect(table, fields=3)
        _all_equal(_column(table, 34, ">i4"), 1)
        return ExportRows(_column(table, 6, "V16"), _times(table), _column(table, 38, np.bool_))

    def end(self) -> None:
        self._pieces.end()


class TextRows:
    """Rows with a text, each as long as it is."""

    _KEY = struct.Struct(">hi16siqi")

    def __init__(self) -> None:
        self._pieces = _Pieces()

    def feed(self, piece: bytes) -> ExportRows:
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
        return ExportRows(
            np.frombuffer(bytes(sensors), "V16"), np.array(times, np.int64) + _EPOCH_2000, texts
        )

    def end(self) -> None:
        self._pieces.end()


class DescribedRows:
    """Rows of any kind with metadata behind the value: few as a rule, so that each may be looked at
    alone."""

    _KEY = struct.Struct(">hi16siq")
    _LENGTH = struct.Struct(">i")

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._fields = 5 if columns is Columns.NUMERIC else 4
        self._pieces = _Pieces()

    def feed(self, piece: bytes) -> ExportRows:
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
            np.frombuffer(bytes(sensors), "V16"), np.array(times, np.int64) + _EPOCH_2000, cells
        )

    def end(self) -> None:
        self._pieces.end()

    def _cells(self, data: memoryview, at: int, count: int) -> tuple[list[bytes | None], int]:
        """The cells behind the key, and where the row ends: beyond the data where it isn't
        whole."""
        cells: list[bytes | None] = []
        for _ in range(count):
            if at + self._LENGTH.size > len(data):
                return cells, len(data) + 1
            (length,) = self._LENGTH.unpack_from(data, at)
            at += self._LENGTH.size
            cells.append(None if length < 0 else bytes(data[at : at + length]))
            at += max(length, 0)
        return cells, at

    def _rows(self, sensors: Any, times: Any, cells: list[list[bytes | None]]) -> ExportRows:
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
                return ExportRows(sensors, times, np.array(bits, np.int64), is_bigint, metadata)
            case Columns.BOOLEAN:
                flags = np.array([value == b"\1" for (value,) in values], np.bool_)
                return ExportRows(sensors, times, flags, metadata=metadata)
            case _:
                return ExportRows(
                    sensors,
                    times,
                    [str(value or b"", "utf-8") for (value,) in values],
                    metadata=metadata,
                )


def _column(table: np.ndarray[Any, Any], at: int, kind: Any) -> np.ndarray[Any, Any]:
    dtype = np.dtype(kind)
    column: np.ndarray[Any, Any] = np.ascontiguousarray(table[:, at : at + dtype.itemsize]).view(
        dtype
    )[:, 0]
    return column


def _times(table: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return _column(table, 26, ">i8").astype(np.int64) + _EPOCH_2000


def _numbers(table: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """[8][double][-1] or [-1][8][bigint]: the bits, and which of the two."""
    first = _column(table, 34, ">i4")
    is_bigint = first == -1
    lengths = np.where(is_bigint, _column(table, 38, ">i4"), _column(table, 46, ">i4"))
    _all_equal(np.where(is_bigint, lengths, first), 8)
    _all_equal(np.where(is_bigint, -1, lengths), -1)
    bits = np.where(is_bigint, _column(table, 42, ">i8"), _column(table, 38, ">i8"))
    return bits.astype(np.int64), is_bigint


def _expect(table: np.ndarray[Any, Any], *, fields: int) -> None:
    _all_equal(_column(table, 0, ">i2"), fields)
    _all_equal(_column(table, 2, ">i4"), 16)
    _all_equal(_column(table, 22, ">i4"), 8)


def _all_equal(found: np.ndarray[Any, Any], expected: int) -> None:
    if not (found == expected).all():
        raise CorruptStream("a row is not laid out as all others")
