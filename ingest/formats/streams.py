"""Arrow IPC streams. What they declare is asked first, columns that nobody needs are never
unpacked, and every batch is validated before anything else is asked of it: even its size is counted
by offsets that may point anywhere."""

from __future__ import annotations

import struct

import pyarrow

from ingest.formats.budget import Budget
from ingest.formats.column_types import check_schema, known_columns
from ingest.formats.declared import declared
from ingest.formats.parsed import Parsed, Question
from ingest.formats.tables import first_line, parsed_table
from ingest.pipeline.decode import NotReadings

_NO_STREAM = (pyarrow.ArrowException, OSError, ValueError, struct.error)


def read(body: bytes, question: Question) -> Parsed:
    source = pyarrow.py_buffer(body)
    try:
        _check_declared(source, question.budget)
        table = _table(source, question.budget)
    except _NO_STREAM as error:
        raise NotReadings(f"the body is no Arrow stream: {first_line(error)}") from None
    return parsed_table(table, question.budget)


def _check_declared(source: pyarrow.Buffer, budget: Budget) -> None:
    rows = unpacked = 0
    for message in declared(source):
        rows, unpacked = rows + message.rows, unpacked + message.unpacked
        budget.readings(rows)
        budget.unpacked(unpacked)


def _table(source: pyarrow.Buffer, budget: Budget) -> pyarrow.Table:
    with pyarrow.ipc.open_stream(source) as stream:
        budget.columns(len(stream.schema))
        wanted = known_columns(stream.schema.names)
        check_schema(stream.schema)
        numbers = [stream.schema.get_field_index(name) for name in wanted]
    options = pyarrow.ipc.IpcReadOptions(use_threads=False, included_fields=sorted(numbers))
    batches, rows = [], 0
    with pyarrow.ipc.open_stream(source, options=options) as stream:
        for batch in stream:
            batch.validate(full=True)
            rows += batch.num_rows
            budget.readings(rows)
            if batch.num_rows:
                batches.append(batch)
        return pyarrow.Table.from_batches(batches, stream.schema)
