"""What a target comes to in a large tenant among small ones: indexes find it, however large that is.

The plans are those of the very SQL that is sent, as role `app`. FLEET_DEVICES=100000 is the full
size.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.connections.types import AnyConnection
from db.queries.exports import exported_sensors
from db.queries.target_sql import RARE
from db.queries.targets import (
    Target,
    count_devices,
    count_sensors,
    devices_of,
    resolve,
    sensors_of,
    stream_devices,
    stream_sensors,
)
from db.readings.export import archive_snapshot
from tests.make.large_fleet import (
    DEVICES,
    FIRST_BATCH,
    NEIGHBOURS_DEVICES,
    SENSORS_PER_DEVICE,
    SITE,
    SITES,
    FleetStand,
    LargeFleet,
    fill,
    new_organization,
)
from tests.make.plans import NotedConnection, nodes, plan_of, rows_by_table, scans

pytestmark = pytest.mark.timeout(900)

HERE = DEVICES // SITES  # devices at a site, and with its tag
NEW_DEVICES = RARE + 1000
LIMIT = 50

Question = Callable[[Any, Target], Awaitable[Any]]


async def streamed_devices(connection: AnyConnection, target: Target) -> list[UUID]:
    return [id_ async for ids in stream_devices(connection, target) for id_ in ids]


async def streamed_sensors(connection: AnyConnection, target: Target) -> list[UUID]:
    return [id_ async for ids in stream_sensors(connection, target) for id_ in ids]


QUESTIONS: dict[str, Question] = {
    "a page of devices": lambda connection, target: devices_of(connection, target, limit=LIMIT),
    "a page of sensors": lambda connection, target: sensors_of(connection, target, limit=LIMIT),
    "all devices": streamed_devices,
    "all sensors": streamed_sensors,
    "how many devices": count_devices,
    "how many sensors": count_sensors,
    "what it comes to": resolve,
    "the sensors of an export": exported_sensors,
}


@dataclass(frozen=True)
class Group:
    tags: tuple[str, ...]
    match: str
    condition: str  # the same as whoever knows nothing of indexes would write it

    @property
    def counted(self) -> int:
        """Rows of tags that are looked at before the rarest is known."""
        return (RARE + 1) * len(self.tags) if self.match == "ALL" else 0


GROUPS = {
    "a rare tag": Group((SITE,), "ALL", f"tags @> '{{{SITE}}}'"),
    "any of two rare tags": Group((SITE, "site-008"), "ANY", f"tags && '{{{SITE},site-008}}'"),
    "a rare tag and one of all": Group(
        ("cold-chain", SITE), "ALL", f"tags @> '{{{SITE},cold-chain}}'"
    ),
    "a tag twice": Group((SITE, SITE, "cold-chain"), "ALL", f"tags @> '{{{SITE},cold-chain}}'"),
    "two that exclude each other": Group((SITE, "site-008"), "ALL", "false"),
    "a tag that nobody has": Group(("elsewhere", "cold-chain"), "ALL", "false"),
    "a tag of all": Group(("cold-chain",), "ANY", "true"),
    "two frequent tags": Group(
        ("cold-chain", FIRST_BATCH), "ALL", f"tags @> '{{cold-chain,{FIRST_BATCH}}}'"
    ),
    "any of two frequent tags": Group(("cold-chain", FIRST_BATCH), "ANY", "true"),
}
FEW = [name for name, group in GROUPS.items() if any(tag.startswith("site") for tag in group.tags)]
MANY = [name for name, group in GROUPS.items() if FIRST_BATCH in group.tags or group.match == "ANY"]


async def group_of(stand: FleetStand, fleet: LargeFleet, group: Group) -> Target:
    group_id = uuid4()
    admin = await asyncpg.connect(stand.urls.admin)
    try:
        await admin.execute(
            "INSERT INTO platform.device_group (org_id, id, name, tags, match) "
            "VALUES ($1, $2, gen_random_uuid(), $3, $4)",
            fleet.org_id,
            group_id,
            list(group.tags),
            group.match,
        )
    finally:
        await admin.close()
    return Target(group_ids=frozenset([group_id]))


async def plans_of(
    stand: FleetStand, fleet: LargeFleet, question: str, target: Target
) -> list[dict[str, Any]]:
    """On a connection as the one that really asks: an export's is one of its own."""
    if question == "the sensors of an export":
        async with archive_snapshot(stand.urls.app, fleet.org_id) as connection:
            return await _plans_on(connection, question, target)
    async with stand.database.reading_transaction(fleet.org_id) as tx:
        return await _plans_on(tx, question, target)


async def _plans_on(
    connection: AnyConnection, question: str, target: Target
) -> list[dict[str, Any]]:
    noted = NotedConnection(connection)
    await QUESTIONS[question](noted, target)
    return [await plan_of(connection, statement) for statement in noted.sent]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", FEW)
