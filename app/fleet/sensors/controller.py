"""/sensors: the channels whose readings are kept."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get

from app.core import given
from app.core.actor import may
from app.core.documentation import DEVICE, DeviceId, SensorId, gives, parameter, sorts
from app.core.wire import Page
from app.fleet.sensors import service
from app.fleet.sensors.schemas import SensorRead


class SensorController(Controller):
    path = "/sensors"
    tags = ("Devices",)

    @get(opt=may("devices:read") | gives("NOT_FOUND") | sorts(service.SORTS), operation_id="listSensors")
    async def list_sensors(
        self,
        snapshot: given.Snapshot,
        listing: given.Listing,
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
    ) -> Page[SensorRead]:
        """Sensors with their latest value, newest first."""
        return await service.page(snapshot, listing, device_id=device_id)

    @get("/{sensor_id:uuid}", opt=may("devices:read"), operation_id="getSensor")
    async def get_sensor(self, snapshot: given.Snapshot, sensor_id: SensorId) -> SensorRead:
        """One sensor with its latest value."""
        return await service.get(snapshot, sensor_id)
