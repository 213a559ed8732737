"""Charts of stored history: over HTTP against the SQL that it stands on, many series against one, and days of 10 Hz."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from db.connections.sessions import Database, open_database
from db.readings import buckets as store
from tests.bench import http_client
from tests.bench.fleet import create_sensors
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand, caught_up
from tests.make.devices import register_device
from tests.make.platform import Organization

NAMES = (
    "query-30d-hourly",
    "query-30d-hourly-raw",
    "query-30d-daily-zone",
    "query-36-series",
    "query-day-by-minute",
    "query-day-percentiles",
    "query-downsampled",
)
DAYS, SERIES = 30, 36
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

_STORE = (
    "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
    "SELECT $1, sensor, ts, round((20 + 10 * random())::numeric, 2) FROM unnest($2::uuid[]) sensor, "
    "generate_series($3::timestamptz, $4::timestamptz - interval '1 microsecond', $5::interval) ts"
)
_TIER = "SELECT * FROM tsd.rollup_{} WHERE org_id = $1 AND sensor_id = $2 AND bucket >= $3 AND bucket < $4"
_RAW = (
    "SELECT date_bin('1 hour', ts, '2000-01-03Z'), count(*), avg(value_double), min(value_double), max(value_double) "
    "FROM tsd.reading WHERE org_id = $1 AND sensor_id = $2 AND ts >= $3 AND ts < $4 GROUP BY 1 ORDER BY 1"
)
_PERCENTILES = (
    "SELECT date_bin('1 hour', ts, '2000-01-03Z'), "
    "percentile_cont('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY value_double) "
    "FROM tsd.reading WHERE org_id = $1 AND sensor_id = $2 AND ts >= $3 AND ts < $4 GROUP BY 1 ORDER BY 1"
)
_DAY = (
    "SELECT ts, value_double FROM tsd.reading "
    "WHERE org_id = $1 AND sensor_id = $2 AND ts >= $3 AND ts < $4 ORDER BY ts"
)
Ask = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class History:
    """36 sensors over 30 days, the first of them every 10 seconds, and one that reported 10 times a second for a day."""

    stand: Stand
    organization: Organization
    sensors: list[UUID]
    end: datetime
    readings: int

    @property
    def org_id(self) -> UUID:
        return UUID(self.organization.id)

    @property
    def fast(self) -> UUID:
        return self.sensors[-1]

    @property
    def start(self) -> datetime:
        return self.end - DAYS * DAY

    def get(self, sensor: UUID, what: str, days: int) -> bytes:
        span = f"from={_text(self.end - days * DAY)}&to={_text(self.end)}"
        return http_client.request(
            "GET", f"/readings/sensor/{sensor}/{what}&{span}", self.organization.key
        )

    def query(self, sensors: Sequence[UUID]) -> bytes:
        series = [
            {"sensorId": str(sensor), "function": "avg", "interval": "PT1H"} for sensor in sensors
        ]
        body = {"from": _text(self.start), "to": _text(self.end), "series": series}
        return http_client.request(
            "POST", "/readings/query", self.organization.key, json.dumps(body).encode()
        )


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        await stand.clear()
        history = await _fill(stand)
        urls = stand.platform.secret_urls()
        owner = await asyncpg.connect(urls["owner_database_url"])
        try:
            async with (
                caught_up(stand),
                open_database(
                    urls["database_url"], pool_size=1, statement_timeout_seconds=60
                ) as database,
            ):
                yield _pairs(history, database, owner)
        finally:
            await owner.close()

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


async def _fill(stand: Stand) -> History:
    organization = stand.platform.new_organization()
    device = register_device(organization, "history")["deviceId"]
    sensors = create_sensors(organization, [(device, f"sensor-{n:02}") for n in range(SERIES + 1)])
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [(end - number * DAY).date() for number in range(DAYS + 1)]
    await stand.ingest.execute("SELECT tsd.ensure_partitions($1::date[])", days)
    await stand.admin.execute("DELETE FROM tsd.reading")
    sizes, org_id = stand.sizes, UUID(organization.id)
    for wanted, length, step in (
        (sensors[:1], DAYS * DAY, sizes.history_step),
        (sensors[1:SERIES], DAYS * DAY, sizes.series_step),
        (sensors[SERIES:], DAY, sizes.fast_step),
    ):
        await stand.admin.execute(_STORE, org_id, wanted, end - length, end, step, timeout=900)
    count = await stand.admin.fetchval("SELECT count(*) FROM tsd.reading")
    return History(stand, organization, sensors, end, count)


def _pairs(history: History, database: Database, owner: Any) -> list[Pair]:
    one, fast = history.sensors[0], history.fast
    month = (history.org_id, one, history.start, history.end)
    day = (history.org_id, fast, history.end - DAY, history.end)
    of_all = f"of {history.readings:,} stored"
    hourly = _over_http(
        history, history.get(one, "aggregated?interval=PT1H&functions=avg,min,max", DAYS)
    )
    zone = "aggregated?interval=P1D&timezone=Asia/Kathmandu&functions=avg,min,max"
    percentiles = "aggregated?interval=PT1H&functions=p50,p95"

    def sql(statement: str, arguments: tuple[Any, ...]) -> Measure:
        return _timed(history, lambda: owner.fetch(statement, *arguments))

    return [
        _pair(NAMES[0], f"30 days hourly, {of_all}", hourly, "the tier's rows", sql(_TIER.format("1h"), month)),
        _pair(NAMES[1], f"30 days hourly, {of_all}", hourly, "the readings, in SQL", sql(_RAW, month)),
        _pair(
            NAMES[2], "30 days daily in Kathmandu", _over_http(history, history.get(one, zone, DAYS)),
            "the readings, in SQL", sql(_RAW, month),
        ),
        _pair(
            NAMES[3], f"{SERIES} series, 30 days hourly", _over_http(history, history.query(history.sensors[:SERIES])),
            "one series", _over_http(history, history.query(history.sensors[:1])),
        ),
        _pair(
            NAMES[4], "A day of 10 Hz by minute, SQL", _by_minute(history, database),
            "the tier's rows", sql(_TIER.format("1m"), day),
        ),
        _pair(
            NAMES[5], "A month of percentiles", _over_http(history, history.get(one, percentiles, DAYS)),
            "the readings, in SQL", sql(_PERCENTILES, month),
        ),
        _pair(
            NAMES[6], "A day of 10 Hz as 800 points",
            _over_http(history, history.get(fast, "downsampled?points=800", 1)),
            "fetching all", sql(_DAY, day),
        ),
    ]  # fmt: skip


def _pair(name: str, title: str, measure: Measure, limit_title: str, limit: Measure) -> Pair:
    return Pair(name, title, "ms p50", measure, limit_title, limit, is_lower_better=True)


def _over_http(history: History, request: bytes) -> Measure:
    async def measure() -> Run:
        connection = await http_client.Connection.open(history.stand.platform.base_url)
        run = await _timed(history, lambda: connection.exchange(request))()
        connection.close()
        return run

    return measure


def _timed(history: History, ask: Ask) -> Measure:
    async def measure() -> Run:
        await ask()
        waits = []
        for _ in range(history.stand.sizes.reads):
            began = time.perf_counter()
            await ask()
            waits.append(time.perf_counter() - began)
        return Run(quantile(waits, 0.5) * 1000)

    return measure


def _by_minute(history: History, database: Database) -> Measure:
    bounds = [history.end - DAY + n * MINUTE for n in range(24 * 60 + 1)]
    buckets = store.Buckets([history.fast], bounds, MINUTE)

    async def measure() -> Run:
        async with database.reading_transaction(history.org_id) as tx:
            return await _timed(
                history, lambda: store.partials(tx, [buckets], ["sum", "count", "min", "max"])
            )()

    return measure


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
