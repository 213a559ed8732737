"""/device-groups: devices by their tags."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.fleet.device_groups import service
from app.fleet.device_groups.schemas import DeviceGroupCreate, DeviceGroupRead, DeviceGroupUpdate
from app.fleet.devices import service as devices
from app.fleet.devices.schemas import DeviceRead
from app.fleet.devices.search import DeviceFilter
from app.fleet.ids import DeviceGroupId


class DeviceGroupController(Controller):
    path = "/device-groups"
    tags = ("Devices",)

    @get(**operation("listDeviceGroups", may="devices:read", sortable=service.SORTS))
    async def list_device_groups(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "cold", max_length=200)
        ] = None,
    ) -> Page[DeviceGroupRead]:
        """Device groups, newest first."""
        return await service.page(reader, page_request, text=q)

    @post(
        **operation(
            "createDeviceGroup",
            may="devices:write",
            problems=("ALREADY_EXISTS", "QUOTA_EXCEEDED"),
        )
    )
    async def create_device_group(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[DeviceGroupCreate],
    ) -> DeviceGroupRead:
        """Add a group of all devices that have any, or all, of some tags."""
        return await idempotent_request.run_once(
            DeviceGroupRead, lambda: service.create(tx, actor.org_id, data)
        )

    @get("/{group_id:uuid}", **operation("getDeviceGroup", may="devices:read"))
    async def get_device_group(
        self, reader: deps.Reader, group_id: DeviceGroupId
    ) -> DeviceGroupRead:
        """One device group."""
        return await service.get(reader, group_id)

    @get(
        "/{group_id:uuid}/devices",
        **operation("listDevicesOfGroup", may="devices:read", sortable=devices.SORTS),
    )
    async def list_devices_of_group(
        self, reader: deps.Reader, page_request: deps.PageRequest, group_id: DeviceGroupId
    ) -> Page[DeviceRead]:
        """The devices that are in the group now, newest first."""
        return await devices.page(reader, DeviceFilter(group_id=group_id), page_request)

    @patch(
        "/{group_id:uuid}",
        **operation("updateDeviceGroup", may="devices:write", problems=("ALREADY_EXISTS",)),
    )
    async def update_device_group(
        self,
        tx: deps.Tx,
        group_id: DeviceGroupId,
        data: JSONBody[DeviceGroupUpdate],
        if_match: IfMatch = None,
    ) -> DeviceGroupRead:
        """Change a device group (JSON Merge Patch, RFC 7396). Who is in it changes at once."""
        return await service.change(tx, group_id, data, if_match)

    @delete("/{group_id:uuid}", **operation("deleteDeviceGroup", may="devices:write"))
    async def delete_device_group(
        self, tx: deps.Tx, group_id: DeviceGroupId, if_match: IfMatch = None
    ) -> None:
        """Delete a device group. Its devices and their tags stay."""
        await service.remove(tx, group_id, if_match)
