from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Principal
from app.accounts.ids import ORGANIZATION
from app.core.documentation import described, example_id
from app.core.webhooks import URL_MAX_CHARACTERS
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.fleet.ids import DEVICE

EXPORT = example_id("export")
ExportId = Annotated[UUID, described("The export.", EXPORT)]

_FROM, _TO = "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_LINK = (
    f"http://127.0.0.1:8080/api/objects/{ORGANIZATION}/exports/{EXPORT}-3f1c0a9be2d34c7788a1b2c3d4e5f607.zip"
    "?expires=1705401042&name=export.zip&signature=4fJtZ0mN8xQeVb2rYw7uKc1aHd5sLg9pTi3oXnEyRk0"
)


class ExportScope(StrEnum):
    """Whose readings: all of the organization, of the devices that are at a site or in a group when the export
    is made, of a device, of a component, or of one sensor."""

    ORGANIZATION = "ORGANIZATION"
    SITE = "SITE"
    DEVICE_GROUP = "DEVICE_GROUP"
    DEVICE = "DEVICE"
    COMPONENT = "COMPONENT"
    SENSOR = "SENSOR"


class ExportContent(StrEnum):
    """Each is a file in the ZIP: readings.parquet, annotations.parquet."""

    READINGS = "READINGS"
    ANNOTATIONS = "ANNOTATIONS"


class ExportStatus(StrEnum):
    """PENDING until a worker is free, RUNNING while it is made, then READY or FAILED."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"


ScopeType = Annotated[ExportScope, described("Whose data.", "DEVICE")]
Includes = Annotated[list[ExportContent], described("What is in it.", ["READINGS", "ANNOTATIONS"])]


class WebhookStatus(StrEnum):
    """PENDING until the export has ended and the receiver has answered 2xx; FAILED when it never did."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class ExportCreate(Body):
    """What to export: a scope and a range, start included, end not."""

    scope_type: ScopeType
    from_: Annotated[Instant, described("Start of the range, included.", _FROM)] = msgspec.field(
        name="from"
    )
    to: Annotated[Instant, described("End of the range, not included.", _TO)]
    scope_id: Annotated[
        UUID | None, described("The scope's id; may be left out for the organization.", DEVICE)
    ] = None
    includes: Annotated[
        list[ExportContent],
        msgspec.Meta(min_length=1, max_length=10),
        described("What is in it; all if left out.", ["READINGS", "ANNOTATIONS"]),
    ] = msgspec.field(default_factory=lambda: list(ExportContent))
    webhook_url: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=URL_MAX_CHARACTERS)] | None,
        described(
            "Where an ExportEvent is posted when the export is READY or FAILED: https, and in the internet. Signed "
            "with webhookSecret as standardwebhooks.com has it; sent again, later each time, until the answer is 2xx.",
            "https://hooks.example.com/exports?token=3f1c0a9b",
        ),
    ] = None


class ExportRead(Read, omit_defaults=True):
    """An export, as far as it is. What is not known yet is left out."""

    id: ExportId
    scope_type: ScopeType
    scope_id: Annotated[UUID, described("The scope's id.", DEVICE)]
    from_: Annotated[Moment, described("Start of the range, included.", _FROM)] = msgspec.field(
        name="from"
    )
    to: Annotated[Moment, described("End of the range, not included.", _TO)]
    includes: Includes
    status: Annotated[
        ExportStatus, described("READY has a downloadUrl, FAILED a failureReason.", "READY")
    ]
    requested_by: Principal
    created_at: CreatedAt
    progress: Annotated[
        float | msgspec.UnsetType, described("From 0 to 1, while it runs.", 0.4)
    ] = msgspec.UNSET
    seconds_left: Annotated[
        float | msgspec.UnsetType, described("An estimate, while it runs.", 12.5)
    ] = msgspec.UNSET
    size_bytes: Annotated[int | msgspec.UnsetType, described("Of the ZIP file.", 184320)] = (
        msgspec.UNSET
    )
    sha256: Annotated[
        str | msgspec.UnsetType, described("Of the ZIP file, in hexadecimal.", _SHA256)
    ] = msgspec.UNSET
    reading_count: Annotated[
        int | msgspec.UnsetType, described("How many readings are in it, so far.", 44021)
    ] = msgspec.UNSET
    annotation_count: Annotated[
        int | msgspec.UnsetType, described("How many annotations are in it.", 12)
    ] = msgspec.UNSET
    failure_reason: Annotated[
        str | msgspec.UnsetType, described("Why it failed, if it did.", "the device is gone")
    ] = msgspec.UNSET
    completed_at: Annotated[
        Moment | msgspec.UnsetType,
        described("When it was ready, or failed.", "2024-01-15T10:30:42Z"),
    ] = msgspec.UNSET
    expires_at: Annotated[
        Moment | msgspec.UnsetType, described("When the file is deleted.", "2024-01-16T10:30:42Z")
    ] = msgspec.UNSET
    webhook_status: Annotated[
        WebhookStatus | msgspec.UnsetType,
        described("Whether the receiver was told; only where there is a webhookUrl.", "DELIVERED"),
    ] = msgspec.UNSET
    webhook_secret: Annotated[
        str | msgspec.UnsetType,
        described(
            "What this export's events are signed with. Only in the answer to createExport.",
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        ),
    ] = msgspec.UNSET
    download_url: Annotated[
        str | msgspec.UnsetType,
        described(
            "A fresh link to the file with each answer; whoever has it may read the file.",
            _LINK,
            format="uri",
        ),
    ] = msgspec.UNSET

    def path(self) -> str:
        return f"/api/v1/exports/{self.id}"


class ExportEvent(Read):
    """What is posted to webhookUrl. The file is fetched with a key, by a link that getExport gives."""

    type: Annotated[
        Literal["export.ready", "export.failed"], described("What has happened.", "export.ready")
    ]
    timestamp: Annotated[Moment, described("When it happened.", "2024-01-15T10:30:42Z")]
    data: Annotated[ExportRead, described("The export, without a downloadUrl.")]
