# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Shapes that several areas of the API speak of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


CutStatus: TypeAlias = Literal["FAILED", "PENDING", "READY", "RUNNING"]
"""PENDING until its range is recorded and a worker is free, RUNNING while it is cut, then
READY
or FAILED.
"""


EventSeverity: TypeAlias = Literal["CRITICAL", "INFO", "WARNING"]
"""How much it matters."""


class BulkProblem(Struct, kw_only=True, omit_defaults=True):
    """Why an operation was refused, as a problem of its own request would say it."""

    code: str
    """One of the stable codes."""
    detail: str | None
    """For people."""


class BulkRequest(Struct, kw_only=True, omit_defaults=True):
    """Operations, done in this order."""

    operations: list[Operation]
    """Up to 1,000."""


class BulkResult(Struct, kw_only=True, omit_defaults=True):
    """`status` is what the operation alone would have been answered with."""

    index: int
    """The operation's place in the request, from 0."""
    status: int
    """An HTTP status."""
    id: str | None = None
    """What it touched."""
    problem: BulkProblem | None = None
    """Only where it was refused."""


class BulkResults(Struct, kw_only=True, omit_defaults=True):
    """One result for each operation, in their order."""

    results: list[BulkResult]
    """As many as operations."""


class CaptureRead(Struct, kw_only=True, omit_defaults=True):
    """What a camera saw when something happened. It outlives the footage that it was cut of."""

    id: str
    """The capture."""
    camera_id: str = named(name="cameraId")
    """The camera."""
    rule_id: str | None = named(name="ruleId")
    """The rule that asked for it; it may be gone."""
    event_id: str | None = named(name="eventId")
    """What happened."""
    alert_id: str | None = named(name="alertId")
    """The alert that it was of, if it was one."""
    device_id: str | None = named(name="deviceId")
    """The device that it happened to."""
    from_: datetime = named(name="from")
    """Begin of the range, included."""
    to: datetime
    """End of the range, not included."""
    status: CutStatus
    """As a clip's."""
    progress: float
    """From 0 to 1."""
    spans: list[FootageSpan]
    """What of it is there, in order."""
    missing: list[FootageRange]
    """What of it was never recorded, or is gone by now."""
    size_bytes: int | None = named(name="sizeBytes")
    """Of the file, when it is READY."""
    thumbnail_url: str | None = named(name="thumbnailUrl")
    """The same to a picture of its begin, as JPEG."""
    failure: str | None
    """Why it failed: NO_FOOTAGE, or in words."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime | None = named(name="expiresAt")
    """When the file is deleted."""


class CommandRunPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[CommandRunRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class CommandRunRead(Struct, kw_only=True, omit_defaults=True):
    """A run over a group. The counts add up to `total`; devices whose turn hasn't come are
    PENDING,
    and FAILED once the run is called off.
    """

    id: str
    """The run."""
    group_id: str = named(name="groupId")
    """The device group."""
    method: str
    """One of the platform's own, or of the device profile's."""
    params: dict[str, Any]
    """What the method takes, by its schema; at most 64 KiB of JSON."""
    rate_per_second: int = named(name="ratePerSecond")
    """How many devices get their command in a second, at most."""
    total: int
    """Devices that were in the group when it was asked for."""
    pending: int
    """Not sent yet."""
    sent: int
    """Not answered yet."""
    acknowledged: int
    """Begun."""
    success: int
    """Done."""
    failed: int
    """Refused, failed or called off."""
    timeout: int
    """Not sent, or not answered, in time."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    canceled_at: datetime | None = named(name="canceledAt")
    """When it was called off."""
    requested_by: str = named(name="requestedBy")
    """Who acts: `user_…` or `key_…` with its id."""


class CustomerChoice(Struct, kw_only=True, omit_defaults=True):
    """To whom something is given."""

    customer_id: str | None = named(name="customerId")
    """null takes it back: then it is the organization's alone."""


class EventRead(Struct, kw_only=True, omit_defaults=True):
    """Something that happened. It never changes, and may name what is gone by now."""

    id: str
    """The event."""
    type: str
    """What kind of thing: DEVICE_STATUS, DEVICE, COMMAND, CONFIG, CERTIFICATE, ALERT, ANNOTATION,
    ANALYTICS, EXPORT, QUARANTINE, PACK, API_KEY, ORGANIZATION, MEDIA, FIRMWARE; NOTE and X_…
    are people's own.
    """
    severity: EventSeverity
    """How much it matters."""
    title: str
    """In one line."""
    details: dict[str, Any]
    """More, by type."""
    site_id: str | None = named(name="siteId")
    """Where it happened."""
    device_id: str | None = named(name="deviceId")
    """To which device."""
    component_id: str | None = named(name="componentId")
    """To which of its components."""
    sensor_id: str | None = named(name="sensorId")
    """To which sensor."""
    occurred_at: datetime = named(name="occurredAt")
    """When it happened."""
    recorded_at: datetime = named(name="recordedAt")
    """When the platform wrote it down; may be later."""
    actor: str
    """Who did it: user_…, key_…, device_… or platform."""


class FootageRange(Struct, kw_only=True, omit_defaults=True):
    """A range of time: its begin included, its end not."""

    from_: datetime = named(name="from")
    """Its begin, included."""
    to: datetime
    """Its end, not included."""


class FootageSpan(Struct, kw_only=True, omit_defaults=True):
    """Footage without a gap, and where it is in the file or the playlist."""

    from_: datetime = named(name="from")
    """Its begin, included."""
    to: datetime
    """Its end, not included."""
    at: float
    """Where it begins there, in seconds."""


class InputTarget(Struct, kw_only=True, omit_defaults=True):
    """Sensors of this place that have the input's field; the id of a profile is a version's, its
    name means every version.
    """

    type: Literal[
        "COMPONENT",
        "DEVICE",
        "DEVICE_GROUP",
        "DEVICE_PROFILE",
        "ORGANIZATION",
        "SENSOR_PROFILE",
        "SITE",
    ]
    """What it is."""
    id: str | None | UnsetType = UNSET
    """Its id; none where a profile is named."""
    name: str | None | UnsetType = UNSET
    """Of a profile: every version of that name."""


class Operation(Struct, kw_only=True, omit_defaults=True):
    """`create` and `patch` bring `data`, `patch`, `tag` and `delete` name an `id`."""

    op: Literal["create", "delete", "patch", "tag"]
    """What to do."""
    id: str | None | UnsetType = UNSET
    """To what; not for `create`."""
    data: dict[str, Any] | None | UnsetType = UNSET
    """What the same operation takes alone; for `tag` `add` and `remove`."""


class ReportedConfig(Struct, kw_only=True, omit_defaults=True):
    """What a device said last of a configuration."""

    version: int | None
    """Of what it has; null for none."""
    status: Literal["ACCEPTED", "FAILED", "IN_PROGRESS", "REJECTED"]
    """How far it is."""
    hash: str | None
    """Of what it has, as it says."""
    message: str | None
    """In the device's words."""
    at: datetime
    """When it said so."""


class TargetReference(Struct, kw_only=True, omit_defaults=True):
    """What somebody means, by its id. The id of a profile is a version's; its name means every
    version, those to come too.
    """

    type: Literal[
        "COMPONENT",
        "DEVICE",
        "DEVICE_GROUP",
        "DEVICE_PROFILE",
        "ORGANIZATION",
        "SENSOR",
        "SENSOR_PROFILE",
        "SITE",
    ]
    """What it is."""
    id: str | None | UnsetType = UNSET
    """Its id; none where a profile is named."""
    name: str | None | UnsetType = UNSET
    """Of a profile: every version of that name."""
