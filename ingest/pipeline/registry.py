"""What the pipeline knows of devices and sensors: loaded when first mentioned, forgotten when told
of a change.

Memory is bounded by devices and by sensors, whosever they are: the devices that were asked for
longest ago are forgotten first, and loaded again if they return. Between reading a device and
knowing it, it may change: what is told of meanwhile is read again.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from db.connections.types import Connection, Pool
from db.ids import new_id
from db.queries.profiles import DevicePart, fields_of_profiles, parts_of_devices
from db.queries.quotas import rooms_in
from db.queries.registry import (
    SensorInsert,
    SensorRow,
    insert_sensors,
    owners_of_sensors,
    sensors_of_devices,
    widen_sensors,
)
from db.readings.times import microseconds
from ingest.pipeline.directory import (
    NO_READING,
    KnownDevice,
    KnownPart,
    NewSensor,
    Sensor,
    SensorName,
)
from ingest.pipeline.profiles import Profile
from ingest.pipeline.rejection import Reason, Rejection

DEVICES_MAX = 100_000
# A sensor takes about a kilobyte, a device half of one.
SENSORS_MAX = 300_000
_NO_ROOM = Rejection(Reason.SENSOR_LIMIT, "the device has as many sensors as it may have")
_FULL = Rejection(Reason.SENSOR_LIMIT, "the organization has as many sensors as it may have")
_GONE = Rejection(Reason.UNKNOWN_SENSOR, "the device or component has just been deleted")


@dataclass(slots=True, eq=False)
class _Read:
    """Of the devices that somebody is reading at this moment, those of which no change was told
    since."""

    unchanged: set[UUID]


class Registry:
    """A Directory: asked without waiting (`device`, `sensor`), filled beforehand (`load`, `create`,
    `widen`)."""

    def __init__(
        self,
        pool: Pool,
        *,
        sensors_per_device: int,
        devices_max: int = DEVICES_MAX,
        sensors_max: int = SENSORS_MAX,
    ) -> None:
        self._pool = pool
        self._sensors_per_device = sensors_per_device
        self._devices_max = devices_max
        self._sensors_max = sensors_max
        self._devices: OrderedDict[UUID, KnownDevice] = OrderedDict()
        self._sensors: dict[UUID, Sensor] = {}
        self._retention_days: dict[UUID, int] = {}
        # A version never changes: compiled once, kept for as long as a device here is bound to it.
        self._profiles: WeakValueDictionary[UUID, Profile] = WeakValueDictionary()
        self._reads: set[_Read] = set()
        self.changes = 0
        """How often it was told of a change: what was resolved before the last one is to be
        resolved anew."""

    def device(self, device_id: UUID) -> KnownDevice | None:
        return self._devices.get(device_id)

    def sensor(self, sensor_id: UUID) -> Sensor | None:
        return self._sensors.get(sensor_id)

    def retention_days(self, org_id: UUID) -> int | None:
        """How long the organization of a known device keeps readings; None for as long as the
        platform."""
        return self._retention_days.get(org_id)

    async def load(self, device_ids: Iterable[UUID], sensor_ids: Iterable[UUID]) -> None:
        """Load the devices named, and those that own the sensors named. What doesn't exist stays
        unknown.

        When it returns, all are known at once: what was known before may be told of while others
        are read, and is then read again.
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
                owners = await owners_of_sensors(connection, strangers) if strangers else set()
                await self._load(connection, missing | owners)
                absent |= (missing - self._devices.keys()) | (strangers - self._sensors.keys())
            self._forget_oldest(keep=len(wanted | missing | owners))

    async def _load(self, connection: Connection, device_ids: set[UUID]) -> None:
        """Read the devices with their sensors; once more where a change was told of between asking
        and answer."""
        while device_ids:
            read = _Read(set(device_ids))
            self._reads.add(read)
            try:
                await self._read(connection, device_ids)
            finally:
                self._reads.remove(read)
            device_ids = device_ids - read.unchanged
            for device_id in device_ids:
                self._drop(device_id)

    async def _read(self, connection: Connection, device_ids: set[UUID]) -> None:
        parts = await parts_of_devices(connection, list(device_ids))
        profiles = await self._compiled(connection, parts)
        there = [part.device_id for part in parts if part.component_id is None]
        sensors = await sensors_of_devices(connection, there)
        known = self._replace(parts, profiles)
        for row in sensors:
            # A sensor whose component was deleted between the two questions is on its way out, too.
            if (owner := known.get((row.device_id, row.component_id))) is not None:
                owner.sensors_by_key[row.key] = self._sensors[row.id] = _sensor(row, owner.profile)

    def _replace(
        self, parts: Sequence[DevicePart], profiles: Mapping[UUID, Profile]
    ) -> dict[tuple[UUID, UUID | None], KnownPart]:
        """Put these devices, still without sensors, in place of what was known of them."""
        made = {
            (part.device_id, part.component_id): KnownPart(
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

    async def create(self, sensors: Sequence[NewSensor]) -> dict[SensorName, Sensor | Rejection]:
        """Create sensors in a transaction of their own; by its name each one, or why there is none.

        Another process may create the same sensor at the same moment: the key decides, and both use
        the winner.
        """
        created: dict[SensorName, Sensor | Rejection] = {each.name: _NO_ROOM for each in sensors}
        allowed = sorted(self._within_limit(sensors), key=lambda each: each.name.order)
        if not allowed:
            return created
        async with self._pool.acquire() as connection:
            async with connection.transaction():
                allowed, beyond = await _within_quota(connection, allowed)
                created |= {each.name: _FULL for each in beyond}
                if allowed:
                    await insert_sensors(connection, [_insert(each) for each in allowed])
            await self._load(connection, {each.name.device_id for each in allowed})
            # Looked up before anything else is waited for: a moment later the devices may be
            # forgotten again.
            for each in allowed:
                created[each.name] = self._named(each.name) or _GONE
        self._forget_oldest(keep=len({each.name.device_id for each in allowed}))
        return created

    def foreseen(self, sensors: Sequence[NewSensor]) -> dict[SensorName, Sensor | Rejection]:
        """What `create` would give, without creating anything."""
        found: dict[SensorName, Sensor | Rejection] = {each.name: _NO_ROOM for each in sensors}
        for each in self._within_limit(sensors):
            name, profile = each.name, each.name.profile
            found[name] = Sensor(
                new_id(),
                name.org_id,
                name.device_id,
                name.key,
                each.value_type,
                each.is_widenable,
                profile=profile,
            )
        return found

    def _named(self, name: SensorName) -> Sensor | None:
        device = self._devices.get(name.device_id)
        for part in device.parts if device else ():
            if part.component_id == name.component_id:
                return part.sensors_by_key.get(name.key)
        return None

    def _within_limit(self, sensors: Iterable[NewSensor]) -> list[NewSensor]:
        allowed = []
        taken: Counter[UUID] = Counter()
        for sensor in sensors:
            device_id = sensor.name.device_id
            if device_id not in taken:
                taken[device_id] = len(list(self._sensors_of(device_id)))
            if taken[device_id] < self._sensors_per_device:
                allowed.append(sensor)
                taken[device_id] += 1
        return allowed

    async def widen(self, sensors: Iterable[Sensor]) -> None:
        """Turn BIGINT sensors, created for a bare integer, into DOUBLE ones."""
        widening = {sensor.id: sensor for sensor in sensors}
        if not widening:
            return
        async with self._pool.acquire() as connection, connection.transaction():
            await widen_sensors(connection, widening)
        for sensor in widening.values():
            for known in (sensor, self._sensors.get(sensor.id, sensor)):
                known.value_type, known.is_widenable = "DOUBLE", False

    def forget(self, device_id: UUID) -> None:
        """Something about this device changed: load it anew when it is next mentioned."""
        self.changes += 1
        self._drop(device_id)

    def _drop(self, device_id: UUID) -> None:
        for read in self._reads:
            read.unchanged.discard(device_id)
        for sensor in self._sensors_of(device_id):
            self._sensors.pop(sensor.id, None)
        self._devices.pop(device_id, None)

    def forget_organization(self, org_id: UUID) -> None:
        """It keeps readings for another time: load its devices anew when they are next
        mentioned."""
        self.changes += 1
        for read in self._reads:
            read.unchanged.clear()  # any of them may be its own
        self._retention_days.pop(org_id, None)
        for device_id in [
            device.id for device in self._devices.values() if device.org_id == org_id
        ]:
            self._drop(device_id)

    def forget_all(self) -> None:
        self.changes += 1
        for read in self._reads:
            read.unchanged.clear()
        self._retention_days.clear()
        self._devices.clear()
        self._sensors.clear()

    def _forget_oldest(self, *, keep: int) -> None:
        """Until there is room, or so many devices are left: those that are worked with now."""
        while len(self._devices) > keep and self._is_full:
            self._drop(next(iter(self._devices)))

    @property
    def _is_full(self) -> bool:
        return len(self._devices) > self._devices_max or len(self._sensors) > self._sensors_max

    @property
    def sensors(self) -> int:
        """How many are known."""
        return len(self._sensors)


async def _within_quota(
    connection: Connection, sensors: Sequence[NewSensor]
) -> tuple[list[NewSensor], list[NewSensor]]:
    """Those that their organizations have room for, the first of each, and those beyond."""
    wanted = Counter(each.name.org_id for each in sensors)
    rooms = await rooms_in(connection, "sensors", wanted)
    allowed, beyond = [], []
    for each in sensors:
        room = rooms[each.name.org_id]
        if room is None or room > 0:
            allowed.append(each)
        else:
            beyond.append(each)
        if room is not None:
            rooms[each.name.org_id] = room - 1
    return allowed, beyond


def _sensor(row: SensorRow, profile: Profile | None) -> Sensor:
    return Sensor(
        row.id,
        row.org_id,
        row.device_id,
        row.key,
        row.value_type,
        row.is_widenable,
        NO_READING if row.newest_at is None else microseconds(row.newest_at),
        profile if profile and profile.sensor(row.key) else None,
        row.may_have_lone_integers,
        row.is_calculated,
    )


def _insert(sensor: NewSensor) -> SensorInsert:
    name = sensor.name
    return SensorInsert(
        name.org_id,
        new_id(),
        name.device_id,
        name.component_id,
        name.key,
        sensor.value_type,
        sensor.unit,
        sensor.is_widenable,
        name.labels or "{}",
    )
