"""Rows of all kinds as the columns of one row group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from db.readings.pgcopy import ArchiveRows
from workers.exports.scope import ExportSensor

NAME = pa.dictionary(pa.int32(), pa.string())
TIME = pa.timestamp("us", "UTC")
KINDS = {"DOUBLE": pa.float64(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "TEXT": pa.string()}
# Up to so many sensors every row group has the same dictionaries, which tools like; beyond, each
# has what it needs.
_SAME_DICTIONARIES = 1_000
_SENSOR_COLUMNS = ("sensor_id", "device_id", "component_id", "key")

Numbers = np.ndarray[Any, Any]


class RowGroupValues(NamedTuple):
    """The value columns, and for numbers what they are made of: bits, and which of the two kinds a
    row is."""

    arrays: dict[str, pa.Array]
    metadata: pa.Array
    bits: Numbers
    is_double: Numbers
    is_bigint: Numbers


class SensorColumns:
    """The sensors' ids, devices and keys, by the sensor's place in the list."""

    def __init__(self, sensors: Sequence[ExportSensor], places: Sequence[int]) -> None:
        self.places = np.array(places, np.int64)
        """The typed column of each sensor; ascending."""
        ids = np.array([s.id.bytes for s in sensors], "S16").view("V16").reshape(-1)
        # The last eight bytes are random in every version that we use: they tell sensors apart and
        # sort fast.
        tails = _tails(ids)
        self._by_tail = np.argsort(tails)
        self._tails = tails[self._by_tail]
        if (self._tails[1:] == self._tails[:-1]).any():
            raise ValueError("two sensors have the same random part of their id")
        self._texts = {
            "sensor_id": pa.array([str(s.id) for s in sensors], pa.string()),
            "device_id": pa.array([str(s.device_id) for s in sensors], pa.string()),
            "component_id": pa.array(
                [None if s.component_id is None else str(s.component_id) for s in sensors],
                pa.string(),
            ),
            "key": pa.array([s.key for s in sensors], pa.string()),
        }

    def codes(self, ids: Numbers) -> Numbers:
        """The place of each id. Rows of one sensor stand together as a rule: only their first is
        looked up."""
        tails = _tails(ids)
        heads = np.flatnonzero(np.concatenate(([True], tails[1:] != tails[:-1])))
        places = np.searchsorted(self._tails, tails[heads])
        codes = self._by_tail[places].astype(np.int32)
        return np.repeat(codes, np.diff(np.append(heads, len(tails))))

    def columns(self, codes: Numbers) -> list[pa.Array]:
        """The four text columns of sorted codes."""
        if len(self.places) <= _SAME_DICTIONARIES:
            return [
                _repeated(self._texts[name], np.bincount(codes, minlength=len(self.places)))
                for name in _SENSOR_COLUMNS
            ]
        heads = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
        lengths = np.diff(np.append(heads, len(codes)))
        present = pa.array(codes[heads])
        return [_repeated(self._texts[name].take(present), lengths) for name in _SENSOR_COLUMNS]


def row_group(
    waiting: Sequence[tuple[Numbers, ArchiveRows]],
    sensors: SensorColumns,
    kinds: Sequence[str],
    schema: pa.Schema,
) -> pa.Table:
    """`kinds` are those of the typed columns, which stand last in the schema."""
    codes = np.concatenate([codes for codes, _ in waiting])
    times = np.concatenate([rows.times for _, rows in waiting])
    order = _order(codes, times)
    codes, times = codes[order], times[order]
    values = _values([rows for _, rows in waiting], order)
    return pa.Table.from_arrays(
        [
            *sensors.columns(codes),
            pa.Array.from_buffers(TIME, len(times), [None, pa.py_buffer(times)]),
            *values.arrays.values(),
            values.metadata,
            *_typed(values, sensors.places[codes], kinds),
        ],
        schema=schema,
    )


def _order(codes: Numbers, times: Numbers) -> Numbers:
    """By sensor, then time: as one number where both fit into it, which sorts four times as
    fast."""
    first = times.min()
    bits = int(times.max() - first).bit_length()
    if int(codes.max()).bit_length() + bits > 63:
        return np.lexsort((times, codes))
    return np.argsort((codes.astype(np.int64) << bits) | (times - first))


def _values(pieces: Sequence[ArchiveRows], order: Numbers) -> RowGroupValues:
    """A column that no row has costs nothing."""
    n = len(order)
    bits, is_double, is_bigint = np.zeros(n, np.int64), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    flags, is_flag = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    texts: list[str | None] = []
    metadata: list[str | None] = []
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
        if rows.metadata is not None:
            metadata += [*([None] * (at - len(metadata))), *rows.metadata]
        at = part.stop
    bits, is_double, is_bigint = bits[order], is_double[order], is_bigint[order]
    arrays = {
        "DOUBLE": _column(bits.view(np.float64), is_double, pa.float64()),
        "BIGINT": _column(bits, is_bigint, pa.int64()),
        "BOOLEAN": _column(flags[order], is_flag[order], pa.bool_()),
        "TEXT": _text_column(texts, order),
    }
    return RowGroupValues(arrays, _text_column(metadata, order), bits, is_double, is_bigint)


def _typed(values: RowGroupValues, places: Numbers, kinds: Sequence[str]) -> list[pa.ChunkedArray]:
    """The typed columns. Rows of one stand together, so that each is a piece of a value column
    between nulls that all of them share: however many there are, they take hardly more memory than
    one."""
    n = len(places)
    nulls = {kind: pa.nulls(n, KINDS[kind]) for kind in set(kinds)}
    edges = np.searchsorted(places, np.arange(len(kinds) + 1))
    columns = []
    for kind, start, end in zip(kinds, edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        pieces = [
            nulls[kind].slice(0, start),
            _piece(values, kind, start, end),
            nulls[kind].slice(0, n - end),
        ]
        columns.append(pa.chunked_array([piece for piece in pieces if len(piece)], KINDS[kind]))
    return columns


def _piece(values: RowGroupValues, kind: str, start: int, end: int) -> pa.Array:
    """Rows start to end as that kind; null where that would change the value, which its own column
    has all the same."""
    stored, part = values.arrays[kind].slice(start, end - start), slice(start, end)
    if kind == "DOUBLE" and values.is_bigint[part].any():
        bits, is_double = values.bits[part], values.is_double[part]
        numbers = np.where(is_double, bits.view(np.float64), bits.astype(np.float64))
        return _column(numbers, is_double | values.is_bigint[part], KINDS[kind])
    if kind == "BIGINT" and values.is_double[part].any():
        bits, is_bigint = values.bits[part], values.is_bigint[part]
        numbers = bits.view(np.float64)
        is_whole = (
            ~is_bigint
            & values.is_double[part]
            & (np.trunc(numbers) == numbers)
            & (np.abs(numbers) < 2.0**63)
        )
        whole = np.where(is_whole, numbers, 0).astype(np.int64)
        return _column(np.where(is_whole, whole, bits), is_bigint | is_whole, KINDS[kind])
    return stored


def _column(values: Numbers, is_there: Numbers, kind: pa.DataType) -> pa.Array:
    if not is_there.any():
        return pa.nulls(len(values), kind)
    if is_there.all():
        return pa.array(values, kind)
    return pa.array(values, kind, mask=~is_there)


def _text_column(texts: list[str | None], order: Numbers) -> pa.Array:
    if not texts:
        return pa.nulls(len(order), pa.string())
    texts += [None] * (len(order) - len(texts))
    return pa.array(texts, pa.string()).take(pa.array(order))


def _tails(ids: Numbers) -> Numbers:
    return np.ascontiguousarray(ids).view(np.uint64)[1::2]


def _repeated(texts: pa.Array, lengths: Numbers) -> pa.Array:
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
