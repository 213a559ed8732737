"""/sensor-profiles: what components report, version by version."""

from __future__ import annotations

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.catalogue.ids import SensorProfileId
from app.catalogue.parameters import NameQuery, PackQuery, TextQuery, VersionQuery, profile_filter
from app.catalogue.sensor_profiles import service
from app.catalogue.sensor_profiles.preview import preview
from app.catalogue.sensor_profiles.schemas import (
    Compatibility,
    FieldsToCompare,
    SensorProfileCreate,
    SensorProfileRead,
    UpgradePreview,
    UpgradePreviewRequest,
)
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch
from app.core.wire import Page


class SensorProfileController(Controller):
    path = "/sensor-profiles"
    tags = ("Profiles",)

    @get(**operation("listSensorProfiles", may="profiles:read", sortable=service.SORTS))
    async def list_profiles(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        name: NameQuery = None,
        version: VersionQuery = None,
        pack: PackQuery = None,
        q: TextQuery = None,
    ) -> Page[SensorProfileRead]:
        """Versions of sensor profiles with their fields, newest first. All conditions given must hold."""
        return await service.page(reader, profile_filter(name, version, pack, q), page_request)

    @post(
        **operation(
            "createSensorProfile",
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
        data: JSONBody[SensorProfileCreate],
    ) -> SensorProfileRead:
        """Add a version. It never changes again.

        The platform compares it with the version before: what only adds may be a minor version; what breaks
        something is refused below the next major one, with every breaking point.
        """

        async def effect() -> SensorProfileRead:
            return service.read(await service.create(tx, actor, data))

        return await idempotent_request.run_once(SensorProfileRead, effect)

    @get("/{sensor_profile_id:uuid}", **operation("getSensorProfile", may="profiles:read"))
    async def get_profile(
        self, reader: deps.Reader, sensor_profile_id: SensorProfileId
    ) -> SensorProfileRead:
        """One version of a sensor profile."""
        return await service.get(reader, sensor_profile_id)

    @delete(
        "/{sensor_profile_id:uuid}",
        **operation("deleteSensorProfile", may="profiles:write", problems=("PROFILE_IN_USE",)),
    )
    async def delete_profile(
        self, tx: deps.Tx, sensor_profile_id: SensorProfileId, if_match: IfMatch = None
    ) -> None:
        """Delete a version that nothing uses."""
        await service.remove(tx, sensor_profile_id, if_match)

    @post(
        "/{sensor_profile_id:uuid}/compatibility",
        **operation(
            "compareSensorProfile",
            may="profiles:write",
            is_repeatable=True,
            problems=("PROFILE_INVALID",),
        ),
        status_code=HTTP_200_OK,
    )
    async def compare_profile(
        self, tx: deps.Tx, sensor_profile_id: SensorProfileId, data: JSONBody[FieldsToCompare]
    ) -> Compatibility:
        """What a new version with these fields would change, and which number it needs. Nothing is stored."""
        return await service.compare(tx, sensor_profile_id, data.fields)

    @post(
        "/{sensor_profile_id:uuid}/upgrade-preview",
        **operation(
            "previewSensorProfileUpgrade",
            may="profiles:write",
            is_repeatable=True,
            problems=("TOO_EXPENSIVE",),
        ),
        status_code=HTTP_200_OK,
        dependencies=deps.READING_TRANSACTION,
    )
    async def preview_upgrade(
        self,
        tx: deps.ReadingTx,
        actor: deps.Actor,
        sensor_profile_id: SensorProfileId,
        data: JSONBody[UpgradePreviewRequest | None] = None,
    ) -> UpgradePreview:
        """Which readings of the last days the version would have refused, had components been bound to it.

        At most 300,000 readings are looked at, the newest of each sensor. A moment at which a component reported
        something without a required field counts as a payload that misses it. Nothing is stored.
        """
        return await preview(tx, actor, sensor_profile_id, data or UpgradePreviewRequest())
