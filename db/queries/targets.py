"""Which devices, which sensors: what a `Target` comes to. As app, inside a tenant's transaction.

    Target              what is meant: everything, or sites, groups, devices, components, sensors
      ├─ missing        which of the ids the tenant doesn't have
      ├─ devices_of     a page;    stream_devices    all of them;    count_devices
      ├─ sensors_of     a page;    stream_sensors    all of them;    count_sensors
      └─ resolve ───→ TargetResolution    what it came to, to be asked without a database:
                                          `contains` one sensor, a `mask` of many

What is named adds up. A site is the devices that are there at this moment, a group those that have
its tags; a device is all of its sensors, those to come too. So a resolution holds devices, and is
made anew when the fleet changes (FLEET_CHANGED in db/connections/notifications.py); a sensor that is
created meanwhile belongs to it at once.

Every statement is answered by indexes that row-level security lets PostgreSQL use: equality and
ranges. `tags @> …` or `&&` would read each device of the tenant. Only what the target names is in a
statement's text, so that one device costs no plan for groups.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.connections.types import AnyConnection

# A tag that so many devices have is rare: the other tags of a group are looked up for each, 4 µs.
# Of those that more have, every device is counted in one pass, 0.4 µs each.
RARE = 5000
STREAM_IDS = 10_000
_BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which devices and sensors are meant. Equal where the same is meant."""

    is_everything: bool = False
    site_ids: frozenset[UUID] = frozenset()
    group_ids: frozenset[UUID] = frozenset()
    device_ids: frozenset[UUID] = frozenset()
    component_ids: frozenset[UUID] = frozenset()
    sensor_ids: frozenset[UUID] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        """All that are named, whatever of."""
        devices = self.site_ids | self.group_ids | self.device_ids
        return devices | self.component_ids | self.sensor_ids

    @property
    def is_empty(self) -> bool:
        return not (self.is_everything or self.ids)

    @property
    def needs_devices(self) -> bool:
        """Whether it depends on which device a sensor belongs to."""
        return bool(self.site_ids or self.group_ids or self.device_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResolution:
    """What a target came to at one moment; equal where it came to the same. Ids are their 16 bytes.

    Asked without a database, from where every reading passes: a set look-up or two for each.
    """

    is_everything: bool = False
    devices: frozenset[bytes] = frozenset()  # with all their sensors
    components: frozenset[bytes] = frozenset()  # with all their sensors
    sensors: frozenset[bytes] = frozenset()
    missing: tuple[UUID, ...] = ()  # named, and not there, or another tenant's

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
        """`contains` of each sensor of a batch, about 30 ns each where one kind of thing is meant.

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
        return [
            device in self.devices or sensor in self.sensors
            for sensor, device in zip(sensors, devices, strict=True)
        ]


async def missing(connection: AnyConnection, target: Target) -> frozenset[UUID]:
    """Those of its ids that the tenant doesn't have. Another tenant's is like one that never was."""
    parts = _parts(_EXISTING, target)
    if not parts:
        return frozenset()
    rows = await connection.fetch(" UNION ALL ".join(parts), *arguments_of(target))
    return target.ids - {row[0] for row in rows}


async def resolve(connection: AnyConnection, target: Target) -> TargetResolution:
    """What it comes to at this moment."""
    if target.is_everything:
        return TargetResolution(is_everything=True)
    unknown = await missing(connection, target)
    devices = target.device_ids - unknown
    places = Target(site_ids=target.site_ids, group_ids=target.group_ids)
    if not places.is_empty:
        rows = await connection.fetch(_devices(places), *arguments_of(places))
        devices |= {row[0] for row in rows}
    return TargetResolution(
        devices=_bytes(devices),
        components=_bytes(target.component_ids - unknown),
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
    return await _page(connection, _distinct_devices(target), target, after, limit)


async def sensors_of(
    connection: AnyConnection, target: Target, *, after: UUID | None = None, limit: int
) -> list[UUID]:
    """The first of its sensors by id, after that one.

    Each page looks at all of them: who wants them all streams them.
    """
    return await _page(connection, _sensors(target), target, after, limit)


def stream_devices(connection: AnyConnection, target: Target) -> AsyncIterator[list[UUID]]:
    """All its devices at one moment, in no order, STREAM_IDS at a time."""
    return _stream(connection, _distinct_devices(target), target)


def stream_sensors(connection: AnyConnection, target: Target) -> AsyncIterator[list[UUID]]:
    """All its sensors at one moment, in no order, STREAM_IDS at a time."""
    return _stream(connection, _sensors(target), target)


async def count_devices(connection: AnyConnection, target: Target) -> int:
    return await _count(connection, _distinct_devices(target), target)


async def count_sensors(connection: AnyConnection, target: Target) -> int:
    return await _count(connection, _sensors(target), target)


async def devices_of_sensors(
    connection: AnyConnection, sensor_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """The device of each sensor that is there."""
    rows = await connection.fetch(
        "SELECT id, device_id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL",
        list(sensor_ids),
    )
    return {row["id"]: row["device_id"] for row in rows}


def sensor_condition(target: Target) -> str:
    """That platform.sensor `s` is one of its sensors; the first arguments are `arguments_of`."""
    if target.is_everything:
        return "s.deleted_at IS NULL"
    parts = _parts(_SENSORS, target)
    return f"s.deleted_at IS NULL AND ({' OR '.join(parts) or 'false'})"


def arguments_of(target: Target) -> list[list[UUID]]:
    """One for each kind of thing that it names."""
    return [list(ids) for ids in _named(target).values()]


async def _page(
    connection: AnyConnection, select: str, target: Target, after: UUID | None, limit: int
) -> list[UUID]:
    arguments = arguments_of(target)
    count = len(arguments)
    rows = await connection.fetch(
        f"SELECT id FROM ({select}) AS found "  # noqa: S608 - no values
        f"WHERE id > ${count + 1} ORDER BY id LIMIT ${count + 2}",
        *arguments,
        after or _BEFORE_ALL,
        limit,
    )
    return [row[0] for row in rows]


async def _stream(
    connection: AnyConnection, select: str, target: Target
) -> AsyncIterator[list[UUID]]:
    cursor = await connection.cursor(select, *arguments_of(target))
    while rows := await cursor.fetch(STREAM_IDS):
        yield [row[0] for row in rows]
        if len(rows) < STREAM_IDS:
            return


async def _count(connection: AnyConnection, select: str, target: Target) -> int:
    statement = f"SELECT count(*) FROM ({select}) AS found"  # noqa: S608 - no values
    return int(await connection.fetchval(statement, *arguments_of(target)))


def _devices(target: Target) -> str:
    """A select of the `id` of its devices, of some maybe more than once."""
    if target.is_everything:
        return "SELECT id FROM platform.device WHERE deleted_at IS NULL"
    parts = _parts(_DEVICES, target)
    return " UNION ALL ".join(parts) or "SELECT id FROM platform.device WHERE false"


def _distinct_devices(target: Target) -> str:
    if target.is_everything:
        return _devices(target)
    return f"SELECT DISTINCT id FROM ({_devices(target)}) AS device"  # noqa: S608 - no values


def _sensors(target: Target) -> str:
    select = f"SELECT s.id FROM platform.sensor s WHERE {sensor_condition(target)}"  # noqa: S608
    # With OFFSET 0 they are found by their own indexes, whatever order is asked for: to find the
    # first few, PostgreSQL would walk through the whole tenant in that order.
    return select if target.is_everything else select + " OFFSET 0"


def _parts(texts: Mapping[str, str], target: Target) -> list[str]:
    """The texts of what the target names, with the numbers of its arguments."""
    named = _named(target)
    numbers = {name: f"${number}" for number, name in enumerate(named, 1)}
    return [text.format(**numbers) for name, text in texts.items() if name in named]


def _named(target: Target) -> dict[str, frozenset[UUID]]:
    return {name: ids for name in _EXISTING if (ids := getattr(target, name))}


# By what a target names; {site_ids} becomes the number of that argument.
_EXISTING = {
    "site_ids": "SELECT id FROM platform.site WHERE id = ANY ({site_ids}) AND deleted_at IS NULL",
    "group_ids": "SELECT id FROM platform.device_group "
    "WHERE id = ANY ({group_ids}) AND deleted_at IS NULL",
    "device_ids": "SELECT id FROM platform.device "
    "WHERE id = ANY ({device_ids}) AND deleted_at IS NULL",
    "component_ids": "SELECT id FROM platform.component "
    "WHERE id = ANY ({component_ids}) AND deleted_at IS NULL",
    "sensor_ids": "SELECT id FROM platform.sensor "
    "WHERE id = ANY ({sensor_ids}) AND deleted_at IS NULL",
}

# A device is in a group that matches ANY with one of its tags, in one that matches ALL with each of
# them. Of ALL a rare tag is begun with. Tags have rows only for devices that aren't deleted.
_IN_GROUPS = f"""
SELECT found.device_id AS id
FROM platform.device_group g
CROSS JOIN LATERAL (SELECT count(DISTINCT tag) AS tags FROM unnest(g.tags) AS tag) AS wanted
LEFT JOIN LATERAL (
  SELECT each.tag
  FROM unnest(g.tags) AS each (tag)
  CROSS JOIN LATERAL (
    SELECT count(*) AS devices
    FROM (SELECT FROM platform.device_tag t WHERE t.tag = each.tag LIMIT {RARE} + 1) AS counted
  ) AS tagged
  WHERE g.match = 'ALL' AND tagged.devices <= {RARE}
  ORDER BY tagged.devices LIMIT 1
) AS rarest ON true
CROSS JOIN LATERAL (
  SELECT t.device_id, count(*) AS tags
  FROM platform.device_tag t
  WHERE t.tag = ANY (CASE WHEN rarest.tag IS NULL THEN g.tags ELSE ARRAY[rarest.tag] END)
  GROUP BY t.device_id
) AS found
WHERE g.id = ANY ({{group_ids}}) AND g.deleted_at IS NULL AND (
  g.match = 'ANY' OR found.tags = wanted.tags OR rarest.tag IS NOT NULL AND wanted.tags = (
    SELECT count(*) FROM platform.device_tag t
    WHERE t.device_id = found.device_id AND t.tag = ANY (g.tags)))
"""  # noqa: S608 - no values

_AT_SITES = "SELECT id FROM platform.device WHERE site_id = ANY ({site_ids}) AND deleted_at IS NULL"
_DEVICES = {
    "site_ids": _AT_SITES,
    "group_ids": _IN_GROUPS,
    "device_ids": _EXISTING["device_ids"],
    "component_ids": "SELECT device_id AS id FROM platform.component "
    "WHERE id = ANY ({component_ids}) AND deleted_at IS NULL",
    "sensor_ids": "SELECT device_id AS id FROM platform.sensor "
    "WHERE id = ANY ({sensor_ids}) AND deleted_at IS NULL",
}

# Conditions on a sensor. Those of what is deleted are deleted with it.
_SENSORS = {
    "site_ids": f"s.device_id = ANY (ARRAY({_AT_SITES}))",
    "group_ids": f"s.device_id = ANY (ARRAY({_IN_GROUPS}))",
    "device_ids": "s.device_id = ANY ({device_ids})",
    "component_ids": "s.component_id = ANY ({component_ids})",
    "sensor_ids": "s.id = ANY ({sensor_ids})",
}
