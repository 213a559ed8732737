"""Streamed responses: whole, in one snapshot, in little memory; ended by a client that leaves; never
cut without a sign."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import psutil
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import NOW, assert_problem, at, by_key, send, sensors_by_key

pytestmark = ON_EITHER_BACKEND

NDJSON, CSV = "application/x-ndjson", "text/csv"
ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"
READINGS = 600_000  # some 60 MB as NDJSON
BEGIN = NOW - timedelta(days=2)
STEP = timedelta(milliseconds=100)


@pytest.fixture(scope="module")
def database(platform: RunningPlatform) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        platform.secret_urls()["admin_database_url"], autocommit=True
    ) as connection:
        yield connection


@pytest.fixture(scope="module")
def sensor(tenant: Organization, database: psycopg.Connection) -> str:
    """More readings than any buffer between us and the client holds."""
    device = register_device(tenant, "long")["deviceId"]
    send(tenant, [by_key(device, "s", at(0), 0.5)])
    sensor_id = str(sensors_by_key(tenant, device)["s"]["id"])
    end = BEGIN + READINGS * STEP
    if database.execute("SELECT tsd.backend()").fetchone() == ("plain",):
        database.execute("SELECT tsd.ensure_partitions(ARRAY[%s, %s]::date[])", [BEGIN, end])
    database.execute(
        "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) SELECT %s, %s, ts, extract(epoch FROM ts) / 7 "
        "FROM generate_series(%s::timestamptz, %s::timestamptz - interval '1 us', %s::interval) ts",
        [tenant.id, sensor_id, BEGIN, end, STEP],
    )
    return sensor_id


def asked(sensor: str, media_type: str, *, readings: int = READINGS) -> dict[str, Any]:
    end = BEGIN + readings * STEP
    return {
        "url": f"/readings/sensor/{sensor}",
        "params": {"from": BEGIN.isoformat(), "to": end.isoformat()},
        "headers": {"Accept": media_type},
    }


def backends(database: psycopg.Connection) -> list[int]:
    # Other platforms may share the server; and a query has parallel workers.
    rows = database.execute(
        "SELECT pid FROM pg_stat_activity "
        "WHERE application_name = 'holdfast answer' AND datname = current_database() AND leader_pid IS NULL"
    )
    return [pid for (pid,) in rows]


def ends_within(seconds: float, database: psycopg.Connection) -> bool:
    deadline = time.monotonic() + seconds
    while backends(database):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def api(platform: RunningPlatform) -> psutil.Process:
    return platform.program("api")


@contextlib.contextmanager
def watched(process: psutil.Process) -> Iterator[list[int]]:
    """The memory that it has in use, at first and from time to time."""
    found, is_over = [process.memory_info().rss], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            found.append(process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


@pytest.mark.parametrize("media_type", [NDJSON, CSV, ARROW, PARQUET])
def test_a_long_answer_is_whole_and_needs_little_memory(
    tenant: Organization, platform: RunningPlatform, sensor: str, media_type: str
) -> None:
    tenant.http.get(
        **asked(sensor, media_type, readings=150_000)
    )  # what is loaded and kept is loaded now
    body = bytearray()
    with (
        watched(api(platform)) as used,
        tenant.http.stream("GET", **asked(sensor, media_type)) as answer,
    ):
        assert answer.headers["transfer-encoding"] == "chunked"
        assert answer.headers["content-type"] == (
            f"{CSV}; charset=utf-8" if media_type == CSV else media_type
        )
        for piece in answer.iter_raw():
            body += piece
    assert max(used) - used[0] < 32 * 2**20, "it is gathered somewhere before it is sent"
    if media_type in (NDJSON, CSV):
        assert body.count(b"\n") == READINGS + (media_type == CSV)
        return
    table = (
        pa.ipc.open_stream(bytes(body)).read_all()
        if media_type == ARROW
        else pq.read_table(io.BytesIO(body))
    )
    expected = [(BEGIN + n * STEP).timestamp() / 7 for n in (0, READINGS // 2, READINGS - 1)]
    assert table.num_rows == READINGS
    assert table["value"].take([0, READINGS // 2, READINGS - 1]).to_pylist() == pytest.approx(
        expected, rel=1e-12
    )
    assert len(set(table["timestamp"].cast(pa.int64()).to_pylist())) == READINGS


@pytest.mark.parametrize("media_type", [ARROW, PARQUET])
def test_large_integers_from_before_a_sensor_became_a_double_are_exact_in_a_long_answer(
    tenant: Organization, database: psycopg.Connection, media_type: str
) -> None:
    device = register_device(tenant, f"widened for {media_type}")["deviceId"]
    for value in (2**53 + 1, 0.5):
        moment = BEGIN + timedelta(hours=1, seconds=value < 1)
        assert send(tenant, [by_key(device, "s", moment, value)])["accepted"] == 1
    widened = sensors_by_key(tenant, device)["s"]
    assert widened["valueType"] == "DOUBLE"
    database.execute(
        "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
        "SELECT %s, %s, ts, 0.25 "
        "FROM generate_series(%s::timestamptz, %s, '10 ms') ts",
        [tenant.id, widened["id"], BEGIN, BEGIN + timedelta(minutes=20)],
    )
    body = tenant.http.get(**asked(widened["id"], media_type)).content
    table = (
        pa.ipc.open_stream(body).read_all()
        if media_type == ARROW
        else pq.read_table(io.BytesIO(body))
    )
    assert table.num_rows == 120_003
    columns = [table[name] for name in table.column_names if name.startswith("value")]
    assert {value for column in columns for value in column.drop_null().unique().to_pylist()} == {
        2**53 + 1,
        0.25,
        0.5,
    }


def test_a_client_that_leaves_ends_the_query(
    tenant: Organization, database: psycopg.Connection, sensor: str
) -> None:
    with tenant.http.stream("GET", **asked(sensor, CSV)) as answer:
        pieces = answer.iter_raw()
        next(pieces)
        assert len(backends(database)) == 1
    assert ends_within(10, database)


def test_an_error_in_the_middle_can_not_look_like_the_end(
    tenant: Organization, database: psycopg.Connection, sensor: str
) -> None:
    with tenant.http.stream("GET", **asked(sensor, CSV)) as answer:
        pieces = answer.iter_raw()
        next(pieces)
        for pid in backends(database):
            database.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(httpx.RemoteProtocolError):
            list(pieces)
    assert ends_within(10, database)


def test_a_stream_shows_one_moment(
    tenant: Organization, database: psycopg.Connection, sensor: str
) -> None:
    """What is stored behind the place where it is reading was not there when it began."""
    late = BEGIN + (READINGS - 10) * STEP + STEP / 2
    with tenant.http.stream("GET", **asked(sensor, CSV)) as answer:
        pieces = answer.iter_raw()
        body = bytearray(next(pieces))
        reading = {"sensorId": sensor, "timestamp": late.isoformat(), "value": -1.0}
        assert send(tenant, [reading])["accepted"] == 1
        for piece in pieces:
            body += piece
    assert body.count(b"\n") == READINGS + 1
    database.execute("DELETE FROM tsd.reading WHERE sensor_id = %s AND ts = %s", [sensor, late])


def test_no_organization_takes_all_streamed_responses(
    tenant: Organization, database: psycopg.Connection, sensor: str
) -> None:
    with contextlib.ExitStack() as open_ones:
        held = []  # httpx closes an answer that nobody iterates over any more
        for _ in range(5):
            answer = open_ones.enter_context(tenant.http.stream("GET", **asked(sensor, CSV)))
            held.append(answer.iter_raw())
            next(held[-1])
        refused = tenant.http.get(**asked(sensor, CSV))
        assert_problem(refused, 429, code="TOO_MANY_STREAMS")
        short = tenant.http.get(**asked(sensor, CSV, readings=1000))
        assert short.text.count("\n") == 1001
    assert ends_within(10, database)
    assert tenant.http.get(**asked(sensor, CSV, readings=30_000)).text.count("\n") == 30_001
