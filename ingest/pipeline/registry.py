"""What the pipeline knows of devices and sensors: loaded when first mentioned, forgotten when told of a change.

Memory is bounded: the devices that were asked for longest ago are forgotten first, and loaded again if they return.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

from db.connections.types import Connection, Pool
from db.ids import new_id
from db.queries.profiles import DevicePart, fields_of_profiles, parts_of_devices
from db.readings.times import microseconds
from ingest.pipeline.profiles import Profile
from ingest.pipeline.rejection import Reason, Rejection

DEVICES_MAX = 100_000
NO_READING = -(2**63)
_NO_ROOM = Rejection(Reason.SENSOR_LIMIT, "the device has as many sensors as it may have")
_GONE = Rejection(Reason.UNKNOWN_SENSOR, "the device or component has just been deleted")


@dataclass(slots=True)
class Sensor:
    """A typed channel of a device. `value_type` changes once at most, from BIGINT to DOUBLE.

    `newest` is the time (µs) of its newest committed reading as far as this process knows: it may lie behind the truth,
    or ahead of it where readings were deleted, and must decide nothing but which way is faster. `profile` is there
    where it has a field for this sensor.
    """

    id: UUID
    org_id: UUID
    device_id: UUID
    key: str
    value_type: str
    is_widenable: bool
    newest: int = NO_READING
    profile: Profile | None = None

    @property
    def order(self) -> bytes:
        """Sensors sorted by this stand as in the readings' key."""
        return self.org_id.bytes + self.id.bytes


@dataclass(slots=True)
class Part:
    """What has sensors: a component of a device, or with component_id None the device itself."""

    component_id: UUID | None = None
    profile: Profile | None = None
    sensors_by_key: dict[str, Sensor] = field(default_factory=dict)


@dataclass(slots=True)
class KnownDevice:
    org_id: UUID
    id: UUID
    own: Part
    components: dict[str, Part] = field(default_factory=dict)

    def part(self, component: str | None) -> Part | None:
        """The component with this key, or the device itself; None where it has no such component."""
        return self.own if component is None else self.components.get(component)

    @property
    def parts(self) -> Iterator[Part]:
        yield self.own
        yield from self.components.values()

    @property
    def sensors(self) -> Iterator[Sensor]:
        return (sensor for part in self.parts for sensor in part.sensors_by_key.values())


@dataclass(frozen=True, slots=True)
class SensorName:
    """A sensor that is not there yet: it is created as it is first reported.

    It is typed by its part's profile where that has a field for it, or else by its first value.
    """

    org_id: UUID
    device_id: UUID
    key: str
    component_id: UUID | None = None
    profile: Profile | None = field(default=None, compare=False)

    @property
    def order(self) -> tuple[bytes, bytes, bytes, str]:
        """All writers create sensors in one order, so that they meet without a deadlock."""
        component = self.component_id.bytes if self.component_id else b""
        return self.org_id.bytes, self.device_id.bytes, component, self.key


class Birth(NamedTuple):
    """What a new sensor is. `is_widenable`: typed by a bare integer, it may turn out to be a DOUBLE."""

    value_type: str
    unit: str | None = None
    is_widenable: bool = False


