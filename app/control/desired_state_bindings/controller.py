"""/desired-state-bindings: which target is to have which configuration."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, put
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.control.desired_state_bindings import drift, effective, service
from app.control.desired_state_bindings.schemas import (
    BindingPut,
    BindingRead,
    DriftItem,
    EffectiveConfig,
)
from app.control.ids import CONFIG_ARTEFACT, BindingId, ConfigArtefactId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, IfMatch, Limit, parameter
from app.core.wire import Page
from app.fleet.ids import DEVICE, DEVICE_GROUP, DeviceGroupId, DeviceId


class DesiredStateBindingController(Controller):
    tags = ("Configuration",)

    @get(
        "/desired-state-bindings",
        **operation("listDesiredStateBindings", may="config:read", sortable=service.SORTS),
    )
    async def list_bindings(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        target_id: Annotated[
            DeviceGroupId | None, parameter("Only of this target.", DEVICE_GROUP, query="targetId")
        ] = None,
        artefact_id: Annotated[
            ConfigArtefactId | None,
            parameter("Only of this configuration.", CONFIG_ARTEFACT, query="artefactId"),
        ] = None,
    ) -> Page[BindingRead]:
        """Bindings, newest first."""
        return await service.page(
            reader, page_request, target_id=target_id, artefact_id=artefact_id
        )

    @put(
        "/desired-state-bindings",
        **operation(
            "putDesiredStateBinding",
            may="config:write",
            problems=(
                "NOT_FOUND",
                "UNPROCESSABLE",
                "CONFIG_NOT_FITTING",
                "ROLLOUT_STATE",
                "QUOTA_EXCEEDED",
            ),
        ),
        status_code=HTTP_200_OK,
    )
    async def put_binding(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[BindingPut]
    ) -> BindingRead:
        """Say which configuration a target is to have under its name.

        Of several that concern a device the most specific holds: component, device, device group,
        device profile, sensor profile; of two alike the newer. One device is told at once, the
        devices of a group or a profile by a worker.
        """
        return await service.put(tx, actor, data)

    @get(
        "/desired-state-bindings/drift",
        **operation("listConfigurationDrift", may="config:read", problems=("NOT_FOUND",)),
    )
    async def list_drift(
        self,
        reader: deps.Reader,
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
        name: Annotated[
            str | None, parameter("Only of this configuration.", "sampling", max_length=64)
        ] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[DriftItem]:
        """What devices report otherwise than is desired, or don't report; the longest first."""
        return await drift.page(reader, device_id=device_id, name=name, limit=limit, cursor=cursor)

    @get(
        "/desired-state-bindings/{binding_id:uuid}",
        **operation("getDesiredStateBinding", may="config:read"),
    )
    async def get_binding(self, reader: deps.Reader, binding_id: BindingId) -> BindingRead:
        """One binding, with how many have what it binds."""
        return await service.get(reader, binding_id)

    @delete(
        "/desired-state-bindings/{binding_id:uuid}",
        **operation("deleteDesiredStateBinding", may="config:write"),
    )
    async def delete_binding(
        self, tx: deps.Tx, actor: deps.Actor, binding_id: BindingId, if_match: IfMatch = None
    ) -> None:
        """Delete a binding. What it overrode holds again."""
        await service.remove(tx, actor, binding_id, if_match)

    @get(
        "/devices/{device_id:uuid}/effective-config",
        **operation("getEffectiveConfig", may="config:read"),
    )
    async def get_effective_config(
        self, reader: deps.Reader, actor: deps.Actor, device_id: DeviceId
    ) -> EffectiveConfig:
        """What is desired of a device, and because of which binding."""
        return await effective.explain(reader, actor.org_id, device_id)
