"""What the pipeline knows of devices and sensors: loaded when first mentioned, forgotten when told of a change.

Memory is bounded: the devices that were asked for longest ago are forgotten first, and loaded again if they return.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import uuid_utils.compat

from db.columns import microseconds
from db.types import Connection, Pool

DEVICES_MAX = 100_000
NO_READING = -(2**63)


@dataclass(slots=True)
class Sensor:
    """A typed channel of a device. `value_type` changes once at most, from BIGINT to DOUBLE.

    `newest` is the time (µs) of its newest committed reading as far as this process knows: it may lie behind the truth,
    or ahead of it where readings were deleted, and must decide nothing but which way is faster.
    """

    id: UUID
    org_id: UUID
    device_id: UUID
    key: str
    value_type: str
    is_widenable: bool
    newest: int = NO_READING

    @property
    def order(self) -> bytes:
        """Sensors sorted by this stand as in the readings' key."""
        return self.org_id.bytes + self.id.bytes


@dataclass(slots=True)
class KnownDevice:
    org_id: UUID
    id: UUID
    sensors_by_key: dict[str, Sensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SensorName:
    """A sensor that is not there yet: it is created as it is first reported, typed by that first value."""

    org_id: UUID
    device_id: UUID
    key: str


class Registry:
    """Asked without waiting (`device`, `sensor`), filled beforehand (`learn`, `create`, `widen`)."""

    def __init__(self, pool: Pool, *, sensors_per_device: int, devices_max: int = DEVICES_MAX) -> None:
        self._pool = pool
        self._sensors_per_device = sensors_per_device
        self._devices_max = devices_max
        self._devices: OrderedDict[UUID, KnownDevice] = OrderedDict()
        self._sensors: dict[UUID, Sensor] = {}
        self._retention_days: dict[UUID, int] = {}
        self._loading: set[UUID] = set()
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
            self._loading = set(device_ids)
            await self._read(connection, device_ids)
            device_ids = device_ids - self._loading
            for device_id in device_ids:
                self._drop(device_id)
        self._loading = set()

    async def _read(self, connection: Connection, device_ids: set[UUID]) -> None:
        devices = await connection.fetch(
            "SELECT d.org_id, d.id, o.retention_days FROM platform.device d "
            "JOIN platform.organization o ON o.id = d.org_id WHERE d.id = ANY ($1) AND d.deleted_at IS NULL",
            list(device_ids),
        )
        sensors = await connection.fetch(
            "SELECT s.id, s.org_id, s.device_id, s.key, s.value_type, s.is_widenable, l.ts AS newest "
            "FROM platform.sensor s LEFT JOIN tsd.latest l ON l.org_id = s.org_id AND l.sensor_id = s.id "
            "WHERE s.device_id = ANY ($1) AND s.component_id IS NULL AND s.deleted_at IS NULL",
            [row["id"] for row in devices],
        )
        for row in devices:
            self._devices[row["id"]] = KnownDevice(row["org_id"], row["id"])
            if row["retention_days"] is None:
                self._retention_days.pop(row["org_id"], None)
            else:
                self._retention_days[row["org_id"]] = row["retention_days"]
        for row in sensors:
            newest = NO_READING if row["newest"] is None else microseconds(row["newest"])
            self._remember(Sensor(**{**row, "newest": newest}))

    async def create(self, births: dict[SensorName, str]) -> set[SensorName]:
        """Create the sensors, with their value types, in a transaction of their own; return those over the limit.

        Another process may create the same sensor at the same moment: the key decides, and both use the winner.
        """
        allowed = self._within_limit(births)
        if allowed:
            async with self._pool.acquire() as connection, connection.transaction():
                ordered = sorted(allowed, key=lambda name: (name.org_id, name.device_id, name.key))
                await self._insert(connection, ordered, births)
                await self._load(connection, {name.device_id for name in ordered})
        return births.keys() - set(allowed)

    def _within_limit(self, births: Iterable[SensorName]) -> list[SensorName]:
        allowed = []
        room: dict[UUID, int] = {}
        for name in births:
            device = self._devices.get(name.device_id)
            taken = len(device.sensors_by_key) if device else 0
            left = room.setdefault(name.device_id, self._sensors_per_device - taken)
            if left > 0:
                allowed.append(name)
                room[name.device_id] = left - 1
        return allowed

    @staticmethod
    async def _insert(connection: Connection, names: list[SensorName], types: dict[SensorName, str]) -> None:
        await connection.execute(
            "INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type, is_widenable) "
            "SELECT org_id, id, device_id, key, key, value_type, value_type = 'BIGINT' "
            "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) "
            "AS s (org_id, id, device_id, key, value_type) "
            "ON CONFLICT DO NOTHING",
            [name.org_id for name in names],
            [uuid_utils.compat.uuid7() for _ in names],
            [name.device_id for name in names],
            [name.key for name in names],
            [types[name] for name in names],
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
        self._loading.discard(device_id)
        device = self._devices.pop(device_id, None)
        for sensor in device.sensors_by_key.values() if device else ():
            self._sensors.pop(sensor.id, None)

    def forget_organization(self, org_id: UUID) -> None:
        """It keeps readings for another time: load its devices anew when they are next mentioned."""
        self.changes += 1
        self._loading.clear()  # any of them may be its own
        self._retention_days.pop(org_id, None)
        for device_id in [device.id for device in self._devices.values() if device.org_id == org_id]:
            self._drop(device_id)

    def forget_all(self) -> None:
        self.changes += 1
        self._loading.clear()
        self._retention_days.clear()
        self._devices.clear()
        self._sensors.clear()

    def _remember(self, sensor: Sensor) -> None:
        self._devices[sensor.device_id].sensors_by_key[sensor.key] = sensor
        self._sensors[sensor.id] = sensor

    def _forget_oldest(self, *, keep: int) -> None:
        while len(self._devices) > max(self._devices_max, keep):
            self._drop(next(iter(self._devices)))
