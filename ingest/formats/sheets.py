"""CSV with a header: `timestamp,sensorId,value`, or `timestamp,deviceId,sensor,value`, in any
order.

A cell has no type of its own: a number is a number, true and false are booleans, what else is there
is text; a column `valueType` (DOUBLE, BIGINT, BOOLEAN, TEXT) says otherwise. What nearly is a
number (` 21.5`, `21,5`, `45%`, `nan`) is neither: it would make a sensor of texts for life. A cell
that is empty and not quoted is missing. Where TEXT is said, as in the CSV that the platform gives
out, it is an empty text, since many programs that write CSV know no other; and the apostrophe is
taken away that keeps a cell from being a formula.

The body is read block by block, and only the columns that are needed are made.
"""

from __future__ import annotations

import csv as plain_csv
import io
import re
from dataclasses import dataclass

import numpy as np
import pyarrow
from pyarrow import compute, csv

from db.readings.columns import Floats, Integers, Positions, Value
from ingest.formats.budget import Budget
from ingest.formats.cells import unguarded
from ingest.formats.column_types import NAMES
from ingest.formats.parsed import Parsed, Question
from ingest.formats.tables import Faults, metadata_of, names_of, sources_of, times_of
from ingest.pipeline.decode import NotReadings
from ingest.pipeline.kept import kept
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Name, Rows, joined
from ingest.pipeline.values import ValueColumns, ValueKind

_FIELDS = ("timestamp", "value", "valueType", "metadata", *NAMES)
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_INTEGER = r"^[+-]?\d+$"
_INTEGER_64 = r"^[+-]?\d{1,18}$"
NUMBER_MAX_CHARACTERS = 64
# Blanks, other signs between digits, a unit or a percent sign; or a word for what is no number.
_NEARLY_NUMBER = re.compile(
    r"\s*[+-]?(?:\d(?:[\d_' ,]*\d)?(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
    r"\s*[%‰°µ]?[A-Za-z]{0,3}\s*"
    r"|\s*[+-]?(?:nan|inf|infinity|null|none|n/?a|-+)\s*",
    re.IGNORECASE | re.ASCII,
)
_BOOLEAN = r"^(?i:true|false)$"
# What isn't UTF-8 as a whole is read in an encoding that has a character for each byte: Arrow says
# nothing of a row that it can't decode.
BYTES_AS_TEXT = "latin-1"
HEADER_MAX_BYTES = 64 * 1024
_TYPES = ("DOUBLE", "BIGINT", "BOOLEAN", "TEXT")


