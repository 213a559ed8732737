# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Devices, their components and sensors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import (
    BulkResults,
    CommandRunPage,
    CommandRunRead,
    InputTarget,
    Operation,
    ReportedConfig,
)
from holdfast_client.endpoint import Endpoint
from holdfast_client.streams import AsyncBytes, AsyncEvents, Events, SyncBytes
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


ChartInterval: TypeAlias = Literal["P1D", "PT15M", "PT1H", "PT1M", "PT5M", "PT6H"]
"""How long a bucket of a chart is; each begins at a multiple of it since 2000, UTC."""


ImportMode: TypeAlias = Literal["CREATE", "UPSERT"]
"""UPSERT changes the devices that have a line's name and creates the others; CREATE refuses
names that are taken.
"""


Match: TypeAlias = Literal["ALL", "ANY"]
"""Whether a device of the group has one of its tags, or every one."""


Status: TypeAlias = Literal["ACKNOWLEDGED", "FAILED", "PENDING", "SENT", "SUCCESS", "TIMEOUT"]
"""PENDING until the device can be sent it, SENT until it answers, ACKNOWLEDGED when it has
said
that it has begun. SUCCESS, FAILED and TIMEOUT are final.
"""


ValueType: TypeAlias = Literal["BIGINT", "BOOLEAN", "DOUBLE", "TEXT"]
"""What a sensor's values are, for its whole life; born from a bare integer, it may once become
a DOUBLE.
"""


class BatchProblem(Struct, kw_only=True, omit_defaults=True):
    """Why a name got no token."""

    code: str
    """One of the stable codes."""
    detail: str
    """For people."""


class CalculatedValue(Struct, kw_only=True, omit_defaults=True):
    """A moment that has a value."""

    timestamp: datetime
    """The moment."""
    value: float
    """Its value."""


class CalculationBody(Struct, kw_only=True, omit_defaults=True):
    """What a sensor's readings are calculated of."""

    expression: str
    """Over the names of its inputs, in the grammar of alert rules' expressions."""
    inputs: dict[str, CalculationInputBody]
    """By name."""
    step_seconds: int | UnsetType = named(default=UNSET, name="stepSeconds")
    """It has a value at each multiple of this, counted from 1970."""
    max_age_seconds: int | None | UnsetType = named(default=UNSET, name="maxAgeSeconds")
    """A value older than this is none; three steps, 5 minutes at least."""
    from_: datetime | None | UnsetType = named(default=UNSET, name="from")
    """From when on: 7 days ago if left out. At most 400 days and 600,000 steps ago."""


class CalculationInputBody(Struct, kw_only=True, omit_defaults=True):
    """One sensor; or all sensors of a target with a field, across which the aggregate is."""

    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """This sensor, of numbers or booleans."""
    target: InputTarget | None | UnsetType = UNSET
    """Sensors of this place that report themselves."""
    field: str | None | UnsetType = UNSET
    """Of a target: the key of its sensors."""
    aggregate: Literal["AVG", "COUNT", "LAST", "MAX", "MIN", "RANGE", "SUM"] | UnsetType = UNSET
    """Of a sensor: LAST is its newest value at that moment, others are over the step before it. Of
    a target: across its sensors' newest values.
    """


class CalculationInputRead(Struct, kw_only=True, omit_defaults=True):
    """One sensor, or all of a target with a field; or, of a profile, a field near by."""

    sensor_id: str | None = named(default=None, name="sensorId")
    """This sensor."""
    target: InputTarget | None = None
    """Of this place."""
    field: str | None = None
    """The key of its sensors."""
    component: str | None = None
    """Of this component of the device."""
    aggregate: str | None = None
    """What becomes of its values."""


class CalculationPreview(Struct, kw_only=True, omit_defaults=True):
    """What it would give."""

    items: list[CalculatedValue]
    """In order; a gap has none."""
    gaps: int
    """Moments without a value."""
    reason: str | None
    """Why the newest one has none; null if it has."""
    sensors: int
    """Of how many sensors it is calculated."""
    readings: int
    """How many readings were read for it."""


class CalculationPreviewRequest(Struct, kw_only=True, omit_defaults=True):
    """A calculation that isn't there, over a range of at most 2,000 steps."""

    calculation: CalculationBody
    """As of a sensor that is made; its `from` says nothing."""
    from_: datetime = named(name="from")
    """After this."""
    to: datetime
    """Up to this."""


class CalculationRead(Struct, kw_only=True, omit_defaults=True):
    """What a sensor is calculated of, and how far that has come."""

    expression: str
    """Over the names of its inputs, in the grammar of alert rules' expressions."""
    inputs: dict[str, CalculationInputRead]
    """By name."""
    step_seconds: int = named(name="stepSeconds")
    """It has a value at each multiple of this, counted from 1970."""
    max_age_seconds: int = named(name="maxAgeSeconds")
    """A value older than this is none."""
    from_: datetime = named(name="from")
    """From when on it is calculated."""
    is_declared: bool = named(name="isDeclared")
    """Whether its component's profile says so."""
    calculated_to: datetime = named(name="calculatedTo")
    """Up to when all is calculated."""
    progress: float
    """Of its history: 1 when all up to now is calculated."""
    left_out: int = named(name="leftOut")
    """Sensors of targets that don't count: they have another unit."""
    gap_at: datetime | None = named(name="gapAt")
    """The newest moment, where it has no value; else null."""
    gap_reason: str | None = named(name="gapReason")
    """Why it has none."""


class CalculationSensors(Struct, kw_only=True, omit_defaults=True):
    """The sensors around one, 200 of each at most."""

    inputs: list[RelatedSensor]
    """What it is calculated of."""
    input_count: int = named(name="inputCount")
    """How many these are in all."""
    used_by: list[RelatedSensor] = named(name="usedBy")
    """What is calculated of it."""


class CalculationUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch of a calculation: all of it is calculated anew."""

    expression: str | UnsetType = UNSET
    """Over the names of its inputs, in the grammar of alert rules' expressions."""
    inputs: dict[str, CalculationInputBody | None] | UnsetType = UNSET
    """By name; null removes one."""
    step_seconds: int | UnsetType = named(default=UNSET, name="stepSeconds")
    """It has a value at each multiple of this, counted from 1970."""
    max_age_seconds: int | None | UnsetType = named(default=UNSET, name="maxAgeSeconds")
    """How old a value may be."""
    from_: datetime | UnsetType = named(default=UNSET, name="from")
    """RFC 3339 with an offset or Z."""


class CertificateRead(Struct, kw_only=True, omit_defaults=True):
    """A certificate that a device has or had."""

    serial: str
    """Its serial number in hexadecimal."""
    fingerprint: str
    """SHA-256 of the certificate, in hexadecimal."""
    not_before: datetime = named(name="notBefore")
    """From when on it is valid."""
    not_after: datetime = named(name="notAfter")
    """Until when it is valid."""
    revoked_at: datetime | None = named(name="revokedAt")
    """When it was ended early; null if not."""
    superseded_at: datetime | None = named(name="supersededAt")
    """When it ends since the renewed one is in use; null if it isn't."""
    status: Literal["VALID", "ENDING", "SUPERSEDED", "EXPIRED", "REVOKED"]
    """VALID; ENDING in the overlap with the one that replaces it; how it ended."""


class Certificates(Struct, kw_only=True, omit_defaults=True):
    """All certificates of a device, newest first."""

    items: list[CertificateRead]
    """The ended ones too."""


class Challenge(Struct, kw_only=True, omit_defaults=True):
    """What the device signs with its current key, once. Every serial number is answered so."""

    nonce: str
    """At random, for this serial."""
    expires_at: datetime = named(name="expiresAt")
    """Until when."""


class ChallengeRequest(Struct, kw_only=True, omit_defaults=True):
    """Which certificate is to be renewed."""

    serial: str
    """Of the certificate that the device has; hexadecimal, as tools write it."""


class CommandCreate(Struct, kw_only=True, omit_defaults=True):
    """What the device is to do."""

    method: str
    """One of the platform's own, or of the device profile's."""
    params: dict[str, Any] | UnsetType = UNSET
    """What the method takes, by its schema; at most 64 KiB of JSON."""
    timeout_seconds: int | UnsetType = named(default=UNSET, name="timeoutSeconds")
    """How long the device has for its final answer, from `sentAt` on; 60 if left out, 7 days at
    most.
    """
    expires_at: datetime | None | UnsetType = named(default=UNSET, name="expiresAt")
    """Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a year at
    most.
    """


class CommandPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[CommandRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class CommandRead(Struct, kw_only=True, omit_defaults=True):
    """What a device was told to do, and what became of it."""

    id: str
    """The command."""
    device_id: str = named(name="deviceId")
    """The device."""
    method: str
    """One of the platform's own, or of the device profile's."""
    params: dict[str, Any]
    """What the method takes, by its schema; at most 64 KiB of JSON."""
    status: Status
    """PENDING until the device can be sent it, SENT until it answers, ACKNOWLEDGED when it has
    said
    that it has begun. SUCCESS, FAILED and TIMEOUT are final.
    """
    result: Any
    """Whatever the device answered with; null if nothing."""
    error: str | None
    """Why it FAILED or is a TIMEOUT: the device's words, or ours."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    sent_at: datetime | None = named(name="sentAt")
    """When it was first sent."""
    acknowledged_at: datetime | None = named(name="acknowledgedAt")
    """When the device said that it has begun."""
    completed_at: datetime | None = named(name="completedAt")
    """When its status became final."""
    expires_at: datetime = named(name="expiresAt")
    """Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a year at
    most.
    """
    timeout_seconds: int = named(name="timeoutSeconds")
    """How long the device has for its final answer, from `sentAt` on; 60 if left out, 7 days at
    most.
    """
    requested_by: str = named(name="requestedBy")
    """Who acts: `user_…` or `key_…` with its id."""


class CommandRunCreate(Struct, kw_only=True, omit_defaults=True):
    """What every device is to do that is in the group now."""

    method: str
    """One of the platform's own, or of the device profile's."""
    params: dict[str, Any] | UnsetType = UNSET
    """What the method takes, by its schema; at most 64 KiB of JSON."""
    timeout_seconds: int | UnsetType = named(default=UNSET, name="timeoutSeconds")
    """How long the device has for its final answer, from `sentAt` on; 60 if left out, 7 days at
    most.
    """
    expires_at: datetime | None | UnsetType = named(default=UNSET, name="expiresAt")
    """Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a year at
    most.
    """
    rate_per_second: int | UnsetType = named(default=UNSET, name="ratePerSecond")
    """How many devices get their command in a second, at most."""


class CommandRunDetail(Struct, kw_only=True, omit_defaults=True):
    """A run, with one page of its devices' commands."""

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
    items: list[CommandRead]
    """Commands of devices that had their turn."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""


class ComponentCreate(Struct, kw_only=True, omit_defaults=True):
    """A new part of a device."""

    key: str
    """Its name on the wire, unique in its device."""
    name: str | None | UnsetType = UNSET
    """As people know it; the key if left out."""
    sensor_profile_id: str | None | UnsetType = named(default=UNSET, name="sensorProfileId")
    """The version of a sensor profile that it is bound to; null for none."""


class ComponentOfDevice(Struct, kw_only=True, omit_defaults=True):
    """A part of the new device."""

    key: str
    """Its name on the wire, unique in its device."""
    name: str | None | UnsetType = UNSET
    """As people know it; the key if left out."""
    sensor_profile_id: str | None | UnsetType = named(default=UNSET, name="sensorProfileId")
    """The version of a sensor profile to bind it to."""


class ComponentPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ComponentRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ComponentRead(Struct, kw_only=True, omit_defaults=True):
    """An addressable part of a device."""

    id: str
    """The component."""
    device_id: str = named(name="deviceId")
    """The device."""
    key: str
    """Its name on the wire, unique in its device."""
    name: str
    """As people know it."""
    sensor_profile_id: str | None = named(name="sensorProfileId")
    """The version of a sensor profile that it is bound to; null for none."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class ComponentUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays."""

    key: str | UnsetType = UNSET
    """Its name on the wire, unique in its device."""
    name: str | UnsetType = UNSET
    """As people know it."""
    sensor_profile_id: str | None | UnsetType = named(default=UNSET, name="sensorProfileId")
    """The version of a sensor profile that it is bound to; null for none."""


class ConnectionPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ConnectionRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ConnectionRead(Struct, kw_only=True, omit_defaults=True):
    """A session of a device; or attempts to connect, of one minute, that were refused."""

    connected_at: datetime = named(name="connectedAt")
    """When it began, or was first refused."""
    disconnected_at: datetime | None = named(name="disconnectedAt")
    """When it ended; null while it lasts."""
    address: str | None
    """From where it came."""
    tls_version: str | None = named(name="tlsVersion")
    """What TLS agreed on."""
    serial: str | None
    """Serial number of the certificate it came with."""
    reason: (
        Literal[
            "DISCONNECT",
            "KEEP_ALIVE",
            "TAKEN_OVER",
            "CONNECTION_LOST",
            "TOPIC_REFUSED",
            "PROTOCOL_ERROR",
            "MESSAGE_TOO_LARGE",
            "CERTIFICATE_REVOKED",
            "CERTIFICATE_EXPIRED",
            "DEVICE_DELETED",
            "CLIENT_ID_REFUSED",
            "WILL_REFUSED",
            "BROKER_STOPPED",
            "BROKER_DIED",
            "INTERNAL_ERROR",
        ]
        | None
    )
    """Why it ended; null while it lasts. DISCONNECT: the device said goodbye; KEEP_ALIVE: it was
    silent for 1.5 times its keep-alive; TAKEN_OVER: another connection with this device's id
    took its place; CONNECTION_LOST: the network connection broke, or the device closed it
    without a word; TOPIC_REFUSED: it published to a topic that isn't its own; PROTOCOL_ERROR:
    what it sent is not MQTT 3.1.1; MESSAGE_TOO_LARGE: it sent a message that is larger than any
    may be; CERTIFICATE_REVOKED: its certificate is revoked; CERTIFICATE_EXPIRED: its
    certificate has expired, or is not valid yet; DEVICE_DELETED: the device was deleted;
    CLIENT_ID_REFUSED: refused: the client id was not the device's id; WILL_REFUSED: refused:
    its will was not for its own status topic, or too large; BROKER_STOPPED: the broker was
    stopped; BROKER_DIED: the broker ended without a word; the time is when it was last seen;
    INTERNAL_ERROR: a mistake of the platform.
    """
    outcome: Literal["ACCEPTED", "REFUSED"]
    """Whether there was a session."""
    attempts: int
    """How many times it came; more than 1 only where it was refused."""


class DeviceCounts(Struct, kw_only=True, omit_defaults=True):
    """How many devices match, by state and by site."""

    total: int
    """All that match."""
    statuses: dict[str, int]
    """How many have each state; left out where none."""
    sites: list[SiteDevices]
    """By site; at most about 2,000 sites."""
    truncated: bool
    """There are more sites than are told."""


class DeviceGroupCreate(Struct, kw_only=True, omit_defaults=True):
    """A new group."""

    name: str
    """Unique in the organization."""
    tags: list[str]
    """What its devices are labelled with; 1 to 20."""
    match: Match | UnsetType = UNSET
    """Whether a device of the group has one of its tags, or every one."""
    description: str | None | UnsetType = UNSET
    """In people's words."""


class DeviceGroupPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DeviceGroupRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DeviceGroupRead(Struct, kw_only=True, omit_defaults=True):
    """Devices by their tags. Who is in it is computed when it is asked for."""

    id: str
    """The device group."""
    name: str
    """Unique in the organization."""
    description: str | None
    """In people's words."""
    tags: list[str]
    """What its devices are labelled with; 1 to 20."""
    match: Literal["ANY", "ALL"]
    """Whether a device of the group has one of its tags, or every one."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class DeviceGroupUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays, null clears."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    tags: list[str] | UnsetType = UNSET
    """What its devices are labelled with; 1 to 20."""
    match: Match | UnsetType = UNSET
    """Whether a device of the group has one of its tags, or every one."""
    description: str | None | UnsetType = UNSET
    """In people's words."""


class DeviceHealth(Struct, kw_only=True, omit_defaults=True):
    """The newest snapshot, all null before the first; and with `from` or `to` a page of those in
    that range.
    """

    recorded_at: datetime | None = named(name="recordedAt")
    """When, by the device's clock; null before the first."""
    uptime_seconds: int | None = named(name="uptimeSeconds")
    """Since it last started, in seconds."""
    free_heap_bytes: int | None = named(name="freeHeapBytes")
    """Memory that it has left, in bytes."""
    signal_strength_dbm: float | None = named(name="signalStrengthDbm")
    """Strength of its radio signal in dBm."""
    connection_type: str | None = named(name="connectionType")
    """How it is connected, in its own words."""
    readings_sent: int | None = named(name="readingsSent")
    """Readings sent since it last started."""
    readings_dropped: int | None = named(name="readingsDropped")
    """Readings that it had to give up since it last started."""
    items: list[HealthSnapshot] | None = None
    """The range's snapshots, newest first; only with `from` or `to`."""
    next_cursor: str | None = named(default=None, name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    buckets: list[HealthBucket] | None = None
    """The range as a chart, oldest first; only with `interval`, in place of `items`."""


class DeviceImport(Struct, kw_only=True, omit_defaults=True):
    """What became of a file: created + updated + unchanged + failed is the number of its devices."""

    dry_run: bool = named(name="dryRun")
    """Whether nothing was kept."""
    created: int
    """New devices, PENDING until provisioned."""
    updated: int
    """Devices that changed."""
    unchanged: int
    """Devices that were already as the file has them."""
    failed: int
    """Lines that were left out."""
    errors: list[LineFault]
    """Why, by line."""


class DevicePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DeviceRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DeviceProfileReference(Struct, kw_only=True, omit_defaults=True):
    """A version of a device profile, by its name."""

    name: str
    """The device profile's name."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""


class DeviceRead(Struct, kw_only=True, omit_defaults=True):
    """A device of the fleet."""

    id: str
    """The device."""
    name: str
    """Unique in the organization."""
    status: Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]
    """PENDING until provisioned; OFFLINE is the broker's word, INACTIVE and MAINTENANCE are
    people's.
    """
    site_id: str | None = named(name="siteId")
    """Where it belongs; null for nowhere."""
    customer_id: str | None = named(name="customerId")
    """Whom it was given to; null for nobody."""
    device_profile: DeviceProfileReference | None = named(name="deviceProfile")
    """What kind it is; null for none."""
    tags: list[str]
    """Labels to find and group devices by."""
    location: Location | None
    """Where it stands; null where that isn't known."""
    metadata: dict[str, Any]
    """Whatever people noted."""
    firmware_version: str | None = named(name="firmwareVersion")
    """As the device reported it."""
    connected: bool
    """Whether it has an MQTT session now."""
    last_seen_at: datetime | None = named(name="lastSeenAt")
    """When it was last heard; null for never."""
    certificate_expires_at: datetime | None = named(name="certificateExpiresAt")
    """When the certificate in use ends; null for none."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class DeviceTokenCreate(Struct, kw_only=True, omit_defaults=True):
    """How long the token may be used."""

    expires_in_seconds: int | None | UnsetType = named(default=UNSET, name="expiresInSeconds")
    """Life of the token in seconds, a minute to a year; a day if left out."""


class DeviceUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays, null clears, `metadata` merges key by key."""

    name: str | UnsetType = UNSET
    """The new name."""
    status: Literal["ACTIVE", "INACTIVE", "MAINTENANCE"] | UnsetType = UNSET
    """ACTIVE ends what people said; it shows as OFFLINE while there is no session."""
    site_id: str | None | UnsetType = named(default=UNSET, name="siteId")
    """The site where it belongs; null for nowhere. Its history keeps where it was."""
    device_profile: DeviceProfileReference | None | UnsetType = named(
        default=UNSET, name="deviceProfile"
    )
    """What kind it is; null clears it. Its components stay as they are."""
    tags: list[str] | UnsetType = UNSET
    """All of its labels."""
    location: Location | None | UnsetType = UNSET
    """Where it stands; null clears it."""
    metadata: dict[str, Any] | UnsetType = UNSET
    """Merged key by key; a null removes its key."""


class EffectiveConfig(Struct, kw_only=True, omit_defaults=True):
    """What is desired of a device at this moment, and why."""

    device_id: str = named(name="deviceId")
    """The device."""
    version: int
    """Of its document, which only grows; 0 before the first."""
    hash: str
    """Of the document; the same for the same entries."""
    too_large: bool = named(name="tooLarge")
    """Whether it doesn't fit into a message, so that the last one stands."""
    entries: list[EffectiveEntry]
    """By target and name."""


class EffectiveEntry(Struct, kw_only=True, omit_defaults=True):
    """What the device, or a component of it, is to have under one name."""

    target: str
    """`device`, or the key of a component."""
    binding_id: str = named(name="bindingId")
    """The binding."""
    artefact_id: str = named(name="artefactId")
    """The version of a configuration."""
    name: str
    """Of the configuration."""
    version: int
    """Of the configuration's name."""
    hash: str
    """SHA-256 of the configuration's bytes, in hexadecimal."""
    because: str
    """Why this one, in words."""
    overrides: list[str]
    """Bindings that would have held without it, the next one first."""
    reported: ReportedConfig | None
    """What the device said of it last."""
    content: Any = None
    """Of an inline one."""
    url: str | None = None
    """Of one that was uploaded: where it is fetched."""


class HealthBucket(Struct, kw_only=True, omit_defaults=True):
    """A span of time in which there are snapshots; spans without any are left out."""

    from_: datetime = named(name="from")
    """Where it begins."""
    count: int
    """How many snapshots it has."""
    uptime_seconds: HealthRange | None = named(name="uptimeSeconds")
    """Null where no snapshot of the bucket told it."""
    free_heap_bytes: HealthRange | None = named(name="freeHeapBytes")
    """Null where no snapshot of the bucket told it."""
    signal_strength_dbm: HealthRange | None = named(name="signalStrengthDbm")
    """Null where no snapshot of the bucket told it."""
    readings_sent: HealthRange | None = named(name="readingsSent")
    """Null where no snapshot of the bucket told it."""
    readings_dropped: HealthRange | None = named(name="readingsDropped")
    """Null where no snapshot of the bucket told it."""


class HealthRange(Struct, kw_only=True, omit_defaults=True):
    """What the snapshots of a bucket said of one thing."""

    min: float
    """The smallest."""
    avg: float
    """The mean."""
    max: float
    """The largest."""


class HealthSnapshot(Struct, kw_only=True, omit_defaults=True):
    """What a device said of itself at a moment; what it didn't say is null."""

    recorded_at: datetime = named(name="recordedAt")
    """When, by the device's clock."""
    uptime_seconds: int | None = named(name="uptimeSeconds")
    """Since it last started, in seconds."""
    free_heap_bytes: int | None = named(name="freeHeapBytes")
    """Memory that it has left, in bytes."""
    signal_strength_dbm: float | None = named(name="signalStrengthDbm")
    """Strength of its radio signal in dBm."""
    connection_type: str | None = named(name="connectionType")
    """How it is connected, in its own words."""
    readings_sent: int | None = named(name="readingsSent")
    """Readings sent since it last started."""
    readings_dropped: int | None = named(name="readingsDropped")
    """Readings that it had to give up since it last started."""


class InspectorLine(Struct, kw_only=True, omit_defaults=True):
    """One thing that the device sent or got, and what became of it."""

    at: datetime
    """When, or when that was committed."""
    direction: Literal["DOWN", "UP"]
    """From the device, or to it."""
    kind: Literal["CONNECT", "DISCONNECT", "HTTP", "PUBLISH", "SUBSCRIBE", "TLS"]
    """TLS is a failed handshake, HTTP a request with the device's readings."""
    topic: str | None
    """Of MQTT; null where there is none."""
    bytes: int | None
    """The size of what was sent."""
    payload: str | None
    """Its beginning, at most 2 KB; null where it isn't text, or the caller may not read readings."""
    outcome: Literal[
        "ACCEPTED",
        "ACKNOWLEDGED",
        "DUPLICATE",
        "ENDED",
        "NOT_SHOWN",
        "QUARANTINED",
        "REFUSED",
        "SENT",
        "STORED",
        "UNACKNOWLEDGED",
    ]
    """STORED: committed; `reason` counts where there are several readings; DUPLICATE: it was
    stored before; QUARANTINED: refused and kept aside; `reason` begins with the code; REFUSED:
    it had no effect; `reason` says why; ACCEPTED: taken; ENDED: the connection is over;
    `reason` begins as in the list of connections; SENT: sent to the device; ACKNOWLEDGED: the
    device has acknowledged it; UNACKNOWLEDGED: the connection ended before the device
    acknowledged it; NOT_SHOWN: so much came at once that this and others before it can't be
    shown.
    """
    reason: str | None
    """In one line."""


class InspectorRead(Struct, kw_only=True, omit_defaults=True):
    """The last hour of a device: its connections and problems; its traffic since somebody looked."""

    device_id: str = named(name="deviceId")
    """The device."""
    problems_from: datetime = named(name="problemsFrom")
    """Since when problems are known: of every device, always."""
    traffic_from: datetime = named(name="trafficFrom")
    """Since when all of its traffic is recorded: since somebody has looked. It goes on for an hour
    after the last look.
    """
    hint: str | None
    """What is known to be wrong beside all that."""
    items: list[InspectorLine]
    """The newest first."""


class LineFault(Struct, kw_only=True, omit_defaults=True):
    """One thing wrong with a line of the file."""

    line: int
    """Where the record begins, from 1, the line of column names."""
    column: str | None
    """Which column; null for the whole line."""
    code: Literal["NOT_FOUND", "INVALID", "MALFORMED", "ALREADY_EXISTS"]
    """What is wrong."""
    message: str
    """For people."""


class Location(Struct, kw_only=True, omit_defaults=True):
    """WGS 84, in degrees."""

    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""


class MqttAccess(Struct, kw_only=True, omit_defaults=True):
    """Where and as whom the device connects, by mutual TLS."""

    host: str
    """The broker's name."""
    port: int
    """The broker's port."""
    client_id: str = named(name="clientId")
    """The MQTT client identifier to connect with."""
    topics: dict[str, str]
    """Every topic that the device may use, by what it is for."""


class Placement(Struct, kw_only=True, omit_defaults=True):
    """A stay at a site."""

    site_id: str = named(name="siteId")
    """The site."""
    site_name: str = named(name="siteName")
    """The site's name now, or when it was deleted."""
    from_at: datetime = named(name="fromAt")
    """When it came."""
    to_at: datetime | None = named(name="toAt")
    """When it left; null while it is there."""


class ProvisionRequest(Struct, kw_only=True, omit_defaults=True):
    """The one-time token, and a PKCS#10 request in PEM signed by the device's own key."""

    token: str
    """As registering the device gave it."""
    csr: str
    """PKCS#10 in PEM: P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits. Its subject is ignored."""


class Provisioned(Struct, kw_only=True, omit_defaults=True):
    """The device's certificate, and all that it needs to connect."""

    device_id: str = named(name="deviceId")
    """The device."""
    organization_id: str = named(name="organizationId")
    """The organization."""
    certificate: str
    """The device's certificate in PEM; behind it those between it and the authority."""
    ca_certificates: str = named(name="caCertificates")
    """What the broker's certificate chains to, in PEM; one or more, to be trusted alike."""
    expires_at: datetime = named(name="expiresAt")
    """When the certificate ends."""
    mqtt: MqttAccess


class RegisteredDevice(Struct, kw_only=True, omit_defaults=True):
    """One name of a batch: its device and token, or why there are none."""

    device_name: str = named(name="deviceName")
    """As it was asked for."""
    status: int
    """201, or 409 where the name is taken."""
    device_id: str | None = named(default=None, name="deviceId")
    """The new device."""
    token: str | None = None
    """Three parts, the middle one the device's id."""
    provision_endpoint: str | None = named(default=None, name="provisionEndpoint")
    """Where the device exchanges it."""
    expires_at: datetime | None = named(default=None, name="expiresAt")
    """When the token ends."""
    problem: BatchProblem | None = None
    """Only where there is no token."""


class RegistrationBatch(Struct, kw_only=True, omit_defaults=True):
    """The only answer that carries the tokens, one item for each name in the order of the request."""

    items: list[RegisteredDevice]
    """As many as names."""


class RegistrationBatchCreate(Struct, kw_only=True, omit_defaults=True):
    """New devices that have all but their names in common."""

    device_names: list[str] = named(name="deviceNames")
    """Up to 1,000, each unique in the organization."""
    site_id: str | None | UnsetType = named(default=UNSET, name="siteId")
    """The site where they belong."""
    device_profile: DeviceProfileReference | None | UnsetType = named(
        default=UNSET, name="deviceProfile"
    )
    """What kind: each gets the components of that profile."""
    tags: list[str] | UnsetType = UNSET
    """Labels to find and group devices by."""
    components: list[ComponentOfDevice] | UnsetType = UNSET
    """The addressable parts of each."""
    expires_in_seconds: int | None | UnsetType = named(default=UNSET, name="expiresInSeconds")
    """Life of the token in seconds, a minute to a year; a day if left out."""


class RegistrationTokenCreate(Struct, kw_only=True, omit_defaults=True):
    """A new device, and how long its token may be used: a minute to a year, a day if not said."""

    device_name: str = named(name="deviceName")
    """Unique in the organization."""
    site_id: str | None | UnsetType = named(default=UNSET, name="siteId")
    """The site where it belongs."""
    device_profile: DeviceProfileReference | None | UnsetType = named(
        default=UNSET, name="deviceProfile"
    )
    """What kind it is: it gets the components of that profile."""
    tags: list[str] | UnsetType = UNSET
    """Labels to find and group devices by."""
    components: list[ComponentOfDevice] | UnsetType = UNSET
    """Its addressable parts."""
    expires_in_seconds: int | None | UnsetType = named(default=UNSET, name="expiresInSeconds")
    """Life of the token in seconds, a minute to a year; a day if left out."""


class RegistrationTokenCreated(Struct, kw_only=True, omit_defaults=True):
    """The only answer that carries the token. The device exchanges it at provisionEndpoint for a
    certificate.
    """

    token: str
    """Three parts, the middle one the device's id."""
    device_id: str = named(name="deviceId")
    """The device."""
    device_name: str = named(name="deviceName")
    """The device's name."""
    provision_endpoint: str = named(name="provisionEndpoint")
    """Where the device exchanges it."""
    expires_at: datetime = named(name="expiresAt")
    """When the token ends."""


class RegistrationTokenPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[RegistrationTokenRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class RegistrationTokenRead(Struct, kw_only=True, omit_defaults=True):
    """A token that can still be used, without its secret part."""

    id: str
    """The registration token."""
    device_id: str = named(name="deviceId")
    """The device."""
    device_name: str = named(name="deviceName")
    """The device's name."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    expires_at: datetime = named(name="expiresAt")
    """When the token ends."""


class RelatedSensor(Struct, kw_only=True, omit_defaults=True):
    """A sensor that another is calculated of."""

    sensor_id: str = named(name="sensorId")
    """The sensor."""
    device_id: str = named(name="deviceId")
    """The device."""
    device_name: str = named(name="deviceName")
    """Its device's name."""
    name: str
    """Its name."""
    unit: str | None
    """Of its values."""
    input: str
    """For which input it stands; of what uses this sensor, as which."""


class RenewalRequest(Struct, kw_only=True, omit_defaults=True):
    """A request for the new key, and the proof of the current one."""

    serial: str
    """Of the certificate that the device has; hexadecimal, as tools write it."""
    csr: str
    """PKCS#10 in PEM, as for provisioning."""
    signature: str
    """Base64 of the current key's signature over the UTF-8 of the nonce, a line feed and the csr
    exactly as sent: ECDSA with SHA-256 in DER, RSA PKCS#1 v1.5 with SHA-256, or Ed25519.
    """


class SensorBulkRequest(Struct, kw_only=True, omit_defaults=True):
    """Operations, done in this order; a sensor has no tags."""

    operations: list[Operation]
    """Up to 1,000."""


class SensorCreate(Struct, kw_only=True, omit_defaults=True):
    """A sensor before its first reading, which would create it by itself: for a type that must be
    certain; or one that is calculated, on a device or on a component.
    """

    key: str
    """Its name on the wire, unique in its device or component."""
    device_id: str | None | UnsetType = named(default=UNSET, name="deviceId")
    """The device; with a component it may be left out."""
    value_type: ValueType | None | UnsetType = named(default=UNSET, name="valueType")
    """What a sensor's values are, for its whole life; born from a bare integer, it may once become
    a DOUBLE. DOUBLE of what is calculated, else it has to be said.
    """
    component_id: str | None | UnsetType = named(default=UNSET, name="componentId")
    """The component that it is on; null for the device itself."""
    name: str | None | UnsetType = UNSET
    """As people know it; the key if left out."""
    unit: str | None | UnsetType = UNSET
    """Of its values; null where none is known."""
    calculation: CalculationBody | None | UnsetType = UNSET
    """What it is calculated of. Nobody reports its readings then."""


class SensorPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[SensorRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class SensorRead(Struct, kw_only=True, omit_defaults=True):
    """A typed channel. The latest value is the newest by event time, not by arrival."""

    id: str
    """The sensor."""
    device_id: str = named(name="deviceId")
    """The device."""
    component_id: str | None = named(name="componentId")
    """The component that it is on; null for the device itself."""
    key: str
    """Its name on the wire, unique in its device or component."""
    name: str
    """As people know it."""
    value_type: Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"] = named(name="valueType")
    """What a sensor's values are, for its whole life; born from a bare integer, it may once become
    a DOUBLE.
    """
    unit: str | None
    """Of its values; null where none is known."""
    labels: dict[str, str]
    """The tags of its series in line protocol; empty of others."""
    latest_value: float | bool | str | None = named(name="latestValue")
    """The newest value; null before the first."""
    latest_at: datetime | None = named(name="latestAt")
    """The time of that value; null before the first."""
    calculation: CalculationRead | None
    """What it is calculated of; null of one that reports itself."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class SensorUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays, null clears. Key and type are for life, and so is
    whether it is calculated.
    """

    name: str | UnsetType = UNSET
    """As people know it."""
    unit: str | None | UnsetType = UNSET
    """Of its values; null where none is known."""
    calculation: CalculationUpdate | UnsetType = UNSET
    """All of it is calculated anew."""


class SiteCreate(Struct, kw_only=True, omit_defaults=True):
    """A new site. `latitude` and `longitude` come together or not at all."""

    name: str
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words."""
    latitude: float | None | UnsetType = UNSET
    """Degrees north, WGS 84."""
    longitude: float | None | UnsetType = UNSET
    """Degrees east, WGS 84."""
    address: str | None | UnsetType = UNSET
    """Where the post goes."""
    timezone: str | UnsetType = UNSET
    """IANA name of the zone in which its days begin."""
    tags: list[str] | UnsetType = UNSET
    """Labels to find sites by."""
    metadata: dict[str, Any] | UnsetType = UNSET
    """Whatever people note; at most 64 KiB."""


class SiteDevices(Struct, kw_only=True, omit_defaults=True):
    """The devices at one site."""

    site_id: str | None = named(name="siteId")
    """The site; null for those without one."""
    statuses: dict[str, int]
    """How many have each state; left out where none."""


class SiteHistory(Struct, kw_only=True, omit_defaults=True):
    """Where a device has been."""

    items: list[Placement]
    """Newest first, at most 1,000."""


class SitePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[SiteRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class SiteRead(Struct, kw_only=True, omit_defaults=True):
    """A place where devices are."""

    id: str
    """The site."""
    name: str
    """Unique in the organization."""
    description: str | None
    """In people's words."""
    latitude: float | None
    """Degrees north, WGS 84."""
    longitude: float | None
    """Degrees east, WGS 84."""
    address: str | None
    """Where the post goes."""
    timezone: str
    """IANA name of the zone in which its days begin."""
    tags: list[str]
    """Labels to find sites by."""
    metadata: dict[str, Any]
    """Whatever people noted."""
    customer_id: str | None = named(name="customerId")
    """Whom it was given to; null for nobody."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    updated_at: datetime = named(name="updatedAt")
    """When people last changed it; telemetry doesn't count."""


class SiteUpdate(Struct, kw_only=True, omit_defaults=True):
    """A JSON Merge Patch: what isn't sent stays, null clears, `metadata` merges key by key."""

    name: str | UnsetType = UNSET
    """Unique in the organization."""
    description: str | None | UnsetType = UNSET
    """In people's words."""
    latitude: float | None | UnsetType = UNSET
    """Degrees north, WGS 84."""
    longitude: float | None | UnsetType = UNSET
    """Degrees east, WGS 84."""
    address: str | None | UnsetType = UNSET
    """Where the post goes."""
    timezone: str | UnsetType = UNSET
    """IANA name of the zone in which its days begin."""
    tags: list[str] | UnsetType = UNSET
    """Labels to find sites by."""
    metadata: dict[str, Any] | UnsetType = UNSET
    """Merged key by key; a null removes its key."""


_listComponents = Endpoint("listComponents", "GET", "/api/v1/components", "natural")
_getComponent = Endpoint("getComponent", "GET", "/api/v1/components/{componentId}", "natural")
_updateComponent = Endpoint(
    "updateComponent", "PATCH", "/api/v1/components/{componentId}", "natural"
)
_deleteComponent = Endpoint(
    "deleteComponent", "DELETE", "/api/v1/components/{componentId}", "natural"
)
_listDeviceGroups = Endpoint("listDeviceGroups", "GET", "/api/v1/device-groups", "natural")
_createDeviceGroup = Endpoint("createDeviceGroup", "POST", "/api/v1/device-groups", "key")
_getDeviceGroup = Endpoint("getDeviceGroup", "GET", "/api/v1/device-groups/{groupId}", "natural")
_updateDeviceGroup = Endpoint(
    "updateDeviceGroup", "PATCH", "/api/v1/device-groups/{groupId}", "natural"
)
_deleteDeviceGroup = Endpoint(
    "deleteDeviceGroup", "DELETE", "/api/v1/device-groups/{groupId}", "natural"
)
_listDevicesOfGroup = Endpoint(
    "listDevicesOfGroup", "GET", "/api/v1/device-groups/{groupId}/devices", "natural"
)
_listDevices = Endpoint("listDevices", "GET", "/api/v1/devices", "natural")
_changeDevices = Endpoint("changeDevices", "POST", "/api/v1/devices/bulk", "key")
_countDevices = Endpoint("countDevices", "GET", "/api/v1/devices/counts", "natural")
_exportDevices = Endpoint("exportDevices", "GET", "/api/v1/devices/export", "natural")
_importDevices = Endpoint("importDevices", "POST", "/api/v1/devices/import", "never")
_getDevice = Endpoint("getDevice", "GET", "/api/v1/devices/{deviceId}", "natural")
_updateDevice = Endpoint("updateDevice", "PATCH", "/api/v1/devices/{deviceId}", "natural")
_deleteDevice = Endpoint("deleteDevice", "DELETE", "/api/v1/devices/{deviceId}", "natural")
_listDeviceComponents = Endpoint(
    "listDeviceComponents", "GET", "/api/v1/devices/{deviceId}/components", "natural"
)
_createComponent = Endpoint(
    "createComponent", "POST", "/api/v1/devices/{deviceId}/components", "key"
)
_listDeviceConnections = Endpoint(
    "listDeviceConnections", "GET", "/api/v1/devices/{deviceId}/connections", "natural"
)
_giveDeviceToCustomer = Endpoint(
    "giveDeviceToCustomer", "PUT", "/api/v1/devices/{deviceId}/customer", "natural"
)
_getDeviceHealth = Endpoint(
    "getDeviceHealth", "GET", "/api/v1/devices/{deviceId}/health", "natural"
)
_inspectDevice = Endpoint("inspectDevice", "GET", "/api/v1/devices/{deviceId}/inspector", "natural")
_listDeviceSiteHistory = Endpoint(
    "listDeviceSiteHistory", "GET", "/api/v1/devices/{deviceId}/site-history", "natural"
)
_listSensors = Endpoint("listSensors", "GET", "/api/v1/sensors", "natural")
_createSensor = Endpoint("createSensor", "POST", "/api/v1/sensors", "key")
_changeSensors = Endpoint("changeSensors", "POST", "/api/v1/sensors/bulk", "key")
_previewCalculation = Endpoint("previewCalculation", "POST", "/api/v1/sensors/calculate", "natural")
_getSensor = Endpoint("getSensor", "GET", "/api/v1/sensors/{sensorId}", "natural")
_updateSensor = Endpoint("updateSensor", "PATCH", "/api/v1/sensors/{sensorId}", "natural")
_deleteSensor = Endpoint("deleteSensor", "DELETE", "/api/v1/sensors/{sensorId}", "natural")
_getCalculation = Endpoint(
    "getCalculation", "GET", "/api/v1/sensors/{sensorId}/calculation", "natural"
)
_listSites = Endpoint("listSites", "GET", "/api/v1/sites", "natural")
_createSite = Endpoint("createSite", "POST", "/api/v1/sites", "key")
_getSite = Endpoint("getSite", "GET", "/api/v1/sites/{siteId}", "natural")
_updateSite = Endpoint("updateSite", "PATCH", "/api/v1/sites/{siteId}", "natural")
_deleteSite = Endpoint("deleteSite", "DELETE", "/api/v1/sites/{siteId}", "natural")
_giveSiteToCustomer = Endpoint(
    "giveSiteToCustomer", "PUT", "/api/v1/sites/{siteId}/customer", "natural"
)
_challengeCertificate = Endpoint(
    "challengeCertificate", "POST", "/api/v1/devices/certificate/challenge", "natural"
)
_renewCertificate = Endpoint(
    "renewCertificate", "POST", "/api/v1/devices/certificate/renew", "natural"
)
_provisionDevice = Endpoint("provisionDevice", "POST", "/api/v1/devices/provision", "natural")
_listRegistrationTokens = Endpoint(
    "listRegistrationTokens", "GET", "/api/v1/devices/registration/tokens", "natural"
)
_createRegistrationToken = Endpoint(
    "createRegistrationToken", "POST", "/api/v1/devices/registration/tokens", "key"
)
_createRegistrationTokens = Endpoint(
    "createRegistrationTokens", "POST", "/api/v1/devices/registration/tokens/bulk", "key"
)
_revokeRegistrationToken = Endpoint(
    "revokeRegistrationToken", "DELETE", "/api/v1/devices/registration/tokens/{tokenId}", "natural"
)
_listDeviceCertificates = Endpoint(
    "listDeviceCertificates", "GET", "/api/v1/devices/{deviceId}/certificates", "natural"
)
_revokeDeviceCertificate = Endpoint(
    "revokeDeviceCertificate",
    "POST",
    "/api/v1/devices/{deviceId}/certificates/{serial}/revoke",
    "natural",
)
_createDeviceRegistrationToken = Endpoint(
    "createDeviceRegistrationToken", "POST", "/api/v1/devices/{deviceId}/registration-token", "key"
)
_getEffectiveConfig = Endpoint(
    "getEffectiveConfig", "GET", "/api/v1/devices/{deviceId}/effective-config", "natural"
)
_listCommandRuns = Endpoint(
    "listCommandRuns", "GET", "/api/v1/device-groups/{groupId}/commands", "natural"
)
_createCommandRun = Endpoint(
    "createCommandRun", "POST", "/api/v1/device-groups/{groupId}/commands", "key"
)
_getCommandRun = Endpoint(
    "getCommandRun", "GET", "/api/v1/device-groups/{groupId}/commands/{runId}", "natural"
)
_cancelCommandRun = Endpoint(
    "cancelCommandRun", "POST", "/api/v1/device-groups/{groupId}/commands/{runId}/cancel", "never"
)
_listCommands = Endpoint("listCommands", "GET", "/api/v1/devices/{deviceId}/commands", "natural")
_createCommand = Endpoint("createCommand", "POST", "/api/v1/devices/{deviceId}/commands", "key")
_streamCommands = Endpoint(
    "streamCommands", "GET", "/api/v1/devices/{deviceId}/commands/stream", "natural"
)
_getCommand = Endpoint(
    "getCommand", "GET", "/api/v1/devices/{deviceId}/commands/{commandId}", "natural"
)
_cancelCommand = Endpoint(
    "cancelCommand", "POST", "/api/v1/devices/{deviceId}/commands/{commandId}/cancel", "never"
)


class ComponentsApi(SyncTransport):
    """Operations of `components`, for programs that wait."""

    def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ComponentPage:
        """Components, newest first.

        Needs the permission `devices:read`.

        device_id: Only of this device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listComponents,
            query={
                "deviceId": device_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ComponentPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ComponentRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def get(self, component_id: str) -> ComponentRead:
        """One component.

        Needs the permission `devices:read`.

        component_id: The component.
        """
        return self._call(_getComponent, path=(component_id,), answer=ComponentRead)

    def update(
        self,
        component_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        key: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        sensor_profile_id: str | None | UnsetType = UNSET,
    ) -> ComponentRead:
        """Change a component (JSON Merge Patch, RFC 7396). Its device addresses it by the new key at
        once.

        Needs the permission `devices:write`.

        component_id: The component.
        if_match: The ETag that the resource must still have, or *.
        key: Its name on the wire, unique in its device.
        name: As people know it.
        sensor_profile_id: The version of a sensor profile that it is bound to; null for none.
        """
        return self._call(
            _updateComponent,
            path=(component_id,),
            headers={"If-Match": if_match},
            body={"key": key, "name": name, "sensorProfileId": sensor_profile_id},
            answer=ComponentRead,
        )

    def delete(self, component_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a component with its sensors. Its key can be used again.

        Needs the permission `devices:write`.

        component_id: The component.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteComponent,
            path=(component_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class AsyncComponentsApi(AsyncTransport):
    """Operations of `components`, for asynchronous programs."""

    async def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ComponentPage:
        """Components, newest first.

        Needs the permission `devices:read`.

        device_id: Only of this device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listComponents,
            query={
                "deviceId": device_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ComponentPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ComponentRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def get(self, component_id: str) -> ComponentRead:
        """One component.

        Needs the permission `devices:read`.

        component_id: The component.
        """
        return await self._call(_getComponent, path=(component_id,), answer=ComponentRead)

    async def update(
        self,
        component_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        key: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        sensor_profile_id: str | None | UnsetType = UNSET,
    ) -> ComponentRead:
        """Change a component (JSON Merge Patch, RFC 7396). Its device addresses it by the new key at
        once.

        Needs the permission `devices:write`.

        component_id: The component.
        if_match: The ETag that the resource must still have, or *.
        key: Its name on the wire, unique in its device.
        name: As people know it.
        sensor_profile_id: The version of a sensor profile that it is bound to; null for none.
        """
        return await self._call(
            _updateComponent,
            path=(component_id,),
            headers={"If-Match": if_match},
            body={"key": key, "name": name, "sensorProfileId": sensor_profile_id},
            answer=ComponentRead,
        )

    async def delete(self, component_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a component with its sensors. Its key can be used again.

        Needs the permission `devices:write`.

        component_id: The component.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteComponent,
            path=(component_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )


class DeviceGroupsApi(SyncTransport):
    """Operations of `device_groups`, for programs that wait."""

    def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DeviceGroupPage:
        """Device groups, newest first.

        Needs the permission `devices:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDeviceGroups,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DeviceGroupPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[DeviceGroupRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        name: str,
        tags: Sequence[str],
        match: Match | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DeviceGroupRead:
        """Add a group of all devices that have any, or all, of some tags.

        Needs the permission `devices:write`.

        name: Unique in the organization.
        tags: What its devices are labelled with; 1 to 20.
        match: Whether a device of the group has one of its tags, or every one.
        description: In people's words.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createDeviceGroup,
            body={"name": name, "tags": tags, "match": match, "description": description},
            idempotency_key=idempotency_key,
            answer=DeviceGroupRead,
        )

    def get(self, group_id: str) -> DeviceGroupRead:
        """One device group.

        Needs the permission `devices:read`.

        group_id: The device group.
        """
        return self._call(_getDeviceGroup, path=(group_id,), answer=DeviceGroupRead)

    def update(
        self,
        group_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        match: Match | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
    ) -> DeviceGroupRead:
        """Change a device group (JSON Merge Patch, RFC 7396). Who is in it changes at once.

        Needs the permission `devices:write`.

        group_id: The device group.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        tags: What its devices are labelled with; 1 to 20.
        match: Whether a device of the group has one of its tags, or every one.
        description: In people's words.
        """
        return self._call(
            _updateDeviceGroup,
            path=(group_id,),
            headers={"If-Match": if_match},
            body={"name": name, "tags": tags, "match": match, "description": description},
            answer=DeviceGroupRead,
        )

    def delete(self, group_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a device group. Its devices and their tags stay.

        Needs the permission `devices:write`.

        group_id: The device group.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteDeviceGroup, path=(group_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    def list_devices_of_group(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DevicePage:
        """The devices that are in the group now, newest first.

        Needs the permission `devices:read`.

        group_id: The device group.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDevicesOfGroup,
            path=(group_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=DevicePage,
        )

    def each_devices_of_group(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[DeviceRead]:
        """Every item of every page of `list_devices_of_group`."""
        return each_of_pages(
            lambda cursor: self.list_devices_of_group(
                group_id=group_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def list_command_runs(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandRunPage:
        """Runs over a group, newest first.

        Needs the permission `commands:read`.

        group_id: The device group.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listCommandRuns,
            path=(group_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=CommandRunPage,
        )

    def each_command_runs(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[CommandRunRead]:
        """Every item of every page of `list_command_runs`."""
        return each_of_pages(
            lambda cursor: self.list_command_runs(
                group_id=group_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create_command_run(
        self,
        group_id: str,
        *,
        method: str,
        params: dict[str, Any] | UnsetType = UNSET,
        timeout_seconds: int | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        rate_per_second: int | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CommandRunRead:
        """Tell every device of a group to do something.

        Those that are in the group now get a command each, `ratePerSecond` of them in a second; at
        most 10,000. A device whose profile doesn't take it has FAILED; where none does, all is
        refused.

        Needs the permission `commands:write`.

        group_id: The device group.
        method: One of the platform's own, or of the device profile's.
        params: What the method takes, by its schema; at most 64 KiB of JSON.
        timeout_seconds: How long the device has for its final answer, from `sentAt` on; 60 if left
        out, 7 days at most.
        expires_at: Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a
        year at most.
        rate_per_second: How many devices get their command in a second, at most.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createCommandRun,
            path=(group_id,),
            body={
                "method": method,
                "params": params,
                "timeoutSeconds": timeout_seconds,
                "expiresAt": expires_at,
                "ratePerSecond": rate_per_second,
            },
            idempotency_key=idempotency_key,
            answer=CommandRunRead,
        )

    def get_command_run(
        self,
        group_id: str,
        run_id: str,
        *,
        status: Sequence[Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandRunDetail:
        """One run, with what became of each device's command, newest first.

        Needs the permission `commands:read`.

        group_id: The device group.
        run_id: The run.
        status: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _getCommandRun,
            path=(
                group_id,
                run_id,
            ),
            query={
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CommandRunDetail,
        )

    def cancel_command_run(self, group_id: str, run_id: str) -> CommandRunRead:
        """Call a run off: no further device is told, and what is open is called off, too.

        Needs the permission `commands:write`.

        group_id: The device group.
        run_id: The run.
        """
        return self._call(
            _cancelCommandRun,
            path=(
                group_id,
                run_id,
            ),
            answer=CommandRunRead,
        )


class AsyncDeviceGroupsApi(AsyncTransport):
    """Operations of `device_groups`, for asynchronous programs."""

    async def list(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DeviceGroupPage:
        """Device groups, newest first.

        Needs the permission `devices:read`.

        q: Part of the name, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDeviceGroups,
            query={
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DeviceGroupPage,
        )

    def each(
        self,
        *,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[DeviceGroupRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                q=q, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        name: str,
        tags: Sequence[str],
        match: Match | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DeviceGroupRead:
        """Add a group of all devices that have any, or all, of some tags.

        Needs the permission `devices:write`.

        name: Unique in the organization.
        tags: What its devices are labelled with; 1 to 20.
        match: Whether a device of the group has one of its tags, or every one.
        description: In people's words.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createDeviceGroup,
            body={"name": name, "tags": tags, "match": match, "description": description},
            idempotency_key=idempotency_key,
            answer=DeviceGroupRead,
        )

    async def get(self, group_id: str) -> DeviceGroupRead:
        """One device group.

        Needs the permission `devices:read`.

        group_id: The device group.
        """
        return await self._call(_getDeviceGroup, path=(group_id,), answer=DeviceGroupRead)

    async def update(
        self,
        group_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        match: Match | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
    ) -> DeviceGroupRead:
        """Change a device group (JSON Merge Patch, RFC 7396). Who is in it changes at once.

        Needs the permission `devices:write`.

        group_id: The device group.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        tags: What its devices are labelled with; 1 to 20.
        match: Whether a device of the group has one of its tags, or every one.
        description: In people's words.
        """
        return await self._call(
            _updateDeviceGroup,
            path=(group_id,),
            headers={"If-Match": if_match},
            body={"name": name, "tags": tags, "match": match, "description": description},
            answer=DeviceGroupRead,
        )

    async def delete(self, group_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a device group. Its devices and their tags stay.

        Needs the permission `devices:write`.

        group_id: The device group.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteDeviceGroup, path=(group_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    async def list_devices_of_group(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DevicePage:
        """The devices that are in the group now, newest first.

        Needs the permission `devices:read`.

        group_id: The device group.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDevicesOfGroup,
            path=(group_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=DevicePage,
        )

    def each_devices_of_group(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[DeviceRead]:
        """Every item of every page of `list_devices_of_group`."""
        return each_of_pages_async(
            lambda cursor: self.list_devices_of_group(
                group_id=group_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def list_command_runs(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandRunPage:
        """Runs over a group, newest first.

        Needs the permission `commands:read`.

        group_id: The device group.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listCommandRuns,
            path=(group_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=CommandRunPage,
        )

    def each_command_runs(
        self,
        group_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[CommandRunRead]:
        """Every item of every page of `list_command_runs`."""
        return each_of_pages_async(
            lambda cursor: self.list_command_runs(
                group_id=group_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create_command_run(
        self,
        group_id: str,
        *,
        method: str,
        params: dict[str, Any] | UnsetType = UNSET,
        timeout_seconds: int | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        rate_per_second: int | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CommandRunRead:
        """Tell every device of a group to do something.

        Those that are in the group now get a command each, `ratePerSecond` of them in a second; at
        most 10,000. A device whose profile doesn't take it has FAILED; where none does, all is
        refused.

        Needs the permission `commands:write`.

        group_id: The device group.
        method: One of the platform's own, or of the device profile's.
        params: What the method takes, by its schema; at most 64 KiB of JSON.
        timeout_seconds: How long the device has for its final answer, from `sentAt` on; 60 if left
        out, 7 days at most.
        expires_at: Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a
        year at most.
        rate_per_second: How many devices get their command in a second, at most.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createCommandRun,
            path=(group_id,),
            body={
                "method": method,
                "params": params,
                "timeoutSeconds": timeout_seconds,
                "expiresAt": expires_at,
                "ratePerSecond": rate_per_second,
            },
            idempotency_key=idempotency_key,
            answer=CommandRunRead,
        )

    async def get_command_run(
        self,
        group_id: str,
        run_id: str,
        *,
        status: Sequence[Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandRunDetail:
        """One run, with what became of each device's command, newest first.

        Needs the permission `commands:read`.

        group_id: The device group.
        run_id: The run.
        status: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _getCommandRun,
            path=(
                group_id,
                run_id,
            ),
            query={
                "status": status,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CommandRunDetail,
        )

    async def cancel_command_run(self, group_id: str, run_id: str) -> CommandRunRead:
        """Call a run off: no further device is told, and what is open is called off, too.

        Needs the permission `commands:write`.

        group_id: The device group.
        run_id: The run.
        """
        return await self._call(
            _cancelCommandRun,
            path=(
                group_id,
                run_id,
            ),
            answer=CommandRunRead,
        )


class DevicesApi(SyncTransport):
    """Operations of `devices`, for programs that wait."""

    def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> DevicePage:
        """Devices, newest first. All conditions given must hold.

        Needs the permission `devices:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        status: One of these; comma-separated or repeated.
        site_id: Only at this site.
        customer_id: Only what this customer has.
        group_id: Only in this device group.
        tag: All of these; comma-separated or repeated.
        connected: With or without an MQTT session now.
        firmware_version: As the device reported it.
        device_profile: Of this profile, in any version, or as name:version in that one.
        last_seen_before: Not heard since. RFC 3339 with an offset or Z.
        certificate_expires_before: Whose certificate ends before. RFC 3339 with an offset or Z.
        q: Every word of this begins a word of the name, in any case.
        """
        return self._call(
            _listDevices,
            query={
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "status": status,
                "siteId": site_id,
                "customerId": customer_id,
                "groupId": group_id,
                "tag": tag,
                "connected": connected,
                "firmwareVersion": firmware_version,
                "deviceProfile": device_profile,
                "lastSeenBefore": last_seen_before,
                "certificateExpiresBefore": certificate_expires_before,
                "q": q,
            },
            answer=DevicePage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> Iterator[DeviceRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                limit=limit,
                sort=sort,
                include_total=include_total,
                status=status,
                site_id=site_id,
                customer_id=customer_id,
                group_id=group_id,
                tag=tag,
                connected=connected,
                firmware_version=firmware_version,
                device_profile=device_profile,
                last_seen_before=last_seen_before,
                certificate_expires_before=certificate_expires_before,
                q=q,
                cursor=cursor,
            )
        )

    def change_many(
        self, *, operations: Sequence[Operation], idempotency_key: str | UnsetType = UNSET
    ) -> BulkResults:
        """Create, patch, tag or delete up to 1,000 devices; each operation has a result of its own.

        Needs the permission `devices:write`.

        operations: Up to 1,000.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _changeDevices,
            body={"operations": operations},
            idempotency_key=idempotency_key,
            answer=BulkResults,
        )

    def count(
        self,
        *,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> DeviceCounts:
        """How many devices match, by state and by site. The conditions are those of the list.

        Needs the permission `devices:read`.

        status: One of these; comma-separated or repeated.
        site_id: Only at this site.
        customer_id: Only what this customer has.
        group_id: Only in this device group.
        tag: All of these; comma-separated or repeated.
        connected: With or without an MQTT session now.
        firmware_version: As the device reported it.
        device_profile: Of this profile, in any version, or as name:version in that one.
        last_seen_before: Not heard since. RFC 3339 with an offset or Z.
        certificate_expires_before: Whose certificate ends before. RFC 3339 with an offset or Z.
        q: Every word of this begins a word of the name, in any case.
        """
        return self._call(
            _countDevices,
            query={
                "status": status,
                "siteId": site_id,
                "customerId": customer_id,
                "groupId": group_id,
                "tag": tag,
                "connected": connected,
                "firmwareVersion": firmware_version,
                "deviceProfile": device_profile,
                "lastSeenBefore": last_seen_before,
                "certificateExpiresBefore": certificate_expires_before,
                "q": q,
            },
            answer=DeviceCounts,
        )

    def export(
        self,
        *,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> bytes:
        """All devices that match as CSV (RFC 4180), oldest first. The file can be imported again.

        Tags stand between bars. A cell that a spreadsheet would take for a formula begins with an
        apostrophe.

        Needs the permission `devices:read`.

        status: One of these; comma-separated or repeated.
        site_id: Only at this site.
        customer_id: Only what this customer has.
        group_id: Only in this device group.
        tag: All of these; comma-separated or repeated.
        connected: With or without an MQTT session now.
        firmware_version: As the device reported it.
        device_profile: Of this profile, in any version, or as name:version in that one.
        last_seen_before: Not heard since. RFC 3339 with an offset or Z.
        certificate_expires_before: Whose certificate ends before. RFC 3339 with an offset or Z.
        q: Every word of this begins a word of the name, in any case.
        """
        return self._call(
            _exportDevices,
            query={
                "status": status,
                "siteId": site_id,
                "customerId": customer_id,
                "groupId": group_id,
                "tag": tag,
                "connected": connected,
                "firmwareVersion": firmware_version,
                "deviceProfile": device_profile,
                "lastSeenBefore": last_seen_before,
                "certificateExpiresBefore": certificate_expires_before,
                "q": q,
            },
            answer=bytes,
        )

    def import_(
        self,
        *,
        body: bytes | str,
        mode: ImportMode | UnsetType = UNSET,
        dry_run: bool | UnsetType = UNSET,
    ) -> DeviceImport:
        """Create and change up to 10,000 devices from CSV (RFC 4180, UTF-8), as the export writes it.

        The first line names the columns; a column that isn't there stays as it is, an empty cell
        clears. `name` says
        which device, `site` is a site's name, `deviceProfile` is `name:version` and gives a new
        device its components,
        `tags` stand between bars, `metadata` is JSON and replaces. Columns that people don't edit
        (`id`, `status`, …)
        are ignored. Good lines are stored, each bad one is told with its line and column.

        Needs the permission `devices:write`.

        mode: UPSERT changes the devices that have a line's name and creates the others; CREATE
        refuses names that are taken.
        dry_run: Say what would happen, and keep nothing.
        body: The body.
        """
        return self._call(
            _importDevices,
            query={"mode": mode, "dryRun": dry_run},
            body=body,
            content_type="text/csv",
            answer=DeviceImport,
        )

    def get(self, device_id: str) -> DeviceRead:
        """One device.

        Needs the permission `devices:read`.

        device_id: The device.
        """
        return self._call(_getDevice, path=(device_id,), answer=DeviceRead)

    def update(
        self,
        device_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        status: Literal["ACTIVE", "INACTIVE", "MAINTENANCE"] | UnsetType = UNSET,
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        location: Location | None | UnsetType = UNSET,
        metadata: dict[str, Any] | UnsetType = UNSET,
    ) -> DeviceRead:
        """Change a device (JSON Merge Patch, RFC 7396).

        Needs the permission `devices:write`.

        device_id: The device.
        if_match: The ETag that the resource must still have, or *.
        name: The new name.
        status: ACTIVE ends what people said; it shows as OFFLINE while there is no session.
        site_id: The site where it belongs; null for nowhere. Its history keeps where it was.
        device_profile: What kind it is; null clears it. Its components stay as they are.
        tags: All of its labels.
        location: Where it stands; null clears it.
        metadata: Merged key by key; a null removes its key.
        """
        return self._call(
            _updateDevice,
            path=(device_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "status": status,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "location": location,
                "metadata": metadata,
            },
            answer=DeviceRead,
        )

    def delete(self, device_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a device. Its certificates end, and a live session is cut within a second.

        Needs the permission `devices:write`.

        device_id: The device.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteDevice, path=(device_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    def list_components(
        self,
        device_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ComponentPage:
        """The components of one device, newest first.

        Needs the permission `devices:read`.

        device_id: The device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDeviceComponents,
            path=(device_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=ComponentPage,
        )

    def each_components(
        self,
        device_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ComponentRead]:
        """Every item of every page of `list_components`."""
        return each_of_pages(
            lambda cursor: self.list_components(
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create_component(
        self,
        device_id: str,
        *,
        key: str,
        name: str | None | UnsetType = UNSET,
        sensor_profile_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ComponentRead:
        """Add a part to a device.

        Needs the permission `devices:write`.

        device_id: The device.
        key: Its name on the wire, unique in its device.
        name: As people know it; the key if left out.
        sensor_profile_id: The version of a sensor profile that it is bound to; null for none.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createComponent,
            path=(device_id,),
            body={"key": key, "name": name, "sensorProfileId": sensor_profile_id},
            idempotency_key=idempotency_key,
            answer=ComponentRead,
        )

    def list_connections(
        self, device_id: str, *, limit: int | UnsetType = UNSET, cursor: str | UnsetType = UNSET
    ) -> ConnectionPage:
        """A device's connections over MQTT, newest first, kept for 30 days unless the operator says
        otherwise. Attempts that were refused stand there, too, where the certificate said whose
        they were: one line for each reason and minute. Of a device that comes and goes without
        pause, 30 lines an hour are kept; the journal tells how many were not.

        Needs the permission `devices:read`.

        device_id: The device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listDeviceConnections,
            path=(device_id,),
            query={"limit": limit, "cursor": cursor},
            answer=ConnectionPage,
        )

    def each_connections(
        self, device_id: str, *, limit: int | UnsetType = UNSET
    ) -> Iterator[ConnectionRead]:
        """Every item of every page of `list_connections`."""
        return each_of_pages(
            lambda cursor: self.list_connections(device_id=device_id, limit=limit, cursor=cursor)
        )

    def give_to_customer(
        self, device_id: str, customer_id: str | None, *, if_match: str | UnsetType = UNSET
    ) -> DeviceRead:
        """Give the device to a customer, with its readings, alerts and all its history, or take it
        back. Who may no longer see it doesn't from now on, streams that are open included.

        Needs the permission `customers:write`.

        device_id: The device.
        if_match: The ETag that the resource must still have, or *.
        customer_id: null takes it back: then it is the organization's alone.
        """
        return self._call(
            _giveDeviceToCustomer,
            path=(device_id,),
            headers={"If-Match": if_match},
            body={"customerId": customer_id},
            answer=DeviceRead,
        )

    def health(
        self,
        device_id: str,
        *,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        interval: ChartInterval | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> DeviceHealth:
        """What a device last said of itself. With `from` or `to` also what it said in that range,
        newest first; with `interval`, `from` and `to` that range as a chart: buckets of at most
        2,000, with the least, the mean and the most of each figure.

        Needs the permission `devices:read`.

        device_id: The device.
        from_: Also those since this time, included. RFC 3339 with an offset or Z.
        to: Also those before this time. RFC 3339 with an offset or Z.
        interval: As a chart: how long each bucket is.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _getDeviceHealth,
            path=(device_id,),
            query={"from": from_, "to": to, "interval": interval, "limit": limit, "cursor": cursor},
            answer=DeviceHealth,
        )

    def inspect(self, device_id: str, *, seconds: int | UnsetType = UNSET) -> Events:
        """What a device sends and gets, and what became of it: each connection, subscription,
        publish, failed handshake, and request over HTTP with its readings; told after the commit.

        As JSON the last hour. Problems are known of every device, always: what was refused,
        quarantined, or ended its connection. Its other traffic is recorded from the moment that
        somebody looks, live or not, and for an hour after that; `trafficFrom` says since when. At
        most the newest 300 lines of traffic and 30 problems are kept, and the traffic of 8 devices
        of an organization.

        With `Accept: text/event-stream` live, for `seconds`. Who reads too slowly is told what it
        missed (`missed`), and given up when it doesn't read at all.

        A failed TLS handshake doesn't say whose it was. Those from the address where the device
        last came from are told here, and their line says so.

        Needs the permission `devices:read`.

        device_id: The device.
        seconds: For how long, of a stream.
        """
        return self._listen(_inspectDevice, path=(device_id,), query={"seconds": seconds})

    def list_site_history(self, device_id: str) -> SiteHistory:
        """Where a device has been, newest first.

        Needs the permission `devices:read`.

        device_id: The device.
        """
        return self._call(_listDeviceSiteHistory, path=(device_id,), answer=SiteHistory)

    def challenge_certificate(self, *, serial: str) -> Challenge:
        """Something to sign, with which the device's next question proves its current key.

        serial: Of the certificate that the device has; hexadecimal, as tools write it.
        """
        return self._call(_challengeCertificate, body={"serial": serial}, answer=Challenge)

    def renew_certificate(self, *, serial: str, csr: str, signature: str) -> Provisioned:
        """Another certificate for the same device, by proof of the current key.

        The same key again gives the same certificate. The current one stays good until the new one
        was used, and for the overlap from then on. One that was replaced so, has expired or is
        revoked can't be renewed.

        serial: Of the certificate that the device has; hexadecimal, as tools write it.
        csr: PKCS#10 in PEM, as for provisioning.
        signature: Base64 of the current key's signature over the UTF-8 of the nonce, a line feed
        and the csr exactly as sent: ECDSA with SHA-256 in DER, RSA PKCS#1 v1.5 with SHA-256, or
        Ed25519.
        """
        return self._call(
            _renewCertificate,
            body={"serial": serial, "csr": csr, "signature": signature},
            answer=Provisioned,
        )

    def provision(self, *, token: str, csr: str) -> Provisioned:
        """Exchange a registration token and a certificate signing request for a certificate.

        The same token with the same key again gives the same certificate; with another key it is
        refused. Each device needs a key pair of its own: weak keys, and those of other devices, are
        refused, and leave the token as it was.

        token: As registering the device gave it.
        csr: PKCS#10 in PEM: P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits. Its subject is
        ignored.
        """
        return self._call(_provisionDevice, body={"token": token, "csr": csr}, answer=Provisioned)

    def list_registration_tokens(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> RegistrationTokenPage:
        """Tokens that can still be used, newest first.

        Needs the permission `devices:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listRegistrationTokens,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=RegistrationTokenPage,
        )

    def each_registration_tokens(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[RegistrationTokenRead]:
        """Every item of every page of `list_registration_tokens`."""
        return each_of_pages(
            lambda cursor: self.list_registration_tokens(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create_registration_token(
        self,
        *,
        device_name: str,
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        components: Sequence[ComponentOfDevice] | UnsetType = UNSET,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RegistrationTokenCreated:
        """Register a device: creates it as PENDING, with a one-time token. This answer alone carries
        the token.

        Needs the permission `devices:write`.

        device_name: Unique in the organization.
        site_id: The site where it belongs.
        device_profile: What kind it is: it gets the components of that profile.
        tags: Labels to find and group devices by.
        components: Its addressable parts.
        expires_in_seconds: Life of the token in seconds, a minute to a year; a day if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createRegistrationToken,
            body={
                "deviceName": device_name,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "components": components,
                "expiresInSeconds": expires_in_seconds,
            },
            idempotency_key=idempotency_key,
            answer=RegistrationTokenCreated,
        )

    def create_registration_tokens(
        self,
        *,
        device_names: Sequence[str],
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        components: Sequence[ComponentOfDevice] | UnsetType = UNSET,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RegistrationBatch:
        """Register up to 1,000 devices for a production line, as JSON or, where Accept says text/csv,
        as a table.

        Each name has a result of its own: a token, or that the name is taken. This answer alone
        carries the tokens;
        sent again with the same Idempotency-Key, it is given again.

        Needs the permission `devices:write`.

        device_names: Up to 1,000, each unique in the organization.
        site_id: The site where they belong.
        device_profile: What kind: each gets the components of that profile.
        tags: Labels to find and group devices by.
        components: The addressable parts of each.
        expires_in_seconds: Life of the token in seconds, a minute to a year; a day if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createRegistrationTokens,
            body={
                "deviceNames": device_names,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "components": components,
                "expiresInSeconds": expires_in_seconds,
            },
            idempotency_key=idempotency_key,
            answer=RegistrationBatch,
        )

    def create_registration_tokens_as(
        self,
        *,
        device_names: Sequence[str],
        accept: Literal["text/csv"],
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        components: Sequence[ComponentOfDevice] | UnsetType = UNSET,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SyncBytes:
        """Register up to 1,000 devices for a production line, as JSON or, where Accept says text/csv,
        as a table, in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _createRegistrationTokens,
            body={
                "deviceNames": device_names,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "components": components,
                "expiresInSeconds": expires_in_seconds,
            },
            idempotency_key=idempotency_key,
            accept=accept,
        )

    def revoke_registration_token(self, token_id: str) -> None:
        """Revoke a token that was not used yet. What a used one gave ends with its certificate.

        Needs the permission `devices:write`.

        token_id: The registration token.
        """
        return self._call(_revokeRegistrationToken, path=(token_id,), answer=type(None))

    def list_certificates(self, device_id: str) -> Certificates:
        """All certificates of a device, newest first, the ended ones too.

        Needs the permission `devices:read`.

        device_id: The device.
        """
        return self._call(_listDeviceCertificates, path=(device_id,), answer=Certificates)

    def revoke_certificate(self, device_id: str, *, serial: str) -> None:
        """End a certificate, and those of its renewals. A live session is cut within a second.

        Needs the permission `devices:write`.

        device_id: The device.
        serial: Serial number in hexadecimal, as the list has it.
        """
        return self._call(
            _revokeDeviceCertificate,
            path=(
                device_id,
                serial,
            ),
            answer=type(None),
        )

    def create_registration_token_of(
        self,
        device_id: str,
        *,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RegistrationTokenCreated:
        """A new token for an existing device. Its old certificates end when the new one is issued.

        Needs the permission `devices:write`.

        device_id: The device.
        expires_in_seconds: Life of the token in seconds, a minute to a year; a day if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createDeviceRegistrationToken,
            path=(device_id,),
            body={"expiresInSeconds": expires_in_seconds},
            idempotency_key=idempotency_key,
            answer=RegistrationTokenCreated,
        )

    def effective_config(self, device_id: str) -> EffectiveConfig:
        """What is desired of a device, and because of which binding.

        Needs the permission `config:read`.

        device_id: The device.
        """
        return self._call(_getEffectiveConfig, path=(device_id,), answer=EffectiveConfig)

    def list_commands(
        self,
        device_id: str,
        *,
        status: Sequence[Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]]
        | UnsetType = UNSET,
        method: Sequence[str] | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandPage:
        """Commands of a device, newest first.

        Needs the permission `commands:read`.

        device_id: The device.
        status: Any of these; comma-separated or repeated.
        method: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listCommands,
            path=(device_id,),
            query={
                "status": status,
                "method": method,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CommandPage,
        )

    def each_commands(
        self,
        device_id: str,
        *,
        status: Sequence[Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]]
        | UnsetType = UNSET,
        method: Sequence[str] | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[CommandRead]:
        """Every item of every page of `list_commands`."""
        return each_of_pages(
            lambda cursor: self.list_commands(
                device_id=device_id,
                status=status,
                method=method,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create_command(
        self,
        device_id: str,
        *,
        method: str,
        wait: int | UnsetType = UNSET,
        params: dict[str, Any] | UnsetType = UNSET,
        timeout_seconds: int | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CommandRead:
        """Tell a device to do something.

        It is sent when the device is connected, after those that were asked for before it, at least
        once: devices know one that comes again by its `id`. Methods are REBOOT, UPDATE_CONFIG,
        UPDATE_FIRMWARE, BIND_CONFIG, UNBIND_CONFIG, CERTIFICATE_RENEW, and what the profile of the
        device declares.

        With `wait` one call asks and gets the result. Who leaves meanwhile has asked all the same.

        Needs the permission `commands:write`.

        device_id: The device.
        wait: Answer when the status is final, or after so many seconds with the command as it is
        then.
        method: One of the platform's own, or of the device profile's.
        params: What the method takes, by its schema; at most 64 KiB of JSON.
        timeout_seconds: How long the device has for its final answer, from `sentAt` on; 60 if left
        out, 7 days at most.
        expires_at: Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a
        year at most.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createCommand,
            path=(device_id,),
            query={"wait": wait},
            body={
                "method": method,
                "params": params,
                "timeoutSeconds": timeout_seconds,
                "expiresAt": expires_at,
            },
            idempotency_key=idempotency_key,
            answer=CommandRead,
        )

    def stream_commands(self, device_id: str) -> Events:
        """A device's commands as they change, as Server-Sent Events: first those that are open.

        Each event is a whole command. Connect again with the last `id` as `Last-Event-ID`, and what
        has ended meanwhile is told, too; some of it may be told twice. The stream ends when the
        token expires or the key is revoked.

        Needs the permission `commands:read`.

        device_id: The device.
        """
        return self._listen(_streamCommands, path=(device_id,))

    def get_command(
        self, device_id: str, command_id: str, *, wait: int | UnsetType = UNSET
    ) -> CommandRead:
        """One command, as it is now, or with `wait` as it ends.

        Needs the permission `commands:read`.

        device_id: The device.
        command_id: The command.
        wait: Answer when the status is final, or after so many seconds with the command as it is
        then.
        """
        return self._call(
            _getCommand,
            path=(
                device_id,
                command_id,
            ),
            query={"wait": wait},
            answer=CommandRead,
        )

    def cancel_command(self, device_id: str, command_id: str) -> CommandRead:
        """Call a command off: it is FAILED then, with the error `canceled`.

        What wasn't sent yet is not sent; what was, the device may do all the same.

        Needs the permission `commands:write`.

        device_id: The device.
        command_id: The command.
        """
        return self._call(
            _cancelCommand,
            path=(
                device_id,
                command_id,
            ),
            answer=CommandRead,
        )


class AsyncDevicesApi(AsyncTransport):
    """Operations of `devices`, for asynchronous programs."""

    async def list(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> DevicePage:
        """Devices, newest first. All conditions given must hold.

        Needs the permission `devices:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        status: One of these; comma-separated or repeated.
        site_id: Only at this site.
        customer_id: Only what this customer has.
        group_id: Only in this device group.
        tag: All of these; comma-separated or repeated.
        connected: With or without an MQTT session now.
        firmware_version: As the device reported it.
        device_profile: Of this profile, in any version, or as name:version in that one.
        last_seen_before: Not heard since. RFC 3339 with an offset or Z.
        certificate_expires_before: Whose certificate ends before. RFC 3339 with an offset or Z.
        q: Every word of this begins a word of the name, in any case.
        """
        return await self._call(
            _listDevices,
            query={
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
                "status": status,
                "siteId": site_id,
                "customerId": customer_id,
                "groupId": group_id,
                "tag": tag,
                "connected": connected,
                "firmwareVersion": firmware_version,
                "deviceProfile": device_profile,
                "lastSeenBefore": last_seen_before,
                "certificateExpiresBefore": certificate_expires_before,
                "q": q,
            },
            answer=DevicePage,
        )

    def each(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal[
            "createdAt",
            "-createdAt",
            "updatedAt",
            "-updatedAt",
            "lastSeenAt",
            "-lastSeenAt",
            "name",
            "-name",
        ]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> AsyncIterator[DeviceRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                limit=limit,
                sort=sort,
                include_total=include_total,
                status=status,
                site_id=site_id,
                customer_id=customer_id,
                group_id=group_id,
                tag=tag,
                connected=connected,
                firmware_version=firmware_version,
                device_profile=device_profile,
                last_seen_before=last_seen_before,
                certificate_expires_before=certificate_expires_before,
                q=q,
                cursor=cursor,
            )
        )

    async def change_many(
        self, *, operations: Sequence[Operation], idempotency_key: str | UnsetType = UNSET
    ) -> BulkResults:
        """Create, patch, tag or delete up to 1,000 devices; each operation has a result of its own.

        Needs the permission `devices:write`.

        operations: Up to 1,000.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _changeDevices,
            body={"operations": operations},
            idempotency_key=idempotency_key,
            answer=BulkResults,
        )

    async def count(
        self,
        *,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> DeviceCounts:
        """How many devices match, by state and by site. The conditions are those of the list.

        Needs the permission `devices:read`.

        status: One of these; comma-separated or repeated.
        site_id: Only at this site.
        customer_id: Only what this customer has.
        group_id: Only in this device group.
        tag: All of these; comma-separated or repeated.
        connected: With or without an MQTT session now.
        firmware_version: As the device reported it.
        device_profile: Of this profile, in any version, or as name:version in that one.
        last_seen_before: Not heard since. RFC 3339 with an offset or Z.
        certificate_expires_before: Whose certificate ends before. RFC 3339 with an offset or Z.
        q: Every word of this begins a word of the name, in any case.
        """
        return await self._call(
            _countDevices,
            query={
                "status": status,
                "siteId": site_id,
                "customerId": customer_id,
                "groupId": group_id,
                "tag": tag,
                "connected": connected,
                "firmwareVersion": firmware_version,
                "deviceProfile": device_profile,
                "lastSeenBefore": last_seen_before,
                "certificateExpiresBefore": certificate_expires_before,
                "q": q,
            },
            answer=DeviceCounts,
        )

    async def export(
        self,
        *,
        status: Sequence[Literal["PENDING", "ACTIVE", "INACTIVE", "MAINTENANCE", "OFFLINE"]]
        | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        group_id: str | UnsetType = UNSET,
        tag: Sequence[str] | UnsetType = UNSET,
        connected: bool | UnsetType = UNSET,
        firmware_version: str | UnsetType = UNSET,
        device_profile: str | UnsetType = UNSET,
        last_seen_before: datetime | str | UnsetType = UNSET,
        certificate_expires_before: datetime | str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
    ) -> bytes:
        """All devices that match as CSV (RFC 4180), oldest first. The file can be imported again.

        Tags stand between bars. A cell that a spreadsheet would take for a formula begins with an
        apostrophe.

        Needs the permission `devices:read`.

        status: One of these; comma-separated or repeated.
        site_id: Only at this site.
        customer_id: Only what this customer has.
        group_id: Only in this device group.
        tag: All of these; comma-separated or repeated.
        connected: With or without an MQTT session now.
        firmware_version: As the device reported it.
        device_profile: Of this profile, in any version, or as name:version in that one.
        last_seen_before: Not heard since. RFC 3339 with an offset or Z.
        certificate_expires_before: Whose certificate ends before. RFC 3339 with an offset or Z.
        q: Every word of this begins a word of the name, in any case.
        """
        return await self._call(
            _exportDevices,
            query={
                "status": status,
                "siteId": site_id,
                "customerId": customer_id,
                "groupId": group_id,
                "tag": tag,
                "connected": connected,
                "firmwareVersion": firmware_version,
                "deviceProfile": device_profile,
                "lastSeenBefore": last_seen_before,
                "certificateExpiresBefore": certificate_expires_before,
                "q": q,
            },
            answer=bytes,
        )

    async def import_(
        self,
        *,
        body: bytes | str,
        mode: ImportMode | UnsetType = UNSET,
        dry_run: bool | UnsetType = UNSET,
    ) -> DeviceImport:
        """Create and change up to 10,000 devices from CSV (RFC 4180, UTF-8), as the export writes it.

        The first line names the columns; a column that isn't there stays as it is, an empty cell
        clears. `name` says
        which device, `site` is a site's name, `deviceProfile` is `name:version` and gives a new
        device its components,
        `tags` stand between bars, `metadata` is JSON and replaces. Columns that people don't edit
        (`id`, `status`, …)
        are ignored. Good lines are stored, each bad one is told with its line and column.

        Needs the permission `devices:write`.

        mode: UPSERT changes the devices that have a line's name and creates the others; CREATE
        refuses names that are taken.
        dry_run: Say what would happen, and keep nothing.
        body: The body.
        """
        return await self._call(
            _importDevices,
            query={"mode": mode, "dryRun": dry_run},
            body=body,
            content_type="text/csv",
            answer=DeviceImport,
        )

    async def get(self, device_id: str) -> DeviceRead:
        """One device.

        Needs the permission `devices:read`.

        device_id: The device.
        """
        return await self._call(_getDevice, path=(device_id,), answer=DeviceRead)

    async def update(
        self,
        device_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        status: Literal["ACTIVE", "INACTIVE", "MAINTENANCE"] | UnsetType = UNSET,
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        location: Location | None | UnsetType = UNSET,
        metadata: dict[str, Any] | UnsetType = UNSET,
    ) -> DeviceRead:
        """Change a device (JSON Merge Patch, RFC 7396).

        Needs the permission `devices:write`.

        device_id: The device.
        if_match: The ETag that the resource must still have, or *.
        name: The new name.
        status: ACTIVE ends what people said; it shows as OFFLINE while there is no session.
        site_id: The site where it belongs; null for nowhere. Its history keeps where it was.
        device_profile: What kind it is; null clears it. Its components stay as they are.
        tags: All of its labels.
        location: Where it stands; null clears it.
        metadata: Merged key by key; a null removes its key.
        """
        return await self._call(
            _updateDevice,
            path=(device_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "status": status,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "location": location,
                "metadata": metadata,
            },
            answer=DeviceRead,
        )

    async def delete(self, device_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a device. Its certificates end, and a live session is cut within a second.

        Needs the permission `devices:write`.

        device_id: The device.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteDevice, path=(device_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    async def list_components(
        self,
        device_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ComponentPage:
        """The components of one device, newest first.

        Needs the permission `devices:read`.

        device_id: The device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDeviceComponents,
            path=(device_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=ComponentPage,
        )

    def each_components(
        self,
        device_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ComponentRead]:
        """Every item of every page of `list_components`."""
        return each_of_pages_async(
            lambda cursor: self.list_components(
                device_id=device_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create_component(
        self,
        device_id: str,
        *,
        key: str,
        name: str | None | UnsetType = UNSET,
        sensor_profile_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ComponentRead:
        """Add a part to a device.

        Needs the permission `devices:write`.

        device_id: The device.
        key: Its name on the wire, unique in its device.
        name: As people know it; the key if left out.
        sensor_profile_id: The version of a sensor profile that it is bound to; null for none.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createComponent,
            path=(device_id,),
            body={"key": key, "name": name, "sensorProfileId": sensor_profile_id},
            idempotency_key=idempotency_key,
            answer=ComponentRead,
        )

    async def list_connections(
        self, device_id: str, *, limit: int | UnsetType = UNSET, cursor: str | UnsetType = UNSET
    ) -> ConnectionPage:
        """A device's connections over MQTT, newest first, kept for 30 days unless the operator says
        otherwise. Attempts that were refused stand there, too, where the certificate said whose
        they were: one line for each reason and minute. Of a device that comes and goes without
        pause, 30 lines an hour are kept; the journal tells how many were not.

        Needs the permission `devices:read`.

        device_id: The device.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listDeviceConnections,
            path=(device_id,),
            query={"limit": limit, "cursor": cursor},
            answer=ConnectionPage,
        )

    def each_connections(
        self, device_id: str, *, limit: int | UnsetType = UNSET
    ) -> AsyncIterator[ConnectionRead]:
        """Every item of every page of `list_connections`."""
        return each_of_pages_async(
            lambda cursor: self.list_connections(device_id=device_id, limit=limit, cursor=cursor)
        )

    async def give_to_customer(
        self, device_id: str, customer_id: str | None, *, if_match: str | UnsetType = UNSET
    ) -> DeviceRead:
        """Give the device to a customer, with its readings, alerts and all its history, or take it
        back. Who may no longer see it doesn't from now on, streams that are open included.

        Needs the permission `customers:write`.

        device_id: The device.
        if_match: The ETag that the resource must still have, or *.
        customer_id: null takes it back: then it is the organization's alone.
        """
        return await self._call(
            _giveDeviceToCustomer,
            path=(device_id,),
            headers={"If-Match": if_match},
            body={"customerId": customer_id},
            answer=DeviceRead,
        )

    async def health(
        self,
        device_id: str,
        *,
        from_: datetime | str | UnsetType = UNSET,
        to: datetime | str | UnsetType = UNSET,
        interval: ChartInterval | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> DeviceHealth:
        """What a device last said of itself. With `from` or `to` also what it said in that range,
        newest first; with `interval`, `from` and `to` that range as a chart: buckets of at most
        2,000, with the least, the mean and the most of each figure.

        Needs the permission `devices:read`.

        device_id: The device.
        from_: Also those since this time, included. RFC 3339 with an offset or Z.
        to: Also those before this time. RFC 3339 with an offset or Z.
        interval: As a chart: how long each bucket is.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _getDeviceHealth,
            path=(device_id,),
            query={"from": from_, "to": to, "interval": interval, "limit": limit, "cursor": cursor},
            answer=DeviceHealth,
        )

    def inspect(self, device_id: str, *, seconds: int | UnsetType = UNSET) -> AsyncEvents:
        """What a device sends and gets, and what became of it: each connection, subscription,
        publish, failed handshake, and request over HTTP with its readings; told after the commit.

        As JSON the last hour. Problems are known of every device, always: what was refused,
        quarantined, or ended its connection. Its other traffic is recorded from the moment that
        somebody looks, live or not, and for an hour after that; `trafficFrom` says since when. At
        most the newest 300 lines of traffic and 30 problems are kept, and the traffic of 8 devices
        of an organization.

        With `Accept: text/event-stream` live, for `seconds`. Who reads too slowly is told what it
        missed (`missed`), and given up when it doesn't read at all.

        A failed TLS handshake doesn't say whose it was. Those from the address where the device
        last came from are told here, and their line says so.

        Needs the permission `devices:read`.

        device_id: The device.
        seconds: For how long, of a stream.
        """
        return self._listen(_inspectDevice, path=(device_id,), query={"seconds": seconds})

    async def list_site_history(self, device_id: str) -> SiteHistory:
        """Where a device has been, newest first.

        Needs the permission `devices:read`.

        device_id: The device.
        """
        return await self._call(_listDeviceSiteHistory, path=(device_id,), answer=SiteHistory)

    async def challenge_certificate(self, *, serial: str) -> Challenge:
        """Something to sign, with which the device's next question proves its current key.

        serial: Of the certificate that the device has; hexadecimal, as tools write it.
        """
        return await self._call(_challengeCertificate, body={"serial": serial}, answer=Challenge)

    async def renew_certificate(self, *, serial: str, csr: str, signature: str) -> Provisioned:
        """Another certificate for the same device, by proof of the current key.

        The same key again gives the same certificate. The current one stays good until the new one
        was used, and for the overlap from then on. One that was replaced so, has expired or is
        revoked can't be renewed.

        serial: Of the certificate that the device has; hexadecimal, as tools write it.
        csr: PKCS#10 in PEM, as for provisioning.
        signature: Base64 of the current key's signature over the UTF-8 of the nonce, a line feed
        and the csr exactly as sent: ECDSA with SHA-256 in DER, RSA PKCS#1 v1.5 with SHA-256, or
        Ed25519.
        """
        return await self._call(
            _renewCertificate,
            body={"serial": serial, "csr": csr, "signature": signature},
            answer=Provisioned,
        )

    async def provision(self, *, token: str, csr: str) -> Provisioned:
        """Exchange a registration token and a certificate signing request for a certificate.

        The same token with the same key again gives the same certificate; with another key it is
        refused. Each device needs a key pair of its own: weak keys, and those of other devices, are
        refused, and leave the token as it was.

        token: As registering the device gave it.
        csr: PKCS#10 in PEM: P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits. Its subject is
        ignored.
        """
        return await self._call(
            _provisionDevice, body={"token": token, "csr": csr}, answer=Provisioned
        )

    async def list_registration_tokens(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> RegistrationTokenPage:
        """Tokens that can still be used, newest first.

        Needs the permission `devices:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listRegistrationTokens,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=RegistrationTokenPage,
        )

    def each_registration_tokens(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "expiresAt", "-expiresAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[RegistrationTokenRead]:
        """Every item of every page of `list_registration_tokens`."""
        return each_of_pages_async(
            lambda cursor: self.list_registration_tokens(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create_registration_token(
        self,
        *,
        device_name: str,
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        components: Sequence[ComponentOfDevice] | UnsetType = UNSET,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RegistrationTokenCreated:
        """Register a device: creates it as PENDING, with a one-time token. This answer alone carries
        the token.

        Needs the permission `devices:write`.

        device_name: Unique in the organization.
        site_id: The site where it belongs.
        device_profile: What kind it is: it gets the components of that profile.
        tags: Labels to find and group devices by.
        components: Its addressable parts.
        expires_in_seconds: Life of the token in seconds, a minute to a year; a day if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createRegistrationToken,
            body={
                "deviceName": device_name,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "components": components,
                "expiresInSeconds": expires_in_seconds,
            },
            idempotency_key=idempotency_key,
            answer=RegistrationTokenCreated,
        )

    async def create_registration_tokens(
        self,
        *,
        device_names: Sequence[str],
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        components: Sequence[ComponentOfDevice] | UnsetType = UNSET,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RegistrationBatch:
        """Register up to 1,000 devices for a production line, as JSON or, where Accept says text/csv,
        as a table.

        Each name has a result of its own: a token, or that the name is taken. This answer alone
        carries the tokens;
        sent again with the same Idempotency-Key, it is given again.

        Needs the permission `devices:write`.

        device_names: Up to 1,000, each unique in the organization.
        site_id: The site where they belong.
        device_profile: What kind: each gets the components of that profile.
        tags: Labels to find and group devices by.
        components: The addressable parts of each.
        expires_in_seconds: Life of the token in seconds, a minute to a year; a day if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createRegistrationTokens,
            body={
                "deviceNames": device_names,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "components": components,
                "expiresInSeconds": expires_in_seconds,
            },
            idempotency_key=idempotency_key,
            answer=RegistrationBatch,
        )

    def create_registration_tokens_as(
        self,
        *,
        device_names: Sequence[str],
        accept: Literal["text/csv"],
        site_id: str | None | UnsetType = UNSET,
        device_profile: DeviceProfileReference | None | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        components: Sequence[ComponentOfDevice] | UnsetType = UNSET,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> AsyncBytes:
        """Register up to 1,000 devices for a production line, as JSON or, where Accept says text/csv,
        as a table, in another format, as it comes. To be used in a `with` block.
        """
        return self._open(
            _createRegistrationTokens,
            body={
                "deviceNames": device_names,
                "siteId": site_id,
                "deviceProfile": device_profile,
                "tags": tags,
                "components": components,
                "expiresInSeconds": expires_in_seconds,
            },
            idempotency_key=idempotency_key,
            accept=accept,
        )

    async def revoke_registration_token(self, token_id: str) -> None:
        """Revoke a token that was not used yet. What a used one gave ends with its certificate.

        Needs the permission `devices:write`.

        token_id: The registration token.
        """
        return await self._call(_revokeRegistrationToken, path=(token_id,), answer=type(None))

    async def list_certificates(self, device_id: str) -> Certificates:
        """All certificates of a device, newest first, the ended ones too.

        Needs the permission `devices:read`.

        device_id: The device.
        """
        return await self._call(_listDeviceCertificates, path=(device_id,), answer=Certificates)

    async def revoke_certificate(self, device_id: str, *, serial: str) -> None:
        """End a certificate, and those of its renewals. A live session is cut within a second.

        Needs the permission `devices:write`.

        device_id: The device.
        serial: Serial number in hexadecimal, as the list has it.
        """
        return await self._call(
            _revokeDeviceCertificate,
            path=(
                device_id,
                serial,
            ),
            answer=type(None),
        )

    async def create_registration_token_of(
        self,
        device_id: str,
        *,
        expires_in_seconds: int | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RegistrationTokenCreated:
        """A new token for an existing device. Its old certificates end when the new one is issued.

        Needs the permission `devices:write`.

        device_id: The device.
        expires_in_seconds: Life of the token in seconds, a minute to a year; a day if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createDeviceRegistrationToken,
            path=(device_id,),
            body={"expiresInSeconds": expires_in_seconds},
            idempotency_key=idempotency_key,
            answer=RegistrationTokenCreated,
        )

    async def effective_config(self, device_id: str) -> EffectiveConfig:
        """What is desired of a device, and because of which binding.

        Needs the permission `config:read`.

        device_id: The device.
        """
        return await self._call(_getEffectiveConfig, path=(device_id,), answer=EffectiveConfig)

    async def list_commands(
        self,
        device_id: str,
        *,
        status: Sequence[Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]]
        | UnsetType = UNSET,
        method: Sequence[str] | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandPage:
        """Commands of a device, newest first.

        Needs the permission `commands:read`.

        device_id: The device.
        status: Any of these; comma-separated or repeated.
        method: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listCommands,
            path=(device_id,),
            query={
                "status": status,
                "method": method,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=CommandPage,
        )

    def each_commands(
        self,
        device_id: str,
        *,
        status: Sequence[Literal["PENDING", "SENT", "ACKNOWLEDGED", "SUCCESS", "FAILED", "TIMEOUT"]]
        | UnsetType = UNSET,
        method: Sequence[str] | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[CommandRead]:
        """Every item of every page of `list_commands`."""
        return each_of_pages_async(
            lambda cursor: self.list_commands(
                device_id=device_id,
                status=status,
                method=method,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create_command(
        self,
        device_id: str,
        *,
        method: str,
        wait: int | UnsetType = UNSET,
        params: dict[str, Any] | UnsetType = UNSET,
        timeout_seconds: int | UnsetType = UNSET,
        expires_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> CommandRead:
        """Tell a device to do something.

        It is sent when the device is connected, after those that were asked for before it, at least
        once: devices know one that comes again by its `id`. Methods are REBOOT, UPDATE_CONFIG,
        UPDATE_FIRMWARE, BIND_CONFIG, UNBIND_CONFIG, CERTIFICATE_RENEW, and what the profile of the
        device declares.

        With `wait` one call asks and gets the result. Who leaves meanwhile has asked all the same.

        Needs the permission `commands:write`.

        device_id: The device.
        wait: Answer when the status is final, or after so many seconds with the command as it is
        then.
        method: One of the platform's own, or of the device profile's.
        params: What the method takes, by its schema; at most 64 KiB of JSON.
        timeout_seconds: How long the device has for its final answer, from `sentAt` on; 60 if left
        out, 7 days at most.
        expires_at: Until when it may wait to be sent. Then it is a TIMEOUT. 30 days if left out, a
        year at most.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createCommand,
            path=(device_id,),
            query={"wait": wait},
            body={
                "method": method,
                "params": params,
                "timeoutSeconds": timeout_seconds,
                "expiresAt": expires_at,
            },
            idempotency_key=idempotency_key,
            answer=CommandRead,
        )

    def stream_commands(self, device_id: str) -> AsyncEvents:
        """A device's commands as they change, as Server-Sent Events: first those that are open.

        Each event is a whole command. Connect again with the last `id` as `Last-Event-ID`, and what
        has ended meanwhile is told, too; some of it may be told twice. The stream ends when the
        token expires or the key is revoked.

        Needs the permission `commands:read`.

        device_id: The device.
        """
        return self._listen(_streamCommands, path=(device_id,))

    async def get_command(
        self, device_id: str, command_id: str, *, wait: int | UnsetType = UNSET
    ) -> CommandRead:
        """One command, as it is now, or with `wait` as it ends.

        Needs the permission `commands:read`.

        device_id: The device.
        command_id: The command.
        wait: Answer when the status is final, or after so many seconds with the command as it is
        then.
        """
        return await self._call(
            _getCommand,
            path=(
                device_id,
                command_id,
            ),
            query={"wait": wait},
            answer=CommandRead,
        )

    async def cancel_command(self, device_id: str, command_id: str) -> CommandRead:
        """Call a command off: it is FAILED then, with the error `canceled`.

        What wasn't sent yet is not sent; what was, the device may do all the same.

        Needs the permission `commands:write`.

        device_id: The device.
        command_id: The command.
        """
        return await self._call(
            _cancelCommand,
            path=(
                device_id,
                command_id,
            ),
            answer=CommandRead,
        )


class SensorsApi(SyncTransport):
    """Operations of `sensors`, for programs that wait."""

    def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        value_type: Sequence[Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"]] | UnsetType = UNSET,
        calculated: bool | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> SensorPage:
        """Sensors with their latest value, newest first. All conditions given must hold.

        Needs the permission `devices:read`.

        device_id: Only of this device.
        component_id: Only on this component.
        site_id: Only of devices at this site.
        value_type: One of these; comma-separated or repeated.
        calculated: Only those that are calculated, or that are not.
        q: Every word of this begins a word of the name or key, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listSensors,
            query={
                "deviceId": device_id,
                "componentId": component_id,
                "siteId": site_id,
                "valueType": value_type,
                "calculated": calculated,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=SensorPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        value_type: Sequence[Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"]] | UnsetType = UNSET,
        calculated: bool | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[SensorRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                device_id=device_id,
                component_id=component_id,
                site_id=site_id,
                value_type=value_type,
                calculated=calculated,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        key: str,
        device_id: str | None | UnsetType = UNSET,
        value_type: ValueType | None | UnsetType = UNSET,
        component_id: str | None | UnsetType = UNSET,
        name: str | None | UnsetType = UNSET,
        unit: str | None | UnsetType = UNSET,
        calculation: CalculationBody | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SensorRead:
        """Add a sensor before its first reading, to be certain of its type; without this, that
        reading creates it. Or one that is calculated of others.

        Needs the permission `devices:write`.

        key: Its name on the wire, unique in its device or component.
        device_id: The device; with a component it may be left out.
        value_type: What a sensor's values are, for its whole life; born from a bare integer, it may
        once become a DOUBLE. DOUBLE of what is calculated, else it has to be said.
        component_id: The component that it is on; null for the device itself.
        name: As people know it; the key if left out.
        unit: Of its values; null where none is known.
        calculation: What it is calculated of. Nobody reports its readings then.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createSensor,
            body={
                "key": key,
                "deviceId": device_id,
                "valueType": value_type,
                "componentId": component_id,
                "name": name,
                "unit": unit,
                "calculation": calculation,
            },
            idempotency_key=idempotency_key,
            answer=SensorRead,
        )

    def change_many(
        self, *, operations: Sequence[Operation], idempotency_key: str | UnsetType = UNSET
    ) -> BulkResults:
        """Create, patch or delete up to 1,000 sensors; each operation has a result of its own.

        Needs the permission `devices:write`.

        operations: Up to 1,000.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _changeSensors,
            body={"operations": operations},
            idempotency_key=idempotency_key,
            answer=BulkResults,
        )

    def preview_calculation(
        self, *, calculation: CalculationBody, from_: datetime | str, to: datetime | str
    ) -> CalculationPreview:
        """What a calculation that isn't there would give of what is stored; needs readings:read,
        too.

        Needs the permission `devices:read`.

        calculation: As of a sensor that is made; its `from` says nothing.
        from_: After this.
        to: Up to this.
        """
        return self._call(
            _previewCalculation,
            body={"calculation": calculation, "from": from_, "to": to},
            answer=CalculationPreview,
        )

    def get(self, sensor_id: str) -> SensorRead:
        """One sensor with its latest value.

        Needs the permission `devices:read`.

        sensor_id: The sensor.
        """
        return self._call(_getSensor, path=(sensor_id,), answer=SensorRead)

    def update(
        self,
        sensor_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        unit: str | None | UnsetType = UNSET,
        calculation: CalculationUpdate | UnsetType = UNSET,
    ) -> SensorRead:
        """Change a sensor's name, unit or calculation (JSON Merge Patch, RFC 7396).

        Needs the permission `devices:write`.

        sensor_id: The sensor.
        if_match: The ETag that the resource must still have, or *.
        name: As people know it.
        unit: Of its values; null where none is known.
        calculation: All of it is calculated anew.
        """
        return self._call(
            _updateSensor,
            path=(sensor_id,),
            headers={"If-Match": if_match},
            body={"name": name, "unit": unit, "calculation": calculation},
            answer=SensorRead,
        )

    def delete(self, sensor_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a sensor. Its readings stay until their retention ends; its key, reported again, is a
        new one.

        Needs the permission `devices:write`.

        sensor_id: The sensor.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteSensor, path=(sensor_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    def calculation(self, sensor_id: str) -> CalculationSensors:
        """The sensors that this one is calculated of, and those that are calculated of it.

        Needs the permission `devices:read`.

        sensor_id: The sensor.
        """
        return self._call(_getCalculation, path=(sensor_id,), answer=CalculationSensors)


class AsyncSensorsApi(AsyncTransport):
    """Operations of `sensors`, for asynchronous programs."""

    async def list(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        value_type: Sequence[Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"]] | UnsetType = UNSET,
        calculated: bool | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> SensorPage:
        """Sensors with their latest value, newest first. All conditions given must hold.

        Needs the permission `devices:read`.

        device_id: Only of this device.
        component_id: Only on this component.
        site_id: Only of devices at this site.
        value_type: One of these; comma-separated or repeated.
        calculated: Only those that are calculated, or that are not.
        q: Every word of this begins a word of the name or key, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listSensors,
            query={
                "deviceId": device_id,
                "componentId": component_id,
                "siteId": site_id,
                "valueType": value_type,
                "calculated": calculated,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=SensorPage,
        )

    def each(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        component_id: str | UnsetType = UNSET,
        site_id: str | UnsetType = UNSET,
        value_type: Sequence[Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"]] | UnsetType = UNSET,
        calculated: bool | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name", "key", "-key"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[SensorRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                device_id=device_id,
                component_id=component_id,
                site_id=site_id,
                value_type=value_type,
                calculated=calculated,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        key: str,
        device_id: str | None | UnsetType = UNSET,
        value_type: ValueType | None | UnsetType = UNSET,
        component_id: str | None | UnsetType = UNSET,
        name: str | None | UnsetType = UNSET,
        unit: str | None | UnsetType = UNSET,
        calculation: CalculationBody | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SensorRead:
        """Add a sensor before its first reading, to be certain of its type; without this, that
        reading creates it. Or one that is calculated of others.

        Needs the permission `devices:write`.

        key: Its name on the wire, unique in its device or component.
        device_id: The device; with a component it may be left out.
        value_type: What a sensor's values are, for its whole life; born from a bare integer, it may
        once become a DOUBLE. DOUBLE of what is calculated, else it has to be said.
        component_id: The component that it is on; null for the device itself.
        name: As people know it; the key if left out.
        unit: Of its values; null where none is known.
        calculation: What it is calculated of. Nobody reports its readings then.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createSensor,
            body={
                "key": key,
                "deviceId": device_id,
                "valueType": value_type,
                "componentId": component_id,
                "name": name,
                "unit": unit,
                "calculation": calculation,
            },
            idempotency_key=idempotency_key,
            answer=SensorRead,
        )

    async def change_many(
        self, *, operations: Sequence[Operation], idempotency_key: str | UnsetType = UNSET
    ) -> BulkResults:
        """Create, patch or delete up to 1,000 sensors; each operation has a result of its own.

        Needs the permission `devices:write`.

        operations: Up to 1,000.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _changeSensors,
            body={"operations": operations},
            idempotency_key=idempotency_key,
            answer=BulkResults,
        )

    async def preview_calculation(
        self, *, calculation: CalculationBody, from_: datetime | str, to: datetime | str
    ) -> CalculationPreview:
        """What a calculation that isn't there would give of what is stored; needs readings:read,
        too.

        Needs the permission `devices:read`.

        calculation: As of a sensor that is made; its `from` says nothing.
        from_: After this.
        to: Up to this.
        """
        return await self._call(
            _previewCalculation,
            body={"calculation": calculation, "from": from_, "to": to},
            answer=CalculationPreview,
        )

    async def get(self, sensor_id: str) -> SensorRead:
        """One sensor with its latest value.

        Needs the permission `devices:read`.

        sensor_id: The sensor.
        """
        return await self._call(_getSensor, path=(sensor_id,), answer=SensorRead)

    async def update(
        self,
        sensor_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        unit: str | None | UnsetType = UNSET,
        calculation: CalculationUpdate | UnsetType = UNSET,
    ) -> SensorRead:
        """Change a sensor's name, unit or calculation (JSON Merge Patch, RFC 7396).

        Needs the permission `devices:write`.

        sensor_id: The sensor.
        if_match: The ETag that the resource must still have, or *.
        name: As people know it.
        unit: Of its values; null where none is known.
        calculation: All of it is calculated anew.
        """
        return await self._call(
            _updateSensor,
            path=(sensor_id,),
            headers={"If-Match": if_match},
            body={"name": name, "unit": unit, "calculation": calculation},
            answer=SensorRead,
        )

    async def delete(self, sensor_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a sensor. Its readings stay until their retention ends; its key, reported again, is a
        new one.

        Needs the permission `devices:write`.

        sensor_id: The sensor.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteSensor, path=(sensor_id,), headers={"If-Match": if_match}, answer=type(None)
        )

    async def calculation(self, sensor_id: str) -> CalculationSensors:
        """The sensors that this one is calculated of, and those that are calculated of it.

        Needs the permission `devices:read`.

        sensor_id: The sensor.
        """
        return await self._call(_getCalculation, path=(sensor_id,), answer=CalculationSensors)


class SitesApi(SyncTransport):
    """Operations of `sites`, for programs that wait."""

    def list(
        self,
        *,
        tag: Sequence[str] | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> SitePage:
        """Sites, newest first. All conditions given must hold.

        Needs the permission `devices:read`.

        tag: All of these; comma-separated or repeated.
        q: Part of the name, in any case.
        customer_id: Only what this customer has.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listSites,
            query={
                "tag": tag,
                "q": q,
                "customerId": customer_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=SitePage,
        )

    def each(
        self,
        *,
        tag: Sequence[str] | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[SiteRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                tag=tag,
                q=q,
                customer_id=customer_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        name: str,
        description: str | None | UnsetType = UNSET,
        latitude: float | None | UnsetType = UNSET,
        longitude: float | None | UnsetType = UNSET,
        address: str | None | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        metadata: dict[str, Any] | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SiteRead:
        """Add a site.

        Needs the permission `devices:write`.

        name: Unique in the organization.
        description: In people's words.
        latitude: Degrees north, WGS 84.
        longitude: Degrees east, WGS 84.
        address: Where the post goes.
        timezone: IANA name of the zone in which its days begin.
        tags: Labels to find sites by.
        metadata: Whatever people note; at most 64 KiB.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createSite,
            body={
                "name": name,
                "description": description,
                "latitude": latitude,
                "longitude": longitude,
                "address": address,
                "timezone": timezone,
                "tags": tags,
                "metadata": metadata,
            },
            idempotency_key=idempotency_key,
            answer=SiteRead,
        )

    def get(self, site_id: str) -> SiteRead:
        """One site.

        Needs the permission `devices:read`.

        site_id: The site.
        """
        return self._call(_getSite, path=(site_id,), answer=SiteRead)

    def update(
        self,
        site_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        latitude: float | None | UnsetType = UNSET,
        longitude: float | None | UnsetType = UNSET,
        address: str | None | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        metadata: dict[str, Any] | UnsetType = UNSET,
    ) -> SiteRead:
        """Change a site (JSON Merge Patch, RFC 7396).

        Needs the permission `devices:write`.

        site_id: The site.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words.
        latitude: Degrees north, WGS 84.
        longitude: Degrees east, WGS 84.
        address: Where the post goes.
        timezone: IANA name of the zone in which its days begin.
        tags: Labels to find sites by.
        metadata: Merged key by key; a null removes its key.
        """
        return self._call(
            _updateSite,
            path=(site_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "latitude": latitude,
                "longitude": longitude,
                "address": address,
                "timezone": timezone,
                "tags": tags,
                "metadata": metadata,
            },
            answer=SiteRead,
        )

    def delete(
        self, site_id: str, *, detach: bool | UnsetType = UNSET, if_match: str | UnsetType = UNSET
    ) -> None:
        """Delete a site. While devices are there it is refused, unless `detach` says to leave them
        without one.

        Devices are never deleted with it, and their history keeps that they were here.

        Needs the permission `devices:write`.

        site_id: The site.
        detach: Leave the devices that are there without a site.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteSite,
            path=(site_id,),
            query={"detach": detach},
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def give_to_customer(
        self, site_id: str, customer_id: str | None, *, if_match: str | UnsetType = UNSET
    ) -> SiteRead:
        """Give the site to a customer, who sees it from now on, or take it back. The devices that
        are there are given each by itself.

        Needs the permission `customers:write`.

        site_id: The site.
        if_match: The ETag that the resource must still have, or *.
        customer_id: null takes it back: then it is the organization's alone.
        """
        return self._call(
            _giveSiteToCustomer,
            path=(site_id,),
            headers={"If-Match": if_match},
            body={"customerId": customer_id},
            answer=SiteRead,
        )


class AsyncSitesApi(AsyncTransport):
    """Operations of `sites`, for asynchronous programs."""

    async def list(
        self,
        *,
        tag: Sequence[str] | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> SitePage:
        """Sites, newest first. All conditions given must hold.

        Needs the permission `devices:read`.

        tag: All of these; comma-separated or repeated.
        q: Part of the name, in any case.
        customer_id: Only what this customer has.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listSites,
            query={
                "tag": tag,
                "q": q,
                "customerId": customer_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=SitePage,
        )

    def each(
        self,
        *,
        tag: Sequence[str] | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        customer_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "updatedAt", "-updatedAt", "name", "-name"]
        | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[SiteRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                tag=tag,
                q=q,
                customer_id=customer_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        name: str,
        description: str | None | UnsetType = UNSET,
        latitude: float | None | UnsetType = UNSET,
        longitude: float | None | UnsetType = UNSET,
        address: str | None | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        metadata: dict[str, Any] | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SiteRead:
        """Add a site.

        Needs the permission `devices:write`.

        name: Unique in the organization.
        description: In people's words.
        latitude: Degrees north, WGS 84.
        longitude: Degrees east, WGS 84.
        address: Where the post goes.
        timezone: IANA name of the zone in which its days begin.
        tags: Labels to find sites by.
        metadata: Whatever people note; at most 64 KiB.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createSite,
            body={
                "name": name,
                "description": description,
                "latitude": latitude,
                "longitude": longitude,
                "address": address,
                "timezone": timezone,
                "tags": tags,
                "metadata": metadata,
            },
            idempotency_key=idempotency_key,
            answer=SiteRead,
        )

    async def get(self, site_id: str) -> SiteRead:
        """One site.

        Needs the permission `devices:read`.

        site_id: The site.
        """
        return await self._call(_getSite, path=(site_id,), answer=SiteRead)

    async def update(
        self,
        site_id: str,
        *,
        if_match: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        latitude: float | None | UnsetType = UNSET,
        longitude: float | None | UnsetType = UNSET,
        address: str | None | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        tags: Sequence[str] | UnsetType = UNSET,
        metadata: dict[str, Any] | UnsetType = UNSET,
    ) -> SiteRead:
        """Change a site (JSON Merge Patch, RFC 7396).

        Needs the permission `devices:write`.

        site_id: The site.
        if_match: The ETag that the resource must still have, or *.
        name: Unique in the organization.
        description: In people's words.
        latitude: Degrees north, WGS 84.
        longitude: Degrees east, WGS 84.
        address: Where the post goes.
        timezone: IANA name of the zone in which its days begin.
        tags: Labels to find sites by.
        metadata: Merged key by key; a null removes its key.
        """
        return await self._call(
            _updateSite,
            path=(site_id,),
            headers={"If-Match": if_match},
            body={
                "name": name,
                "description": description,
                "latitude": latitude,
                "longitude": longitude,
                "address": address,
                "timezone": timezone,
                "tags": tags,
                "metadata": metadata,
            },
            answer=SiteRead,
        )

    async def delete(
        self, site_id: str, *, detach: bool | UnsetType = UNSET, if_match: str | UnsetType = UNSET
    ) -> None:
        """Delete a site. While devices are there it is refused, unless `detach` says to leave them
        without one.

        Devices are never deleted with it, and their history keeps that they were here.

        Needs the permission `devices:write`.

        site_id: The site.
        detach: Leave the devices that are there without a site.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteSite,
            path=(site_id,),
            query={"detach": detach},
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def give_to_customer(
        self, site_id: str, customer_id: str | None, *, if_match: str | UnsetType = UNSET
    ) -> SiteRead:
        """Give the site to a customer, who sees it from now on, or take it back. The devices that
        are there are given each by itself.

        Needs the permission `customers:write`.

        site_id: The site.
        if_match: The ETag that the resource must still have, or *.
        customer_id: null takes it back: then it is the organization's alone.
        """
        return await self._call(
            _giveSiteToCustomer,
            path=(site_id,),
            headers={"If-Match": if_match},
            body={"customerId": customer_id},
            answer=SiteRead,
        )
