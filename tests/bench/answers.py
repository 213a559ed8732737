"""Answers of any length: millions of readings over HTTP against a COPY of the same, the memory
that they take, and how soon they begin."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.bench.fleet import create_sensors
from tests.bench.http_client import UnexpectedAnswer
from tests.bench.results import Measure, Pair, Run, Topic, aim
from tests.bench.stand import Stand
from tests.make.devices import register_device
from tests.make.platform import Organization

FORMATS = {
    "answer-csv": ("text/csv", "CSV", "csv"),
    "answer-ndjson": ("application/x-ndjson", "NDJSON", "csv"),
    "answer-arrow": ("application/vnd.apache.arrow.stream", "Arrow", "binary"),
    "answer-parquet": ("application/vnd.apache.parquet", "Parquet", "binary"),
}
FIRST_BYTES = {
    "first-byte-json": ("application/json", "JSON, a page"),
    "first-byte-columns": ("application/vnd.holdfast.columns+json", "columns, a page"),
    **{
        f"first-byte-{name.removeprefix('answer-')}": (media_type, title)
        for name, (media_type, title, _) in FORMATS.items()
    },
}
FIRST_BYTE_MS = 300
NAMES = (*FIRST_BYTES, *FORMATS)
STEP = timedelta(milliseconds=100)
LOOK_SECONDS = 0.05
_STORE = (
    "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
    "SELECT $1, $2, ts, round((20 + 10 * random())::numeric, 2) "
    "FROM generate_series($3::timestamptz, $4::timestamptz - interval '1 microsecond', $5::interval) ts"
)


@dataclass(frozen=True)
class Archive:
    """One sensor with all readings."""

    organization: Organization
    sensor: UUID
    start: datetime
    end: datetime
    readings: int


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        await stand.clear()
        archive = await _fill(stand)
        yield [
            *(
                Pair(
                    name,
                    f"First byte of {archive.readings:,} readings as {title}",
                    "ms",
                    _first_byte(stand, archive, media_type),
                    "aim",
                    aim(FIRST_BYTE_MS),
                    is_lower_better=True,
                )
                for name, (media_type, title) in FIRST_BYTES.items()
            ),
            *(
                Pair(
                    name,
                    f"{archive.readings:,} readings as {title}",
                    "readings/s",
                    _answer(stand, archive, media_type),
                    f"COPY TO STDOUT ({copied})",
                    _copy(stand, archive, copied),
                )
                for name, (media_type, title, copied) in FORMATS.items()
            ),
        ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


async def _fill(stand: Stand) -> Archive:
    organization = stand.platform.new_organization()
    device = register_device(organization, "long answers")["deviceId"]
    (sensor,) = create_sensors(organization, [(device, "sensor")])
    count = stand.sizes.export_readings
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = end - count * STEP
    days = [(start + timedelta(days=number)).date() for number in range((end - start).days + 2)]
    await stand.ingest.execute("SELECT tsd.ensure_partitions($1::date[])", days)
    await stand.admin.execute("DELETE FROM tsd.reading")  # the sensor's first report
    await stand.admin.execute(_STORE, UUID(organization.id), sensor, start, end, STEP, timeout=900)
    await stand.admin.execute("VACUUM (ANALYZE) tsd.reading")
    return Archive(organization, sensor, start, end, count)


def _answer(stand: Stand, archive: Archive, media_type: str) -> Measure:
    """The body is counted and thrown away; `grown_mb` is the api's memory at its highest, above that before."""

    async def measure() -> Run:
        api = stand.platform.program("api")
        before, cpu = api.memory_info().rss, sum(api.cpu_times()[:2])
        peak, size, began = before, 0, time.perf_counter()
        looked = began
        async with _asked(stand, archive, media_type) as answer:
            async for piece in answer.aiter_raw():
                size += len(piece)
                if time.perf_counter() - looked > LOOK_SECONDS:
                    looked = time.perf_counter()
                    peak = max(peak, api.memory_info().rss)
        seconds = time.perf_counter() - began
        return Run(
            archive.readings / seconds,
            {
                "grown_mb": (peak - before) / 1e6,
                "api_cpu_seconds": sum(api.cpu_times()[:2]) - cpu,
                "body_mb": size / 1e6,
            },
        )

    return measure


def _first_byte(stand: Stand, archive: Archive, media_type: str) -> Measure:
    """Of the body: what is asked for before it can begin is in there. The rest is never fetched."""

    async def measure() -> Run:
        began = time.perf_counter()
        async with _asked(stand, archive, media_type) as answer:
            async for _ in answer.aiter_raw():
                return Run((time.perf_counter() - began) * 1000)
        raise UnexpectedAnswer("an answer without a body")

    return measure


@contextlib.asynccontextmanager
async def _asked(stand: Stand, archive: Archive, media_type: str) -> AsyncIterator[httpx.Response]:
    """An answer that has begun. Raises UnexpectedAnswer with the problem that came instead."""
    async with (
        httpx.AsyncClient(trust_env=False, timeout=600, verify=False) as client,
        client.stream("GET", _address(stand, archive), **_how(archive, media_type)) as answer,
    ):
        if answer.status_code != 200:
            problem = (await answer.aread()).decode(errors="replace")
            raise UnexpectedAnswer(f"{answer.status_code}: {problem[:500]}")
        yield answer


def _address(stand: Stand, archive: Archive) -> str:
    return f"{stand.platform.base_url}/api/v1/readings/sensor/{archive.sensor}"


def _how(archive: Archive, media_type: str) -> dict[str, Any]:
    return {
        "params": {"from": archive.start.isoformat(), "to": archive.end.isoformat()},
        "headers": {"Authorization": f"Bearer {archive.organization.key}", "Accept": media_type},
    }


def _copy(stand: Stand, archive: Archive, format_: str) -> Measure:
    async def measure() -> Run:
        size = 0

        async def take(piece: bytes) -> None:
            nonlocal size
            size += len(piece)

        began = time.perf_counter()
        await stand.admin.copy_from_query(
            "SELECT sensor_id, ts, value_double FROM tsd.reading WHERE org_id = $1 AND sensor_id = $2 "
            "AND ts >= $3 AND ts < $4 ORDER BY ts",
            UUID(archive.organization.id),
            archive.sensor,
            archive.start,
            archive.end,
            output=take,
            format=format_,
        )
        assert size > archive.readings * 20
        return Run(archive.readings / (time.perf_counter() - began))

    return measure
