"""An export against the two things that it can't be faster than: reading the rows, and writing them."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
import msgspec
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from db.readings.export import Columns, archive_snapshot, copy_readings
from tests.bench import http_client
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand
from tests.make.devices import register_device
from tests.make.exports import SPAN, START, create_export, export_of, fill, wait_for_export
from tests.make.platform import Organization

READ, WRITE, DUCKDB, INGEST = "export-read", "export-write", "export-duckdb", "export-ingest-p95"
SENSORS = 100
DAY = timedelta(days=1)
LOOK_SECONDS = 0.05
EVERY_SECONDS = 0.02


@dataclass(frozen=True)
class Archive:
    organization: Organization
    device_id: str
    other_device_id: str
    sensors: list[UUID]
    readings: int


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        await stand.clear()
        archive = await asyncio.to_thread(_fill, stand)
        await stand.admin.execute("VACUUM (ANALYZE) tsd.reading")
        table = _as_arrow(await _exported(archive))
        title = f"Export of {archive.readings:,} readings"
        export = _export(stand, archive)
        yield [
            Pair(
                READ,
                title,
                "readings/s",
                export,
                "the same COPY, thrown away",
                _copy(stand, archive),
            ),
            Pair(
                WRITE, title, "readings/s", export, "pyarrow, from memory to a file", _write(table)
            ),
            Pair(
                DUCKDB,
                title,
                "readings/s",
                export,
                "DuckDB, COPY … TO parquet from the same PostgreSQL by ADBC",
                _duckdb(stand, archive),
            ),
            Pair(
                INGEST,
                f"POST a reading every {EVERY_SECONDS * 1000:.0f} ms during an export",
                "ms p95",
                _ingest(stand, archive, lambda: _keep_exporting(archive)),
                "without the export",
                _ingest(stand, archive, asyncio.Event().wait),
                is_lower_better=True,
            ),
        ]

    return Topic([READ, WRITE, DUCKDB, INGEST], stand.sizes.repetitions, pairs)


def _fill(stand: Stand) -> Archive:
    organization = stand.platform.new_organization()
    device_id = fill(
        stand.platform, organization, readings=stand.sizes.export_readings, sensors=SENSORS
    )
    items = organization.http.get("/sensors", params={"limit": 500}).json()["items"]
    return Archive(
        organization,
        device_id,
        register_device(organization, "beside the export")["deviceId"],
        [UUID(item["id"]) for item in items],
        stand.sizes.export_readings,
    )


def _export(stand: Stand, archive: Archive) -> Measure:
    """From the request to READY, with the worker's memory at its highest."""

    async def measure() -> Run:
        worker = stand.platform.program("worker")
        began, cpu = time.perf_counter(), sum(worker.cpu_times()[:2])
        export_id = create_export(
            archive.organization, scopeType="DEVICE", scopeId=archive.device_id
        )["id"]
        peak = await _peak_until_ready(worker, archive, export_id)
        seconds = time.perf_counter() - began
        cpu = sum(worker.cpu_times()[:2]) - cpu
        export = wait_for_export(archive.organization, export_id)
        assert export["readingCount"] == archive.readings
        archive.organization.http.delete(f"/exports/{export_id}").raise_for_status()
        return Run(
            archive.readings / seconds,
            {
                "worker_peak_mb": peak / 1e6,
                "worker_cpu_seconds": cpu,
                "file_mb": export["sizeBytes"] / 1e6,
            },
        )

    return measure


async def _peak_until_ready(worker: psutil.Process, archive: Archive, export_id: str) -> int:
    peak = 0
    while export_of(archive.organization, export_id).get("status") not in ("READY", "FAILED"):
        peak = max(peak, worker.memory_info().rss)
        await asyncio.sleep(LOOK_SECONDS)
    return peak


