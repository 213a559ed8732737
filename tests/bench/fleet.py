"""Who sends: 10 organizations with 5 provisioned gateways of 20 sensors each, 1,000 sensors in all."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from tests.make.devices import Device, provision_device
from tests.make.platform import Organization, RunningPlatform

ORGANIZATIONS = 10
GATEWAYS = 5
SENSOR_KEYS = tuple(f"sensor-{number:02}" for number in range(20))
SENSORS = ORGANIZATIONS * GATEWAYS * len(SENSOR_KEYS)
STEP = timedelta(seconds=10)
# Far enough back for a long run's readings, near enough to be the newest that the platform has.
BEGIN_BEFORE = timedelta(days=5)


SensorName = tuple[str, str]  # device id, key


@dataclass(frozen=True)
class Gateway:
    """A provisioned device and its sensors, in the order of SENSOR_KEYS."""

    device: Device
    sensors: list[UUID]


@dataclass(frozen=True)
class Tenant:
    organization: Organization
    gateways: list[Gateway]

    @property
    def org_id(self) -> UUID:
        return UUID(self.organization.id)

    @property
    def sensors(self) -> list[UUID]:
        return [sensor for gateway in self.gateways for sensor in gateway.sensors]


@dataclass
class Timeline:
    """Event time. No stretch of it is used twice: a run's readings are new, and newer than all before."""

    now: datetime

    @classmethod
    def begin(cls) -> Timeline:
        return cls((datetime.now(UTC) - BEGIN_BEFORE).replace(microsecond=0))

    def take(self, steps: int) -> datetime:
        """The start of a stretch of so many steps."""
        start = self.now
        self.now += steps * STEP
        if self.now > datetime.now(UTC):
            raise RuntimeError(
                "the runs are longer than the time that was set aside for their readings"
            )
        return start


def equip(platform: RunningPlatform, advance: Callable[[], None]) -> list[Tenant]:
    """Register everybody; `advance` is called after each gateway."""
    return [_tenant(platform, advance) for _ in range(ORGANIZATIONS)]


def _tenant(platform: RunningPlatform, advance: Callable[[], None]) -> Tenant:
    organization = platform.new_organization()
    devices = []
    for number in range(GATEWAYS):
        devices.append(
            provision_device(organization, f"gateway-{number}", directory=platform.state)
        )
        advance()
    sensors = iter(
        create_sensors(
            organization, [(device.id, key) for device in devices for key in SENSOR_KEYS]
        )
    )
    return Tenant(
        organization,
        [Gateway(device, list(islice(sensors, len(SENSOR_KEYS)))) for device in devices],
    )


def create_sensors(organization: Organization, names: Sequence[SensorName]) -> list[UUID]:
    """Sensors are created as they are first reported; their ids, in the order of the names."""
    at = (datetime.now(UTC) - BEGIN_BEFORE - STEP).isoformat()
    first = [
        {"deviceId": device, "sensor": key, "timestamp": at, "value": 20.5} for device, key in names
    ]
    answer = organization.http.post("/readings/batch", json=first)
    assert answer.json()["accepted"] == len(names), answer.text
    ids = {
        (sensor["deviceId"], sensor["key"]): UUID(sensor["id"])
        for sensor in _sensors_of(organization)
    }
    return [ids[name] for name in names]


def _sensors_of(organization: Organization) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        query = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        page = organization.http.get("/sensors", params=query).json()
        yield from page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            return


def value() -> float:
    """As a thermometer reports it: two decimals, never whole."""
    return random.randrange(1000, 3000) / 100 + 0.005
