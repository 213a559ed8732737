from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec

from app.accounts.auth.schemas import Principal
from app.accounts.ids import ORGANIZATION
from app.catalogue.ids import SENSOR_PROFILE, DeviceProfileId, SensorProfileId
from app.catalogue.versions import Name
from app.control.ids import CONFIG_ARTEFACT, ConfigArtefactId
from app.core.documentation import described
from app.core.wire import Body, CreatedAt, Moment, Read, etag_of

INLINE_MAX_BYTES = 64 * 1024
UPLOAD_MAX_BYTES = 8 * 1024 * 1024

_NAME = described("What it is about; its versions are counted by name.", "sampling")
_SENSOR_PROFILE = described(
    "The version of a sensor profile whose writable fields it sets, if of one.", SENSOR_PROFILE
)
_DEVICE_PROFILE = described(
    "The version of a device profile whose writable fields it sets, if of one.", None
)
_CONTENT = described("The values by field.", {"interval": 60, "mode": "ECO"})
_HASH = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
_SHA256 = described("SHA-256 of its bytes, in hexadecimal.", _HASH)
_SIZE = described("Of its bytes.", 29)
_TYPE = described("What its bytes are.", "application/json")
_KEY = f"{ORGANIZATION}/config/{CONFIG_ARTEFACT}-3f1c0a9be2d34c7788a1b2c3d4e5f607"
_LINK = f"http://127.0.0.1:8080/api/objects/{_KEY}?expires=1705401042&signature=4fJtZ0mN8xQ"

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
ContentType = Annotated[
    str, msgspec.Meta(max_length=100, pattern=r"^[a-z]+/[A-Za-z0-9.+-]+$(?!\n)")
]


class ArtefactStatus(StrEnum):
    """UPLOADING until `complete` has found what was announced; then READY, and never changed."""

    UPLOADING = "UPLOADING"
    READY = "READY"


class ConfigArtefactRead(Read, omit_defaults=True):
    """A version of a configuration."""

    id: ConfigArtefactId
    name: Annotated[str, _NAME]
    version: Annotated[int, described("Counts up within the name.", 3)]
    status: Annotated[ArtefactStatus, described("Whether it can be bound.", "READY")]
    sensor_profile_id: Annotated[SensorProfileId | None, _SENSOR_PROFILE]
    device_profile_id: Annotated[DeviceProfileId | None, _DEVICE_PROFILE]
    sha256: Annotated[str, _SHA256]
    size_bytes: Annotated[int, _SIZE]
    content_type: Annotated[str, _TYPE]
    inline: Annotated[bool, described("Whether documents have its content, or its address.", True)]
    created_by: Principal
    created_at: CreatedAt
    content: Annotated[
        Any, described("Of an inline one that is asked for alone.", {"interval": 60})
    ] = msgspec.UNSET

    def path(self) -> str:
        return f"/api/v1/config-artefacts/{self.id}"

    def etag(self) -> str:
        """It changes once: when what was to be uploaded is there."""
        return etag_of(self.id, self.created_at).replace('"', f'"{self.status.lower()}-', 1)


class ConfigArtefactCreate(Body):
    """A new version of a configuration, for components of a sensor profile or for devices of a
    device profile."""

    name: Annotated[Name, _NAME]
    content: Annotated[dict[str, Any], _CONTENT]
    sensor_profile_id: Annotated[SensorProfileId | None, _SENSOR_PROFILE] = None
    device_profile_id: Annotated[DeviceProfileId | None, _DEVICE_PROFILE] = None


class ConfigUploadCreate(Body):
    """A new version that is too large for a request, or no JSON. JSON is checked against the
    profile that is named, anything else is for no profile."""

    name: Annotated[Name, _NAME]
    size_bytes: Annotated[Annotated[int, msgspec.Meta(ge=1, le=UPLOAD_MAX_BYTES)], _SIZE]
    sha256: Annotated[Sha256, _SHA256]
    content_type: Annotated[ContentType, _TYPE] = "application/json"
    sensor_profile_id: Annotated[SensorProfileId | None, _SENSOR_PROFILE] = None
    device_profile_id: Annotated[DeviceProfileId | None, _DEVICE_PROFILE] = None


class ConfigUpload(Read):
    """Where it is to be sent to, and how."""

    artefact_id: ConfigArtefactId
    upload_url: Annotated[str, described("Takes this one object.", _LINK)]
    method: Annotated[str, described("Of the request.", "PUT")]
    headers: Annotated[
        dict[str, str],
        described("Which it must have, exactly so.", {"Content-Type": "application/json"}),
    ]
    expires_at: Annotated[
        Moment,
        described("Until then it can be sent and completed.", "2026-11-23T10:15:00Z"),
    ]

    def path(self) -> str:
        return f"/api/v1/config-artefacts/{self.artefact_id}"
