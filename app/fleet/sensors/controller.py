"""/sensors: the channels whose readings are kept."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import may
from app.core.wire import Listing, Page
from app.fleet.sensors import service
from app.fleet.sensors.schemas import SensorRead


class SensorController(Controller):
    path = "/sensors"
    tags = ("Devices",)

    @get(opt=may("devices:read"), operation_id="listSensors")
    async def list_sensors(
        self,
        tx: AsyncSession,
        listing: Listing,
        device_id: Annotated[UUID | None, Parameter(query="deviceId")] = None,
    ) -> Page[SensorRead]:
        """Sensors with their latest value, newest first."""
        return await service.page(tx, listing, device_id=device_id)

    @get("/{sensor_id:uuid}", opt=may("devices:read"), operation_id="getSensor")
    async def get_sensor(self, tx: AsyncSession, sensor_id: UUID) -> SensorRead:
        """One sensor with its latest value."""
        return await service.get(tx, sensor_id)
