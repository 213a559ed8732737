"""Our own answers, taken through the programs in which people work with tables and written by them
as they write when nobody asks otherwise, are known again to the last bit."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization
from tests.make.readings import at, by_key, send, sensors_by_key, span

ARROW, PARQUET, CSV = (
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet",
    "text/csv",
)

VALUES: dict[str, list[Any]] = {
    "double": [
        0.1,
        -2.5e-300,
        1e22,
        123456.789,
        5e-324,
        1.7976931348623157e308,
        0.30000000000000004,
    ],
    "bigint": [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 7, 10**15],
    "boolean": [True, False, True, True, False, False, True],
    "text": ["on", "21", "true", "", "=1+1", 'half, "full"\nline', "  é🏭 "],
}


@pytest.fixture(scope="module")
def sensors(tenant: Organization) -> dict[str, str]:
    """A sensor of each type, with times of all fractions, and with metadata."""
    device_id = str(register_device(tenant, "round trips")["deviceId"])
    readings = [
        by_key(
            device_id, key, at(n + n / 7), value, **({"metadata": {"n": [n, "é"]}} if n % 2 else {})
        )
        for key, values in VALUES.items()
        for n, value in enumerate(values)
    ]
    assert send(tenant, readings)["accepted"] == len(readings)
    return {key: sensor["id"] for key, sensor in sensors_by_key(tenant, device_id).items()}


Trip = Callable[[bytes, Path], bytes]


def by_polars_stream(body: bytes, _folder: Path) -> bytes:
    sink = io.BytesIO()
    pl.read_ipc_stream(body).write_ipc_stream(sink)
    return sink.getvalue()


def by_polars_parquet(body: bytes, _folder: Path) -> bytes:
    sink = io.BytesIO()
    pl.read_parquet(io.BytesIO(body)).write_parquet(sink)
    return sink.getvalue()


def by_polars_csv(body: bytes, _folder: Path) -> bytes:
    return pl.read_csv(body, try_parse_dates=True).write_csv().encode()


def by_pandas_stream(body: bytes, _folder: Path) -> bytes:
    frame = pa.ipc.open_stream(body).read_pandas()
    table, sink = pa.Table.from_pandas(frame), io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def by_pandas_parquet(body: bytes, _folder: Path) -> bytes:
    written: bytes = pd.read_parquet(io.BytesIO(body)).to_parquet()
    return written


def by_pandas_csv(body: bytes, _folder: Path) -> bytes:
    # By itself it takes for a number what looks like one, and for nothing what says "".
    said = {"dtype": {"value": str}, "keep_default_na": False} if b"valueType" in body else {}
    frame = pd.read_csv(io.BytesIO(body), parse_dates=["timestamp"], **said)
    return str(frame.to_csv(index=False)).encode()


def by_duckdb_parquet(body: bytes, folder: Path) -> bytes:
    return _by_duckdb(body, folder, "parquet", "FORMAT parquet")


def by_duckdb_csv(body: bytes, folder: Path) -> bytes:
    return _by_duckdb(body, folder, "csv", "HEADER")


def by_duckdb_stream(body: bytes, _folder: Path) -> bytes:
    table = pa.ipc.open_stream(body).read_all()
    with duckdb.connect() as connection:
        found, sink = connection.from_arrow(table).to_arrow_table(), io.BytesIO()
    with pa.ipc.new_stream(sink, found.schema) as stream:
        stream.write_table(found)
    return sink.getvalue()


def _by_duckdb(body: bytes, folder: Path, suffix: str, how: str) -> bytes:
    came, goes = folder / f"in.{suffix}", folder / f"out.{suffix}"
    came.write_bytes(body)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM '{came}') TO '{goes}' ({how})")
    return goes.read_bytes()


TRIPS: dict[str, tuple[str, Trip]] = {
    "polars, Arrow": (ARROW, by_polars_stream),
    "polars, Parquet": (PARQUET, by_polars_parquet),
    "polars, CSV": (CSV, by_polars_csv),
    "pandas, Arrow": (ARROW, by_pandas_stream),
    "pandas, Parquet": (PARQUET, by_pandas_parquet),
    "pandas, CSV": (CSV, by_pandas_csv),
    "DuckDB, Arrow": (ARROW, by_duckdb_stream),
    "DuckDB, Parquet": (PARQUET, by_duckdb_parquet),
    "DuckDB, CSV": (CSV, by_duckdb_csv),
}


def assert_known(
    tenant: Organization, sensor: str, media_type: str, trip: Trip, folder: Path
) -> None:
    answer = tenant.http.get(
        f"/readings/sensor/{sensor}", params=span(), headers={"Accept": media_type}
    )
    back = tenant.http.post(
        "/readings/batch",
        content=trip(answer.content, folder),
        headers={"Content-Type": media_type},
    )
    assert back.json() == {"accepted": 0, "duplicates": 7, "quarantined": 0, "errors": []}


@pytest.mark.parametrize("key", VALUES)
@pytest.mark.parametrize("name", TRIPS)
def test_an_answer_comes_back_as_it_was(
    tenant: Organization, sensors: dict[str, str], tmp_path: Path, name: str, key: str
) -> None:
    media_type, trip = TRIPS[name]
    assert_known(tenant, sensors[key], media_type, trip, tmp_path)