class Registry:
    """Asked without waiting (`device`, `sensor`), filled beforehand (`learn`, `create`, `widen`)."""

    def __init__(
        self, pool: Pool, *, sensors_per_device: int, devices_max: int = DEVICES_MAX
    ) -> None:
        self._pool = pool
        self._sensors_per_device = sensors_per_device
        self._devices_max = devices_max
        self._devices: OrderedDict[UUID, KnownDevice] = OrderedDict()
        self._sensors: dict[UUID, Sensor] = {}
        self._retention_days: dict[UUID, int] = {}
        # A version never changes: compiled once, kept for as long as a device here is bound to it.
        self._profiles: WeakValueDictionary[UUID, Profile] = WeakValueDictionary()
        # The devices that are being read at this moment, by each who reads; what is told of meanwhile is taken out.
        self._loads: dict[int, set[UUID]] = {}
        self.changes = 0
        """How often it was told of a change: what was identified before the last one is to be identified anew."""

    def device(self, device_id: UUID) -> KnownDevice | None:
        return self._devices.get(device_id)

    def sensor(self, sensor_id: UUID) -> Sensor | None:
        return self._sensors.get(sensor_id)

    def retention_days(self, org_id: UUID) -> int | None:
        """How long the organization of a known device keeps readings; None for as long as the platform."""
        return self._retention_days.get(org_id)

    async def learn(self, device_ids: Iterable[UUID], sensor_ids: Iterable[UUID]) -> None:
        """Load the devices named, and those that own the sensors named. What doesn't exist stays unknown.

        When it returns, all are known at once: what was known before may be told of while others are read, and is
        then read again.
        """
        wanted, named, absent = set(device_ids), set(sensor_ids), set[UUID]()
        for device_id in wanted & self._devices.keys():
            self._devices.move_to_end(device_id)
        while True:
            strangers = named - self._sensors.keys() - absent
            missing = wanted - self._devices.keys() - absent
            if not missing and not strangers:
                return
            async with self._pool.acquire() as connection:
                owners = await self._owners(connection, strangers)
                await self._load(connection, missing | owners)
                absent |= (missing - self._devices.keys()) | (strangers - self._sensors.keys())
            self._forget_oldest(keep=len(wanted | missing | owners))

    @staticmethod
    async def _owners(connection: Connection, sensor_ids: set[UUID]) -> set[UUID]:
        if not sensor_ids:
            return set()
        rows = await connection.fetch(
            "SELECT DISTINCT device_id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL",
            list(sensor_ids),
        )
        return {row["device_id"] for row in rows}

    async def _load(self, connection: Connection, device_ids: set[UUID]) -> None:
        """Read the devices with their sensors; once more where a change was told of between asking and answer."""
        while device_ids:
            unchanged = set(device_ids)
            self._loads[id(unchanged)] = unchanged
            try:
                await self._read(connection, device_ids)
            finally:
                del self._loads[id(unchanged)]
            device_ids = device_ids - unchanged
            for device_id in device_ids:
                self._drop(device_id)

    async def _read(self, connection: Connection, device_ids: set[UUID]) -> None:
        parts = await parts_of_devices(connection, list(device_ids))
        profiles = await self._compiled(connection, parts)
        sensors = await connection.fetch(
            "SELECT s.id, s.org_id, s.device_id, s.component_id, s.key, s.value_type, s.is_widenable, l.ts "
            "FROM platform.sensor s LEFT JOIN tsd.latest l ON l.org_id = s.org_id AND l.sensor_id = s.id "
            "WHERE s.device_id = ANY ($1) AND s.deleted_at IS NULL",
            [part.device_id for part in parts if part.component_id is None],
        )
        known = self._replace(parts, profiles)
        for id_, org_id, device_id, component_id, key, value_type, is_widenable, ts in sensors:
            # A sensor whose component was deleted between the two questions is on its way out, too.
            if (owner := known.get((device_id, component_id))) is not None:
                profile = owner.profile if owner.profile and owner.profile.sensor(key) else None
                newest = NO_READING if ts is None else microseconds(ts)
                sensor = Sensor(
                    id_, org_id, device_id, key, value_type, is_widenable, newest, profile
                )
                owner.sensors_by_key[key] = self._sensors[id_] = sensor

    def _replace(
        self, parts: Sequence[DevicePart], profiles: Mapping[UUID, Profile]
    ) -> dict[tuple[UUID, UUID | None], Part]:
        """Put these devices, still without sensors, in place of what was known of them."""
        made = {
            (part.device_id, part.component_id): Part(
                part.component_id,
                None if part.profile_id is None else profiles.get(part.profile_id),
            )
            for part in parts
        }
        for part in parts:
            if part.component_id is None:
                for sensor in self._sensors_of(part.device_id):
                    self._sensors.pop(sensor.id, None)
                own = made[part.device_id, None]
                self._devices[part.device_id] = KnownDevice(part.org_id, part.device_id, own)
                if part.retention_days is None:
                    self._retention_days.pop(part.org_id, None)
                else:
                    self._retention_days[part.org_id] = part.retention_days
        for part in parts:
            if part.component_key is not None:
                component = made[part.device_id, part.component_id]
                self._devices[part.device_id].components[part.component_key] = component
        return made

    def _sensors_of(self, device_id: UUID) -> Iterable[Sensor]:
        device = self._devices.get(device_id)
        return device.sensors if device else ()

    async def _compiled(
        self, connection: Connection, parts: Sequence[DevicePart]
    ) -> Mapping[UUID, Profile]:
        """The parts' profiles, whole while the caller holds them."""
        wanted = {part.profile_id for part in parts if part.profile_id is not None}
        profiles = {id_: known for id_ in wanted if (known := self._profiles.get(id_)) is not None}
        unknown = [part for part in parts if part.profile_id and part.profile_id not in profiles]
        if unknown:
            for profile_id, fields in (await fields_of_profiles(connection, unknown)).items():
                profiles[profile_id] = self._profiles[profile_id] = Profile.from_stored(fields)
        return profiles

    async def create(
        self, births: Mapping[SensorName, Birth]
    ) -> dict[SensorName, Sensor | Rejection]:
        """Create the sensors in a transaction of their own; each name's sensor, or why there is none.

        Another process may create the same sensor at the same moment: the key decides, and both use the winner.
        """
        allowed = sorted(self._within_limit(births), key=lambda name: name.order)
        made: dict[SensorName, Sensor | Rejection] = dict.fromkeys(births, _NO_ROOM)
        if not allowed:
            return made
        async with self._pool.acquire() as connection:
            async with connection.transaction():
                await self._insert(connection, allowed, births)
            await self._load(connection, {name.device_id for name in allowed})
            # Looked up before anything else is waited for: a moment later the devices may be forgotten again.
            made |= {name: self._named(name) or _GONE for name in allowed}
        return made

    def _named(self, name: SensorName) -> Sensor | None:
        device = self._devices.get(name.device_id)
        parts = device.parts if device else ()
        return next(
            (
                part.sensors_by_key.get(name.key)
                for part in parts
                if part.component_id == name.component_id
            ),
            None,
        )

    def _within_limit(self, births: Iterable[SensorName]) -> list[SensorName]:
        allowed = []
        taken: Counter[UUID] = Counter()
        for name in births:
            if name.device_id not in taken:
                device = self._devices.get(name.device_id)
                taken[name.device_id] = (
                    sum(len(part.sensors_by_key) for part in device.parts) if device else 0
                )
            if taken[name.device_id] < self._sensors_per_device:
                allowed.append(name)
                taken[name.device_id] += 1
        return allowed

    @staticmethod
    async def _insert(
        connection: Connection, names: Sequence[SensorName], births: Mapping[SensorName, Birth]
    ) -> None:
        await connection.execute(
            "INSERT INTO platform.sensor "
            "(org_id, id, device_id, component_id, key, name, value_type, unit, is_widenable) "
            "SELECT org_id, id, device_id, component_id, key, key, value_type, unit, is_widenable "
            "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], "
            "$8::boolean[]) AS s (org_id, id, device_id, component_id, key, value_type, unit, is_widenable) "
            "ON CONFLICT DO NOTHING",
            [name.org_id for name in names],
            [new_id() for _ in names],
            [name.device_id for name in names],
            [name.component_id for name in names],
            [name.key for name in names],
            [births[name].value_type for name in names],
            [births[name].unit for name in names],
            [births[name].is_widenable for name in names],
        )

    async def widen(self, sensors: Iterable[Sensor]) -> None:
        """Turn BIGINT sensors, born from a bare integer, into DOUBLE ones. Stored readings keep their integers."""
        widening = {sensor.id: sensor for sensor in sensors}
        if not widening:
            return
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "UPDATE platform.sensor SET value_type = 'DOUBLE', is_widenable = false "
                "WHERE id = ANY ($1) AND is_widenable",
                sorted(widening),
            )
        for sensor in widening.values():
            for known in (sensor, self._sensors.get(sensor.id, sensor)):
                known.value_type, known.is_widenable = "DOUBLE", False

    def forget(self, device_id: UUID) -> None:
        """Something about this device changed: load it anew when it is next mentioned."""
        self.changes += 1
        self._drop(device_id)

    def _drop(self, device_id: UUID) -> None:
        for unchanged in self._loads.values():
            unchanged.discard(device_id)
        for sensor in self._sensors_of(device_id):
            self._sensors.pop(sensor.id, None)
        self._devices.pop(device_id, None)

    def forget_organization(self, org_id: UUID) -> None:
        """It keeps readings for another time: load its devices anew when they are next mentioned."""
        self.changes += 1
        for unchanged in self._loads.values():
            unchanged.clear()  # any of them may be its own
        self._retention_days.pop(org_id, None)
        for device_id in [
            device.id for device in self._devices.values() if device.org_id == org_id
        ]:
            self._drop(device_id)

    def forget_all(self) -> None:
        self.changes += 1
        for unchanged in self._loads.values():
            unchanged.clear()
        self._retention_days.clear()
        self._devices.clear()
        self._sensors.clear()

    def _forget_oldest(self, *, keep: int) -> None:
        while len(self._devices) > max(self._devices_max, keep):
            self._drop(next(iter(self._devices)))
