# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What devices are to be set to, and what they say they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import ReportedConfig, TargetReference
from holdfast_client.endpoint import Endpoint
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


ArtefactStatus: TypeAlias = Literal["READY", "UPLOADING"]
"""UPLOADING until `complete` has found what was announced; then READY, and never changed."""


RolloutState: TypeAlias = Literal[
    "ABORTED", "CANCELED", "COMPLETED", "PAUSED", "RUNNING", "SCHEDULED"
]
"""SCHEDULED until it begins, then RUNNING, or PAUSED by people or because too few did well.
COMPLETED, ABORTED by too many failures, and CANCELED by people are final.
"""


Standing: TypeAlias = Literal["FAILED", "PENDING", "SKIPPED", "SUCCEEDED", "UNREACHABLE", "WAITING"]
"""How a device fares in a roll-out."""


class AbortRule(Struct, kw_only=True, omit_defaults=True):
    """When too many have failed: a share of those that finished, once so many have, or a number.
    `roll_back` takes away again what was given.
    """

    failed_percent: float | None | UnsetType = named(default=UNSET, name="failedPercent")
    """Of those that finished in the phase."""
    min_finished: int | UnsetType = named(default=UNSET, name="minFinished")
    """The share counts from so many on."""
    failed_count: int | None | UnsetType = named(default=UNSET, name="failedCount")
    """So many, at once."""
    roll_back: bool | UnsetType = named(default=UNSET, name="rollBack")
    """Whether what was given is taken away."""


class BindingCounts(Struct, kw_only=True, omit_defaults=True):
    """Of the devices and components that have the configuration by this binding, how many."""

    total: int
    """All of them."""
    accepted: int
    """That report it as it is."""
    in_progress: int = named(name="inProgress")
    """That report to be at it."""
    rejected: int
    """That don't want it."""
    failed: int
    """That couldn't."""
    silent: int
    """That haven't said anything of it yet."""


class BindingPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[BindingRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class BindingProgress(Struct, kw_only=True, omit_defaults=True):
    """How far a worker is in telling the devices of it."""

    done: int
    """Devices that were looked at."""
    total: int | None
    """Of so many, as they were at its beginning."""


class BindingPut(Struct, kw_only=True, omit_defaults=True):
    """What a target is to have. It takes the place of what the target had under that name."""

    target: TargetReference
    """A component, a device, a device group, a device profile or a sensor profile."""
    artefact_id: str = named(name="artefactId")
    """The version of a configuration."""
    held: bool | UnsetType = UNSET
    """Give it to nobody before a roll-out of it; not for one device."""


class BindingRead(Struct, kw_only=True, omit_defaults=True):
    """That a target is to have a configuration."""

    id: str
    """The binding."""
    target: TargetReference
    """A component, a device, a device group, a device profile or a sensor profile."""
    artefact_id: str = named(name="artefactId")
    """The version of a configuration."""
    name: str
    """Of the configuration."""
    version: int
    """Of the configuration's name."""
    sha256: str
    """SHA-256 of the configuration's bytes, in hexadecimal."""
    held: bool
    """Whether nobody has it yet, for it waits for a roll-out."""
    desired_by: str = named(name="desiredBy")
    """Who acts: `user_…` or `key_…` with its id."""
    desired_at: datetime = named(name="desiredAt")
    """Since when this version is desired."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    reported: ReportedConfig | None
    """What was said of it last, where the target is one device or component."""
    counts: BindingCounts | None = None
    """How many have it; in the answer of one binding."""
    progress: BindingProgress | None = None
    """While a worker tells devices of a change; in the answer of one binding."""


class ConfigArtefactCreate(Struct, kw_only=True, omit_defaults=True):
    """A new version of a configuration, for components of a sensor profile or for devices of a
    device profile.
    """

    name: str
    """What it is about; its versions are counted by name."""
    content: dict[str, Any]
    """The values by field."""
    sensor_profile_id: str | None | UnsetType = named(default=UNSET, name="sensorProfileId")
    """The version of a sensor profile whose writable fields it sets, if of one."""
    device_profile_id: str | None | UnsetType = named(default=UNSET, name="deviceProfileId")
    """The version of a device profile whose writable fields it sets, if of one."""


class ConfigArtefactPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[ConfigArtefactRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class ConfigArtefactRead(Struct, kw_only=True, omit_defaults=True):
    """A version of a configuration."""

    id: str
    """The version of a configuration."""
    name: str
    """What it is about; its versions are counted by name."""
    version: int
    """Counts up within the name."""
    status: ArtefactStatus
    """Whether it can be bound."""
    sensor_profile_id: str | None = named(name="sensorProfileId")
    """The version of a sensor profile whose writable fields it sets, if of one."""
    device_profile_id: str | None = named(name="deviceProfileId")
    """The version of a device profile whose writable fields it sets, if of one."""
    sha256: str
    """SHA-256 of its bytes, in hexadecimal."""
    size_bytes: int = named(name="sizeBytes")
    """Of its bytes."""
    content_type: str = named(name="contentType")
    """What its bytes are."""
    inline: bool
    """Whether documents have its content, or its address."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    content: Any = None
    """Of an inline one that is asked for alone."""


class ConfigUpload(Struct, kw_only=True, omit_defaults=True):
    """Where it is to be sent to, and how."""

    artefact_id: str = named(name="artefactId")
    """The version of a configuration."""
    upload_url: str = named(name="uploadUrl")
    """Takes this one object."""
    method: str
    """Of the request."""
    headers: dict[str, str]
    """Which it must have, exactly so."""
    expires_at: datetime = named(name="expiresAt")
    """Until then it can be sent and completed."""


class ConfigUploadCreate(Struct, kw_only=True, omit_defaults=True):
    """A new version that is too large for a request, or no JSON. JSON is checked against the
    profile that is named, anything else is for no profile.
    """

    name: str
    """What it is about; its versions are counted by name."""
    size_bytes: int = named(name="sizeBytes")
    """Of its bytes."""
    sha256: str
    """SHA-256 of its bytes, in hexadecimal."""
    content_type: str | UnsetType = named(default=UNSET, name="contentType")
    """What its bytes are."""
    sensor_profile_id: str | None | UnsetType = named(default=UNSET, name="sensorProfileId")
    """The version of a sensor profile whose writable fields it sets, if of one."""
    device_profile_id: str | None | UnsetType = named(default=UNSET, name="deviceProfileId")
    """The version of a device profile whose writable fields it sets, if of one."""


class DriftItem(Struct, kw_only=True, omit_defaults=True):
    """What a device reports otherwise than is desired, or doesn't report."""

    device_id: str = named(name="deviceId")
    """The device."""
    device_name: str = named(name="deviceName")
    """Of the device."""
    target: str
    """`device`, or the key of a component."""
    name: str
    """Of the configuration."""
    desired_version: int | None = named(name="desiredVersion")
    """Null where none is desired any more."""
    reported_version: int | None = named(name="reportedVersion")
    """Null where none was reported."""
    status: Literal["ACCEPTED", "FAILED", "IN_PROGRESS", "REJECTED"] | None
    """As reported."""
    message: str | None
    """In the device's words."""
    since: datetime
    """Since when they differ."""


class DriftItemPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DriftItem]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class Phase(Struct, kw_only=True, omit_defaults=True):
    """To which share of the devices, or to how many, it goes, those of the phases before it
    included; and when it has done well.
    """

    percent: float | None | UnsetType = UNSET
    """Of all devices."""
    count: int | None | UnsetType = UNSET
    """Of devices, where no percent is said."""
    success_percent: float | UnsetType = named(default=UNSET, name="successPercent")
    """So many of those that finished must have succeeded."""
    min_finished_percent: float | UnsetType = named(default=UNSET, name="minFinishedPercent")
    """So many of the reachable ones must have finished."""
    soak_seconds: int | UnsetType = named(default=UNSET, name="soakSeconds")
    """For so long it must go on so."""
    on_success: Literal["CONTINUE", "PAUSE"] | UnsetType = named(default=UNSET, name="onSuccess")
    """Whether people look before the next."""


class RolloutCreate(Struct, kw_only=True, omit_defaults=True):
    """How a binding's devices get a configuration one after another."""

    phases: list[Phase]
    """Each goes to a share of the devices, or to a number of them, those of the phases before it
    included; the last to 100 percent.
    """
    artefact_id: str | None | UnsetType = named(default=UNSET, name="artefactId")
    """Another version of the binding's configuration; its own, where it is held."""
    abort: AbortRule | UnsetType = UNSET
    """When too many have failed."""
    max_per_minute: int | None | UnsetType = named(default=UNSET, name="maxPerMinute")
    """To how many it goes in a minute, at most."""
    max_concurrent: int | None | UnsetType = named(default=UNSET, name="maxConcurrent")
    """How many may be at it at once."""
    timeout_seconds: int | UnsetType = named(default=UNSET, name="timeoutSeconds")
    """How long a connected device may say nothing of it."""
    start_at: datetime | None | UnsetType = named(default=UNSET, name="startAt")
    """Not before then; at once if left out."""