async def test_a_group_of_few_devices_reads_few_rows_of_its_tenant(
    stand: FleetStand, name: str, question: str
) -> None:
    target = await group_of(stand, stand.fleet, GROUPS[name])
    most = 2 * HERE
    for plan in await plans_of(stand, stand.fleet, question, target):
        assert scans(plan) == []
        rows = rows_by_table(plan)
        assert rows["device_tag"] <= GROUPS[name].counted + 4 * most
        assert rows["sensor"] <= most * SENSORS_PER_DEVICE
        # An export looks up the device and the component of each sensor.
        assert rows["device"] <= most * SENSORS_PER_DEVICE
        assert rows["component"] <= most * SENSORS_PER_DEVICE


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", ["site", "device", "component", "sensor", "all of them at once"])
async def test_what_is_named_reads_what_belongs_to_it(
    stand: FleetStand, kind: str, question: str
) -> None:
    targets = await named(stand, stand.fleet)
    most = HERE if kind in ("site", "all of them at once") else 1
    for plan in await plans_of(stand, stand.fleet, question, targets[kind]):
        assert scans(plan) == []
        rows = rows_by_table(plan)
        assert rows["sensor"] <= (most + 2) * SENSORS_PER_DEVICE
        assert rows["device"] <= (most + 2) * (SENSORS_PER_DEVICE + 1)


async def named(stand: FleetStand, fleet: LargeFleet) -> dict[str, Target]:
    async with stand.database.reading_transaction(fleet.org_id) as tx:
        [component] = await tx.fetch(
            "SELECT id FROM platform.component WHERE device_id = $1", fleet.device_id
        )
        sensors = await tx.fetch("SELECT id FROM platform.sensor LIMIT 5")
    site_ids, device_ids = frozenset([fleet.site_id]), frozenset([fleet.device_id])
    component_ids, sensor_ids = (
        frozenset([component["id"]]),
        frozenset(row["id"] for row in sensors),
    )
    return {
        "site": Target(site_ids=site_ids),
        "device": Target(device_ids=device_ids),
        "component": Target(component_ids=component_ids),
        "sensor": Target(sensor_ids=sensor_ids),
        "all of them at once": Target(
            site_ids=site_ids,
            device_ids=device_ids,
            component_ids=component_ids,
            sensor_ids=sensor_ids,
        ),
    }


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", MANY)
async def test_what_many_devices_have_is_gathered_in_one_pass(
    stand: FleetStand, name: str, question: str
) -> None:
    """No row of a tag is looked up for each of them."""
    target = await group_of(stand, stand.fleet, GROUPS[name])
    for plan in await plans_of(stand, stand.fleet, question, target):
        rows = rows_by_table(plan)
        assert rows["device_tag"] <= GROUPS[name].counted + len(GROUPS[name].tags) * DEVICES
        tags = [node for node in nodes(plan) if node.get("Relation Name") == "device_tag"]
        assert all(node["Actual Loops"] <= len(GROUPS[name].tags) for node in tags)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_everything_of_a_small_tenant_reads_nothing_of_a_large_one(
    stand: FleetStand, question: str
) -> None:
    everything = Target(is_everything=True)
    for plan in await plans_of(stand, stand.neighbour, question, everything):
        assert scans(plan) == []
        sensors = NEIGHBOURS_DEVICES * SENSORS_PER_DEVICE
        assert all(rows <= sensors for rows in rows_by_table(plan).values())


async def test_a_page_of_everything_reads_a_page(stand: FleetStand) -> None:
    for question in ("a page of devices", "a page of sensors"):
        [plan] = await plans_of(stand, stand.fleet, question, Target(is_everything=True))
        assert rows_by_table(plan).total() <= LIMIT


@pytest.fixture(scope="module")
async def newcomer(stand: FleetStand) -> LargeFleet:
    """A fleet that has just arrived: PostgreSQL's statistics are of the time before it."""
    admin = await asyncpg.connect(stand.urls.admin)
    try:
        org_id = await new_organization(admin)
        return await fill(admin, org_id, devices=NEW_DEVICES, sensors=NEW_DEVICES)
    finally:
        await admin.close()


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", GROUPS)
async def test_no_group_takes_devices_times_devices(
    stand: FleetStand, newcomer: LargeFleet, name: str, question: str
) -> None:
    target = await group_of(stand, newcomer, GROUPS[name])
    for plan in await plans_of(stand, newcomer, question, target):
        assert rows_by_table(plan).total() <= GROUPS[name].counted + 5 * NEW_DEVICES
        assert all(
            node["Actual Rows"] * node["Actual Loops"] <= 4 * NEW_DEVICES for node in nodes(plan)
        )


async def test_the_measure_sees_a_tenant_that_is_read_for_a_few(stand: FleetStand) -> None:
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        noted = NotedConnection(tx)
        await noted.fetch(f"SELECT id FROM platform.device WHERE {GROUPS['a rare tag'].condition}")
        [plan] = [await plan_of(tx, statement) for statement in noted.sent]
    assert rows_by_table(plan)["device"] >= DEVICES


@pytest.mark.parametrize("name", GROUPS)
async def test_a_large_group_is_who_has_its_tags(stand: FleetStand, name: str) -> None:
    target = await group_of(stand, stand.fleet, GROUPS[name])
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        rows = await tx.fetch(
            f"SELECT id FROM platform.device WHERE {GROUPS[name].condition} ORDER BY id"
        )
        expected = [row["id"] for row in rows]
        devices = await streamed_devices(tx, target)
        sensors = await streamed_sensors(tx, target)
        resolution = await resolve(tx, target)
        assert sorted(devices) == expected
        assert await count_devices(tx, target) == len(expected)
        assert await count_sensors(tx, target) == len(expected) * SENSORS_PER_DEVICE
        assert len(set(sensors)) == len(sensors) == len(expected) * SENSORS_PER_DEVICE
        assert resolution.devices == {id_.bytes for id_ in expected}
        assert await devices_of(tx, target, limit=LIMIT) == expected[:LIMIT]
