"""/components: the addressable parts of devices."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.fleet.components import service
from app.fleet.components.schemas import ComponentCreate, ComponentRead, ComponentUpdate
from app.fleet.ids import DEVICE, ComponentId, DeviceId


class ComponentController(Controller):
    tags = ("Devices",)

    @get(
        "/components",
        **operation(
            "listComponents", may="devices:read", problems=("NOT_FOUND",), sortable=service.SORTS
        ),
    )
    async def list_components(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
    ) -> Page[ComponentRead]:
        """Components, newest first."""
        return await service.page(reader, page_request, device_id=device_id)

    @get("/components/{component_id:uuid}", **operation("getComponent", may="devices:read"))
    async def get_component(self, reader: deps.Reader, component_id: ComponentId) -> ComponentRead:
        """One component."""
        return await service.get(reader, component_id)

    @patch(
        "/components/{component_id:uuid}",
        **operation(
            "updateComponent", may="devices:write", problems=("ALREADY_EXISTS", "UNKNOWN_PROFILE")
        ),
    )
    async def update_component(
        self,
        tx: deps.Tx,
        component_id: ComponentId,
        data: JSONBody[ComponentUpdate],
        if_match: IfMatch = None,
    ) -> ComponentRead:
        """Change a component (JSON Merge Patch, RFC 7396). Its device addresses it by the new key at once."""
        return await service.change(tx, component_id, data, if_match)

    @delete("/components/{component_id:uuid}", **operation("deleteComponent", may="devices:write"))
    async def delete_component(
        self, tx: deps.Tx, component_id: ComponentId, if_match: IfMatch = None
    ) -> None:
        """Delete a component with its sensors. Its key can be used again."""
        await service.remove(tx, component_id, if_match)

    @post(
        "/devices/{device_id:uuid}/components",
        **operation(
            "createComponent",
            may="devices:write",
            problems=("ALREADY_EXISTS", "UNKNOWN_PROFILE", "QUOTA_EXCEEDED"),
        ),
    )
    async def create_component(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        device_id: DeviceId,
        data: JSONBody[ComponentCreate],
    ) -> ComponentRead:
        """Add a part to a device."""
        return await idempotent_request.run_once(
            ComponentRead, lambda: service.create(tx, actor.org_id, device_id, data)
        )

    @get(
        "/devices/{device_id:uuid}/components",
        **operation("listDeviceComponents", may="devices:read", sortable=service.SORTS),
    )
    async def list_device_components(
        self, reader: deps.Reader, page_request: deps.PageRequest, device_id: DeviceId
    ) -> Page[ComponentRead]:
        """The components of one device, newest first."""
        return await service.page(reader, page_request, device_id=device_id)
