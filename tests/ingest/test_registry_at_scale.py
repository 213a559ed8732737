"""A million sensors cost the pipeline nothing until they are mentioned, and a change is known within a second."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.connections.pools import open_ingest_pool
from db.connections.types import Pool
from ingest.pipeline.directory import NewSensor, Sensor, SensorName
from ingest.pipeline.registry import Registry
from tests.make.database import DatabaseUrls, migrated_database
from tests.make.devices import connect, provision_device, reading
from tests.make.fleet import make_sensor
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at, sensors_by_key

DEVICES = int(os.environ.get("FLEET_DEVICES", "2000"))
SENSORS = 10 * DEVICES

pytestmark = pytest.mark.timeout(900)

_DEVICES = """
INSERT INTO platform.device (org_id, id, name) SELECT $1, uuidv7(), n::text FROM generate_series(1, $2::integer) n
"""
_SENSORS = """
INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type)
SELECT org_id, uuidv7(), id, 's' || n, 's' || n, 'DOUBLE' FROM platform.device, generate_series(0, 9) n
"""


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[Pool]:
    with migrated_database() as urls:
        await _fill(urls)
        async with open_ingest_pool(urls.ingest) as pool:
            yield pool


async def _fill(urls: DatabaseUrls) -> None:
    admin = await asyncpg.connect(urls.admin, command_timeout=800)
    org_id = uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'x')", org_id)
    await admin.execute(_DEVICES, org_id, DEVICES)
    await admin.execute(_SENSORS)
    await admin.execute("VACUUM (ANALYZE) platform.device, platform.sensor")
    await admin.close()


async def _some_devices(pool: Pool, count: int) -> list[UUID]:
    rows = await pool.fetch("SELECT id FROM platform.device ORDER BY md5(id::text) LIMIT $1", count)
    return [row["id"] for row in rows]


async def test_what_is_not_mentioned_is_not_in_memory(pool: Pool) -> None:
    mentioned = await _some_devices(pool, 100)
    tracemalloc.start()
    registry = Registry(pool, sensors_per_device=10_000)
    assert tracemalloc.get_traced_memory()[0] < 100_000
    await registry.load(mentioned, ())
    assert all(
        len(device.own.sensors_by_key) == 10 for device in map(registry.device, mentioned) if device
    )
    assert tracemalloc.get_traced_memory()[0] < 5_000_000
    tracemalloc.stop()
    [stranger] = set(await _some_devices(pool, 101)) - set(mentioned)
    assert registry.device(stranger) is None


async def test_memory_is_bounded_however_many_are_mentioned(pool: Pool) -> None:
    registry = Registry(pool, sensors_per_device=10_000, devices_max=50)
    everybody = await _some_devices(pool, 500)
    for start in range(0, 500, 20):
        await registry.load(everybody[start : start + 20], ())
        assert all(registry.device(device_id) for device_id in everybody[start : start + 20])
    assert sum(registry.device(device_id) is not None for device_id in everybody) == 50


async def test_memory_is_bounded_by_sensors_however_few_devices_have_them(pool: Pool) -> None:
    registry = Registry(pool, sensors_per_device=10_000, sensors_max=100)
    everybody = await _some_devices(pool, 100)
    for start in range(0, 100, 5):
        await registry.load(everybody[start : start + 5], ())
        assert all(registry.device(device_id) for device_id in everybody[start : start + 5])
        assert registry.sensors <= 100
    found = registry.device(everybody[-1])
    assert found is not None
    names = [SensorName(found.org_id, found.id, f"new {number}") for number in range(200)]
    created = await registry.create([NewSensor(name, "DOUBLE") for name in names])
    assert all(isinstance(each, Sensor) for each in created.values())
    await registry.load(everybody[:1], ())
    assert registry.sensors <= 100


async def test_sensors_are_looked_up_by_an_index_alone(pool: Pool) -> None:
    [device_id] = await _some_devices(pool, 1)
    for column in ("id", "device_id"):
        plan = await pool.fetchval(
            f"EXPLAIN (FORMAT JSON) SELECT id FROM platform.sensor WHERE {column} = ANY ($1) AND deleted_at IS NULL",
            [device_id],
        )
        assert "Seq Scan" not in plan


def test_a_change_of_a_sensor_reaches_a_running_broker_within_a_second(
    platform: RunningPlatform, organization: Organization
) -> None:
    session = connect(platform, provision_device(organization, "gateway"))
    device_id = session.device.id
    session.publish_all(
        [reading("t", at(0), 1.5)]
    )  # the broker knows the device and its sensor now
    old = sensors_by_key(organization, device_id)["t"]["id"]
    organization.http.delete(f"/sensors/{old}")
    new = make_sensor(organization, device_id, "t", valueType="TEXT")["id"]
    time.sleep(1)
    session.publish_all([reading("t", at(1), "a text")])
    session.close()
    shown = organization.http.get(f"/sensors/{new}").json()
    assert (shown["latestValue"], shown["valueType"]) == ("a text", "TEXT")
    assert organization.http.get("/admin/quarantine").json()["items"] == []
