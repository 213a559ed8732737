"""What a table of readings is, whatever it was read from.

| column                          | type                                                           |
|---------------------------------|----------------------------------------------------------------|
| timestamp                       | timestamp of any unit, with a zone or else in UTC, or RFC 3339 text |
| sensorId                        | text, a UUID, or its 16 bytes                                  |
| deviceId, sensor, component     | the same, where there is no sensorId                           |
| value                           | a number, a boolean or text; or the four columns that follow   |
| valueDouble, valueBigint, valueBoolean, valueText | of which each row has one                    |
| metadata                        | text: a JSON object                                            |

Other columns are passed over. Each may be dictionary-encoded, and stays so: what a thousand rows
have alike is decoded, measured and kept once. Types are asked before anything is read.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
import pyarrow
from pyarrow import types

from db.readings.columns import Integers, Positions
from ingest.formats.budget import Budget
from ingest.formats.column_types import (
    NAMES,
    VALUES,
    common,
    is_name,
    is_text,
    is_uuid,
    known_columns,
    plain_type,
)
from ingest.formats.parsed import Parsed, bounded_name
from ingest.formats.times import from_numbers, from_text
from ingest.pipeline.kept import kept
from ingest.pipeline.metadata import METADATA_MAX_BYTES, as_json
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.values import TEXT_MAX_CHARACTERS, ValueColumns, ValueKind

# Of metadata as it is sent, with all its spaces, before it is looked into.
METADATA_SENT_MAX_CHARACTERS = 64 * 1024
# A cell of a refused row, of which there may be thousands.
CELL_KEPT_BYTES = 2 * 1024

Faults = dict[int, Rejection]


class CodedColumn(NamedTuple):
    """A column as its distinct values, and the number of each row's among them; -1 where there is
    none."""

    values: list[Any]
    number: Positions


def parsed_table(table: pyarrow.Table, budget: Budget) -> Parsed:
    """The readings of a table whose schema was checked. Raises TooManyElements."""
    known = known_columns(table.column_names)
    columns = [
        pyarrow.chunked_array([common(chunk, budget) for chunk in column.chunks])
        if (column := table.column(name)).num_chunks
        else column
        for name in known
    ]
    table = pyarrow.table(columns, names=known).combine_chunks()
    faults: Faults = {}
    names, number = names_of(table)
    ts = times_of(table, faults)
    values = _values(table, faults, budget)
    metadata = metadata_of(table, faults, budget)
    rows = Rows.of(names, number, ts, values=values, metadata=metadata, faults=faults)
    return Parsed(rows, texts=sources_of(table, faults))


def _column(table: pyarrow.Table, name: str) -> pyarrow.Array:
    """In one piece, and as it is stored."""
    column = table.column(name)
    return _stored(column.chunk(0) if column.num_chunks else column.combine_chunks())


def _stored(column: pyarrow.Array) -> pyarrow.Array:
    if not isinstance(column.type, pyarrow.BaseExtensionType):
        return column
    is_flag = column.type.extension_name == "arrow.bool8"
    return column.storage.cast("bool") if is_flag else column.storage


def _is_dictionary(column: pyarrow.Array) -> bool:
    return bool(types.is_dictionary(column.type))


def _coded(column: pyarrow.Array) -> CodedColumn:
    """With those values of a dictionary that a row has: it may hold millions of others."""
    if types.is_null(column.type):
        return CodedColumn([], np.full(len(column), -1, np.intp))
    encoded = column if _is_dictionary(column) else column.dictionary_encode()
    index = np.asarray(encoded.indices.cast("int64").fill_null(-1), np.int64)
    used, number = np.unique(index, return_inverse=True)
    has_missing = bool(len(used)) and used[0] < 0
    dictionary = _stored(encoded.dictionary)
    values = _said(dictionary.take(pyarrow.array(used[int(has_missing) :], pyarrow.int64())))
    number = (number - has_missing).astype(np.intp)
    missing = [at for at, value in enumerate(values) if value is None]
    if missing:  # in the dictionary, which is another way to say so
        number[np.isin(number, missing)] = -1
    return CodedColumn(values, number)


def _said(column: pyarrow.Array) -> list[Any]:
    """As Python's values, a UUID as its text."""
    if is_uuid(column.type):
        return [None if item is None else str(UUID(bytes=item)) for item in column.to_pylist()]
    items: list[Any] = column.to_pylist()
    return items


