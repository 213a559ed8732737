"""Words and real values for what travels. OpenAPI is made from the types of handlers and structs, so it is they
that say what a field means; the ids are the same everywhere, so that one example answers another."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, ParameterKwarg, QueryParameter

ORGANIZATION = "01936f2a-8c4e-7d1b-9a3f-5e6d7c8b9a01"
USER = "01936f2a-8c5f-7e2c-8b4a-6f7e8d9c0b12"
API_KEY = "01936f2b-1d70-7f3d-9c5b-708f9ead1c23"
DEVICE = "d1e2f3a4-e5f6-7890-abcd-ef1234567890"
SITE = "01936f2b-9ab1-7c4d-8e5f-0a1b2c3d4e5f"
DEVICE_GROUP = "01936f2b-c0d2-7a6b-9c8d-1b2c3d4e5f60"
COMPONENT = "01936f2c-2e81-704e-ad6c-8190afbe2d34"
SENSOR = "01936f2d-3f92-715f-be7d-92a1b0cf3e45"
REGISTRATION_TOKEN = "a1b2c3d4-e5f6-7a8b-9c0d-1e2f3a4b5c6d"  # noqa: S105 - an id
QUARANTINE_ENTRY = "01936f2e-40a3-7260-8f8e-a3b2c1d04f56"
JOB = "01936f2f-62c5-7482-91a0-c5d4e3f26178"
EXPORT = "01936f2f-73d6-7593-82b1-d6e5f4037289"
REQUEST = "01936f2f-51b4-7371-909f-b4c3d2e15067"
SENSOR_PROFILE = "01936f30-62c5-7482-a1b0-c5d4e3f26178"
DEVICE_PROFILE = "01936f31-73d6-7593-b2c1-d6e5f4a37289"
PACK = "01936f32-84e7-76a4-83d2-e7f6a5b4839a"
CERTIFICATE_SERIAL = "5f1c0a9be2d34c7788a1b2c3d4e5f60718293a4b"


def described(text: str, *examples: Any, **schema: Any) -> msgspec.Meta:
    """For a struct's field: what it means, with unit and format, real values, and further JSON Schema keywords."""
    return msgspec.Meta(
        description=text, examples=list(examples) or None, extra_json_schema=schema or None
    )


def parameter(
    text: str, example: Any, *, query: str | None = None, header: str | None = None, **how: Any
) -> ParameterKwarg:
    """For a handler's parameter, which can't be written without words and a real value: in the query, under its own
    name or the one given, or in a header."""
    kind = QueryParameter if header is None else HeaderParameter
    return kind(name=query or header, description=text, examples=[Example(value=example)], **how)


OrganizationId = Annotated[UUID, described("The organization.", ORGANIZATION)]
UserId = Annotated[UUID, described("The person.", USER)]
ApiKeyId = Annotated[UUID, described("The API key.", API_KEY)]
SiteId = Annotated[UUID, described("The site.", SITE)]
DeviceGroupId = Annotated[UUID, described("The device group.", DEVICE_GROUP)]
DeviceId = Annotated[UUID, described("The device.", DEVICE)]
ComponentId = Annotated[UUID, described("The component.", COMPONENT)]
SensorId = Annotated[UUID, described("The sensor.", SENSOR)]
RegistrationTokenId = Annotated[UUID, described("The registration token.", REGISTRATION_TOKEN)]
ExportId = Annotated[UUID, described("The export.", EXPORT)]
JobId = Annotated[UUID, described("The job.", JOB)]
QuarantineEntryId = Annotated[UUID, described("The refused element.", QUARANTINE_ENTRY)]
SensorProfileId = Annotated[UUID, described("The version of a sensor profile.", SENSOR_PROFILE)]
DeviceProfileId = Annotated[UUID, described("The version of a device profile.", DEVICE_PROFILE)]
