"""Devices, their parts and their sensors, as the pipeline knows them, and whom its steps ask for
them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from ingest.pipeline.profiles import Profile

NO_READING = -(2**63)


@dataclass(slots=True, eq=False)
class Sensor:
    """A typed channel of a device. `value_type` changes once at most, from BIGINT to DOUBLE.

    `newest` is the time (µs) of its newest committed reading as far as this process knows: it may
    lie behind the truth, or ahead of it where readings were deleted, and must decide nothing but
    which way is faster. `profile` is there where it has a field for this sensor.
    `may_have_lone_integers`: as is committed, it may hold integers beyond 2^53.
    `is_calculated`: nobody reports it.
    """

    id: UUID
    org_id: UUID
    device_id: UUID
    key: str
    value_type: str
    is_widenable: bool
    newest: int = NO_READING
    profile: Profile | None = None
    may_have_lone_integers: bool = False
    is_calculated: bool = False

    @property
    def order(self) -> bytes:
        """Sensors sorted by this stand as in the readings' key."""
        return self.org_id.bytes + self.id.bytes


@dataclass(slots=True)
class KnownPart:
    """What has sensors: a component of a device, or with component_id None the device itself."""

    component_id: UUID | None = None
    profile: Profile | None = None
    sensors_by_key: dict[str, Sensor] = field(default_factory=dict)


@dataclass(slots=True)
class KnownDevice:
    org_id: UUID
    id: UUID
    own: KnownPart
    components: dict[str, KnownPart] = field(default_factory=dict)

    def part(self, component: str | None) -> KnownPart | None:
        """The component with this key, or the device itself; None where it has no such
        component."""
        return self.own if component is None else self.components.get(component)

    @property
    def parts(self) -> Iterator[KnownPart]:
        yield self.own
        yield from self.components.values()

    @property
    def sensors(self) -> Iterator[Sensor]:
        return (sensor for part in self.parts for sensor in part.sensors_by_key.values())


@dataclass(frozen=True, slots=True)
class SensorName:
    """A sensor that is not there yet: it is created as it is first reported.

    It is typed by its part's profile where that has a field for it, or else by its first values.
    """

    org_id: UUID
    device_id: UUID
    key: str
    component_id: UUID | None = None
    profile: Profile | None = field(default=None, compare=False)
    labels: str | None = field(default=None, compare=False)

    @property
    def order(self) -> tuple[bytes, bytes, bytes, str]:
        """All writers create sensors in one order, so that they meet without a deadlock."""
        component = self.component_id.bytes if self.component_id else b""
        return self.org_id.bytes, self.device_id.bytes, component, self.key


@dataclass(frozen=True, slots=True)
class NewSensor:
    """A sensor as it is to be created. `is_widenable`: typed by a bare integer, it may turn out a
    DOUBLE."""

    name: SensorName
    value_type: str
    unit: str | None = None
    is_widenable: bool = False


Subject = Sensor | SensorName
"""What a reading is about, once its name is resolved."""


class Directory(Protocol):
    """What is known, without waiting. The registry is one, filled beforehand."""

    def device(self, device_id: UUID) -> KnownDevice | None: ...

    def sensor(self, sensor_id: UUID) -> Sensor | None: ...

    def retention_days(self, org_id: UUID) -> int | None: ...
