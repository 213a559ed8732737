"""What is asked of the lists of a large fleet: every filter with every sort, and totals, as the services ask it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import SelectBase

from app.control.provisioning import service as provisioning
from app.core.paging import PageRequest
from app.fleet.components import service as components
from app.fleet.device_groups import service as groups
from app.fleet.devices import service as devices
from app.fleet.devices.schemas import DeviceStatus
from app.fleet.devices.search import DeviceFilter
from app.fleet.health import service as health
from app.fleet.sensors import service as sensors
from app.fleet.sensors.schemas import ValueType
from app.fleet.sensors.service import SensorFilter
from app.fleet.sites import service as sites
from db.connections.readers import Reader
from db.connections.sessions import Database
from db.connections.snapshots import Snapshot
from db.connections.statements import Sql, sql_of
from tests.make.large_fleet import FIRMWARE, FIRST_BATCH, SITE, LargeFleet

LIMIT = 50

Ask = Callable[[Reader, LargeFleet], Awaitable[Any]]


def by(sort: str | None, *, total: bool = False) -> PageRequest:
    return PageRequest(limit=LIMIT, cursor=None, sort=sort, include_total=total)


def of_devices(sort: str | None, conditions: Callable[[LargeFleet], dict[str, Any]]) -> Ask:
    return lambda snapshot, fleet: devices.page(
        snapshot, DeviceFilter(**conditions(fleet)), by(sort)
    )


def of_sensors(sort: str | None, conditions: Callable[[LargeFleet], dict[str, Any]]) -> Ask:
    return lambda snapshot, fleet: sensors.page(
        snapshot, SensorFilter(**conditions(fleet)), by(sort)
    )


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
    "a tag of the oldest": lambda _: {"tags": [FIRST_BATCH]},
    "a tag of the oldest, connected": lambda _: {"tags": [FIRST_BATCH], "connected": True},
    "a tag and a word of all": lambda _: {"tags": ["cold-chain"], "text": "gate"},
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
    "a certificate that ends": lambda _: {"certificate_expires_before": LONG_AGO},
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
    "a word of many": lambda _: {"text": "temp"},
    "a word at a site": lambda fleet: {"text": "temp", "site_id": fleet.site_id},
}
# The newest devices first of those that have the tag of the oldest, and names from A on of those that begin with T.
FARTHEST: dict[str, Ask] = {
    **{
        f"devices: {name}, by None": of_devices(None, DEVICE_FILTERS[name])
        for name in ("a tag of the oldest", "a tag of the oldest, connected")
    },
    "devices: a tag of the oldest and a word of all, by None": of_devices(
        None, lambda _: {"tags": [FIRST_BATCH], "text": "gate"}
    ),
    "sensors: a word of many, by name": of_sensors("name", SENSOR_FILTERS["a word of many"]),
}
QUESTIONS: dict[str, Ask] = {
    **{
        f"devices: {name}, by {sort}": of_devices(sort, conditions)
        for name, conditions in DEVICE_FILTERS.items()
        for sort in DEVICE_SORTS
        if f"devices: {name}, by {sort}" not in FARTHEST
    },
    **{
        f"sensors: {name}, by {sort}": of_sensors(sort, conditions)
        for name, conditions in SENSOR_FILTERS.items()
        for sort in (None, "name", "-key")
        if f"sensors: {name}, by {sort}" not in FARTHEST
    },
    "a device's history of sites": lambda snapshot, fleet: devices.site_history(
        snapshot, fleet.device_id
    ),
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
        f"tokens by {sort}": lambda snapshot, _, sort=sort: provisioning.page_of_tokens(
            snapshot, by(sort)
        )
        for sort in (None, "expiresAt")
    },
    **{
        f"sites by {sort}": lambda snapshot, _, sort=sort: sites.page(
            snapshot, by(sort), tags=[], text=None
        )
        for sort in (None, "updatedAt", "name")
    },
    "groups": lambda snapshot, _: groups.page(snapshot, by(None), text=None),
}
TOTALS: dict[str, Ask] = {
    "devices": lambda snapshot, _: devices.page(snapshot, DeviceFilter(), by(None, total=True)),
    **{
        f"devices: {name}": lambda snapshot, fleet, name=name: devices.page(
            snapshot, DeviceFilter(**DEVICE_FILTERS[name](fleet)), by(None, total=True)
        )
        for name in (
            "a frequent status",
            "a rare profile",
            "a version of a frequent profile",
            "a rare tag",
            "a tag of all",
            "a word of all",
            "a tag of the oldest",
            "a tag of the oldest, connected",
            "a tag and a word of all",
        )
    },
    **{
        f"sensors: {name}": lambda snapshot, fleet, name=name: sensors.page(
            snapshot, SensorFilter(**SENSOR_FILTERS[name](fleet)), by(None, total=True)
        )
        for name in ("all", "a frequent type", "a word of many")
    },
}


class Noted(Snapshot):
    """Writes down what it is asked, but for rows by their id."""

    def __init__(self, database: Database, org_id: UUID) -> None:
        super().__init__(database.pool, database.reading, org_id)
        self.sent: list[Sql] = []

    async def records(self, statement: SelectBase) -> list[asyncpg.Record]:
        self.sent.append(sql_of(statement))
        return await super().records(statement)

    async def value(self, statement: SelectBase) -> Any:
        self.sent.append(sql_of(statement))
        return await super().value(statement)


async def statements_of(database: Database, fleet: LargeFleet, ask: Ask) -> list[Sql]:
    """What the service sends for a question."""
    async with Noted(database, fleet.org_id) as snapshot:
        await ask(snapshot, fleet)
    return snapshot.sent