def names_of(table: pyarrow.Table) -> tuple[list[Name], Positions]:
    """Several columns of names make one number for each combination of theirs that there is."""
    number = np.zeros(table.num_rows, np.int64)
    names: list[tuple[str | None, ...]] = [()]
    for field in NAMES:
        if field not in table.column_names:
            names = [(*name, None) for name in names]
            continue
        coded = _coded(_column(table, field))
        texts = [*(None if text is None else bounded_name(text) for text in coded.values), None]
        # Renumbered with each column: no product of two is beyond 64 bits.
        index = np.where(coded.number < 0, len(texts) - 1, coded.number)
        found, number = np.unique(number * len(texts) + index, return_inverse=True)
        pairs = [divmod(each, len(texts)) for each in found.tolist()]
        names = [(*names[before], texts[own]) for before, own in pairs]
    return [Name(*name) for name in names] if table.num_rows else [], number.astype(np.intp)


def times_of(table: pyarrow.Table, faults: Faults) -> Integers:
    column = _column(table, "timestamp")
    if not types.is_timestamp(plain_type(column.type)):
        return _times_of_text(column, faults)
    column = _decoded(column)
    ts, rejected = from_numbers(_integers(column.view("int64")), column.type.unit)
    faults.update(rejected)
    faults.update(_missing(column, "timestamp"))
    return ts


def _times_of_text(column: pyarrow.Array, faults: Faults) -> Integers:
    if not _is_dictionary(column):
        ts, rejected = from_text(column.to_pylist())
        faults.update(rejected)
        return ts
    texts, number = _coded(column)
    distinct, rejected = from_text([*texts, None])
    faults.update(_by_row(rejected, np.where(number < 0, len(texts), number)))
    return distinct[number]


def _by_row(by_number: dict[int, Any], number: Positions) -> dict[int, Any]:
    """What is known of some distinct values, by the rows that have them."""
    if not by_number:
        return {}
    rows = np.flatnonzero(np.isin(number, list(by_number)))
    return {
        row: by_number[each] for row, each in zip(rows.tolist(), number[rows].tolist(), strict=True)
    }


def _values(table: pyarrow.Table, faults: Faults, budget: Budget) -> ValueColumns:
    if "value" in table.column_names:
        column = _column(table, "value")
        faults.update(_missing(column, "value"))
        return _values_of(column, faults, budget)
    values = ValueColumns.of_kind(ValueKind.FLOAT, table.num_rows)
    given = np.zeros(table.num_rows, np.intp)
    for field in VALUES:
        if field in table.column_names:
            column = _column(table, field)
            is_set = ~_is_missing(column)
            given += is_set
            _put(values, _values_of(column, faults, budget), is_set)
    for row in np.flatnonzero(given != 1).tolist():
        faults[row] = Rejection(
            Reason.MISSING_FIELD, f"{given[row]} of the columns of values are set, not one"
        )
    return values


def _put(values: ValueColumns, others: ValueColumns, chosen: Any) -> None:
    values.kind[chosen], values.number[chosen] = others.kind[chosen], others.number[chosen]
    values.integer[chosen] = others.integer[chosen]
    values.objects.update({row: value for row, value in others.objects.items() if chosen[row]})


def _values_of(column: pyarrow.Array, faults: Faults, budget: Budget) -> ValueColumns:
    type_ = plain_type(column.type)
    if is_text(type_):
        return texts_of(_coded(column), faults, budget)
    column = _decoded(column)
    if types.is_decimal(type_) or types.is_floating(type_):
        return ValueColumns.of(np.asarray(column.cast("float64").fill_null(0.0)))
    if types.is_uint64(type_):
        return ValueColumns.of([item or 0 for item in column.to_pylist()])
    if types.is_integer(type_):
        return ValueColumns.of(_integers(column.cast("int64")))
    return ValueColumns.of(np.asarray(column.cast("bool").fill_null(False)))


def texts_of(coded: CodedColumn, faults: Faults, budget: Budget) -> ValueColumns:
    """A column of texts. One that is too long for any reading is left out, and its rows are
    rejected."""
    texts, number = coded
    long = [at for at, text in enumerate(texts) if len(text or "") > TEXT_MAX_CHARACTERS]
    told = f"text is longer than {TEXT_MAX_CHARACTERS} characters"
    faults.update(_by_row(dict.fromkeys(long, Rejection(Reason.OUT_OF_RANGE, told)), number))
    kept_texts = dict(enumerate(texts)) | dict.fromkeys(long, "")
    _take(budget, {at: len(text or "") for at, text in kept_texts.items()}, number)
    objects = dict.fromkeys(range(len(number)), "") | _by_row(kept_texts, number)
    return ValueColumns.of_kind(ValueKind.TEXT, len(number), objects)


