"""Arrow IPC streams and Parquet files, and what a table of readings is, whatever it was read from.

| column                          | type                                                                      |
|---------------------------------|---------------------------------------------------------------------------|
| timestamp                       | timestamp of any unit, with a zone or else in UTC, or RFC 3339 text       |
| sensorId                        | text, or 16 bytes                                                         |
| deviceId, sensor, component     | text, where there is no sensorId                                          |
| value                           | a number, a boolean or text; or the four columns that follow              |
| valueDouble, valueBigint, valueBoolean, valueText | of which each row has one                               |
| metadata                        | text: a JSON object                                                       |

Other columns are passed over. Text may be dictionary-encoded.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import pyarrow
from pyarrow import parquet, types

from db.readings.columns import Integers, Positions
from ingest.formats.parsed import Parsed, Question
from ingest.formats.times import from_numbers, from_text
from ingest.pipeline.decode import NotReadings, TooManyElements
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import ValueColumns, ValueKind

NAMES = ("sensorId", "sensor", "deviceId", "component")
VALUES = ("valueDouble", "valueBigint", "valueBoolean", "valueText")
# What a body of so many bytes may become in memory: text repeats, and a file can say so in few
# bytes.
UNPACKED_MAX_BYTES = 512 * 1024 * 1024

Faults = dict[int, Rejection]


def read_arrow(body: bytes, question: Question) -> Parsed:
    batches, rows, size = [], 0, 0
    try:
        with pyarrow.ipc.open_stream(pyarrow.py_buffer(body)) as stream:
            schema = stream.schema
            for batch in stream:
                rows, size = rows + batch.num_rows, size + batch.nbytes
                _check_size(question, rows, size)
                batch.validate(full=True)
                batches.append(batch)
        table = pyarrow.Table.from_batches(batches, schema)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise NotReadings(f"the body is no Arrow stream: {_first_line(error)}") from None
    return parsed_table(table)


def read_parquet(body: bytes, question: Question) -> Parsed:
    try:
        file = parquet.ParquetFile(
            pyarrow.BufferReader(body),
            thrift_string_size_limit=16_000_000,
            thrift_container_size_limit=1_000_000,
        )
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        _check_size(
            question,
            sum(group.num_rows for group in groups),
            sum(group.total_byte_size for group in groups),
        )
        wanted = [name for name in file.schema_arrow.names if name in _KNOWN]
        table = file.read(columns=wanted, use_threads=False)
        table.validate(full=True)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise NotReadings(f"the body is no Parquet file: {_first_line(error)}") from None
    _check_size(question, table.num_rows, table.nbytes)
    return parsed_table(table)


def _check_size(question: Question, rows: int, size: int) -> None:
    question.check(rows)
    if size > UNPACKED_MAX_BYTES:
        raise TooManyElements(f"unpacked, the readings take more than {UNPACKED_MAX_BYTES} bytes")


def parsed_table(table: pyarrow.Table) -> Parsed:
    """The readings of a table. Raises NotReadings where a column is missing or has a type that
    means nothing here."""
    table = _unify(table)
    faults: Faults = {}
    names, number = names_of(table)
    ts = times_of(table, faults)
    values = _values(table, faults)
    metadata = metadata_of(table, faults)
    rows = Rows.of(names, number, ts, values=values, metadata=metadata, faults=faults)
    return Parsed.of(rows, sources_of(table, faults))


def _unify(table: pyarrow.Table) -> pyarrow.Table:
    """The known columns, each in one piece; which they are is decided here once."""
    known = [name for name in table.column_names if name in _KNOWN]
    if len(set(known)) < len(known):
        raise NotReadings("a column stands there twice")
    if "timestamp" not in known or not ({"value", *VALUES} & set(known)):
        raise NotReadings("the columns timestamp and value are needed")
    return table.select(known).combine_chunks()


def _column(table: pyarrow.Table, name: str) -> pyarrow.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks else column.combine_chunks()


def names_of(table: pyarrow.Table) -> tuple[list[Name], Positions]:
    """Dictionary-encoded by Arrow; several columns of names make one number for each combination of
    theirs."""
    number = np.zeros(table.num_rows, np.int64)
    texts: list[list[str | None]] = []
    for field in NAMES:
        if field not in table.column_names:
            texts.append([None])
            continue
        column = _column(table, field)
        encoded = column if _is_dictionary(column) else column.dictionary_encode()
        texts.append([*_texts(encoded.dictionary, field), None])
        index = encoded.indices.fill_null(len(texts[-1]) - 1)
        number = number * len(texts[-1]) + np.asarray(index, np.int64)
    combinations, number = np.unique(number, return_inverse=True)
    names = []
    for combination in combinations.tolist():
        rest, parts = combination, []
        for choices in reversed(texts):
            rest, choice = divmod(rest, len(choices))
            parts.append(choices[choice])
        names.append(Name(*reversed(parts)))
    return names, number.astype(np.intp)


def _texts(column: pyarrow.Array, field: str) -> list[str | None]:
    if types.is_fixed_size_binary(column.type) and column.type.byte_width == 16:
        return [None if item is None else str(UUID(bytes=item)) for item in column.to_pylist()]
    if not (
        types.is_string(column.type)
        or types.is_large_string(column.type)
        or types.is_null(column.type)
    ):
        raise NotReadings(f"{field} is {column.type}, not text")
    texts: list[str | None] = column.to_pylist()
    return texts


def times_of(table: pyarrow.Table, faults: Faults) -> Integers:
    column = _plain(_column(table, "timestamp"))
    if types.is_timestamp(column.type):
        ts, rejected = from_numbers(_integers(column.view("int64")), column.type.unit)
        faults.update(rejected)
        faults.update(_missing(column, "timestamp"))
        return ts
    if types.is_string(column.type) or types.is_large_string(column.type):
        ts, rejected = from_text(column.to_pylist())
        faults.update(rejected)
        return ts
    raise NotReadings(f"timestamp is {column.type}, not a timestamp")


def _values(table: pyarrow.Table, faults: Faults) -> ValueColumns:
    if "value" in table.column_names:
        column = _plain(_column(table, "value"))
        faults.update(_missing(column, "value"))
        return _values_of(column)
    values = ValueColumns.of_kind(ValueKind.FLOAT, table.num_rows)
    given = np.zeros(table.num_rows, np.intp)
    for field in VALUES:
        if field in table.column_names:
            column = _plain(_column(table, field))
            is_set = np.asarray(column.is_valid())
            given += is_set
            _put(values, _values_of(column), is_set)
    for row in np.flatnonzero(given != 1).tolist():
        faults[row] = Rejection(
            Reason.MISSING_FIELD, f"{given[row]} of the columns of values are set, not one"
        )
    return values


def _put(values: ValueColumns, others: ValueColumns, chosen: Any) -> None:
    values.kind[chosen], values.number[chosen] = others.kind[chosen], others.number[chosen]
    values.integer[chosen] = others.integer[chosen]
    values.objects.update({row: value for row, value in others.objects.items() if chosen[row]})


def _values_of(column: pyarrow.Array) -> ValueColumns:
    type_ = column.type
    if types.is_decimal(type_) or types.is_floating(type_):
        return ValueColumns.of(np.asarray(column.cast("float64").fill_null(0.0)))
    if types.is_uint64(type_):
        return ValueColumns.of([item or 0 for item in column.to_pylist()])
    if types.is_integer(type_):
        return ValueColumns.of(_integers(column.cast("int64")))
    if types.is_boolean(type_):
        return ValueColumns.of(np.asarray(column.fill_null(False)))
    if types.is_string(type_) or types.is_large_string(type_):
        texts = {row: text for row, text in enumerate(column.to_pylist()) if text is not None}
        return ValueColumns.of_kind(ValueKind.TEXT, len(column), texts)
    if types.is_null(type_):
        return ValueColumns.of(np.zeros(len(column)))
    raise NotReadings(f"a value is {type_}: neither number, boolean nor text")


def metadata_of(table: pyarrow.Table, faults: Faults) -> dict[int, dict[str, Any]]:
    if "metadata" not in table.column_names:
        return {}
    described: dict[int, dict[str, Any]] = {}
    for row, text in enumerate(_texts(_plain(_column(table, "metadata")), "metadata")):
        if text is None:
            continue
        try:
            described[row] = msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError) as error:
            faults[row] = Rejection(Reason.MALFORMED, f"metadata is no JSON object: {error}")
    return described


def sources_of(table: pyarrow.Table, faults: Faults) -> dict[int, bytes]:
    """The rejected rows as they were sent, as far as JSON can say it."""
    rows = sorted(faults)
    cells = table.take(pyarrow.array(rows, pyarrow.int64())).to_pylist() if rows else []
    sent = ({name: cell for name, cell in row.items() if cell is not None} for row in cells)
    return {
        row: msgspec.json.encode(cells, enc_hook=str) for row, cells in zip(rows, sent, strict=True)
    }


def _missing(column: pyarrow.Array, field: str) -> Faults:
    if not column.null_count:
        return {}
    rows = np.flatnonzero(np.asarray(column.is_null())).tolist()
    return {row: Rejection(Reason.MISSING_FIELD, f"{field} is missing") for row in rows}


def _integers(column: pyarrow.Array) -> Integers:
    return np.asarray(column.fill_null(0), np.int64)


def _is_dictionary(column: pyarrow.Array) -> bool:
    return hasattr(column, "dictionary")


def _plain(column: pyarrow.Array) -> pyarrow.Array:
    return column.dictionary_decode() if _is_dictionary(column) else column


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


_KNOWN = {"timestamp", "value", "metadata", *NAMES, *VALUES}
