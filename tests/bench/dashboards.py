"""The data of a whole dashboard over HTTP, against the SQL of its buckets: 4, 12 and 40 widgets;
and 36 series drawn, against the request for their data."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from db.connections.sessions import Database, open_database
from db.readings.buckets import Buckets, partials
from tests.bench import http_client
from tests.bench.drawing import drawn
from tests.bench.fleet import create_sensors
from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand, caught_up
from tests.make.devices import register_device
from tests.make.platform import Organization

WIDGETS = (4, 12, 40)
DRAWN, DRAWN_WIDGETS = "dashboards-drawn", 9
NAMES = (*(f"dashboards-{count}" for count in WIDGETS), DRAWN)
DEVICES, SENSORS, SERIES = 4, 9, 4  # of a device; of a widget
DAY, FIVE_MINUTES, MINUTE = timedelta(days=1), timedelta(minutes=5), timedelta(minutes=1)
_STORE = (
    "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
    "SELECT $1, sensor, ts, round((20 + 10 * random())::numeric, 2) "
    "FROM unnest($2::uuid[]) sensor, "
    "generate_series($3::timestamptz, $4::timestamptz - interval '1 microsecond', $5::interval) ts"
)


@dataclass(frozen=True)
class Board:
    """A day of every minute of 36 sensors, and a dashboard of some widgets."""

    organization: Organization
    id: str
    sensors: Sequence[UUID]
    start: datetime

    @property
    def path(self) -> str:
        edges = (self.start, self.start + DAY)
        start, end = (edge.isoformat().replace("+00:00", "Z") for edge in edges)
        return f"/dashboards/{self.id}/data?from={start}&to={end}"


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        await stand.clear()
        organization, sensors, start = await _fill(stand)
        url = stand.platform.secret_urls()["database_url"]
        async with (
            caught_up(stand),
            open_database(url, pool_size=1, statement_timeout_seconds=30) as database,
        ):
            yield [
                _pair(stand, database, _board(organization, sensors, start, count), count)
                for count in WIDGETS
            ] + [_drawn(stand, _board(organization, sensors, start, DRAWN_WIDGETS))]

    return Topic(NAMES, stand.sizes.short_repetitions, pairs)


async def _fill(stand: Stand) -> tuple[Organization, list[UUID], datetime]:
    organization = stand.platform.new_organization()
    devices = [register_device(organization, f"room-{n}")["deviceId"] for n in range(DEVICES)]
    sensors = create_sensors(
        organization, [(device, f"sensor-{n}") for device in devices for n in range(SENSORS)]
    )
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - DAY
    days = [start.date(), (start + DAY).date()]
    await stand.ingest.execute("SELECT tsd.ensure_partitions($1::date[])", days)
    await stand.admin.execute("DELETE FROM tsd.reading")  # the sensors' first reports
    org_id = UUID(organization.id)
    await stand.admin.execute(_STORE, org_id, sensors, start, start + DAY, MINUTE, timeout=900)
    await stand.admin.execute("VACUUM (ANALYZE) tsd.reading")
    return organization, sensors, start


def _board(
    organization: Organization, sensors: Sequence[UUID], start: datetime, count: int
) -> Board:
    """Each widget shows four sensors, one after the other of all."""
    shown = [sensors[number % len(sensors)] for number in range(count * SERIES)]
    place = {"type": "LINE_CHART", "x": 0, "y": 0, "width": 12, "height": 6}
    widgets = [
        {
            "id": f"w{number}",
            **place,
            "series": [
                {"input": {"sensorId": str(sensor)}, "interval": "PT5M"}
                for sensor in shown[number * SERIES : (number + 1) * SERIES]
            ],
        }
        for number in range(count)
    ]
    body = {"name": f"{count} widgets", "widgets": widgets}
    made: dict[str, Any] = organization.http.post("/dashboards", json=body).json()
    return Board(organization, made["id"], list(dict.fromkeys(shown)), start)


def _pair(stand: Stand, database: Database, board: Board, count: int) -> Pair:
    return Pair(
        f"dashboards-{count}",
        f"Data of {count} widgets of {SERIES} series, a day by 5 minutes",
        "ms p50",
        _over_http(stand, board, count),
        f"the SQL of {len(board.sensors)} sensors' buckets",
        _in_sql(stand, database, board),
        is_lower_better=True,
    )


def _drawn(stand: Stand, board: Board) -> Pair:
    name = f"{DRAWN_WIDGETS} widgets"
    return Pair(
        DRAWN,
        f"{DRAWN_WIDGETS * SERIES} series drawn",
        "ms",
        drawn(stand.platform.base_url, board.organization, name, DRAWN_WIDGETS),
        "their data by HTTP",
        _over_http(stand, board, DRAWN_WIDGETS),
        is_lower_better=True,
    )


def _over_http(stand: Stand, board: Board, count: int) -> Measure:
    async def measure() -> Run:
        request = http_client.request("GET", board.path, board.organization.key)
        connection = await http_client.Connection.open(stand.platform.base_url)
        answer = await connection.exchange(request)
        data = msgspec.json.decode(answer.body)
        drawn = sum(len(widget.get("series", [])) for widget in data["widgets"])
        assert drawn == count * SERIES, f"{drawn} series"
        waits = []
        for _ in range(stand.sizes.reads):
            began = time.perf_counter()
            await connection.exchange(request)
            waits.append(time.perf_counter() - began)
        connection.close()
        return Run(quantile(waits, 0.5) * 1000, {"answer_bytes": len(answer.body)})

    return measure


def _in_sql(stand: Stand, database: Database, board: Board) -> Measure:
    bounds = [board.start + number * FIVE_MINUTES for number in range(DAY // FIVE_MINUTES + 1)]
    asked = [Buckets(list(board.sensors), bounds, FIVE_MINUTES)]

    async def measure() -> Run:
        waits = []
        for _ in range(stand.sizes.reads):
            began = time.perf_counter()
            async with database.reading_transaction(UUID(board.organization.id)) as tx:
                await partials(tx, asked, ["sum", "count"])
            waits.append(time.perf_counter() - began)
        return Run(quantile(waits, 0.5) * 1000)

    return measure
