"""A large tenant among small ones: whatever is asked of the lists, an index answers, under the policies.

The plans are those of the very SQL that the services send as role `app`. FLEET_DEVICES=100000 is the full size.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select

from app.control.provisioning import service as provisioning
from app.core.wire import Listing
from app.fleet.components import service as components
from app.fleet.device_groups import service as groups
from app.fleet.devices import service as devices
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.devices.search import DeviceFilter
from app.fleet.finding import FEW
from app.fleet.health import service as health
from app.fleet.sensors import service as sensors
from app.fleet.sensors.schemas import ValueType
from app.fleet.sensors.service import SensorFilter
from app.fleet.sites import service as sites
from db.engine import Database, open_database
from db.models import Device
from db.snapshots import AnySelect, Snapshot, Sql, sql_of
from tests.make.database import migrated_database
from tests.make.large_fleet import FIRMWARE, SENSORS_PER_DEVICE, SITE, SITES, LargeFleet, fill, settle

DEVICES = int(os.environ.get("FLEET_DEVICES", "10000"))
NEIGHBOURS = 5
SMALL_ROWS = 1000  # of which reading all is what a good planner does
LIMIT = 50
# Rows that one statement of a page may look at, however many match: the sensors of a site, each in an index and in
# the table, are the most that are read to be sorted.
PAGE_MAX_ROWS = max(FEW + 1000, 2.2 * SENSORS_PER_DEVICE * DEVICES / SITES)

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Stand:
    database: Database
    fleet: LargeFleet


@pytest.fixture(scope="module")
async def stand() -> AsyncIterator[Stand]:
    with migrated_database() as urls:
        admin = await asyncpg.connect(urls.admin, command_timeout=800)
        try:
            # Its snapshots would keep `settle` from marking pages as visible to all.
            await admin.execute("ALTER SYSTEM SET autovacuum = off")
            await admin.execute("SELECT pg_reload_conf()")
            for _ in range(NEIGHBOURS):
                await fill(admin, await _organization(admin), devices=200)
            fleet = await fill(admin, await _organization(admin), devices=DEVICES)
            await settle(admin)
        finally:
            await admin.close()
        async with open_database(urls.app, pool_size=2, statement_timeout_seconds=60) as database:
            yield Stand(database, fleet)


async def _organization(admin: asyncpg.Connection[asyncpg.Record]) -> UUID:
    org_id = uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'x')", org_id)
    return org_id


Ask = Callable[[Snapshot, LargeFleet], Awaitable[Any]]


def by(sort: str | None, *, total: bool = False) -> Listing:
    return Listing(limit=LIMIT, cursor=None, sort=sort, include_total=total)


def of_devices(sort: str | None, conditions: Callable[[LargeFleet], dict[str, Any]]) -> Ask:
    return lambda snapshot, fleet: devices.page(snapshot, DeviceFilter(**conditions(fleet)), by(sort))


def of_sensors(sort: str | None, conditions: Callable[[LargeFleet], dict[str, Any]]) -> Ask:
    return lambda snapshot, fleet: sensors.page(snapshot, SensorFilter(**conditions(fleet)), by(sort))


LONG_AGO = datetime.now(UTC) - timedelta(hours=20)
ALL_AT_ONCE = {
    "text": "gate",
    "tags": ["cold-chain", SITE],
    "statuses": [DeviceStatus.ACTIVE, DeviceStatus.OFFLINE],
    "connected": True,
}
DEVICE_FILTERS: dict[str, Callable[[LargeFleet], dict[str, Any]]] = {
    "all": lambda _: {},
    "a rare tag": lambda _: {"tags": [SITE]},
    "a tag of all": lambda _: {"tags": ["cold-chain"]},
    "a frequent status": lambda _: {"statuses": [DeviceStatus.ACTIVE]},
    "a rare status": lambda _: {"statuses": [DeviceStatus.MAINTENANCE]},
    "a status that none has": lambda _: {"statuses": [DeviceStatus.INACTIVE]},
    "a site": lambda fleet: {"site_id": fleet.site_id},
    "a group": lambda fleet: {"group_id": fleet.group_id},
    "disconnected": lambda _: {"connected": False},
    "a rare firmware": lambda _: {"firmware_version": FIRMWARE},
    "a rare profile": lambda _: {"device_profile": "rare"},
    "a version of a frequent profile": lambda _: {"device_profile": "common:1.0"},
    "a version that none has": lambda _: {"device_profile": "common:1.1"},
    "long not seen": lambda _: {"last_seen_before": LONG_AGO},
    "a rare word": lambda _: {"text": "BREM"},
    "a word of all": lambda _: {"text": "gate"},
    "a word of none": lambda _: {"text": "elsewhere"},
    "two words": lambda _: {"text": "gateway bremen"},
    "everything at once": lambda _: ALL_AT_ONCE,
    "what excludes itself": lambda _: {"firmware_version": FIRMWARE, "tags": [SITE]},
}
DEVICE_SORTS = (None, "name", "-name", "updatedAt", "-updatedAt", "lastSeenAt", "-lastSeenAt")
SENSOR_FILTERS: dict[str, Callable[[LargeFleet], dict[str, Any]]] = {
    "all": lambda _: {},
    "a device": lambda fleet: {"device_id": fleet.device_id},
    "a site": lambda fleet: {"site_id": fleet.site_id},
    "a frequent type": lambda _: {"value_types": [ValueType.DOUBLE]},
    "a type that none has": lambda _: {"value_types": [ValueType.TEXT]},
    "a rare word": lambda _: {"text": "brem"},
    "a word at a site": lambda fleet: {"text": "temp", "site_id": fleet.site_id},
}
QUESTIONS: dict[str, Ask] = {
    **{
        f"devices: {name}, by {sort}": of_devices(sort, conditions)
        for name, conditions in DEVICE_FILTERS.items()
        for sort in DEVICE_SORTS
    },
    **{
        f"sensors: {name}, by {sort}": of_sensors(sort, conditions)
        for name, conditions in SENSOR_FILTERS.items()
        for sort in (None, "name", "-key")
    },
    "sensors: a word of many": of_sensors(None, lambda _: {"text": "temp"}),
    "a device's history of sites": lambda snapshot, fleet: devices.site_history(snapshot, fleet.device_id),
    "a device's health": lambda snapshot, fleet: health.newest(snapshot, fleet.device_id),
    "a device's history of health": lambda snapshot, fleet: health.history(
        snapshot, fleet.device_id, LONG_AGO, None, limit=LIMIT, cursor=None
    ),
    "components of a device": lambda snapshot, fleet: components.page(
        snapshot, by(None), device_id=fleet.device_id
    ),
    **{
        f"components by {sort}": lambda snapshot, _, sort=sort: components.page(
            snapshot, by(sort), device_id=None
        )
        for sort in (None, "name", "key")
    },
    **{
        f"tokens by {sort}": lambda snapshot, _, sort=sort: provisioning.page_of_tokens(snapshot, by(sort))
        for sort in (None, "expiresAt")
    },
    **{
        f"sites by {sort}": lambda snapshot, _, sort=sort: sites.page(snapshot, by(sort), tags=[], text=None)
        for sort in (None, "updatedAt", "name")
    },
    "groups": lambda snapshot, _: groups.page(snapshot, by(None), text=None),
}
COUNTS: dict[str, Ask] = {
    "devices": lambda snapshot, _: devices.page(snapshot, DeviceFilter(), by(None, total=True)),
    "devices of a status": lambda snapshot, _: devices.page(
        snapshot, DeviceFilter(statuses=[DeviceStatus.ACTIVE]), by(None, total=True)
    ),
    "devices of a profile": lambda snapshot, _: devices.page(
        snapshot, DeviceFilter(device_profile="common"), by(None, total=True)
    ),
    "devices of a tag": lambda snapshot, _: devices.page(
        snapshot, DeviceFilter(tags=["cold-chain"]), by(None, total=True)
    ),
    "sensors": lambda snapshot, _: sensors.page(snapshot, SensorFilter(), by(None, total=True)),
    "sensors of a type": lambda snapshot, _: sensors.page(
        snapshot, SensorFilter(value_types=[ValueType.DOUBLE]), by(None, total=True)
    ),
}


class Noted(Snapshot):
    """Writes down what it is asked."""

    def __init__(self, stand: Stand) -> None:
        super().__init__(stand.database.pool, stand.database.shares, stand.fleet.org_id)
        self.sent: list[Sql] = []

    async def records(self, statement: AnySelect) -> list[asyncpg.Record]:
        self.sent.append(sql_of(statement))
        return await super().records(statement)

    async def value(self, statement: AnySelect) -> Any:
        self.sent.append(sql_of(statement))
        return await super().value(statement)


async def plans_of(stand: Stand, ask: Ask) -> list[dict[str, Any]]:
    """Of every statement that the service sends when it is asked, but for rows by their id."""
    async with Noted(stand) as snapshot:
        await ask(snapshot, stand.fleet)
    plans = []
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        for text, arguments in snapshot.sent:
            plan = await tx.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *arguments)
            plans.append(json.loads(plan)[0]["Plan"])
    return plans


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def scans(plan: dict[str, Any]) -> list[str]:
    """The large tables of which the plan reads every row."""
    return [
        node["Relation Name"]
        for node in nodes(plan)
        if node["Node Type"].endswith("Seq Scan")
        and node["Actual Rows"] + node.get("Rows Removed by Filter", 0) > SMALL_ROWS
    ]


def looked_at(plan: dict[str, Any]) -> float:
    """How many rows it takes from tables and indexes, the ones that it throws away too."""
    kinds = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return sum(
        node.get(kind, 0) * node["Actual Loops"]
        for node in nodes(plan)
        if "Relation Name" in node
        for kind in kinds
    )


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_page_is_found_by_an_index_and_reads_a_part_of_the_fleet(stand: Stand, question: str) -> None:
    for plan in await plans_of(stand, QUESTIONS[question]):
        assert scans(plan) == []
        assert looked_at(plan) <= PAGE_MAX_ROWS


@pytest.mark.parametrize("question", COUNTS)
async def test_a_total_is_counted_in_an_index_alone(stand: Stand, question: str) -> None:
    plans = await plans_of(stand, COUNTS[question])
    [count] = [plan for plan in plans if plan["Node Type"] == "Aggregate"]
    assert scans(count) == []
    assert {node["Node Type"] for node in nodes(count) if "Relation Name" in node} == {"Index Only Scan"}


async def test_the_plan_is_made_for_the_values_that_are_asked_for(stand: Stand) -> None:
    """PostgreSQL would keep one plan for all tags from the sixth time on: one that is right for a rare tag."""
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        assert await tx.fetchval("SHOW plan_cache_mode") == "force_custom_plan"


async def test_the_measure_sees_a_scan_where_there_is_one(stand: Stand) -> None:
    async def by_an_operator_that_leaks(snapshot: Snapshot, fleet: LargeFleet) -> None:
        await snapshot.records(select(Device.id).where(Device.tags.contains(["site-007"])))

    [plan] = await plans_of(stand, by_an_operator_that_leaks)
    assert looked_at(plan) >= DEVICES


async def test_what_is_found_is_right(stand: Stand) -> None:
    async with stand.database.snapshot(stand.fleet.org_id) as snapshot:
        found = await devices.page(snapshot, DeviceFilter(text="bremen"), by("name", total=True))
    assert found.total == DEVICES // 1000
    assert [item.name for item in found.items] == sorted(item.name for item in found.items)