def _copy(stand: Stand, archive: Archive) -> Measure:
    async def measure() -> Run:
        size = 0

        async def take(piece: bytes) -> None:
            nonlocal size
            size += len(piece)

        url, org_id = stand.platform.secret_urls()["database_url"], UUID(archive.organization.id)
        began = time.perf_counter()
        async with archive_snapshot(url, org_id) as connection:
            at = START
            while at < START + SPAN:
                await copy_readings(
                    connection, Columns.NUMERIC, archive.sensors, at, at + DAY, take
                )
                at += DAY
        assert size > archive.readings * 50
        return Run(archive.readings / (time.perf_counter() - began))

    return measure


async def _exported(archive: Archive) -> dict[str, Any]:
    export = create_export(archive.organization, scopeType="DEVICE", scopeId=archive.device_id)
    return await asyncio.to_thread(
        wait_for_export, archive.organization, export["id"], "READY", 600
    )


def _as_arrow(export: dict[str, Any]) -> pa.Table:
    data = httpx.get(export["downloadUrl"], trust_env=False, timeout=600).content
    with ZipFile(BytesIO(data)) as archive:
        return pq.read_table(BytesIO(archive.read("readings.parquet")))


def _write(table: pa.Table) -> Measure:
    """With what a user would write: zstd, all other choices pyarrow's own."""

    async def measure() -> Run:
        with tempfile.NamedTemporaryFile() as file:
            began = time.perf_counter()
            pq.write_table(table, file, compression="zstd")
            return Run(len(table) / (time.perf_counter() - began))

    return measure


def _duckdb(stand: Stand, archive: Archive) -> Measure:
    """DuckDB reads PostgreSQL by an extension that is downloaded at run time, which not every machine may do. ADBC
    stands in for it: as the extension does, it turns the binary COPY into columns in C++, and DuckDB writes them.
    """
    # Here: only this row needs them.
    import duckdb
    from adbc_driver_postgresql import dbapi

    url = stand.platform.secret_urls()["admin_database_url"]
    # The driver has no words for a uuid; its bytes are what the extension would read.
    rows = (
        "SELECT uuid_send(sensor_id) AS sensor_id, ts, value_double FROM tsd.reading "
        f"WHERE org_id = '{archive.organization.id}'"
    )

    def copy(folder: str) -> Run:
        began = time.perf_counter()
        with (
            dbapi.connect(url) as source,
            source.cursor() as cursor,
            duckdb.connect() as connection,
        ):
            cursor.execute(rows)
            connection.register("rows", cursor.fetch_record_batch())
            connection.execute(f"COPY rows TO '{folder}/out.parquet' (COMPRESSION zstd)")
        seconds = time.perf_counter() - began
        assert pq.read_metadata(f"{folder}/out.parquet").num_rows == archive.readings
        return Run(archive.readings / seconds)

    async def measure() -> Run:
        with tempfile.TemporaryDirectory() as folder:
            return await asyncio.to_thread(copy, folder)

    return measure


def _ingest(stand: Stand, archive: Archive, beside: Callable[[], Any]) -> Measure:
    """One reading at a time, at a steady pace, while something else goes on."""

    async def measure() -> Run:
        disturbance = asyncio.create_task(beside())
        connection = await http_client.Connection.open(stand.platform.base_url)
        waits, due = [], time.perf_counter()
        for _ in range(stand.sizes.ingested_beside_export):
            reading = {
                "deviceId": archive.other_device_id,
                "sensor": "beside",
                "timestamp": datetime.now(UTC).isoformat(),
                "value": 1.5,
            }
            began = time.perf_counter()
            await connection.exchange(
                http_client.request(
                    "POST", "/readings", archive.organization.key, msgspec.json.encode(reading)
                )
            )
            waits.append(time.perf_counter() - began)
            due += EVERY_SECONDS
            await asyncio.sleep(max(due - time.perf_counter(), 0))
        connection.close()
        disturbance.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await disturbance
        return Run(quantile(waits, 0.95) * 1000, {"p50_ms": quantile(waits, 0.5) * 1000})

    return measure


async def _keep_exporting(archive: Archive) -> None:
    while True:
        export = await asyncio.to_thread(
            create_export, archive.organization, scopeType="ORGANIZATION"
        )
        while export.get("status") != "READY":
            await asyncio.sleep(0.2)
            export = await asyncio.to_thread(export_of, archive.organization, export["id"])