class RolloutDevice(Struct, kw_only=True, omit_defaults=True):
    """A device in a roll-out, by its place in it."""

    device_id: str = named(name="deviceId")
    """The device."""
    name: str
    """Of the device."""
    phase: int
    """Whose turn is its, from 0."""
    standing: Standing
    """How it fares."""
    message: str | None
    """What it said of it last, in its words."""


class RolloutDevicePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[RolloutDevice]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class RolloutPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[RolloutRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class RolloutPhase(Struct, kw_only=True, omit_defaults=True):
    """A phase, and how its devices fare: those that are in the target now."""

    phase: Phase
    """As it was asked for."""
    waiting: int
    """Not given it yet."""
    pending: int
    """Given it, and silent of it."""
    succeeded: int
    """That report it as it is."""
    failed: int
    """That reported otherwise, or nothing in time."""
    skipped: int
    """For which it isn't, or something else holds."""
    unreachable: int
    """Not heard of for a day; they hold nobody up."""


class RolloutRead(Struct, kw_only=True, omit_defaults=True):
    """A roll-out."""

    id: str
    """The roll-out."""
    binding_id: str = named(name="bindingId")
    """The binding."""
    artefact_id: str = named(name="artefactId")
    """The version of a configuration."""
    state: RolloutState
    """Where it is."""
    reason: str | None
    """Why it is there, in words."""
    phase: int
    """The one that it is in, from 0."""
    phases: list[RolloutPhase]
    """In their order."""
    abort: AbortRule
    """When too many have failed."""
    max_per_minute: int | None = named(name="maxPerMinute")
    """To how many it goes in a minute, at most."""
    max_concurrent: int | None = named(name="maxConcurrent")
    """How many may be at it at once."""
    timeout_seconds: int = named(name="timeoutSeconds")
    """How long a connected device may say nothing of it."""
    rolled_back: bool = named(name="rolledBack")
    """Whether what it had given was taken away again."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    start_at: datetime | None = named(name="startAt")
    """Not before then."""
    started_at: datetime | None = named(name="startedAt")
    """When it began."""
    ended_at: datetime | None = named(name="endedAt")
    """When it ended, however."""
    updated_at: datetime = named(name="updatedAt")
    """When its state changed last."""


class RolloutSummary(Struct, kw_only=True, omit_defaults=True):
    """A roll-out in the list of all: of what, to whom, and how far it is."""

    id: str
    """The roll-out."""
    binding_id: str = named(name="bindingId")
    """The binding."""
    artefact_id: str = named(name="artefactId")
    """The version of a configuration."""
    name: str
    """Of the configuration."""
    version: int
    """Of the configuration, that is rolled out."""
    target: TargetReference
    """Whose devices get it."""
    state: RolloutState
    """Where it is."""
    reason: str | None
    """Why it is there, in words."""
    phase: int
    """The one that it is in, from 0."""
    phase_count: int = named(name="phaseCount")
    """How many phases it has."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    started_at: datetime | None = named(name="startedAt")
    """When it began."""
    ended_at: datetime | None = named(name="endedAt")
    """When it ended, however."""


class RolloutSummaryPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[RolloutSummary]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


_listConfigArtefacts = Endpoint("listConfigArtefacts", "GET", "/api/v1/config-artefacts", "natural")
_createConfigArtefact = Endpoint("createConfigArtefact", "POST", "/api/v1/config-artefacts", "key")
_uploadConfigArtefact = Endpoint(
    "uploadConfigArtefact", "POST", "/api/v1/config-artefacts/upload-url", "key"
)
_getConfigArtefact = Endpoint(
    "getConfigArtefact", "GET", "/api/v1/config-artefacts/{artefactId}", "natural"
)
_deleteConfigArtefact = Endpoint(
    "deleteConfigArtefact", "DELETE", "/api/v1/config-artefacts/{artefactId}", "natural"
)
_completeConfigArtefact = Endpoint(
    "completeConfigArtefact", "POST", "/api/v1/config-artefacts/{artefactId}/complete", "natural"
)
_listDesiredStateBindings = Endpoint(
    "listDesiredStateBindings", "GET", "/api/v1/desired-state-bindings", "natural"
)
_putDesiredStateBinding = Endpoint(
    "putDesiredStateBinding", "PUT", "/api/v1/desired-state-bindings", "natural"
)
_listConfigurationDrift = Endpoint(
    "listConfigurationDrift", "GET", "/api/v1/desired-state-bindings/drift", "natural"
)
_getDesiredStateBinding = Endpoint(
    "getDesiredStateBinding", "GET", "/api/v1/desired-state-bindings/{bindingId}", "natural"
)
_deleteDesiredStateBinding = Endpoint(
    "deleteDesiredStateBinding", "DELETE", "/api/v1/desired-state-bindings/{bindingId}", "natural"
)
_listRollouts = Endpoint(
    "listRollouts", "GET", "/api/v1/desired-state-bindings/{bindingId}/rollouts", "natural"
)
_createRollout = Endpoint(
    "createRollout", "POST", "/api/v1/desired-state-bindings/{bindingId}/rollouts", "key"
)
_getRollout = Endpoint(
    "getRollout",
    "GET",
    "/api/v1/desired-state-bindings/{bindingId}/rollouts/{rolloutId}",
    "natural",
)
_cancelRollout = Endpoint(
    "cancelRollout",
    "POST",
    "/api/v1/desired-state-bindings/{bindingId}/rollouts/{rolloutId}/cancel",
    "never",
)
_listRolloutDevices = Endpoint(
    "listRolloutDevices",
    "GET",
    "/api/v1/desired-state-bindings/{bindingId}/rollouts/{rolloutId}/devices",
    "natural",
)
_pauseRollout = Endpoint(
    "pauseRollout",
    "POST",
    "/api/v1/desired-state-bindings/{bindingId}/rollouts/{rolloutId}/pause",
    "never",
)
_resumeRollout = Endpoint(
    "resumeRollout",
    "POST",
    "/api/v1/desired-state-bindings/{bindingId}/rollouts/{rolloutId}/resume",
    "never",
)
_rollBackRollout = Endpoint(
    "rollBackRollout",
    "POST",
    "/api/v1/desired-state-bindings/{bindingId}/rollouts/{rolloutId}/roll-back",
    "never",
)
_listAllRollouts = Endpoint("listAllRollouts", "GET", "/api/v1/rollouts", "natural")


class ConfigArtefactsApi(SyncTransport):
    """Operations of `config_artefacts`, for programs that wait."""

    def list(
        self,
        *,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ConfigArtefactPage:
        """Versions of configurations, newest first, without their content.

        Needs the permission `config:read`.

        name: All versions of this name.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listConfigArtefacts,
            query={
                "name": name,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ConfigArtefactPage,
        )

    def each(
        self,
        *,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[ConfigArtefactRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                name=name, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    def create(
        self,
        *,
        name: str,
        content: dict[str, Any],
        sensor_profile_id: str | None | UnsetType = UNSET,
        device_profile_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ConfigArtefactRead:
        """Add the next version of a configuration of at most 64 KiB. It never changes.

        Needs the permission `config:write`.

        name: What it is about; its versions are counted by name.
        content: The values by field.
        sensor_profile_id: The version of a sensor profile whose writable fields it sets, if of one.
        device_profile_id: The version of a device profile whose writable fields it sets, if of one.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createConfigArtefact,
            body={
                "name": name,
                "content": content,
                "sensorProfileId": sensor_profile_id,
                "deviceProfileId": device_profile_id,
            },
            idempotency_key=idempotency_key,
            answer=ConfigArtefactRead,
        )

    def upload(
        self,
        *,
        name: str,
        size_bytes: int,
        sha256: str,
        content_type: str | UnsetType = UNSET,
        sensor_profile_id: str | None | UnsetType = UNSET,
        device_profile_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ConfigUpload:
        """Announce the next version of a configuration of at most 8 MiB, and get its address.

        PUT the bytes there with the headers that are answered, then complete it; within an hour.

        Needs the permission `config:write`.

        name: What it is about; its versions are counted by name.
        size_bytes: Of its bytes.
        sha256: SHA-256 of its bytes, in hexadecimal.
        content_type: What its bytes are.
        sensor_profile_id: The version of a sensor profile whose writable fields it sets, if of one.
        device_profile_id: The version of a device profile whose writable fields it sets, if of one.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _uploadConfigArtefact,
            body={
                "name": name,
                "sizeBytes": size_bytes,
                "sha256": sha256,
                "contentType": content_type,
                "sensorProfileId": sensor_profile_id,
                "deviceProfileId": device_profile_id,
            },
            idempotency_key=idempotency_key,
            answer=ConfigUpload,
        )

    def get(self, artefact_id: str) -> ConfigArtefactRead:
        """One version of a configuration; an inline one with its content.

        Needs the permission `config:read`.

        artefact_id: The version of a configuration.
        """
        return self._call(_getConfigArtefact, path=(artefact_id,), answer=ConfigArtefactRead)

    def delete(self, artefact_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a version that nothing is bound to. Its number doesn't come again.

        Needs the permission `config:write`.

        artefact_id: The version of a configuration.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteConfigArtefact,
            path=(artefact_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def complete(self, artefact_id: str) -> ConfigArtefactRead:
        """Say that it was sent: size, SHA-256 and, for a profile, its content are checked.

        Safe to repeat.

        Needs the permission `config:write`.

        artefact_id: The version of a configuration.
        """
        return self._call(_completeConfigArtefact, path=(artefact_id,), answer=ConfigArtefactRead)


class AsyncConfigArtefactsApi(AsyncTransport):
    """Operations of `config_artefacts`, for asynchronous programs."""

    async def list(
        self,
        *,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> ConfigArtefactPage:
        """Versions of configurations, newest first, without their content.

        Needs the permission `config:read`.

        name: All versions of this name.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listConfigArtefacts,
            query={
                "name": name,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=ConfigArtefactPage,
        )

    def each(
        self,
        *,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[ConfigArtefactRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                name=name, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )

    async def create(
        self,
        *,
        name: str,
        content: dict[str, Any],
        sensor_profile_id: str | None | UnsetType = UNSET,
        device_profile_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ConfigArtefactRead:
        """Add the next version of a configuration of at most 64 KiB. It never changes.

        Needs the permission `config:write`.

        name: What it is about; its versions are counted by name.
        content: The values by field.
        sensor_profile_id: The version of a sensor profile whose writable fields it sets, if of one.
        device_profile_id: The version of a device profile whose writable fields it sets, if of one.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createConfigArtefact,
            body={
                "name": name,
                "content": content,
                "sensorProfileId": sensor_profile_id,
                "deviceProfileId": device_profile_id,
            },
            idempotency_key=idempotency_key,
            answer=ConfigArtefactRead,
        )

    async def upload(
        self,
        *,
        name: str,
        size_bytes: int,
        sha256: str,
        content_type: str | UnsetType = UNSET,
        sensor_profile_id: str | None | UnsetType = UNSET,
        device_profile_id: str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> ConfigUpload:
        """Announce the next version of a configuration of at most 8 MiB, and get its address.

        PUT the bytes there with the headers that are answered, then complete it; within an hour.

        Needs the permission `config:write`.

        name: What it is about; its versions are counted by name.
        size_bytes: Of its bytes.
        sha256: SHA-256 of its bytes, in hexadecimal.
        content_type: What its bytes are.
        sensor_profile_id: The version of a sensor profile whose writable fields it sets, if of one.
        device_profile_id: The version of a device profile whose writable fields it sets, if of one.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _uploadConfigArtefact,
            body={
                "name": name,
                "sizeBytes": size_bytes,
                "sha256": sha256,
                "contentType": content_type,
                "sensorProfileId": sensor_profile_id,
                "deviceProfileId": device_profile_id,
            },
            idempotency_key=idempotency_key,
            answer=ConfigUpload,
        )

    async def get(self, artefact_id: str) -> ConfigArtefactRead:
        """One version of a configuration; an inline one with its content.

        Needs the permission `config:read`.

        artefact_id: The version of a configuration.
        """
        return await self._call(_getConfigArtefact, path=(artefact_id,), answer=ConfigArtefactRead)

    async def delete(self, artefact_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a version that nothing is bound to. Its number doesn't come again.

        Needs the permission `config:write`.

        artefact_id: The version of a configuration.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteConfigArtefact,
            path=(artefact_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def complete(self, artefact_id: str) -> ConfigArtefactRead:
        """Say that it was sent: size, SHA-256 and, for a profile, its content are checked.

        Safe to repeat.

        Needs the permission `config:write`.

        artefact_id: The version of a configuration.
        """
        return await self._call(
            _completeConfigArtefact, path=(artefact_id,), answer=ConfigArtefactRead
        )


class DesiredStateBindingsApi(SyncTransport):
    """Operations of `desired_state_bindings`, for programs that wait."""

    def list(
        self,
        *,
        target_id: str | UnsetType = UNSET,
        artefact_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> BindingPage:
        """Bindings, newest first.

        Needs the permission `config:read`.

        target_id: Only of this target.
        artefact_id: Only of this configuration.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDesiredStateBindings,
            query={
                "targetId": target_id,
                "artefactId": artefact_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=BindingPage,
        )

    def each(
        self,
        *,
        target_id: str | UnsetType = UNSET,
        artefact_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[BindingRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                target_id=target_id,
                artefact_id=artefact_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def put(
        self, artefact_id: str, *, target: TargetReference, held: bool | UnsetType = UNSET
    ) -> BindingRead:
        """Say which configuration a target is to have under its name.

        Of several that concern a device the most specific holds: component, device, device group,
        device profile, sensor profile; of two alike the newer. One device is told at once, the
        devices of a group or a profile by a worker.

        Needs the permission `config:write`.

        target: A component, a device, a device group, a device profile or a sensor profile.
        artefact_id: The version of a configuration.
        held: Give it to nobody before a roll-out of it; not for one device.
        """
        return self._call(
            _putDesiredStateBinding,
            body={"target": target, "artefactId": artefact_id, "held": held},
            answer=BindingRead,
        )

    def list_configuration_drift(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> DriftItemPage:
        """What devices report otherwise than is desired, or don't report; the longest first.

        Needs the permission `config:read`.

        device_id: Only of this device.
        name: Only of this configuration.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listConfigurationDrift,
            query={"deviceId": device_id, "name": name, "limit": limit, "cursor": cursor},
            answer=DriftItemPage,
        )

    def each_configuration_drift(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> Iterator[DriftItem]:
        """Every item of every page of `list_configuration_drift`."""
        return each_of_pages(
            lambda cursor: self.list_configuration_drift(
                device_id=device_id, name=name, limit=limit, cursor=cursor
            )
        )

    def get(self, binding_id: str) -> BindingRead:
        """One binding, with how many have what it binds.

        Needs the permission `config:read`.

        binding_id: The binding.
        """
        return self._call(_getDesiredStateBinding, path=(binding_id,), answer=BindingRead)

    def delete(self, binding_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a binding. What it overrode holds again.

        Needs the permission `config:write`.

        binding_id: The binding.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteDesiredStateBinding,
            path=(binding_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def list_rollouts(
        self,
        binding_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> RolloutPage:
        """Roll-outs of a binding, newest first.

        Needs the permission `config:read`.

        binding_id: The binding.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listRollouts,
            path=(binding_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=RolloutPage,
        )

    def each_rollouts(
        self,
        binding_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[RolloutRead]:
        """Every item of every page of `list_rollouts`."""
        return each_of_pages(
            lambda cursor: self.list_rollouts(
                binding_id=binding_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create_rollout(
        self,
        binding_id: str,
        *,
        phases: Sequence[Phase],
        artefact_id: str | None | UnsetType = UNSET,
        abort: AbortRule | UnsetType = UNSET,
        max_per_minute: int | None | UnsetType = UNSET,
        max_concurrent: int | None | UnsetType = UNSET,
        timeout_seconds: int | UnsetType = UNSET,
        start_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RolloutRead:
        """Give the devices of a group or a profile a configuration in phases.

        Each device has a place of its own in the roll-out, a joiner too. The next phase begins when
        enough devices of this one have it and report it; too many that fail end it, and take away
        again what it gave.

        Needs the permission `config:write`.

        binding_id: The binding.
        phases: Each goes to a share of the devices, or to a number of them, those of the phases
        before it included; the last to 100 percent.
        artefact_id: Another version of the binding's configuration; its own, where it is held.
        abort: When too many have failed.
        max_per_minute: To how many it goes in a minute, at most.
        max_concurrent: How many may be at it at once.
        timeout_seconds: How long a connected device may say nothing of it.
        start_at: Not before then; at once if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createRollout,
            path=(binding_id,),
            body={
                "phases": phases,
                "artefactId": artefact_id,
                "abort": abort,
                "maxPerMinute": max_per_minute,
                "maxConcurrent": max_concurrent,
                "timeoutSeconds": timeout_seconds,
                "startAt": start_at,
            },
            idempotency_key=idempotency_key,
            answer=RolloutRead,
        )

    def get_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """One roll-out, with how the devices of each phase fare.

        Needs the permission `config:read`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return self._call(
            _getRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    def cancel_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """End it where it is. Who has been given it keeps it, until it is rolled back.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return self._call(
            _cancelRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    def list_rollout_devices(
        self,
        binding_id: str,
        rollout_id: str,
        *,
        standing: Sequence[
            Literal["WAITING", "PENDING", "SUCCEEDED", "FAILED", "SKIPPED", "UNREACHABLE"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> RolloutDevicePage:
        """Its devices, in the order in which they get it, and how each fares.

        Needs the permission `config:read`.

        binding_id: The binding.
        rollout_id: The roll-out.
        standing: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return self._call(
            _listRolloutDevices,
            path=(
                binding_id,
                rollout_id,
            ),
            query={"standing": standing, "limit": limit, "cursor": cursor},
            answer=RolloutDevicePage,
        )

    def each_rollout_devices(
        self,
        binding_id: str,
        rollout_id: str,
        *,
        standing: Sequence[
            Literal["WAITING", "PENDING", "SUCCEEDED", "FAILED", "SKIPPED", "UNREACHABLE"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> Iterator[RolloutDevice]:
        """Every item of every page of `list_rollout_devices`."""
        return each_of_pages(
            lambda cursor: self.list_rollout_devices(
                binding_id=binding_id,
                rollout_id=rollout_id,
                standing=standing,
                limit=limit,
                cursor=cursor,
            )
        )

    def pause_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """Give it to no more devices until it is resumed.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return self._call(
            _pauseRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    def resume_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """Go on with one that is paused.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return self._call(
            _resumeRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    def roll_back_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """Take away again what one gave that is paused or ended in the middle.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return self._call(
            _rollBackRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )


class AsyncDesiredStateBindingsApi(AsyncTransport):
    """Operations of `desired_state_bindings`, for asynchronous programs."""

    async def list(
        self,
        *,
        target_id: str | UnsetType = UNSET,
        artefact_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> BindingPage:
        """Bindings, newest first.

        Needs the permission `config:read`.

        target_id: Only of this target.
        artefact_id: Only of this configuration.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDesiredStateBindings,
            query={
                "targetId": target_id,
                "artefactId": artefact_id,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=BindingPage,
        )

    def each(
        self,
        *,
        target_id: str | UnsetType = UNSET,
        artefact_id: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[BindingRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                target_id=target_id,
                artefact_id=artefact_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def put(
        self, artefact_id: str, *, target: TargetReference, held: bool | UnsetType = UNSET
    ) -> BindingRead:
        """Say which configuration a target is to have under its name.

        Of several that concern a device the most specific holds: component, device, device group,
        device profile, sensor profile; of two alike the newer. One device is told at once, the
        devices of a group or a profile by a worker.

        Needs the permission `config:write`.

        target: A component, a device, a device group, a device profile or a sensor profile.
        artefact_id: The version of a configuration.
        held: Give it to nobody before a roll-out of it; not for one device.
        """
        return await self._call(
            _putDesiredStateBinding,
            body={"target": target, "artefactId": artefact_id, "held": held},
            answer=BindingRead,
        )

    async def list_configuration_drift(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> DriftItemPage:
        """What devices report otherwise than is desired, or don't report; the longest first.

        Needs the permission `config:read`.

        device_id: Only of this device.
        name: Only of this configuration.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listConfigurationDrift,
            query={"deviceId": device_id, "name": name, "limit": limit, "cursor": cursor},
            answer=DriftItemPage,
        )

    def each_configuration_drift(
        self,
        *,
        device_id: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> AsyncIterator[DriftItem]:
        """Every item of every page of `list_configuration_drift`."""
        return each_of_pages_async(
            lambda cursor: self.list_configuration_drift(
                device_id=device_id, name=name, limit=limit, cursor=cursor
            )
        )

    async def get(self, binding_id: str) -> BindingRead:
        """One binding, with how many have what it binds.

        Needs the permission `config:read`.

        binding_id: The binding.
        """
        return await self._call(_getDesiredStateBinding, path=(binding_id,), answer=BindingRead)

    async def delete(self, binding_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a binding. What it overrode holds again.

        Needs the permission `config:write`.

        binding_id: The binding.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteDesiredStateBinding,
            path=(binding_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def list_rollouts(
        self,
        binding_id: str,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> RolloutPage:
        """Roll-outs of a binding, newest first.

        Needs the permission `config:read`.

        binding_id: The binding.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listRollouts,
            path=(binding_id,),
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=RolloutPage,
        )

    def each_rollouts(
        self,
        binding_id: str,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[RolloutRead]:
        """Every item of every page of `list_rollouts`."""
        return each_of_pages_async(
            lambda cursor: self.list_rollouts(
                binding_id=binding_id,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create_rollout(
        self,
        binding_id: str,
        *,
        phases: Sequence[Phase],
        artefact_id: str | None | UnsetType = UNSET,
        abort: AbortRule | UnsetType = UNSET,
        max_per_minute: int | None | UnsetType = UNSET,
        max_concurrent: int | None | UnsetType = UNSET,
        timeout_seconds: int | UnsetType = UNSET,
        start_at: datetime | str | None | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> RolloutRead:
        """Give the devices of a group or a profile a configuration in phases.

        Each device has a place of its own in the roll-out, a joiner too. The next phase begins when
        enough devices of this one have it and report it; too many that fail end it, and take away
        again what it gave.

        Needs the permission `config:write`.

        binding_id: The binding.
        phases: Each goes to a share of the devices, or to a number of them, those of the phases
        before it included; the last to 100 percent.
        artefact_id: Another version of the binding's configuration; its own, where it is held.
        abort: When too many have failed.
        max_per_minute: To how many it goes in a minute, at most.
        max_concurrent: How many may be at it at once.
        timeout_seconds: How long a connected device may say nothing of it.
        start_at: Not before then; at once if left out.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createRollout,
            path=(binding_id,),
            body={
                "phases": phases,
                "artefactId": artefact_id,
                "abort": abort,
                "maxPerMinute": max_per_minute,
                "maxConcurrent": max_concurrent,
                "timeoutSeconds": timeout_seconds,
                "startAt": start_at,
            },
            idempotency_key=idempotency_key,
            answer=RolloutRead,
        )

    async def get_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """One roll-out, with how the devices of each phase fare.

        Needs the permission `config:read`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return await self._call(
            _getRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    async def cancel_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """End it where it is. Who has been given it keeps it, until it is rolled back.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return await self._call(
            _cancelRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    async def list_rollout_devices(
        self,
        binding_id: str,
        rollout_id: str,
        *,
        standing: Sequence[
            Literal["WAITING", "PENDING", "SUCCEEDED", "FAILED", "SKIPPED", "UNREACHABLE"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
    ) -> RolloutDevicePage:
        """Its devices, in the order in which they get it, and how each fares.

        Needs the permission `config:read`.

        binding_id: The binding.
        rollout_id: The roll-out.
        standing: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        """
        return await self._call(
            _listRolloutDevices,
            path=(
                binding_id,
                rollout_id,
            ),
            query={"standing": standing, "limit": limit, "cursor": cursor},
            answer=RolloutDevicePage,
        )

    def each_rollout_devices(
        self,
        binding_id: str,
        rollout_id: str,
        *,
        standing: Sequence[
            Literal["WAITING", "PENDING", "SUCCEEDED", "FAILED", "SKIPPED", "UNREACHABLE"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
    ) -> AsyncIterator[RolloutDevice]:
        """Every item of every page of `list_rollout_devices`."""
        return each_of_pages_async(
            lambda cursor: self.list_rollout_devices(
                binding_id=binding_id,
                rollout_id=rollout_id,
                standing=standing,
                limit=limit,
                cursor=cursor,
            )
        )

    async def pause_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """Give it to no more devices until it is resumed.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return await self._call(
            _pauseRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    async def resume_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """Go on with one that is paused.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return await self._call(
            _resumeRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )

    async def roll_back_rollout(self, binding_id: str, rollout_id: str) -> RolloutRead:
        """Take away again what one gave that is paused or ended in the middle.

        Needs the permission `config:write`.

        binding_id: The binding.
        rollout_id: The roll-out.
        """
        return await self._call(
            _rollBackRollout,
            path=(
                binding_id,
                rollout_id,
            ),
            answer=RolloutRead,
        )


class RolloutsApi(SyncTransport):
    """Operations of `rollouts`, for programs that wait."""

    def list_all(
        self,
        *,
        state: Sequence[
            Literal["SCHEDULED", "RUNNING", "PAUSED", "COMPLETED", "ABORTED", "CANCELED"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> RolloutSummaryPage:
        """Roll-outs of all bindings, newest first.

        Needs the permission `config:read`.

        state: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAllRollouts,
            query={
                "state": state,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=RolloutSummaryPage,
        )

    def each_all(
        self,
        *,
        state: Sequence[
            Literal["SCHEDULED", "RUNNING", "PAUSED", "COMPLETED", "ABORTED", "CANCELED"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[RolloutSummary]:
        """Every item of every page of `list_all`."""
        return each_of_pages(
            lambda cursor: self.list_all(
                state=state, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )


class AsyncRolloutsApi(AsyncTransport):
    """Operations of `rollouts`, for asynchronous programs."""

    async def list_all(
        self,
        *,
        state: Sequence[
            Literal["SCHEDULED", "RUNNING", "PAUSED", "COMPLETED", "ABORTED", "CANCELED"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> RolloutSummaryPage:
        """Roll-outs of all bindings, newest first.

        Needs the permission `config:read`.

        state: Any of these; comma-separated or repeated.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAllRollouts,
            query={
                "state": state,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=RolloutSummaryPage,
        )

    def each_all(
        self,
        *,
        state: Sequence[
            Literal["SCHEDULED", "RUNNING", "PAUSED", "COMPLETED", "ABORTED", "CANCELED"]
        ]
        | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[RolloutSummary]:
        """Every item of every page of `list_all`."""
        return each_of_pages_async(
            lambda cursor: self.list_all(
                state=state, limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )
