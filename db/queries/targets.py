"""Which devices, which sensors: what a `Target` comes to. As app, inside a tenant's transaction.

    Target              what is meant: everything, or sites, groups, devices, components, sensors,
      │                 whatever has a version of a profile, or any version of it
      ├─ missing        which of the ids the tenant doesn't have
      ├─ devices_of     a page;    stream_devices    all of them;    count_devices
      ├─ sensors_of     a page;    stream_sensors    all of them;    count_sensors
      ├─ kinds_of_values    what its sensors' values are
      └─ resolve ───→ TargetResolution    what it came to, to be asked without a database:
                                          `contains` one sensor, a `mask` of many

What is named adds up. A customer has the devices that were given to them, a site is the devices
that are there at this moment, a group those that have its tags, a device profile those that are
bound to it at this moment, a sensor profile components; a device is all of its sensors, those to
come too. So a resolution holds devices, and is made anew when the fleet changes (FLEET_CHANGED in
db/connections/notifications.py); a sensor that is created meanwhile belongs to it at once.

The statements are in target_sql.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.connections.types import AnyConnection
from db.queries import target_sql
from db.queries.target_sql import EVERYTHING, KINDS, Kinds

STREAM_IDS = 10_000
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which devices and sensors are meant. Equal where the same is meant."""

    is_everything: bool = False
    customer_ids: frozenset[UUID] = frozenset()
    site_ids: frozenset[UUID] = frozenset()
    group_ids: frozenset[UUID] = frozenset()
    device_profile_ids: frozenset[UUID] = frozenset()  # of versions
    device_profile_names: frozenset[str] = frozenset()  # every version
    sensor_profile_ids: frozenset[UUID] = frozenset()
    sensor_profile_names: frozenset[str] = frozenset()
    device_ids: frozenset[UUID] = frozenset()
    component_ids: frozenset[UUID] = frozenset()
    sensor_ids: frozenset[UUID] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        """All that are named, whatever of."""
        profiles = self.device_profile_ids | self.sensor_profile_ids
        places = self.customer_ids | self.site_ids | self.group_ids
        devices = places | self.device_ids | profiles
        return devices | self.component_ids | self.sensor_ids

    @property
    def kinds(self) -> Kinds:
        """What there are ids or names of, by the names of the fields; or that it is everything."""
        if self.is_everything:
            return (EVERYTHING,)
        return tuple(kind for kind in KINDS if getattr(self, kind))

    @property
    def arguments(self) -> list[list[UUID] | list[str]]:
        """The ids or names of each kind, as the statements about it take them."""
        if self.is_everything:
            return []
        return [list(getattr(self, kind)) for kind in self.kinds]

    @property
    def is_empty(self) -> bool:
        return not self.kinds

    @property
    def needs_devices(self) -> bool:
        """Whether it depends on which device a sensor belongs to."""
        profiles = self.device_profile_ids or self.device_profile_names
        places = self.customer_ids or self.site_ids or self.group_ids
        return bool(places or self.device_ids or profiles)

    def for_customer(self, customer_id: UUID | None) -> Target:
        """As one of an organization's customers means it: everything is what they have."""
        if customer_id is None or not self.is_everything:
            return self
        return Target(customer_ids=frozenset((customer_id,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResolution:
    """What a target came to at one moment; equal where it came to the same. Ids are their 16 bytes.

    Asked without a database, from where every reading passes: a set look-up or two for each.
    """

    is_everything: bool = False
    devices: frozenset[bytes] = frozenset()  # with all their sensors
    components: frozenset[bytes] = frozenset()  # with all their sensors
    sensors: frozenset[bytes] = frozenset()
    missing: tuple[UUID, ...] = ()  # ids that are not there, or another tenant's

    def contains(self, sensor: bytes, device: bytes | None, component: bytes | None = None) -> bool:
        """Whether the sensor of that device, and component where it has one, is meant."""
        return (
            self.is_everything
            or device in self.devices
            or sensor in self.sensors
            or component in self.components
        )

    def mask(
        self,
        sensors: Sequence[bytes],
        devices: Sequence[bytes | None],
        components: Sequence[bytes | None] = (),
    ) -> list[bool]:
        """`contains` of each sensor of a batch: 30 ns each where one kind is meant, 60 where two are.

        `devices` and `components` are only looked at where some are meant.
        """
        if self.is_everything:
            return [True] * len(sensors)
        if self.components:
            places = zip(sensors, devices, components, strict=True)
            return [self.contains(*place) for place in places]
        if not self.devices:
            return list(map(self.sensors.__contains__, sensors))
        if not self.sensors:
            return list(map(self.devices.__contains__, devices))
        meant_devices, meant_sensors = self.devices, self.sensors
        return [
            device in meant_devices or sensor in meant_sensors
            for sensor, device in zip(sensors, devices, strict=True)
        ]


async def missing(connection: AnyConnection, target: Target) -> frozenset[UUID]:
    """Those of its ids that the tenant doesn't have: another's is like one that never was. Names
    of profiles may be of those to come."""
    if not target.ids:
        return frozenset()
    kinds = tuple(kind for kind in target.kinds if kind.endswith("_ids"))
    ids = [list(getattr(target, kind)) for kind in kinds]
    rows = await connection.fetch(target_sql.existing(kinds), *ids)
    return target.ids - {row[0] for row in rows}


async def resolve(connection: AnyConnection, target: Target) -> TargetResolution:
    """What it comes to at this moment."""
    if target.is_everything:
        return TargetResolution(is_everything=True)
    unknown = await missing(connection, target)
    devices, components = target.device_ids - unknown, target.component_ids - unknown
    places = Target(
        customer_ids=target.customer_ids,
        site_ids=target.site_ids,
        group_ids=target.group_ids,
        device_profile_ids=target.device_profile_ids,
        device_profile_names=target.device_profile_names,
    )
    if not places.is_empty:
        rows = await connection.fetch(target_sql.devices(places.kinds), *places.arguments)
        devices |= {row[0] for row in rows}
    parts = Target(
        sensor_profile_ids=target.sensor_profile_ids,
        sensor_profile_names=target.sensor_profile_names,
    )
    if not parts.is_empty:
        rows = await connection.fetch(target_sql.components(parts.kinds), *parts.arguments)
        components |= {row[0] for row in rows}
    return TargetResolution(
        devices=_bytes(devices),
        components=_bytes(components),
        sensors=_bytes(target.sensor_ids - unknown),
        missing=tuple(sorted(unknown)),
    )


def _bytes(ids: Collection[UUID]) -> frozenset[bytes]:
    return frozenset(id_.bytes for id_ in ids)


async def devices_of(
    connection: AnyConnection, target: Target, *, after: UUID | None = None, limit: int
) -> list[UUID]:
    """The first of its devices by id, after that one.

    Of components and sensors that are named, the devices that they belong to.
    """
    select = target_sql.distinct_devices(target.kinds)
    return await _page(connection, select, target, after, limit)


async def sensors_of(
    connection: AnyConnection, target: Target, *, after: UUID | None = None, limit: int
) -> list[UUID]:
    """The first of its sensors by id, after that one.

    Each page looks at all of them: who wants them all streams them.
    """
    return await _page(connection, target_sql.sensors(target.kinds), target, after, limit)


def stream_devices(connection: AnyConnection, target: Target) -> AsyncIterator[list[UUID]]:
    """All its devices at one moment, in no order, STREAM_IDS at a time."""
    return _stream(connection, target_sql.distinct_devices(target.kinds), target)


def stream_sensors(connection: AnyConnection, target: Target) -> AsyncIterator[list[UUID]]:
    """All its sensors at one moment, in no order, STREAM_IDS at a time."""
    return _stream(connection, target_sql.sensors(target.kinds), target)


async def count_devices(connection: AnyConnection, target: Target) -> int:
    return await _count(connection, target_sql.distinct_devices(target.kinds), target)


async def count_sensors(connection: AnyConnection, target: Target) -> int:
    return await _count(connection, target_sql.sensors(target.kinds), target)


async def kinds_of_values(
    connection: AnyConnection, target: Target, *, key: str | None, at_most: int
) -> set[tuple[str, str | None]]:
    """The value types and units of its sensors, of those with this key where one is given; of the
    first so many that are found."""
    place = len(target.arguments) + 1
    statement = (
        "SELECT DISTINCT value_type, unit FROM (SELECT s.value_type, s.unit "  # noqa: S608
        f"FROM platform.sensor s WHERE {target_sql.sensor_condition(target.kinds)} "
        f"AND (${place}::text IS NULL OR s.key = ${place}) LIMIT ${place + 1}) AS found"
    )
    rows = await connection.fetch(statement, *target.arguments, key, at_most)
    return {(row[0], row[1]) for row in rows}


async def devices_of_sensors(
    connection: AnyConnection, sensor_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """The device of each sensor that is there."""
    rows = await connection.fetch(
        "SELECT id, device_id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL",
        list(sensor_ids),
    )
    return {row["id"]: row["device_id"] for row in rows}


async def _page(
    connection: AnyConnection, select: str, target: Target, after: UUID | None, limit: int
) -> list[UUID]:
    statement = target_sql.page(select, target.kinds)
    place = after or _BEFORE_ALL
    return [row[0] for row in await connection.fetch(statement, *target.arguments, place, limit)]


async def _stream(
    connection: AnyConnection, select: str, target: Target
) -> AsyncIterator[list[UUID]]:
    cursor = await connection.cursor(select, *target.arguments)
    while rows := await cursor.fetch(STREAM_IDS):
        yield [row[0] for row in rows]
        if len(rows) < STREAM_IDS:
            return


async def _count(connection: AnyConnection, select: str, target: Target) -> int:
    statement = f"SELECT count(*) FROM ({select}) AS found"  # noqa: S608 - no values
    return int(await connection.fetchval(statement, *target.arguments))
