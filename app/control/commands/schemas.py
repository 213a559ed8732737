from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Principal
from app.catalogue.device_profiles.schemas import Method
from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Instant, Moment, Read
from app.fleet.ids import DeviceId
from ingest.devices.command_queue import TIMEOUT_MAX_SECONDS, TIMEOUT_SECONDS

COMMAND = example_id("command")
CommandId = Annotated[UUID, described("The command.", COMMAND)]


class Status(StrEnum):
    """PENDING until the device can be sent it, SENT until it answers, ACKNOWLEDGED when it has said
    that it has begun. SUCCESS, FAILED and TIMEOUT are final."""

    PENDING = "PENDING"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"

    @property
    def is_final(self) -> bool:
        return self in (Status.SUCCESS, Status.FAILED, Status.TIMEOUT)


METHOD = described("One of the platform's own, or of the device profile's.", "REBOOT")
PARAMS = described(
    "What the method takes, by its schema; at most 64 KiB of JSON.", {"delay_seconds": 5}
)
_TIMEOUT = described(
    "How long the device has for its final answer, from `sentAt` on; "
    f"{TIMEOUT_SECONDS} if left out, 7 days at most.",
    60,
)
_EXPIRES_AT = described(
    "Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a year at most.",
    "2026-12-23T09:15:00Z",
)


class CommandCreate(Body):
    """What the device is to do."""

    method: Annotated[Method, METHOD]
    params: Annotated[dict[str, Any], PARAMS] = {}
    timeout_seconds: Annotated[int, msgspec.Meta(ge=1, le=TIMEOUT_MAX_SECONDS), _TIMEOUT] = (
        TIMEOUT_SECONDS
    )
    expires_at: Annotated[Instant | None, _EXPIRES_AT] = None


class CommandRead(Read):
    """What a device was told to do, and what became of it."""

    id: CommandId
    device_id: DeviceId
    method: Annotated[str, METHOD]
    params: Annotated[dict[str, Any], PARAMS]
    status: Annotated[Status, described((Status.__doc__ or "").strip(), "SUCCESS")]
    result: Annotated[
        Any, described("Whatever the device answered with; null if nothing.", {"uptime": 4711})
    ]
    error: Annotated[
        str | None,
        described("Why it FAILED or is a TIMEOUT: the device's words, or ours.", None),
    ]
    created_at: CreatedAt
    sent_at: Annotated[
        Moment | None, described("When it was first sent.", "2026-11-23T09:15:00.125Z")
    ]
    acknowledged_at: Annotated[
        Moment | None,
        described("When the device said that it has begun.", "2026-11-23T09:15:00.180Z"),
    ]
    completed_at: Annotated[
        Moment | None, described("When its status became final.", "2026-11-23T09:15:05.5Z")
    ]
    expires_at: Annotated[Moment, _EXPIRES_AT]
    timeout_seconds: Annotated[int, _TIMEOUT]
    requested_by: Principal

    def path(self) -> str:
        return f"/api/v1/devices/{self.device_id}/commands/{self.id}"
