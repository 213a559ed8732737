"""/sensors: the channels whose readings are kept."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core.bulk import BulkResults, Operation, perform_all
from app.core.http import dependencies as deps
from app.core.http.exceptions import to_problem
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter, repeated
from app.core.wire import Page, one_of, split_list
from app.fleet.ids import COMPONENT, DEVICE, SITE, ComponentId, DeviceId, SensorId, SiteId
from app.fleet.sensors import calculations, preview, service
from app.fleet.sensors.calculation_schemas import (
    CalculationPreview,
    CalculationPreviewRequest,
    CalculationSensors,
)
from app.fleet.sensors.schemas import (
    SensorBulkRequest,
    SensorCreate,
    SensorRead,
    SensorUpdate,
    ValueType,
)
from app.problem_codes import ProblemCode

_CALCULATED: tuple[ProblemCode, ...] = ("NOT_FOUND", "CALCULATION_INVALID", "QUOTA_EXCEEDED")
_VALUE_TYPES = {"type": "string", "enum": list(ValueType)}


class SensorController(Controller):
    path = "/sensors"
    tags = ("Devices",)

    @get(
        **operation(
            "listSensors", may="devices:read", problems=("NOT_FOUND",), sortable=service.SORTS
        )
    )
    async def list_sensors(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        device_id: Annotated[
            DeviceId | None, parameter("Only of this device.", DEVICE, query="deviceId")
        ] = None,
        component_id: Annotated[
            ComponentId | None, parameter("Only on this component.", COMPONENT, query="componentId")
        ] = None,
        site_id: Annotated[
            SiteId | None, parameter("Only of devices at this site.", SITE, query="siteId")
        ] = None,
        value_type: Annotated[
            list[str] | None,
            repeated("One of these", ["DOUBLE"], query="valueType", items=_VALUE_TYPES),
        ] = None,
        calculated: Annotated[
            bool | None, parameter("Only those that are calculated, or that are not.", True)
        ] = None,
        q: Annotated[
            str | None,
            parameter(
                "Every word of this begins a word of the name or key, in any case.",
                "temp",
                max_length=200,
            ),
        ] = None,
    ) -> Page[SensorRead]:
        """Sensors with their latest value, newest first. All conditions given must hold."""
        wanted = service.SensorFilter(
            device_id=device_id,
            component_id=component_id,
            site_id=site_id,
            value_types=one_of(ValueType, split_list(value_type), "valueType"),
            is_calculated=calculated,
            text=q,
        )
        return await service.page(reader, wanted, page_request)

    @post(
        **operation(
            "createSensor",
            may="devices:write",
            problems=(*_CALCULATED, "ALREADY_EXISTS", "SENSOR_LIMIT"),
        )
    )
    async def create_sensor(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[SensorCreate],
    ) -> SensorRead:
        """Add a sensor before its first reading, to be certain of its type; without this, that
        reading creates it. Or one that is calculated of others."""
        limits = platform.settings.limits
        return await idempotent_request.run_once(
            SensorRead, lambda: service.create(tx, actor, data, limits)
        )

    @post("/bulk", **operation("changeSensors", may="devices:write"), status_code=HTTP_200_OK)
    async def change_sensors(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[SensorBulkRequest],
    ) -> BulkResults:
        """Create, patch or delete up to 1,000 sensors; each operation has a result of its own."""
        limits = platform.settings.limits

        async def perform(operation: Operation) -> tuple[int, UUID]:
            return await service.in_bulk(tx, actor, operation, limits)

        return await idempotent_request.run_once(
            BulkResults, lambda: perform_all(tx, data.operations, perform, to_problem)
        )

    @get("/{sensor_id:uuid}", **operation("getSensor", may="devices:read"))
    async def get_sensor(self, reader: deps.Reader, sensor_id: SensorId) -> SensorRead:
        """One sensor with its latest value."""
        return await service.get(reader, sensor_id)

    @get("/{sensor_id:uuid}/calculation", **operation("getCalculation", may="devices:read"))
    async def get_calculation(self, reader: deps.Reader, sensor_id: SensorId) -> CalculationSensors:
        """The sensors that this one is calculated of, and those that are calculated of it."""
        await service.get(reader, sensor_id)
        return await calculations.sensors_around(reader, sensor_id)

    @post(
        "/calculate",
        **operation(
            "previewCalculation",
            may="devices:read",
            is_repeatable=True,
            problems=("NOT_FOUND", "UNPROCESSABLE", "CALCULATION_INVALID", "TOO_EXPENSIVE"),
            timeout_seconds=preview.SECONDS_MAX,
        ),
        status_code=HTTP_200_OK,
        dependencies=deps.READING_TRANSACTION,
    )
    async def preview_calculation(
        self,
        tx: deps.ReadingTx,
        actor: deps.Actor,
        platform: deps.Platform,
        data: JSONBody[CalculationPreviewRequest],
    ) -> CalculationPreview:
        """What a calculation that isn't there would give of what is stored; needs readings:read,
        too."""
        actor.require("readings:read")
        readings_max = platform.settings.limits.query_max_readings
        return await preview.preview(tx, actor.org_id, data, readings_max=readings_max)

    @patch(
        "/{sensor_id:uuid}",
        **operation("updateSensor", may="devices:write", problems=_CALCULATED),
    )
    async def update_sensor(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        sensor_id: SensorId,
        data: JSONBody[SensorUpdate],
        if_match: IfMatch = None,
    ) -> SensorRead:
        """Change a sensor's name, unit or calculation (JSON Merge Patch, RFC 7396)."""
        limits = platform.settings.limits
        return await service.change(tx, actor, sensor_id, data, limits, if_match=if_match)

    @delete("/{sensor_id:uuid}", **operation("deleteSensor", may="devices:write"))
    async def delete_sensor(
        self, tx: deps.Tx, sensor_id: SensorId, if_match: IfMatch = None
    ) -> None:
        """Delete a sensor. Its readings stay until their retention ends; its key, reported again, is a new one."""
        await service.remove(tx, sensor_id, if_match)
