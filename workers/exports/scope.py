"""Which sensors an export is of, and what is known of them and of their profiles at its moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from app.catalogue.fields import from_stored
from db.queries.exports import exported_profiles, exported_sensors
from db.queries.targets import Target, missing
from db.readings.export import ArchiveConnection, Columns
from workers.exports.fields import ExportProfile
from workers.queue.job import JobFailed

_COLUMNS_OF = {
    "DOUBLE": Columns.NUMERIC,
    "BIGINT": Columns.NUMERIC,
    "BOOLEAN": Columns.BOOLEAN,
    "TEXT": Columns.TEXT,
}


@dataclass(frozen=True, slots=True)
class ExportSensor:
    id: UUID
    device_id: UUID
    component_id: UUID | None
    key: str
    name: str
    value_type: str
    unit: str | None
    profile_id: UUID | None
    """Of its component, or for a sensor on the device itself of the device."""

    @property
    def columns(self) -> Columns:
        return _COLUMNS_OF[self.value_type]


async def sensors_of(connection: ArchiveConnection, target: Target) -> list[ExportSensor]:
    """In the order of their ids: of devices that are there, and at the site or in the group, now.

    Raises JobFailed when what was to be exported is gone.
    """
    if await missing(connection, target):
        raise JobFailed("what was to be exported is gone")
    return [ExportSensor(*row) for row in await exported_sensors(connection, target)]


async def profiles_of(
    connection: ArchiveConnection, sensors: Sequence[ExportSensor]
) -> list[ExportProfile]:
    """Those that the sensors' components or devices are bound to."""
    wanted = {sensor.profile_id for sensor in sensors if sensor.profile_id is not None}
    return [
        ExportProfile(id_, kind, name, major, minor, from_stored(msgspec.json.decode(fields)))
        for id_, kind, name, major, minor, fields in await exported_profiles(connection, wanted)
    ]
