"""Which devices, which sensors: every way of asking says the same, and nothing of a neighbour's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import NotFound
from app.core.targets import require, target_of
from app.fleet.devices.search import DeviceFilter, devices_wanted
from db.connections.readers import ConnectionReader
from db.connections.sessions import Database, SessionReader, open_database
from db.models import Site
from db.queries.exports import exported_sensors
from db.queries.targets import (
    Target,
    TargetResolution,
    count_devices,
    count_sensors,
    devices_of,
    devices_of_sensors,
    missing,
    resolve,
    sensors_of,
    stream_devices,
    stream_sensors,
)
from tests.make.database import migrated_database
from tests.make.large_fleet import new_organization

TAGS = ("a", "b", "c", "d")
# Of the versions of profiles, each one's: two of one name, and another.
NAMES = ("kept", "kept", "other")
DELETED = datetime.now(UTC)
PAGE = 7


@dataclass(frozen=True)
class Device:
    id: UUID
    site_id: UUID | None
    tags: list[str]
    component_id: UUID
    sensor_ids: tuple[UUID, UUID]  # on itself, on its component
    version: int | None  # of the profiles that it and its component are bound to


@dataclass(frozen=True)
class Fleet:
    """A tenant that knows of itself, without a database, who is where."""

    org_id: UUID
    site_ids: list[UUID]
    devices: list[Device]
    device_profile_ids: list[UUID]  # the minor versions of NAMES
    sensor_profile_ids: list[UUID]

    def has_profile(self, device: Device, ids: Set[UUID], names: Set[str], of: list[UUID]) -> bool:
        version = device.version
        return version is not None and (of[version] in ids or NAMES[version] in names)

    def components_of(self, target: Target) -> set[UUID]:
        ids, names = target.sensor_profile_ids, target.sensor_profile_names
        return {
            device.component_id
            for device in self.devices
            if device.component_id in target.component_ids
            or self.has_profile(device, ids, names, self.sensor_profile_ids)
        }

    def devices_of(self, target: Target, groups: dict[UUID, tuple[list[str], str]]) -> set[UUID]:
        """Whole ones."""
        return {
            device.id
            for device in self.devices
            if target.is_everything
            or device.id in target.device_ids
            or device.site_id in target.site_ids
            or self.has_profile(
                device,
                target.device_profile_ids,
                target.device_profile_names,
                self.device_profile_ids,
            )
            or any(
                (any if match == "ANY" else all)(tag in device.tags for tag in tags)
                for group_id, (tags, match) in groups.items()
                if group_id in target.group_ids
            )
        }


@dataclass(frozen=True)
class Stand:
    database: Database
    admin: asyncpg.Connection[asyncpg.Record]
    fleet: Fleet
    neighbour: Fleet

    async def groups(self, groups: Sequence[tuple[list[str], str]]) -> dict[UUID, Any]:
        made = {uuid4(): group for group in groups}
        await self.admin.executemany(
            "INSERT INTO platform.device_group (org_id, id, name, tags, match) "
            "VALUES ($1, $2, gen_random_uuid(), $3, $4)",
            [(self.fleet.org_id, id_, *group) for id_, group in made.items()],
        )
        return made


@pytest.fixture(scope="module")
async def stand() -> AsyncIterator[Stand]:
    with migrated_database() as urls:
        admin = await asyncpg.connect(urls.admin)
        async with open_database(urls.app, pool_size=2, statement_timeout_seconds=60) as database:
            yield Stand(database, admin, await make_fleet(admin), await make_fleet(admin))
        await admin.close()


async def make_fleet(admin: asyncpg.Connection[asyncpg.Record]) -> Fleet:
    """Devices with every combination of tags, at either of two sites and at none; one is deleted."""
    org_id, site_ids = await new_organization(admin), [uuid4(), uuid4()]
    await admin.executemany(
        "INSERT INTO platform.site (org_id, id, name) VALUES ($1, $2, gen_random_uuid())",
        [(org_id, site_id) for site_id in site_ids],
    )
    profiles = [await make_profiles(admin, org_id, kind) for kind in ("device", "sensor")]
    devices = []
    for site_id in (*site_ids, None):
        for chosen in range(2 ** len(TAGS)):
            tags = [tag for place, tag in enumerate(TAGS) if chosen >> place & 1]
            version = (None, 0, 1, 2)[len(devices) % 4]
            bound = (None, None) if version is None else tuple(each[version] for each in profiles)
            device = await make_device(admin, org_id, site_id, tags, profiles=bound)
            devices.append(replace(device, version=version))
    await make_device(admin, org_id, site_ids[0], list(TAGS), deleted_at=DELETED)
    return Fleet(org_id, site_ids, devices, *profiles)


async def make_profiles(
    admin: asyncpg.Connection[asyncpg.Record], org_id: UUID, kind: str
) -> list[UUID]:
    made = [uuid4() for _ in NAMES]
    more = ", commands" if kind == "device" else ""
    await admin.executemany(
        f"INSERT INTO platform.{kind}_profile (org_id, id, name, major, minor, description, "
        f"changes, fields, created_by{more}) VALUES ($1, $2, $3, 1, $4, '', '', '[]', 'us'"
        f"{', ' + repr('[]') if more else ''})",
        [
            (org_id, id_, name, place)
            for place, (id_, name) in enumerate(zip(made, NAMES, strict=True))
        ],
    )
    return made


async def make_device(
    admin: asyncpg.Connection[asyncpg.Record],
    org_id: UUID,
    site_id: UUID | None,
    tags: list[str],
    deleted_at: datetime | None = None,
    profiles: tuple[UUID | None, ...] = (None, None),
) -> Device:
    device = Device(uuid4(), site_id, tags, uuid4(), (uuid4(), uuid4()), None)
    device_profile_id, sensor_profile_id = profiles
    await admin.execute(
        "INSERT INTO platform.device "
        "(org_id, id, name, site_id, tags, deleted_at, device_profile_id) "
        "VALUES ($1, $2, gen_random_uuid(), $3, $4, $5, $6)",
        *(org_id, device.id, site_id, tags, deleted_at, device_profile_id),
    )
    await admin.execute(
        "INSERT INTO platform.component "
        "(org_id, id, device_id, key, name, deleted_at, sensor_profile_id) "
        "VALUES ($1, $2, $3, 'c', 'c', $4, $5)",
        *(org_id, device.component_id, device.id, deleted_at, sensor_profile_id),
    )
    for sensor_id, component_id in zip(device.sensor_ids, (None, device.component_id), strict=True):
        await admin.execute(
            "INSERT INTO platform.sensor (org_id, id, device_id, component_id, key, name, "
            "value_type, deleted_at) VALUES ($1, $2, $3, $4, 'temperature', 't', 'DOUBLE', $5)",
            *(org_id, sensor_id, device.id, component_id, deleted_at),
        )
    return device


GROUPS = st.lists(
    st.tuples(
        st.lists(st.sampled_from((*TAGS, "nobody's")), min_size=1, max_size=4),
        st.sampled_from(["ANY", "ALL"]),
    ),
    max_size=3,
)
PLACES = st.sets(st.integers(0, 47), max_size=3)
VERSIONS = st.sets(st.integers(0, 2), max_size=1)
PROFILE_NAMES = st.frozensets(st.sampled_from(["kept", "other", "to come"]), max_size=1)


@settings(max_examples=150, deadline=None)
@given(
    groups=GROUPS,
    sites=st.sets(st.integers(0, 1)),
    devices=PLACES,
    components=PLACES,
    sensors=PLACES,
    versions=st.tuples(VERSIONS, VERSIONS),
    names=st.tuples(PROFILE_NAMES, PROFILE_NAMES),
)
async def test_every_way_of_asking_says_the_same(
    stand: Stand,
    groups: list[tuple[list[str], str]],
    sites: set[int],
    devices: set[int],
    components: set[int],
    sensors: set[int],
    versions: tuple[set[int], set[int]],
    names: tuple[frozenset[str], frozenset[str]],
) -> None:
    fleet, made = stand.fleet, await stand.groups(groups)
    target = Target(
        group_ids=frozenset(made),
        site_ids=frozenset(fleet.site_ids[place] for place in sites),
        device_ids=frozenset(fleet.devices[place].id for place in devices),
        component_ids=frozenset(fleet.devices[place].component_id for place in components),
        sensor_ids=frozenset(fleet.devices[place].sensor_ids[0] for place in sensors),
        device_profile_ids=frozenset(fleet.device_profile_ids[place] for place in versions[0]),
        sensor_profile_ids=frozenset(fleet.sensor_profile_ids[place] for place in versions[1]),
        device_profile_names=names[0],
        sensor_profile_names=names[1],
    )
    await check(stand, fleet, target, made)


async def test_everything_is_everything_and_nothing_nothing(stand: Stand) -> None:
    await check(stand, stand.fleet, Target(is_everything=True), {})
    await check(stand, stand.fleet, Target(), {})


async def check(
    stand: Stand, fleet: Fleet, target: Target, groups: dict[UUID, tuple[list[str], str]]
) -> None:
    whole = fleet.devices_of(target, groups)
    on, meant, parts = set(whole), set(), fleet.components_of(target)
    for device in fleet.devices:
        own, of_component = device.sensor_ids
        if device.id in whole:
            meant |= {own, of_component}
        if device.component_id in parts:
            meant.add(of_component)
        meant |= target.sensor_ids & set(device.sensor_ids)
        if meant & set(device.sensor_ids) or device.component_id in parts:
            on.add(device.id)
    async with stand.database.reading_transaction(fleet.org_id) as tx:
        assert await in_pages(devices_of, tx, target) == sorted(on)
        assert await in_pages(sensors_of, tx, target) == sorted(meant)
        devices = [id_ async for ids in stream_devices(tx, target) for id_ in ids]
        sensors = [id_ async for ids in stream_sensors(tx, target) for id_ in ids]
        assert (sorted(devices), sorted(sensors)) == (sorted(on), sorted(meant))
        assert await count_devices(tx, target) == len(on)
        assert await count_sensors(tx, target) == len(meant)
        assert [row["id"] for row in await exported_sensors(tx, target)] == sorted(meant)
        assert await missing(tx, target) == frozenset()
        resolution = await resolve(tx, target)
    check_resolution(fleet, resolution, meant)
    async with stand.database.snapshot(fleet.org_id) as snapshot:
        for group_id in target.group_ids:
            found = await devices_wanted(snapshot, DeviceFilter(group_id=group_id))
            rows = await snapshot.records(found.ids())
            only = Target(group_ids=frozenset([group_id]))
            assert {row[0] for row in rows} == fleet.devices_of(only, groups)


async def in_pages(question: Any, connection: Any, target: Target) -> list[UUID]:
    found: list[UUID] = []
    after = None
    while page := await question(connection, target, after=after, limit=PAGE):
        assert len(page) <= PAGE
        found += page
        after = page[-1]
    return found


def check_resolution(fleet: Fleet, resolution: TargetResolution, meant: set[UUID]) -> None:
    """Asked one by one and all at once, it contains the sensors that are meant, and no others."""
    places = [
        (sensor_id.bytes, device.id.bytes, component_id)
        for device in fleet.devices
        for sensor_id, component_id in zip(
            device.sensor_ids, (None, device.component_id.bytes), strict=True
        )
    ]
    expected = [UUID(bytes=sensor) in meant for sensor, _, _ in places]
    assert [resolution.contains(*place) for place in places] == expected
    sensors, devices, components = zip(*places, strict=True)
    assert resolution.mask(sensors, devices, components) == expected


async def test_what_is_another_tenants_is_missing_like_what_never_was(stand: Stand) -> None:
    theirs = stand.neighbour.devices[0]
    target = Target(
        site_ids=frozenset([stand.neighbour.site_ids[0]]),
        group_ids=frozenset([uuid4()]),
        device_ids=frozenset([theirs.id, stand.fleet.devices[0].id]),
        component_ids=frozenset([theirs.component_id]),
        sensor_ids=frozenset(theirs.sensor_ids),
    )
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        unknown = target.ids - {stand.fleet.devices[0].id}
        assert await missing(tx, target) == unknown
        assert await in_pages(devices_of, tx, target) == [stand.fleet.devices[0].id]
        assert await count_sensors(tx, target) == 2
        resolution = await resolve(tx, target)
        assert await devices_of_sensors(tx, theirs.sensor_ids) == {}
    assert resolution == TargetResolution(
        devices=frozenset([stand.fleet.devices[0].id.bytes]), missing=tuple(sorted(unknown))
    )


async def test_what_is_deleted_is_missing_and_belongs_to_nothing(stand: Stand) -> None:
    [(device_id, component_id, site_id)] = await stand.admin.fetch(
        "SELECT d.id, c.id, d.site_id FROM platform.device d JOIN platform.component c "
        "ON c.device_id = d.id WHERE d.org_id = $1 AND d.deleted_at IS NOT NULL",
        stand.fleet.org_id,
    )
    target = Target(device_ids=frozenset([device_id]), component_ids=frozenset([component_id]))
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        assert await missing(tx, target) == target.ids
        assert await count_devices(tx, target) == await count_sensors(tx, target) == 0
        resolution = await resolve(tx, Target(site_ids=frozenset([site_id])))
    assert device_id.bytes not in resolution.devices


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        ("SITE", "site"),
        ("DEVICE_GROUP", "device group"),
        ("DEVICE_PROFILE", "device profile"),
        ("SENSOR_PROFILE", "sensor profile"),
        ("DEVICE", "device"),
        ("COMPONENT", "component"),
        ("SENSOR", "sensor"),
    ],
)
async def test_a_refusal_names_what_is_not_there(stand: Stand, type_: str, words: str) -> None:
    id_ = uuid4()
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        with pytest.raises(NotFound) as refusal:
            await require(ConnectionReader(tx), target_of(type_, id_))
        await require(ConnectionReader(tx), target_of("ORGANIZATION", stand.fleet.org_id))
    assert refusal.value.detail == f"no {words} {id_}"


async def test_a_target_is_required_in_the_transaction_that_made_it(stand: Stand) -> None:
    async with stand.database.transaction(stand.fleet.org_id) as tx:
        site = Site(org_id=stand.fleet.org_id, id=uuid4(), name="just now")
        tx.add(site)
        await tx.flush()
        await require(SessionReader(tx), target_of("SITE", site.id))
        await tx.rollback()
    async with stand.database.reading_transaction(stand.fleet.org_id) as tx:
        assert await missing(tx, target_of("SITE", site.id)) == {site.id}
