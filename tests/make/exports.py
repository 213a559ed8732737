"""Exports over HTTP, and readings in numbers that no request could bring."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.workers import wait_until

START = (datetime.now(UTC) - timedelta(days=12)).replace(hour=0, minute=0, second=0, microsecond=0)
SPAN = timedelta(days=10)


def create_export(organization: Organization, **body: Any) -> dict[str, Any]:
    answer = organization.http.post("/exports", json={**whole_range(), **body})
    assert answer.status_code == 201, answer.text
    export: dict[str, Any] = answer.json()
    return export


def whole_range() -> dict[str, str]:
    return {"from": START.isoformat(), "to": (START + SPAN + timedelta(days=5)).isoformat()}


def export_of(organization: Organization, export_id: str) -> dict[str, Any]:
    """As it is now; {} while the platform can't say."""
    try:
        answer = organization.http.get(f"/exports/{export_id}")
    except httpx.TransportError:
        return {}
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return found


def wait_for_export(
    organization: Organization, export_id: str, status: str = "READY", seconds: float = 90
) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        export = export_of(organization, export_id)
        assert status == "FAILED" or export.get("status") != "FAILED", export
        return export if export.get("status") == status else None

    export: dict[str, Any] = wait_until(reached, f"the export becomes {status}", seconds)
    return export


def download(export: dict[str, Any]) -> bytes:
    answer = httpx.get(export["downloadUrl"], trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content


def opened(data: bytes) -> tuple[pa.Table, pa.Table, dict[str, Any]]:
    """Readings, annotations and the manifest of a downloaded ZIP."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        tables = [
            pq.read_table(io.BytesIO(archive.read(name)))
            for name in ("readings.parquet", "annotations.parquet")
        ]
        return tables[0], tables[1], json.loads(archive.read("manifest.json"))


def fill(
    platform: RunningPlatform, organization: Organization, *, readings: int, sensors: int = 20
) -> str:
    """A device with so many readings over ten days, put there by the database itself; the device's id."""
    device = organization.http.post(
        "/devices/registration/tokens", json={"deviceName": f"archive {uuid4()}"}
    )
    device_id = str(device.json()["deviceId"])
    ids = [uuid4() for _ in range(sensors)]
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "SELECT tsd.ensure_partitions(ARRAY(SELECT (%s::timestamptz AT TIME ZONE 'UTC')::date + n "
            "FROM generate_series(0, 11) n))",
            [START],
        )
        for number, sensor in enumerate(ids):
            admin.execute(
                "INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type) "
                "VALUES (%s, %s, %s, %s, %s, 'DOUBLE')",
                [organization.id, sensor, device_id, f"s{number:03}", f"Sensor {number}"],
            )
        each = readings // sensors
        admin.execute(
            "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
            "SELECT %(org)s, s.id, %(start)s::timestamptz + n * %(step)s::interval, "
            "round((20 + 5 * random())::numeric, 2) "
            "FROM generate_series(0, %(each)s - 1) n CROSS JOIN unnest(%(ids)s::uuid[]) s (id)",
            {"org": organization.id, "start": START, "step": SPAN / each, "each": each, "ids": ids},
        )
        admin.execute(
            "INSERT INTO tsd.latest (org_id, sensor_id, ts, value_double) "
            "SELECT org_id, sensor_id, max(ts), 20 FROM tsd.reading WHERE org_id = %s GROUP BY 1, 2 "
            "ON CONFLICT DO NOTHING",
            [organization.id],
        )
    return device_id


def put_series(
    platform: RunningPlatform, device_id: str, component: str | None, key: str, values: list[Any]
) -> None:
    """A sensor of the values' type, and its readings from START on, a minute apart, put there by the database itself."""
    column, kind = {
        float: ("value_double", "DOUBLE"),
        int: ("value_bigint", "BIGINT"),
        bool: ("value_bool", "BOOLEAN"),
        str: ("value_text", "TEXT"),
    }[type(values[0])]
    given = {
        "device": device_id,
        "component": component,
        "key": key,
        "kind": kind,
        "sensor": uuid4(),
    }
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute("SELECT tsd.ensure_partitions(ARRAY[%s::date])", [START.date()])
        admin.execute(
            "INSERT INTO platform.sensor (org_id, id, device_id, component_id, key, name, value_type) "
            "SELECT d.org_id, %(sensor)s, d.id, c.id, %(key)s, %(key)s, %(kind)s FROM platform.device d "
            "LEFT JOIN platform.component c ON c.device_id = d.id AND c.key = %(component)s WHERE d.id = %(device)s",
            given,
        )
        for number, value in enumerate(values):
            for table in ("reading", "latest"):
                admin.execute(
                    f"INSERT INTO tsd.{table} AS t (org_id, sensor_id, ts, {column}) "
                    "SELECT org_id, id, %(at)s, %(value)s FROM platform.sensor WHERE id = %(sensor)s "
                    + (
                        ""
                        if table == "reading"
                        else "ON CONFLICT (org_id, sensor_id) DO UPDATE SET ts = excluded.ts"
                    ),
                    {**given, "at": START + timedelta(minutes=number), "value": value},
                )


def count_stored(platform: RunningPlatform, organization: Organization) -> int:
    with psycopg.connect(admin_address(platform)) as admin:
        row = admin.execute(
            "SELECT count(*) FROM tsd.reading WHERE org_id = %s", [UUID(organization.id)]
        ).fetchone()
    assert row is not None
    return int(row[0])
