"""Tables as Arrow IPC streams and Parquet files, piece by piece.

pyarrow takes 0.3 s to import: when the service starts, not in the first request that asks for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow
from pyarrow import parquet

from app.telemetry.tables.table import Column, Kind, Layout, Table, size_of

_TYPES = {
    Kind.TIME: pyarrow.timestamp("us", "UTC"),
    Kind.NUMBER: pyarrow.float64(),
    Kind.INTEGER: pyarrow.int64(),
    Kind.FLAG: pyarrow.bool_(),
    Kind.TEXT: pyarrow.string(),
    Kind.NAME: pyarrow.dictionary(pyarrow.int16(), pyarrow.string()),
    Kind.JSON: pyarrow.string(),
}


class _Pieces:
    """A file that keeps what was written until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class _Writer:
    _file: Any

    def __init__(self, layout: Layout) -> None:
        self._schema = pyarrow.schema([(name, _TYPES[kind]) for name, kind in layout.items()])
        self._pieces = _Pieces()
        self._sink = pyarrow.PythonFile(self._pieces, mode="w")

    def write(self, table: Table) -> bytes:
        if size := size_of(table):
            self._write(
                pyarrow.record_batch(
                    [_array(table.get(field.name), field, size) for field in self._schema],
                    schema=self._schema,
                )
            )
        return self._pieces.take()

    def _write(self, batch: Any) -> None:
        self._file.write_batch(batch)

    def end(self) -> bytes:
        self._file.close()
        return self._pieces.take()


class ArrowWriter(_Writer):
    """An Arrow IPC stream."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self._file = pyarrow.ipc.new_stream(self._sink, self._schema)


class ParquetWriter(_Writer):
    """A Parquet file, with a row group for each table: compressed, doubles by their bytes, times by their differences."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        encodings = {Kind.TIME: "DELTA_BINARY_PACKED", Kind.NUMBER: "BYTE_STREAM_SPLIT"}
        self._file = parquet.ParquetWriter(
            self._sink,
            self._schema,
            compression="zstd",
            use_dictionary=[
                name for name, kind in layout.items() if kind in (Kind.NAME, Kind.TEXT)
            ],
            column_encoding={
                name: encodings[kind] for name, kind in layout.items() if kind in encodings
            },
        )

    def _write(self, batch: Any) -> None:
        self._file.write_batch(batch, row_group_size=len(batch))


def _array(column: Column | None, field: Any, size: int) -> Any:
    if column is None:
        return pyarrow.nulls(size, field.type)
    match column.kind:
        case Kind.TIME:
            return pyarrow.Array.from_buffers(
                field.type, size, [None, pyarrow.py_buffer(np.ascontiguousarray(column.cells))]
            )
        case Kind.NUMBER:
            is_missing = np.isnan(column.cells)
            return pyarrow.array(column.cells, mask=is_missing if is_missing.any() else None)
        case Kind.NAME:
            return pyarrow.DictionaryArray.from_arrays(
                pyarrow.array(column.cells.codes.astype(np.int16)),
                pyarrow.array(column.cells.texts, pyarrow.string()),
            )
        case Kind.JSON:
            return pyarrow.array(
                [None if cell is None else cell.decode() for cell in column.cells], field.type
            )
        case _:
            return pyarrow.array(column.cells, field.type, mask=column.is_missing)
