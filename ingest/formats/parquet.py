"""Parquet files, a row group at a time. Text that is encoded by a dictionary is read as one: a
value that stands in every row is there once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow
from pyarrow import parquet

from ingest.formats.budget import Budget
from ingest.formats.column_types import check_schema, known_columns
from ingest.formats.parsed import Parsed, Question
from ingest.formats.tables import first_line, parsed_table
from ingest.pipeline.decode import NotReadings

# Of a file's own description, which is there for each column of each row group.
TEXT_MAX_BYTES = 4_000_000
LISTS_MAX = 200_000
DICTIONARY_ENCODINGS = frozenset(
    {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
)


def read(body: bytes, question: Question) -> Parsed:
    try:
        table = _table(body, question.budget)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise NotReadings(f"the body is no Parquet file: {first_line(error)}") from None
    return parsed_table(table, question.budget)


def _table(body: bytes, budget: Budget) -> pyarrow.Table:
    file = _open(body, ())
    budget.readings(file.metadata.num_rows)
    budget.columns(file.metadata.num_columns)
    schema = file.schema_arrow
    wanted = known_columns(schema.names)
    check_schema(schema)
    texts = [name for name in wanted if _is_text(schema.field(name).type)]
    texts = sorted(set(texts) - _with_other_encodings(file.metadata))
    return _groups(_open(body, texts), wanted, budget)


def _open(body: bytes, texts: Sequence[str]) -> parquet.ParquetFile:
    return parquet.ParquetFile(
        pyarrow.BufferReader(body),
        read_dictionary=list(texts),
        thrift_string_size_limit=TEXT_MAX_BYTES,
        thrift_container_size_limit=LISTS_MAX,
    )


def _is_text(type_: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_string(type_) or pyarrow.types.is_large_string(type_))


def _with_other_encodings(metadata: parquet.FileMetaData) -> set[str]:
    """The columns that Arrow can't read as dictionaries in some group, such as DELTA_BYTE_ARRAY."""
    return {
        column.path_in_schema
        for number in range(metadata.num_row_groups)
        for column in _columns(metadata.row_group(number))
        if not DICTIONARY_ENCODINGS.issuperset(column.encodings)
    }


def _columns(group: parquet.RowGroupMetaData) -> list[parquet.ColumnChunkMetaData]:
    return [group.column(number) for number in range(group.num_columns)]


def _groups(file: parquet.ParquetFile, wanted: list[str], budget: Budget) -> pyarrow.Table:
    tables, rows, size = [], 0, 0
    for number in range(file.metadata.num_row_groups):
        budget.unpacked(size + sum(_sizes(file.metadata.row_group(number), wanted)))
        table = file.read_row_group(number, columns=wanted, use_threads=False)
        table.validate(full=True)
        rows, size = rows + table.num_rows, size + table.nbytes
        budget.readings(rows)
        budget.unpacked(size)
        tables.append(table)
    return pyarrow.concat_tables(tables) if tables else file.schema_arrow.empty_table()


def _sizes(group: parquet.RowGroupMetaData, wanted: list[str]) -> Iterator[int]:
    """What the file says that its columns take when they are unpacked, their values as encoded."""
    for column in _columns(group):
        if column.path_in_schema.partition(".")[0] in wanted:
            yield column.total_uncompressed_size
