"""Readings of one sensor on their way out, as columns: no object for each reading is made before somebody wants one."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import numpy as np

from db.connections.types import Connection
from db.readings.columns import Codes, Flags, Floats, Integers, Value, ValueType
from db.readings.times import POSTGRES_EPOCH, moment_of

_TYPES = {ValueType.DOUBLE: ">f8", ValueType.BIGINT: ">i8", ValueType.BOOLEAN: "?"}

Values = Floats | Integers | Flags | list[Value]


@dataclass(frozen=True, slots=True)
class Series:
    """Readings in the order asked for. `ts` is in microseconds since 1970; `values` an array where all are numbers or
    all are booleans, and else a list; `metadata` JSON by row."""

    ts: Integers
    values: Values
    metadata: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ts)

    @property
    def last_at(self) -> datetime:
        return moment_of(int(self.ts[-1]))

    def head(self, size: int) -> Series:
        """The first of them."""
        if size >= len(self):
            return self
        described = {row: item for row, item in self.metadata.items() if row < size}
        return Series(self.ts[:size], self.values[:size], described)


_NONE = Series(np.zeros(0, np.int64), np.zeros(0))


async def series(
    connection: Connection,
    sensor_id: UUID,
    start: datetime,
    end: datetime,
    *,
    after: datetime | None,
    limit: int,
    descending: bool = False,
) -> Series:
    """The sensor's next readings in [start, end), as app, inside a tenant's transaction."""
    row = await connection.fetchrow(
        "SELECT * FROM api.reading_columns($1, $2, $3, $4, $5, $6)",
        sensor_id,
        start,
        end,
        after,
        limit,
        descending,
    )
    return _NONE if row is None or row["times"] is None else _decoded(row)


def _decoded(row: asyncpg.Record) -> Series:
    ts = _times(row["times"])
    return Series(ts, _values(row), _metadata(ts, row["described"], row["metadata"]))


def _times(packed: bytes) -> Integers:
    return np.frombuffer(packed, ">i8").astype(np.int64) + POSTGRES_EPOCH


def _values(row: asyncpg.Record) -> Values:
    kinds: Codes = np.frombuffer(row["kinds"], np.uint8)
    if len(kinds) > 1:
        return list(_of_several_kinds(kinds, row["numbers"] or b"", iter(row["texts"] or ())))
    if kinds[0] == ValueType.TEXT:
        texts: list[Value] = row["texts"]
        return texts
    numbers = np.frombuffer(row["numbers"], _TYPES[ValueType(int(kinds[0]))])
    return numbers.astype(numbers.dtype.newbyteorder("="))


def _of_several_kinds(kinds: Codes, numbers: bytes, texts: Iterator[str]) -> Iterator[Value]:
    at = 0
    for kind in kinds.tolist():
        if kind == ValueType.TEXT:
            yield next(texts)
            continue
        layout = _TYPES[ValueType(kind)].replace("f8", "d").replace("i8", "q")
        (value,) = struct.unpack_from(layout, numbers, at)
        yield value
        at += struct.calcsize(layout)


def _metadata(ts: Integers, described: bytes | None, metadata: list[str] | None) -> dict[int, str]:
    """By row: in whatever order the readings are, each time is there once."""
    if described is None or metadata is None:
        return {}
    texts = dict(zip(_times(described).tolist(), metadata, strict=True))
    rows = np.flatnonzero(np.isin(ts, np.fromiter(texts, np.int64)))
    return {row: texts[int(ts[row])] for row in rows.tolist()}
