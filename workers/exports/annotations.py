"""Annotations of an export as Parquet: a row for each that overlaps its range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from workers.exports.parquet import ANNOTATIONS

_AS_TEXT = frozenset(("id", "class_id", "scope_id"))


class AnnotationsWriter:
    """Takes rows of db/queries/exports.py, whose columns stand in the order of ANNOTATIONS."""

    def __init__(self, file: IO[bytes]) -> None:
        self._writer = pq.ParquetWriter(file, ANNOTATIONS, compression="zstd")
        self.written = 0

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(map(str, column) if name in _AS_TEXT else column, type=kind)
            for name, kind, column in zip(
                ANNOTATIONS.names, ANNOTATIONS.types, columns, strict=True
            )
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=ANNOTATIONS))
        self.written += len(rows)

    def close(self) -> None:
        self._writer.close()
