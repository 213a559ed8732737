"""/api/schemas, and below /sensor-profiles what speaks other languages: DTDL and JSON Schema."""

from __future__ import annotations

from typing import Any, TypeVar

from litestar import Controller, Response, get, post
from litestar.params import JSONBody

from app.catalogue.ids import DeviceProfileId, SensorProfileId
from app.catalogue.schemas import service
from app.catalogue.schemas.parameters import ArraySizes, NameOfImport, VersionOfImport
from app.catalogue.schemas.schemas import (
    DtdlDocument,
    DtdlImported,
    DtdlInterface,
    PayloadSchema,
)
from app.core.http import dependencies as deps
from app.core.http.operation import Answers, RequestBody, operation

JSON_LD = "application/ld+json"
JSON_SCHEMA = "application/schema+json"
_WITH_ETAG = Answers(headers=("ETag",))

Content = TypeVar("Content")


class DtdlController(Controller):
    tags = ("Profiles",)

    @get(
        "/sensor-profile/{sensor_profile_id:uuid}",
        **operation("getSensorProfileDtdl", may="profiles:read", answers=_WITH_ETAG),
        media_type=JSON_LD,
    )
    async def sensor_profile(
        self, reader: deps.Reader, actor: deps.Actor, sensor_profile_id: SensorProfileId
    ) -> Response[DtdlInterface]:
        """A sensor profile as a DTDL v3 interface.

        What DTDL has no word for, such as limits and array sizes, is in `comment`, as JSON after "holdfast ".
        """
        return _with_etag(
            await service.sensor_profile_dtdl(reader, actor, sensor_profile_id), JSON_LD
        )

    @get(
        "/device-profile/{device_profile_id:uuid}",
        **operation("getDeviceProfileDtdl", may="profiles:read", answers=_WITH_ETAG),
        media_type=JSON_LD,
    )
    async def device_profile(
        self, reader: deps.Reader, actor: deps.Actor, device_profile_id: DeviceProfileId
    ) -> Response[list[DtdlInterface]]:
        """A device profile as DTDL v3 interfaces: the device's own first, then those of its components."""
        return _with_etag(
            await service.device_profile_dtdl(reader, actor, device_profile_id), JSON_LD
        )


class ProfileSchemaController(Controller):
    path = "/sensor-profiles"
    tags = ("Profiles",)

    @post(
        "/import",
        **operation(
            "importSensorProfile",
            may="profiles:write",
            problems=(
                "ALREADY_EXISTS",
                "PROFILE_INVALID",
                "VERSION_TOO_SMALL",
                "QUOTA_EXCEEDED",
            ),
            accepts=RequestBody.of(DtdlDocument),
        ),
    )
    async def import_profile(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        data: JSONBody[dict[str, Any]],
        name: NameOfImport = None,
        version: VersionOfImport = None,
        array_sizes: ArraySizes = None,
    ) -> DtdlImported:
        """Make a version of a sensor profile of a DTDL interface: its telemetry and properties become fields.

        What a profile can't hold is left out, and `notes` says so, element by element.
        """
        return await service.import_dtdl(tx, actor, data, name, version, array_sizes)

    @get(
        "/{sensor_profile_id:uuid}/json-schema",
        **operation("getSensorProfileJsonSchema", may="profiles:read", answers=_WITH_ETAG),
        media_type=JSON_SCHEMA,
    )
    async def json_schema(
        self, reader: deps.Reader, platform: deps.Platform, sensor_profile_id: SensorProfileId
    ) -> Response[PayloadSchema]:
        """JSON Schema (2020-12) of the `values` of structured payloads: valid against it is what is taken."""
        schema = await service.payload_schema(
            reader, sensor_profile_id, platform.settings.server.public_url
        )
        return _with_etag(schema, JSON_SCHEMA)


def _with_etag(content: Content, media_type: str) -> Response[Content]:
    return Response(
        content, media_type=media_type, headers={"ETag": service.etag_of_content(content)}
    )