def read(body: bytes, question: Question) -> Parsed:
    budget = question.budget
    broken: dict[int, BrokenRow] = {}
    encoding = "utf-8" if _is_text(body) else BYTES_AS_TEXT
    try:
        table = _parse(body, encoding, broken, budget)
    except (pyarrow.ArrowException, ValueError) as error:
        budget.readings(len(broken))
        raise NotReadings(f"the body is no CSV: {str(error)[:200]}") from None
    faults: Faults = {}
    table = _decoded(table, encoding, faults)
    names, name = names_of(table)
    found: Faults = {}
    ts = times_of(table, found)
    metadata = metadata_of(table, found, budget)
    values = _values(table, found)
    faults = found | faults
    rows = Rows.of(names, name, ts, values=values, metadata=metadata, faults=faults)
    sources = sources_of(table, faults)
    return _with_broken(rows, sources, broken) if broken else Parsed(rows, texts=sources)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row of another length than the header."""

    told: str
    source: bytes


def _header(body: bytes, budget: Budget) -> list[str]:
    """The names of the columns that are needed. Raises NotReadings."""
    head = body[:HEADER_MAX_BYTES].decode("utf-8-sig", "replace")
    names = next(plain_csv.reader(io.StringIO(head, newline="")), [])
    budget.columns(len(names))
    known = [name for name in names if name in _FIELDS]
    if len(set(known)) < len(known):
        raise NotReadings("a column stands there twice")
    if missing := {"timestamp", "value"} - set(known):
        raise NotReadings(f"the header names no {' and no '.join(sorted(missing))}")
    return known


def _is_text(body: bytes) -> bool:
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def _parse(
    body: bytes, encoding: str, broken: dict[int, BrokenRow], budget: Budget
) -> pyarrow.Table:
    """Bytes in every cell: what they mean is decided cell by cell. Rows of another length are put
    into `broken`, by their place."""
    known = _header(body, budget)

    def pass_over(row: csv.InvalidRow) -> str:
        if len(broken) > budget.readings_max:
            return "error"
        told = f"the row has {row.actual_columns} cells, the header {row.expected_columns}"
        # The header is row number 1.
        broken[row.number - 2] = BrokenRow(told, kept(row.text.encode(encoding)))
        return "skip"

    stream = csv.open_csv(
        pyarrow.py_buffer(body),
        csv.ReadOptions(use_threads=False, encoding=encoding),
        csv.ParseOptions(newlines_in_values=True, invalid_row_handler=pass_over),
        csv.ConvertOptions(
            include_columns=known,
            column_types=dict.fromkeys(known, pyarrow.binary()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    batches, rows = [], 0
    for batch in stream:
        rows += batch.num_rows
        budget.readings(rows + len(broken))
        batches.append(batch)
    budget.readings(rows + len(broken))
    return pyarrow.Table.from_batches(batches, stream.schema).combine_chunks()


def _decoded(table: pyarrow.Table, encoding: str, faults: Faults) -> pyarrow.Table:
    """The same as text; a row with a cell that is no UTF-8 is rejected, and that cell taken for
    missing."""
    columns = []
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if encoding != BYTES_AS_TEXT:
            columns.append(column.cast(pyarrow.string()))
            continue
        cells = [_text(cell) for cell in column.to_pylist()]
        told = Rejection(Reason.MALFORMED, f"{name} is not UTF-8")
        faults |= {row: told for row, cell in enumerate(cells) if cell is _UNDECODABLE}
        cells = [None if cell is _UNDECODABLE else cell for cell in cells]
        columns.append(pyarrow.array(cells, pyarrow.string()))
    return pyarrow.table(columns, names=table.column_names)


_UNDECODABLE = object()


def _text(cell: bytes | None) -> str | object | None:
    """A cell that was read as BYTES_AS_TEXT."""
    try:
        return None if cell is None else cell.decode().encode(BYTES_AS_TEXT).decode()
    except UnicodeDecodeError:
        return _UNDECODABLE


def _values(table: pyarrow.Table, faults: Faults) -> ValueColumns:
    """By the looks of each cell, or by valueType."""
    cells = table.column("value").combine_chunks()

    def where(pattern: str) -> Positions:
        return np.flatnonzero(
            np.asarray(compute.match_substring_regex(cells, pattern).fill_null(False))
        )

    values = ValueColumns.of_kind(ValueKind.TEXT, len(cells))
    numbers, integers, booleans = where(_NUMBER), where(_INTEGER_64), where(_BOOLEAN)
    values.kind[numbers] = ValueKind.FLOAT
    values.number[numbers] = _floats(cells.take(numbers))
    values.kind[integers] = ValueKind.INTEGER
    values.integer[integers] = _integers(cells.take(integers))
    values.kind[booleans] = ValueKind.BOOLEAN
    values.integer[booleans] = np.asarray(
        compute.equal(compute.utf8_lower(cells.take(booleans)), "true")
    )
    long = np.setdiff1d(where(_INTEGER), integers)
    types = _types(table, faults)
    texts = np.flatnonzero(values.kind == ValueKind.TEXT)
    single = sorted({*texts.tolist(), *long.tolist(), *types})
    chosen = cells.take(pyarrow.array(single, pyarrow.int64())).to_pylist()
    for row, cell in zip(single, chosen, strict=True):
        text = "" if cell is None and types.get(row) == "TEXT" else cell
        if text is None:
            faults[row] = Rejection(Reason.MISSING_FIELD, "value is missing")
        else:
            _put(values, row, text, types.get(row), faults)
    return values


def _floats(cells: pyarrow.Array) -> Floats:
    try:
        return np.asarray(cells.cast("float64"))
    except pyarrow.ArrowInvalid:  # a sign in front, or more digits than Arrow reads
        return np.array([float(cell) for cell in cells.to_pylist()], np.float64)


def _integers(cells: pyarrow.Array) -> Integers:
    try:
        return np.asarray(cells.cast("int64"))
    except pyarrow.ArrowInvalid:  # a sign in front
        return np.asarray(compute.utf8_ltrim(cells, "+").cast("int64"))


def _types(table: pyarrow.Table, faults: Faults) -> dict[int, str]:
    """The types that are said, by row."""
    if "valueType" not in table.column_names:
        return {}
    types = {row: said for row, said in enumerate(table.column("valueType").to_pylist()) if said}
    for row, said in types.items():
        if said not in _TYPES:
            faults[row] = Rejection(
                Reason.WRONG_TYPE, f"valueType is {said!a:.50}, not one of {', '.join(_TYPES)}"
            )
    return {row: said for row, said in types.items() if row not in faults}


def _put(values: ValueColumns, row: int, text: str, type_: str | None, faults: Faults) -> None:
    """One cell that is no plain number: a text, a long integer, or of a type that is said."""
    try:
        value = _typed(text, type_)
    except ValueError:
        what = type_ or "a number; a text says so by valueType"
        faults[row] = Rejection(Reason.WRONG_TYPE, f"value is {text!a:.50}, not {what}")
        return
    one = ValueColumns.of([value])
    values.kind[row], values.number[row], values.integer[row] = (
        one.kind[0],
        one.number[0],
        one.integer[0],
    )
    if one.objects:
        values.objects[row] = one.objects[0]


def _typed(text: str, type_: str | None) -> Value:
    match type_:
        case "DOUBLE":
            return float(text)
        case "BIGINT":
            return int(text)
        case "BOOLEAN" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "BOOLEAN":
            raise ValueError
        case "TEXT":
            return unguarded(text)
        case None if text.lstrip("+-").isdecimal() and text.isascii():
            return int(text)
        case _ if len(text) <= NUMBER_MAX_CHARACTERS and _NEARLY_NUMBER.fullmatch(text):
            raise ValueError
        case _:
            return text


def _with_broken(
    rows: Rows[Name], sources: dict[int, bytes], broken: dict[int, BrokenRow]
) -> Parsed:
    """Put the rows of another length back to where they stood, as faulty ones."""
    gone = list(broken)
    kept_rows = sorted(set(range(len(rows) + len(gone))).difference(gone))
    nameless = Rows.of(
        [Name()],
        np.zeros(len(gone), np.intp),
        np.zeros(len(gone), np.int64),
        values=ValueColumns.of_kind(ValueKind.FLOAT, len(gone)),
        faults={
            at: Rejection(Reason.MALFORMED, each.told) for at, each in enumerate(broken.values())
        },
    )
    texts = {kept_rows[row]: source for row, source in sources.items()}
    texts |= {at: each.source for at, each in broken.items()}
    order = np.argsort([*kept_rows, *gone])
    return Parsed(joined([rows, nameless]).take(order), texts=texts)
