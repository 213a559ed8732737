"""Columnar JSON: `{"sensorId": "…" or […], "timestamp": […], "value": […]}`, one array for each
field of a reading.

A field that is the same for all readings may stand by itself instead of in an array. Times are RFC
3339, or integers where `timestampUnit` (s, ms, us, ns) says what they count.

Also the pages that the platform gives out: `{"sensorId": "…", "items": [{"timestamp": "…", "value":
…}, …]}`.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import msgspec
import numpy as np

from db.readings.columns import Integers, Positions, Value
from ingest.formats.parsed import Parsed, Question, bounded_name
from ingest.formats.times import from_numbers, from_text
from ingest.pipeline.decode import NotReadings
from ingest.pipeline.leniency import has_numberless_word, with_nulls
from ingest.pipeline.metadata import as_json
from ingest.pipeline.numbering import numbered
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns

T = TypeVar("T")


class _Body(msgspec.Struct, rename="camel"):
    timestamp: list[str | int | None]
    value: list[bool | int | float | str | None]
    timestamp_unit: Literal["s", "ms", "us", "ns"] | None = None
    sensor_id: list[str | None] | str | None = None
    sensor: list[str | None] | str | None = None
    device_id: list[str | None] | str | None = None
    component: list[str | None] | str | None = None
    metadata: list[dict[str, Any] | None] | None = None


class _Item(msgspec.Struct):
    timestamp: str | None = None
    value: bool | int | float | str | None = None
    metadata: dict[str, Any] | None = None


class _Page(msgspec.Struct, rename="camel"):
    items: list[_Item]
    sensor_id: str


_decoder = msgspec.json.Decoder(_Body)
_page_decoder = msgspec.json.Decoder(_Page)


def read(body: bytes, question: Question) -> Parsed:
    question.budget.values(body)
    columns = _decoded(body)
    size = len(columns.value)
    question.budget.readings(size)
    _check_lengths(columns, size)
    names, name = _names(columns, size)
    ts, rejected = _times(columns)
    rejected |= {
        row: Rejection(Reason.MISSING_FIELD, "value is missing, or no number")
        for row, value in enumerate(columns.value)
        if value is None
    }
    values: list[Value] = [0.0 if value is None else value for value in columns.value]
    metadata = _metadata(columns, rejected)
    return Parsed(
        Rows.of(names, name, ts, values=ValueColumns.of(values), metadata=metadata, faults=rejected)
    )


def _decoded(body: bytes) -> _Body:
    try:
        return _decoder.decode(body)
    except RecursionError:
        raise NotReadings("the body is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if page := _page(body):
            return page
        if has_numberless_word(body):
            return _decoded(with_nulls(body))
        raise NotReadings(f"the body is no object of columns: {error}") from None


def _page(body: bytes) -> _Body | None:
    try:
        page = _page_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _Body(
        timestamp=[item.timestamp for item in page.items],
        value=[item.value for item in page.items],
        sensor_id=page.sensor_id,
        metadata=[item.metadata for item in page.items],
    )


def _metadata(columns: _Body, rejected: dict[int, Rejection]) -> dict[int, bytes]:
    described = {}
    for row, item in enumerate(columns.metadata or ()):
        text = None if item is None else as_json(item)
        if isinstance(text, bytes):
            described[row] = text
        elif text is not None:
            rejected[row] = text
    return described


def _check_lengths(columns: _Body, size: int) -> None:
    for field in ("timestamp", "sensor_id", "sensor", "device_id", "component", "metadata"):
        column = getattr(columns, field)
        if isinstance(column, list) and len(column) != size:
            wire = msgspec.structs.fields(_Body)
            name = next(item.encode_name for item in wire if item.name == field)
            raise NotReadings(f"{name} has {len(column)} elements, value has {size}")


def _names(columns: _Body, size: int) -> tuple[list[Name], Positions]:
    parts = (columns.sensor_id, columns.sensor, columns.device_id, columns.component)
    if not any(isinstance(part, list) for part in parts):
        return [_name(parts)], np.zeros(size, np.intp)  # type: ignore[arg-type]
    spread = (part if isinstance(part, list) else [part] * size for part in parts)
    keys, number = numbered(list(zip(*spread, strict=True)))
    return [_name(key) for key in keys], number


def _name(parts: tuple[str | None, ...]) -> Name:
    return Name(*(None if part is None else bounded_name(part) for part in parts))


def _times(columns: _Body) -> tuple[Integers, dict[int, Rejection]]:
    times = columns.timestamp
    if columns.timestamp_unit is None:
        return from_text(times)  # type: ignore[arg-type] # what is no text is rejected there
    try:
        numbers = np.array(times, np.int64)
    except (ValueError, TypeError, OverflowError):
        raise NotReadings("with timestampUnit, every timestamp is an integer of 64 bits") from None
    return from_numbers(numbers, columns.timestamp_unit)
