"""/components: the addressable parts of devices."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get

from app.core import given
from app.core.actor import may
from app.core.documentation import DEVICE, ComponentId, DeviceId, gives, parameter, sorts
from app.core.wire import Page
from app.fleet.components import service
from app.fleet.components.schemas import ComponentRead


class ComponentController(Controller):
    tags = ("Devices",)

    @get(
        "/components",
        opt=may("devices:read") | gives("NOT_FOUND") | sorts(service.SORTS),
        operation_id="listComponents",
    )
    async def list_components(
        self,
        snapshot: given.Snapshot,
        listing: given.Listing,
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
    ) -> Page[ComponentRead]:
        """Components, newest first."""
        return await service.page(snapshot, listing, device_id=device_id)

    @get("/components/{component_id:uuid}", opt=may("devices:read"), operation_id="getComponent")
    async def get_component(self, snapshot: given.Snapshot, component_id: ComponentId) -> ComponentRead:
        """One component."""
        return await service.get(snapshot, component_id)

    @get(
        "/devices/{device_id:uuid}/components",
        opt=may("devices:read") | sorts(service.SORTS),
        operation_id="listDeviceComponents",
    )
    async def list_device_components(
        self, snapshot: given.Snapshot, listing: given.Listing, device_id: DeviceId
    ) -> Page[ComponentRead]:
        """The components of one device, newest first."""
        return await service.page(snapshot, listing, device_id=device_id)
