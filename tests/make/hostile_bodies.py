"""Bodies that are small and become large, or ask what nobody asks: a format × a column × a size."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.make.readings import at

JSON, NDJSON, CSV, LINES = "application/json", "application/x-ndjson", "text/csv", "text/plain"
SENML, ARROW, PARQUET = (
    "application/senml+json",
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet",
)
LONG = "x" * 1_000_000
NANOSECONDS = round(at(0).timestamp()) * 10**9


@dataclass(frozen=True)
class HostileBody:
    media_type: str
    make: Callable[[], bytes]
    statuses: tuple[int, ...]
    """What may be answered: 200 where some of its readings are good, or are refused one by one."""
    encoding: str | None = None


def arrow_of(table: pa.Table, compression: str | None = None, *, times: int = 1) -> bytes:
    """So many batches of the table."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
        for _ in range(times):
            stream.write_table(table)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def parquet_of(table: pa.Table, *, times: int = 1, **options: Any) -> bytes:
    """So many row groups of the table."""
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", **options) as writer:
        for _ in range(times):
            writer.write_table(table)
    return sink.getvalue()


def repeated(text: str, rows: int) -> pa.Array:
    """One text in every row, that is there once."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([text]))


def table_of(rows: int, **columns: pa.Array) -> pa.Table:
    given = {
        "timestamp": pa.array([at(n % 1000) for n in range(rows)], pa.timestamp("us", "UTC")),
        "sensorId": repeated("0190d3a0-0000-7000-8000-00000000dead", rows),
        "value": pa.array(np.arange(rows, dtype=np.float64)),
    }
    return pa.table(given | columns)


def crossed_names(distinct: int, rows: int) -> pa.Table:
    """Four columns of names whose combinations are beyond 64 bits when they are multiplied."""
    numbers = np.arange(rows, dtype=np.int32) * 7919 % distinct
    names = pa.array([f"{n}-{'y' * 100}" for n in range(distinct)])
    column = pa.DictionaryArray.from_arrays(pa.array(numbers), names)
    fields = ("sensorId", "sensor", "deviceId", "component")
    return table_of(rows, **dict.fromkeys(fields, column))


def array_of(element: bytes, count: int) -> bytes:
    return b"[" + b",".join([element] * count) + b"]"


def reading(**fields: Any) -> bytes:
    given = {"sensor": "s", "timestamp": at(0).isoformat(), "value": 1} | fields
    return json.dumps(given, separators=(",", ":")).encode()


def _line(tags: bytes, fields: bytes) -> bytes:
    return b"m,deviceId=d%b %b %d\n" % (tags, fields, NANOSECONDS)


EMPTIES = b'{"a":[' + b"{}," * 2_500_000 + b"{}]}"

HOSTILE_BODIES: dict[str, HostileBody] = {
    "Parquet: a text of 1 MB in 5,000 rows": HostileBody(
        PARQUET, lambda: parquet_of(table_of(5_000, value=repeated(LONG, 5_000))), (200,)
    ),
    "Parquet: metadata of 1 MB in 3,000 rows": HostileBody(
        PARQUET, lambda: parquet_of(table_of(3_000, metadata=repeated(LONG, 3_000))), (200,)
    ),
    "Parquet: a name of 1 MB in 3,000 rows": HostileBody(
        PARQUET, lambda: parquet_of(table_of(3_000, sensorId=repeated(LONG, 3_000))), (200,)
    ),
    "Parquet: texts that have a megabyte in common": HostileBody(
        PARQUET,
        lambda: parquet_of(
            table_of(30, value=pa.array([f"{LONG}{n}" for n in range(30)])),
            times=10,
            use_dictionary=False,
            column_encoding={"value": "DELTA_BYTE_ARRAY"},
        ),
        (400, 413),
    ),
    "Arrow: metadata of 1 MB in 10,000 rows": HostileBody(
        ARROW, lambda: arrow_of(table_of(10_000, metadata=repeated(LONG, 10_000))), (200,)
    ),
    "Arrow: good metadata of 9.9 KB in 100,000 rows": HostileBody(
        ARROW,
        lambda: arrow_of(
            table_of(100_000, metadata=repeated(json.dumps({"a": "x" * 9_900}), 100_000))
        ),
        (413,),
    ),
    "Arrow: a good text of 1,000 characters in 100,000 rows": HostileBody(
        ARROW, lambda: arrow_of(table_of(100_000, value=repeated("x" * 1000, 100_000))), (413,)
    ),
    "Arrow: 1.5 GB of nothing in a column that nobody asked for": HostileBody(
        ARROW,
        lambda: arrow_of(table_of(10, other=pa.array(["\0" * 1_500_000] * 10)), "zstd", times=100),
        (413,),
    ),
    "Arrow: 90 MB of nothing in such a column": HostileBody(
        ARROW,
        lambda: arrow_of(table_of(10, other=pa.array(["\0" * 1_500_000] * 10)), "zstd", times=6),
        (200,),
    ),
    "Arrow: names of a megabyte in all combinations": HostileBody(
        ARROW, lambda: arrow_of(crossed_names(60_000, 5_000), "zstd"), (200,)
    ),
    "Arrow: a dictionary of millions, of which one is used": HostileBody(
        ARROW,
        lambda: arrow_of(
            table_of(
                10,
                sensorId=pa.DictionaryArray.from_arrays(
                    pa.array(np.zeros(10, np.int32)), pa.array([""] * 4_000_000)
                ),
            )
        ),
        (200,),
    ),
    "SenML: a base name of 1 MB for 1,500 records": HostileBody(
        SENML,
        lambda: json.dumps(
            [{"bn": LONG, "bt": at(0).timestamp()}, *({"n": str(n), "v": 1} for n in range(1_500))]
        ).encode(),
        (200,),
    ),
    "SenML: millions of records of nothing": HostileBody(
        SENML, lambda: array_of(b"{}", 3_000_000), (413,)
    ),
    "CSV: a header of a million columns": HostileBody(
        CSV, lambda: b"timestamp,value," + b"a," * 1_000_000 + b"z\n1,2\n", (413,)
    ),
    "CSV: the same in 2 KB": HostileBody(
        CSV,
        lambda: gzip.compress(b"timestamp,value," + b"a," * 1_000_000 + b"z\n1,2\n"),
        (413,),
        "gzip",
    ),
    "CSV: millions of rows of another length": HostileBody(
        CSV, lambda: b"timestamp,value\n" + b"x\n" * 1_000_000, (413,)
    ),
    "CSV: millions of rows of nothing": HostileBody(
        CSV, lambda: b"timestamp,value\n" + b",\n" * 5_000_000, (413,)
    ),
    "JSON: millions of zeros": HostileBody(JSON, lambda: array_of(b"0", 5_000_000), (413,)),
    "JSON: the same in 31 KB": HostileBody(
        JSON, lambda: gzip.compress(array_of(b"0", 5_000_000)), (413,), "gzip"
    ),
    "JSON: metadata of millions of empty objects": HostileBody(
        JSON, lambda: b"[" + reading()[:-1] + b',"metadata":' + EMPTIES + b"}]", (200, 413)
    ),
    "JSON: values of millions of empty objects": HostileBody(
        JSON, lambda: b"[" + reading()[:-1] + b',"values":' + EMPTIES + b"}]", (200, 413)
    ),
    "JSON: 20,000 readings with a hundred empty objects each": HostileBody(
        JSON, lambda: array_of(reading(metadata={"a": [{}] * 100}), 20_000), (200, 413)
    ),
    "JSON: one element of 30 MB": HostileBody(
        JSON, lambda: b'["' + b"x" * 30_000_000 + b'"]', (200,)
    ),
    "JSON: ten million brackets": HostileBody(
        JSON, lambda: b"[" * 5_000_000 + b"]" * 5_000_000, (400,)
    ),
    "columns: millions of zeros": HostileBody(
        JSON, lambda: b'{"timestamp":[],"value":' + array_of(b"0", 5_000_000) + b"}", (413,)
    ),
    "line protocol: a tag of 10 MB for 300 fields": HostileBody(
        LINES,
        lambda: _line(b",a=" + b"x" * 10_000_000, b",".join(b"f%d=1" % n for n in range(300))),
        (200,),
    ),
    "line protocol: a tag of 30 MB and 40 fields of no value, in 29 KB": HostileBody(
        LINES,
        lambda: gzip.compress(
            _line(b",a=" + b"x" * 30_000_000, b",".join(b"f%d=?" % n for n in range(40)))
        ),
        (200,),
        "gzip",
    ),
    "line protocol: a line of 9 KB with 20,000 fields of no value": HostileBody(
        LINES,
        lambda: _line(b",a=" + b"x" * 9_000, b",".join(b"f%d=?" % n for n in range(20_000))),
        (200,),
    ),
    "line protocol: a measurement of 10 MB for 300 fields": HostileBody(
        LINES,
        lambda: b"m" * 10_000_000 + _line(b"", b",".join(b"f%d=1" % n for n in range(300))),
        (200,),
    ),
    "line protocol: millions of tags": HostileBody(
        LINES, lambda: _line(b",b=1" * 2_000_000, b"f=1"), (200,)
    ),
    "line protocol: millions of fields": HostileBody(
        LINES, lambda: _line(b"", b"b=1" + b",b=1" * 2_000_000), (413,)
    ),
    "line protocol: a text of millions of quotes": HostileBody(
        LINES, lambda: _line(b"", b'f="' + b'\\"' * 2_000_000 + b'"'), (200,)
    ),
    "line protocol: ten million newlines": HostileBody(LINES, lambda: b"\n" * 10_000_000, (400,)),
    "NDJSON: ten million newlines": HostileBody(NDJSON, lambda: b"\n" * 10_000_000, (400,)),
    "NDJSON: 20,000 lines that are no JSON": HostileBody(
        NDJSON, lambda: b"{oops\n" * 20_000, (200,)
    ),
}
