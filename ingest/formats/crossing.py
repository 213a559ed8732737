"""What a process that reads is asked and answers, as bytes: MessagePack, and in it arrays of
numbers. Nothing of it is ever run, and nothing is believed: the other side may be in the hands of a
body.

An answer is the readings as columns; or why there are none; or an error that is ours to mend. What
many rows have alike crosses once. Source texts of elements cross as places in the body.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np

from db.readings.columns import Positions
from ingest.formats.parsed import Parsed, Sent
from ingest.pipeline.decode import NotReadings, TooManyElements, split
from ingest.pipeline.gather import as_rows
from ingest.pipeline.numbering import numbered
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns, ValueKind, payload_size

T = TypeVar("T")
R = TypeVar("R")

PLACE = np.dtype("<i4")
INTEGER = np.dtype("<i8")
FRACTION = np.dtype("<f8")
CODE = np.dtype("u1")
NAME_PARTS = len(Name._fields)

# Before a question: the length of ReadQuestion. Before an answer: its length, and whether it is the
# last of this process.
ASKED_HEAD = struct.Struct("<I")
ANSWER_HEAD = struct.Struct("<I?")
# The longest answer, in bodies' greatest lengths: an unpacked body, text and metadata, and 41 bytes
# of numbers for each reading.
ANSWER_BODIES = 3


class NotAnAnswer(Exception):
    """The other side says what no reader of ours says."""


class ReadQuestion(msgspec.Struct, array_like=True):
    """A body that is to be read, with so many bytes of it behind this."""

    media_type: str
    encoding: str
    precision: str | None
    device_tags: tuple[str, ...]
    readings_max: int
    bytes_max: int
    body_bytes: int


class ByRow(msgspec.Struct, Generic[T], array_like=True):
    """What some rows have: the rows, the number of each one's item, the distinct items."""

    rows: bytes
    numbers: bytes
    items: list[T]

    @classmethod
    def of(cls, items: Mapping[int, T]) -> ByRow[T]:
        distinct, number = numbered(items.values())
        return cls(_packed(list(items), PLACE), _packed(number, PLACE), distinct)

    def as_dict(self, size: int) -> dict[int, T]:
        return self.made(size, lambda item: item)

    def made(self, size: int, make: Callable[[T], R]) -> dict[int, R]:
        """By row, what is made of its item, once for all rows that have it."""
        rows, numbers = _places(self.rows, size), _places(self.numbers, len(self.items))
        if len(rows) != len(numbers):
            raise NotAnAnswer("rows without an item")
        items = [make(item) for item in self.items]
        return dict(zip(rows.tolist(), map(items.__getitem__, numbers.tolist()), strict=True))


class TableAnswer(msgspec.Struct, array_like=True, tag=True):
    """Readings as a table."""

    size: int
    texts: list[str]
    """Of names."""
    names: bytes
    """Four numbers of a text each, or -1."""
    sensor: bytes
    ts: bytes
    kind: bytes
    number: bytes
    integer: bytes
    words: ByRow[str]
    huge: ByRow[str]
    payloads: ByRow[bytes]
    weights: ByRow[int]
    metadata: ByRow[bytes]
    faults: ByRow[tuple[Reason, str]]
    sources: ByRow[bytes]
    ends: bytes
    """Where each element begins and ends in the body, where it is one of elements."""
    plain: bytes | None
    """The body, where it is one of elements and came encoded."""
    body_hash: bytes | None


class RefusalAnswer(msgspec.Struct, array_like=True, tag=True):
    """Why there are no readings, and whether they are too many."""

    message: str
    is_too_much: bool


class FaultAnswer(msgspec.Struct, array_like=True, tag=True):
    """What is ours to mend, and costs this body."""

    traceback: str


encode = msgspec.msgpack.Encoder().encode
decode_asked = msgspec.msgpack.Decoder(ReadQuestion).decode
_decode_answer = msgspec.msgpack.Decoder(TableAnswer | RefusalAnswer | FaultAnswer).decode


def columns_of(parsed: Parsed, *, is_encoded: bool) -> TableAnswer:
    """The readings as they cross."""
    rows = _with_values(as_rows(parsed.elements) if parsed.rows is None else parsed.rows)
    texts, name_parts = numbered(part for name in rows.sensors for part in name)
    payloads = _of_kind(rows, ValueKind.PAYLOAD)
    is_elements = parsed.rows is None
    return TableAnswer(
        size=len(rows),
        texts=[text or "" for text in texts],
        names=_packed(_without(None, texts, name_parts), PLACE),
        sensor=_packed(rows.sensor, PLACE),
        ts=_packed(rows.ts, INTEGER),
        kind=_packed(rows.kind, CODE),
        number=_packed(rows.number, FRACTION),
        integer=_packed(rows.integer, INTEGER),
        words=ByRow.of(_of_kind(rows, ValueKind.TEXT)),
        huge=ByRow.of(_mapped(str, _of_kind(rows, ValueKind.HUGE))),
        payloads=ByRow.of(_mapped(msgspec.json.encode, payloads)),
        weights=ByRow.of(_mapped(payload_size, payloads)),
        metadata=ByRow.of(rows.metadata),
        faults=ByRow.of(_mapped(lambda why: (why.reason, why.message), rows.faults)),
        sources=ByRow.of({} if is_elements else _sources(parsed)),
        ends=_packed(_ends(parsed) if is_elements else (), PLACE),
        plain=parsed.body if is_elements and is_encoded else None,
        body_hash=hashlib.sha256(parsed.body).digest() if is_encoded else None,
    )


