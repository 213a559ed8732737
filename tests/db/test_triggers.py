"""What the database does by itself: it tells of devices that changed, and ends what hangs on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import psycopg
import pytest

from db.connections.notifications import DEVICE_CHANGED
from tests.make.database import DatabaseUrls, migrated_database

INSERT_DEVICE = "INSERT INTO platform.device (id, name) VALUES (%(new)s, %(new)s::text)"
INSERT_COMPONENT = (
    "INSERT INTO platform.component (id, device_id, key, name) "
    "VALUES (gen_random_uuid(), {device}, gen_random_uuid()::text, 'x')"
)
INSERT_SENSOR = (
    "INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type) "
    "VALUES (%(org)s, gen_random_uuid(), {device}, gen_random_uuid()::text, 'x', 'BIGINT')"
)


@dataclass(frozen=True)
class Fleet:
    """A tenant's device with a component, a sensor of each, a certificate and a token; and another
    device, of which nobody is to hear."""

    urls: DatabaseUrls
    org: UUID = field(default_factory=uuid4)
    device: UUID = field(default_factory=uuid4)
    component: UUID = field(default_factory=uuid4)
    sensor: UUID = field(default_factory=uuid4)
    other: UUID = field(default_factory=uuid4)

    def run(self, url: str, statements: Sequence[str]) -> None:
        """In one transaction of this tenant."""
        given = {
            "org": self.org,
            "device": self.device,
            "component": self.component,
            "sensor": self.sensor,
            "other": self.other,
            "new": uuid4(),
        }
        with psycopg.connect(url) as connection:
            connection.execute("SELECT set_config('app.org_id', %s, true)", [str(self.org)])
            for statement in statements:
                connection.execute(statement.encode(), given)


@pytest.fixture(scope="module")
def urls() -> Iterator[DatabaseUrls]:
    with migrated_database() as urls:
        yield urls


@pytest.fixture
def fleet(urls: DatabaseUrls) -> Fleet:
    fleet = Fleet(urls)
    fleet.run(
        urls.admin,
        [
            "INSERT INTO platform.organization (id, name) VALUES (%(org)s, 'x')",
            "INSERT INTO platform.device (id, name) "
            "SELECT id, id::text FROM unnest(ARRAY[%(device)s, %(other)s]::uuid[]) id",
            "INSERT INTO platform.component (id, device_id, key, name) "
            "VALUES (%(component)s, %(device)s, 'c', 'c')",
            "INSERT INTO platform.sensor (id, device_id, component_id, key, name, value_type) "
            "VALUES (%(sensor)s, %(device)s, %(component)s, 's', 's', 'BIGINT'), "
            "(gen_random_uuid(), %(device)s, NULL, 's', 's', 'BIGINT')",
            "INSERT INTO platform.certificate "
            "(serial, device_id, fingerprint, pem, not_before, not_after) SELECT %(device)s::text, "
            "%(device)s, %(device)s::text::bytea, '', now(), now() + interval '1 day'",
            "INSERT INTO platform.registration_token "
            "(id, device_id, token_hash, expires_at, created_by) SELECT gen_random_uuid(), "
            "%(device)s, %(device)s::text::bytea, now() + interval '1 day', 'x'",
            "INSERT INTO platform.device_profile (id, name, major, minor, description, changes, "
            "fields, commands, created_by) VALUES (%(device)s, 'p', 1, 0, '', '', '[]', '[]', 'x')",
        ],
    )
    return fleet


@asynccontextmanager
async def heard(fleet: Fleet) -> AsyncIterator[list[str]]:
    """What is told while the block runs, to its end: a last word says that all came."""
    told: list[str] = []
    ended = asyncio.Event()

    def hear(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
        ended.set() if payload == "end" else told.append(payload)

    connection = await asyncpg.connect(fleet.urls.app)
    try:
        await connection.add_listener(DEVICE_CHANGED, hear)
        yield told
        await connection.execute("SELECT pg_notify($1, 'end')", DEVICE_CHANGED)
        await asyncio.wait_for(ended.wait(), 30)
    finally:
        await connection.close()


TOLD = {
    "a component is added": [INSERT_COMPONENT.format(device="%(device)s")],
    "a component is renamed": ["UPDATE platform.component SET name = 'y' WHERE id = %(component)s"],
    "a component is bound anew": [
        "UPDATE platform.component SET sensor_profile_id = NULL WHERE id = %(component)s"
    ],
    "a component is deleted": [
        "UPDATE platform.component SET deleted_at = now() WHERE id = %(component)s"
    ],
    "a sensor is added": [INSERT_SENSOR.format(device="%(device)s")],
    "a sensor is changed": ["UPDATE platform.sensor SET unit = 'V' WHERE id = %(sensor)s"],
    "sensors are deleted": [
        "UPDATE platform.sensor SET deleted_at = now() WHERE device_id = %(device)s"
    ],
    "a certificate is revoked": [
        "UPDATE platform.certificate SET revoked_at = now() WHERE device_id = %(device)s"
    ],
    "a certificate is gone": ["DELETE FROM platform.certificate WHERE device_id = %(device)s"],
    "it is bound to a profile": [
        "UPDATE platform.device SET device_profile_id = %(device)s WHERE id = %(device)s"
    ],
    "it is deleted": ["UPDATE platform.device SET deleted_at = now() WHERE id = %(device)s"],
    "much of it is changed": [
        INSERT_COMPONENT.format(device="%(device)s"),
        INSERT_SENSOR.format(device="%(device)s"),
        "UPDATE platform.device SET deleted_at = now() WHERE id = %(device)s",
    ],
}
UNTOLD = {
    "it is renamed": ["UPDATE platform.device SET name = 'y' WHERE id = %(device)s"],
    "it is tagged": ["UPDATE platform.device SET tags = '{a}' WHERE id = %(device)s"],
    "its profile stays": [
        "UPDATE platform.device SET device_profile_id = device_profile_id WHERE id = %(device)s"
    ],
    "another is made": [
        INSERT_DEVICE,
        INSERT_COMPONENT.format(device="%(new)s"),
        INSERT_SENSOR.format(device="%(new)s"),
    ],
    "a certificate is added": [
        "INSERT INTO platform.certificate (serial, device_id, fingerprint, pem, not_before, "
        "not_after) VALUES ('n', %(device)s, 'n', '', now(), now())"
    ],
}
UNTOLD_OF_THE_PIPELINE = {
    "it was seen": [
        "UPDATE platform.device SET status = 'ACTIVE', is_connected = true, last_seen_at = now() "
        "WHERE id = %(device)s"
    ],
    "a sensor is born": [INSERT_SENSOR.format(device="%(device)s")],
    "a sensor is widened": [
        "UPDATE platform.sensor SET value_type = 'DOUBLE', is_widenable = false "
        "WHERE id = %(sensor)s"
    ],
}


@pytest.mark.parametrize("what", TOLD)
async def test_of_a_device_everybody_hears_once_when(fleet: Fleet, what: str) -> None:
    async with heard(fleet) as told:
        fleet.run(fleet.urls.app, TOLD[what])
    assert told == [str(fleet.device)]


@pytest.mark.parametrize("what", UNTOLD)
async def test_of_a_device_nobody_hears_when(fleet: Fleet, what: str) -> None:
    async with heard(fleet) as told:
        fleet.run(fleet.urls.app, UNTOLD[what])
    assert told == []


@pytest.mark.parametrize("what", UNTOLD_OF_THE_PIPELINE)
async def test_the_pipeline_tells_nobody_that(fleet: Fleet, what: str) -> None:
    async with heard(fleet) as told:
        fleet.run(fleet.urls.ingest, UNTOLD_OF_THE_PIPELINE[what])
    assert told == []


def _open_rows(fleet: Fleet) -> dict[str, int]:
    """How many rows of the tenant are there still, by table."""
    tables = {
        "certificate": "revoked_at",
        "registration_token": "revoked_at",
        "component": "deleted_at",
        "sensor": "deleted_at",
    }
    with psycopg.connect(fleet.urls.admin) as admin:
        return {
            table: len(
                admin.execute(
                    f"SELECT FROM platform.{table} WHERE org_id = %s AND {ended} IS NULL".encode(),
                    [fleet.org],
                ).fetchall()
            )
            for table, ended in tables.items()
        }


def test_what_hangs_on_a_device_ends_with_it_at_the_same_moment(fleet: Fleet) -> None:
    assert _open_rows(fleet) == {
        "certificate": 1,
        "registration_token": 1,
        "component": 1,
        "sensor": 2,
    }
    fleet.run(
        fleet.urls.app, ["UPDATE platform.device SET deleted_at = now() WHERE id = %(other)s"]
    )
    assert sum(_open_rows(fleet).values()) == 5
    fleet.run(
        fleet.urls.app, ["UPDATE platform.device SET deleted_at = now() WHERE id = %(device)s"]
    )
    assert set(_open_rows(fleet).values()) == {0}
    with psycopg.connect(fleet.urls.admin) as admin:
        moments = admin.execute(
            "SELECT DISTINCT ended_at FROM ("
            "SELECT deleted_at AS ended_at FROM platform.device WHERE id = %(device)s "
            "UNION ALL SELECT deleted_at FROM platform.component WHERE device_id = %(device)s "
            "UNION ALL SELECT deleted_at FROM platform.sensor WHERE device_id = %(device)s "
            "UNION ALL SELECT revoked_at FROM platform.certificate WHERE device_id = %(device)s"
            ") ended",
            {"device": fleet.device},
        ).fetchall()
    assert len(moments) == 1


def test_what_had_ended_before_its_device_keeps_its_moment(fleet: Fleet) -> None:
    ended = "UPDATE platform.sensor SET deleted_at = '2026-01-01Z' WHERE id = %(sensor)s"
    fleet.run(
        fleet.urls.app,
        [ended, "UPDATE platform.device SET deleted_at = now() WHERE id = %(device)s"],
    )
    with psycopg.connect(fleet.urls.admin) as admin:
        [(month,)] = admin.execute(
            "SELECT extract(month FROM deleted_at)::integer FROM platform.sensor WHERE id = %s",
            [fleet.sensor],
        ).fetchall()
    assert month == 1


def test_the_sensors_of_a_component_end_with_it_and_the_devices_own_stay(fleet: Fleet) -> None:
    fleet.run(
        fleet.urls.app,
        ["UPDATE platform.component SET deleted_at = now() WHERE id = %(component)s"],
    )
    assert _open_rows(fleet) == {
        "certificate": 1,
        "registration_token": 1,
        "component": 0,
        "sensor": 1,
    }


@pytest.mark.parametrize(
    ("parent", "function"), [("device_id", "end_device"), ("component_id", "end_component")]
)
def test_no_table_that_hangs_on_another_is_forgotten_when_that_ends(
    urls: DatabaseUrls, parent: str, function: str
) -> None:
    with psycopg.connect(urls.admin) as admin:
        tables = admin.execute(
            "SELECT c.relname FROM pg_class c "
            "JOIN pg_attribute p ON p.attrelid = c.oid AND p.attname = %s "
            "JOIN pg_attribute e ON e.attrelid = c.oid AND e.attname IN ('deleted_at', 'revoked_at') "
            "WHERE c.relnamespace = 'platform'::regnamespace AND c.relkind IN ('r', 'p')",
            [parent],
        ).fetchall()
        [(source,)] = admin.execute(
            "SELECT prosrc FROM pg_proc WHERE oid = %s::regproc", [f"platform.{function}"]
        ).fetchall()
    assert tables
    assert [table for (table,) in tables if f"UPDATE platform.{table} SET" not in source] == []
