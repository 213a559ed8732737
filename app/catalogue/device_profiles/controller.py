"""/device-profiles: kinds of devices, version by version."""

from __future__ import annotations

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.catalogue.device_profiles import service
from app.catalogue.device_profiles.schemas import (
    DeviceProfileCompatibility,
    DeviceProfileContent,
    DeviceProfileCreate,
    DeviceProfileRead,
)
from app.catalogue.ids import DeviceProfileId
from app.catalogue.parameters import NameQuery, PackQuery, TextQuery, VersionQuery, profile_filter
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch
from app.core.wire import Page


class DeviceProfileController(Controller):
    path = "/device-profiles"
    tags = ("Profiles",)

    @get(**operation("listDeviceProfiles", may="profiles:read", sortable=service.SORTS))
    async def list_profiles(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        name: NameQuery = None,
        version: VersionQuery = None,
        pack: PackQuery = None,
        q: TextQuery = None,
    ) -> Page[DeviceProfileRead]:
        """Versions of device profiles, newest first. All conditions given must hold."""
        return await service.page(reader, profile_filter(name, version, pack, q), page_request)

    @post(
        **operation(
            "createDeviceProfile",
            may="profiles:write",
            problems=(
                "ALREADY_EXISTS",
                "PROFILE_INVALID",
                "VERSION_TOO_SMALL",
                "QUOTA_EXCEEDED",
            ),
        )
    )
    async def create_profile(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[DeviceProfileCreate],
    ) -> DeviceProfileRead:
        """Add a version. It never changes again.

        What only adds may be a minor version; what breaks something is refused below the next major one, with
        every breaking point. The parameters of its commands must be valid JSON Schema.
        """
        return await idempotent_request.run_once(
            DeviceProfileRead, lambda: service.add(tx, actor, data)
        )

    @get("/{device_profile_id:uuid}", **operation("getDeviceProfile", may="profiles:read"))
    async def get_profile(
        self, reader: deps.Reader, device_profile_id: DeviceProfileId
    ) -> DeviceProfileRead:
        """One version of a device profile."""
        return await service.get(reader, device_profile_id)

    @delete(
        "/{device_profile_id:uuid}",
        **operation("deleteDeviceProfile", may="profiles:write", problems=("PROFILE_IN_USE",)),
    )
    async def delete_profile(
        self, tx: deps.Tx, device_profile_id: DeviceProfileId, if_match: IfMatch = None
    ) -> None:
        """Delete a version that no device has."""
        await service.remove(tx, device_profile_id, if_match)

    @post(
        "/{device_profile_id:uuid}/compatibility",
        **operation(
            "compareDeviceProfile",
            may="profiles:write",
            is_repeatable=True,
            problems=("PROFILE_INVALID",),
        ),
        status_code=HTTP_200_OK,
    )
    async def compare_profile(
        self, tx: deps.Tx, device_profile_id: DeviceProfileId, data: JSONBody[DeviceProfileContent]
    ) -> DeviceProfileCompatibility:
        """What a new version with this content would change, and which number it needs. Nothing is stored."""
        return await service.compare(tx, device_profile_id, data)