def _with_values(rows: Rows[Name]) -> Rows[Name]:
    """What is at fault may have none: any will do."""
    is_object = rows.kind >= ValueKind.TEXT
    if np.count_nonzero(is_object) == len(rows.objects):
        return rows
    is_there = np.zeros(len(rows), bool)
    is_there[list(rows.objects)] = True
    return replace(rows, kind=np.where(is_object & ~is_there, ValueKind.FLOAT, rows.kind))


def _sources(parsed: Parsed) -> Mapping[int, bytes]:
    assert isinstance(parsed.texts, dict)  # noqa: S101 - what readers give
    return parsed.texts


def _of_kind(rows: Rows[Name], kind: ValueKind) -> dict[int, Any]:
    chosen = np.flatnonzero(rows.kind == kind).tolist() if rows.objects else ()
    return {row: rows.objects[row] for row in chosen}


def _mapped(make: Callable[[Any], Any], items: Mapping[int, Any]) -> dict[int, Any]:
    return {row: make(item) for row, item in items.items()}


def _without(item: T, items: Sequence[T], number: Positions) -> Positions:
    """The numbers, with -1 for this item's."""
    return np.where(number == items.index(item), -1, number) if item in items else number


def _ends(parsed: Parsed) -> list[int]:
    """Each element's beginning and end. They stand in the body in their order."""
    texts = parsed.texts
    count = len(parsed.elements)
    parts: Iterable[Any] = map(texts.get, range(count))
    if texts.get(0) is None:
        parts = split(parsed.body, count)
    ends: list[int] = []
    at = 0
    for part in parts:
        at = parsed.body.index(part, at)
        ends += (at, at + len(memoryview(part)))
        at = ends[-1]
    return ends


def parsed_of(answer: bytes | bytearray, sent: Sent, *, readings_max: int) -> Parsed | FaultAnswer:
    """What came across. Raises NotReadings, TooManyElements, NotAnAnswer."""
    try:
        found = _decode_answer(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAnAnswer(str(error)) from None
    if isinstance(found, RefusalAnswer):
        raise (TooManyElements if found.is_too_much else NotReadings)(found.message)
    if isinstance(found, FaultAnswer):
        return found
    if not 0 <= found.size <= readings_max:
        raise NotAnAnswer("more readings than there may be")
    try:
        return _parsed(found, sent)
    except (ValueError, LookupError, OverflowError) as error:
        raise NotAnAnswer(repr(error)) from None


def _parsed(found: TableAnswer, sent: Sent) -> Parsed:
    size = found.size
    sensors = _names(found)
    rows = Rows.of(
        sensors,
        _column(found.sensor, PLACE, size, range(len(sensors))).astype(np.intp),
        _column(found.ts, INTEGER, size),
        values=_values(found),
        metadata=found.metadata.as_dict(size),
        faults=found.faults.made(size, lambda why: Rejection(*why)),
    )
    body = sent.body if found.plain is None else found.plain
    weights = found.weights.as_dict(size)
    return Parsed(
        rows,
        texts=_texts(found, body),
        weights=[weights.get(row, 1) for row in range(size)] if weights else (),
        body=body,
        body_hash=found.body_hash,
    )


def _names(found: TableAnswer) -> list[Name]:
    parts = _column(found.names, PLACE, None, range(-1, len(found.texts)))
    if len(parts) % NAME_PARTS:
        raise NotAnAnswer("names of another number of parts")
    texts = [*found.texts, None]  # which is at -1
    return [Name(*(texts[at] for at in each)) for each in parts.reshape(-1, NAME_PARTS).tolist()]


def _values(found: TableAnswer) -> ValueColumns:
    size = found.size
    kind = _column(found.kind, CODE, size, range(len(ValueKind)))
    by_kind: dict[ValueKind, dict[int, Any]] = {
        ValueKind.TEXT: found.words.as_dict(size),
        ValueKind.HUGE: found.huge.made(size, int),
        ValueKind.PAYLOAD: found.payloads.as_dict(size),
    }
    objects: dict[int, Any] = {}
    for code, values in by_kind.items():
        if np.flatnonzero(kind == code).tolist() != sorted(values):
            raise NotAnAnswer("values that are not there")
        objects |= values
    number, integer = _column(found.number, FRACTION, size), _column(found.integer, INTEGER, size)
    return ValueColumns(kind, number, integer, objects)


@dataclass(frozen=True, slots=True)
class _Places:
    """Elements by their places in the body."""

    body: bytes
    ends: Positions

    def get(self, index: int, /) -> bytes | None:
        return self.body[self.ends[2 * index] : self.ends[2 * index + 1]]


def _texts(found: TableAnswer, body: bytes) -> Any:
    if not found.ends:
        return found.sources.as_dict(found.size)
    return _Places(body, _column(found.ends, PLACE, 2 * found.size, range(len(body) + 1)))


def _packed(items: Any, kind: np.dtype[Any]) -> bytes:
    return np.asarray(items, kind).tobytes()


def _places(data: bytes, count: int) -> np.ndarray[Any, Any]:
    return _column(data, PLACE, None, range(count))


def _column(
    data: bytes, kind: np.dtype[Any], size: int | None, within: range | None = None
) -> np.ndarray[Any, Any]:
    """So many numbers, each within the range."""
    if len(data) % kind.itemsize or size not in (None, len(data) // kind.itemsize):
        raise NotAnAnswer("a column of another length")
    column = np.frombuffer(data, kind)
    if (
        within is not None
        and len(column)
        and not (within.start <= column.min() and column.max() < within.stop)
    ):
        raise NotAnAnswer("a number that is of nothing")
    return column
