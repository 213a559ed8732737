"""An export opens in the tools that people have, with equal counts and equal values."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import psycopg
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.make.exports import START, create_export, download, fill, wait_for_export
from tests.make.node import installed
from tests.make.people import admin_address
from tests.make.platform import RunningPlatform
from tests.make.readings import by_key, send
from workers.exports.parquet import ROW_GROUP

HERE = Path(__file__).parent
READINGS = 600_000  # several row groups
BIGINTS = 50

Facts = tuple[int, float, int, int, datetime]
"""Rows, the sum of value_double, rows with a bigint, sensors, the first time."""


@pytest.fixture(scope="module")
def stored(
    platform: RunningPlatform, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Facts]:
    """readings.parquet of an organization, and the same facts from its database."""
    organization = platform.new_organization()
    device = fill(platform, organization, readings=READINGS)
    counts = [by_key(device, "count", START + timedelta(minutes=n), n) for n in range(BIGINTS)]
    assert send(organization, counts)["accepted"] == BIGINTS
    export = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    folder = tmp_path_factory.mktemp("export")
    (folder / "export.zip").write_bytes(download(export))
    with zipfile.ZipFile(folder / "export.zip") as archive:
        archive.extractall(folder)
    with psycopg.connect(admin_address(platform)) as admin:
        row = admin.execute(
            "SELECT count(*), sum(value_double), count(value_bigint), count(DISTINCT sensor_id), min(ts) "
            "FROM tsd.reading WHERE org_id = %s",
            [organization.id],
        ).fetchone()
    assert row is not None
    return folder / "readings.parquet", row


def by_pyarrow(path: Path) -> Facts:
    table = pq.read_table(path)
    return (
        table.num_rows,
        pc.sum(table["value_double"]).as_py(),
        table.num_rows - table["value_bigint"].null_count,
        len(pc.unique(table["sensor_id"])),
        pc.min(table["timestamp"]).as_py(),
    )


def by_pandas(path: Path) -> Facts:
    frame = pd.read_parquet(path)
    first = frame["timestamp"].min().to_pydatetime()
    bigints = int(frame["value_bigint"].notna().sum())
    return (
        len(frame),
        float(frame["value_double"].sum()),
        bigints,
        frame["sensor_id"].nunique(),
        first,
    )


def by_polars(path: Path) -> Facts:
    frame = pl.read_parquet(path)
    values, times = frame["value_double"], frame["timestamp"]
    bigints = frame.height - frame["value_bigint"].null_count()
    return frame.height, values.sum(), bigints, frame["sensor_id"].n_unique(), times.min()  # type: ignore[return-value]


def by_duckdb(path: Path) -> Facts:
    row = duckdb.execute(
        "SELECT count(*), sum(value_double), count(value_bigint), count(DISTINCT sensor_id), "
        f"epoch_us(min(timestamp)) FROM '{path}'"
    ).fetchone()
    assert row is not None
    *facts, first = row
    return *facts, datetime.fromtimestamp(0, START.tzinfo) + timedelta(microseconds=first)  # type: ignore[return-value]


def by_hyparquet(path: Path) -> Facts:
    folder = HERE / "node"
    modules = installed(folder)
    shutil.copy(folder / "read.js", path.parent)
    (path.parent / "package.json").write_text('{"type": "module"}')
    if not (path.parent / "node_modules").exists():
        (path.parent / "node_modules").symlink_to(modules)
    done = subprocess.run(
        ["node", "read.js", path], cwd=path.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["rows"] == found["declared"]
    first = datetime.fromisoformat(found["first"])
    return found["rows"], found["sum"], found["bigints"], found["sensors"], first


@pytest.mark.parametrize(
    "read",
    [
        by_pyarrow,
        by_pandas,
        by_polars,
        by_duckdb,
        pytest.param(by_hyparquet, marks=pytest.mark.node),
    ],
)
def test_readers_agree_with_the_database(
    stored: tuple[Path, Facts], read: Callable[[Path], Facts]
) -> None:
    path, expected = stored
    rows, total, bigints, sensors, first = read(path)
    assert (
        (rows, bigints, sensors)
        == (READINGS + BIGINTS, BIGINTS, 21)
        == (expected[0], expected[2], expected[3])
    )
    assert math.isclose(total, expected[1], rel_tol=1e-12)
    # JavaScript's dates end at the millisecond.
    assert abs(first - expected[4]) < timedelta(milliseconds=1)


def test_row_groups_follow_one_another_in_time_and_are_sorted_within(
    stored: tuple[Path, Facts],
) -> None:
    file = pq.ParquetFile(stored[0])
    groups = [file.read_row_group(number) for number in range(file.num_row_groups)]
    assert len(groups) > 2
    assert all(group.num_rows <= ROW_GROUP + 100_000 for group in groups)
    ends = [pc.max(group["timestamp"]).as_py() for group in groups]
    assert ends == sorted(ends)
    for group in groups:
        sensors = group["sensor_id"].combine_chunks().cast("string").to_numpy(zero_copy_only=False)
        times = group["timestamp"].cast("int64").to_numpy()
        same = sensors[1:] == sensors[:-1]
        assert (times[1:][same] > times[:-1][same]).all()
        assert np.count_nonzero(~same) < 21
    column = file.metadata.row_group(0).column(0)
    assert (column.compression, "RLE_DICTIONARY" in column.encodings) == ("ZSTD", True)
    sensors_told = json.loads(file.schema_arrow.metadata[b"holdfast.sensors"])
    assert {sensor["key"] for sensor in sensors_told} >= {"s000", "count"}
    assert file.schema_arrow.field("value_double").metadata[b"description"]