def _take(budget: Budget, sizes: dict[int, int], number: Positions) -> None:
    """As often as they stand in a row."""
    counts = np.bincount(number[number >= 0], minlength=len(sizes)).tolist()
    budget.take(sum(size * counts[at] for at, size in sizes.items()))


def metadata_of(table: pyarrow.Table, faults: Faults, budget: Budget) -> dict[int, bytes]:
    if "metadata" not in table.column_names:
        return {}
    texts, number = _coded(_column(table, "metadata"))
    described = {at: described_by(text) for at, text in enumerate(texts) if text is not None}
    wrong = {at: each for at, each in described.items() if isinstance(each, Rejection)}
    faults.update(_by_row(wrong, number))
    right = {at: each for at, each in described.items() if isinstance(each, bytes)}
    _take(budget, {at: len(right.get(at, b"")) for at in range(len(texts))}, number)
    return _by_row(right, number)


def described_by(text: str) -> bytes | Rejection:
    """Metadata from its JSON. What is too large for any reading isn't carried on."""
    if len(text) > METADATA_SENT_MAX_CHARACTERS:
        return _too_large()
    try:
        found = as_json(msgspec.json.decode(text, type=dict[str, Any]))
    except (msgspec.DecodeError, RecursionError) as error:
        return Rejection(Reason.MALFORMED, f"metadata is no JSON object: {error}")
    return _too_large() if isinstance(found, bytes) and len(found) > METADATA_MAX_BYTES else found


def _too_large() -> Rejection:
    return Rejection(Reason.OUT_OF_RANGE, f"metadata is larger than {METADATA_MAX_BYTES} bytes")


def sources_of(table: pyarrow.Table, faults: Faults) -> dict[int, bytes]:
    """The rejected rows as they were sent, as far as JSON can say it; each cell as it is kept."""
    rows = sorted(faults)
    if not rows:
        return {}
    taken = table.take(pyarrow.array(rows, pyarrow.int64())).combine_chunks()
    columns = {name: _cells(_column(taken, name)) for name in taken.column_names}
    sources: dict[int, bytes] = {}
    known: dict[bytes, bytes] = {}
    for at, row in enumerate(rows):
        cells = {name: column[at] for name, column in columns.items()}
        sent = {name: cell for name, cell in cells.items() if cell is not None}
        source = kept(msgspec.json.encode(sent, enc_hook=str))
        sources[row] = known.setdefault(source, source)
    return sources


def _cells(column: pyarrow.Array) -> list[Any]:
    if not is_name(plain_type(column.type)):
        return _plain_cells(_decoded(column))
    values, number = _coded(column)
    cells = [*map(_cell, values), None]
    return [cells[at] for at in number.tolist()]


def _cell(value: Any) -> Any:
    return kept(value.encode(), CELL_KEPT_BYTES).decode() if isinstance(value, str) else value


def _plain_cells(column: pyarrow.Array) -> list[Any]:
    """A time that no calendar of Python's has, or in a zone that is none, as its number."""
    try:
        cells: list[Any] = column.to_pylist()
    except (OverflowError, ValueError, KeyError, pyarrow.ArrowException):
        cells = _as_numbers(column).to_pylist()
    return cells


def _as_numbers(column: pyarrow.Array) -> pyarrow.Array:
    return column.view("int64") if types.is_timestamp(column.type) else column.cast("string")


def _is_missing(column: pyarrow.Array) -> Any:
    if not _is_dictionary(column):
        return np.asarray(column.is_null())
    index = np.asarray(column.indices.cast("int64").fill_null(-1))
    return np.append(np.asarray(column.dictionary.is_null()), True)[index]


def _missing(column: pyarrow.Array, field: str) -> Faults:
    if not _is_dictionary(column) and not column.null_count:
        return {}
    rows = np.flatnonzero(_is_missing(column)).tolist()
    return dict.fromkeys(rows, Rejection(Reason.MISSING_FIELD, f"{field} is missing"))


def _integers(column: pyarrow.Array) -> Integers:
    return np.asarray(column.fill_null(0), np.int64)


def _decoded(column: pyarrow.Array) -> pyarrow.Array:
    """Numbers, booleans and times: each takes its few bytes a row, in a dictionary or not."""
    return _stored(column.dictionary_decode()) if _is_dictionary(column) else column


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
