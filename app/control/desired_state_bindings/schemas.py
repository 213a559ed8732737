from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from app.accounts.auth.schemas import Principal
from app.control.ids import BINDING, BindingId, ConfigArtefactId
from app.core.documentation import described
from app.core.target_reference import TargetReference
from app.core.wire import Body, CreatedAt, Moment, Page, Read, etag_of
from app.fleet.ids import DEVICE_GROUP, DeviceId

ReportedStatus = Literal["ACCEPTED", "IN_PROGRESS", "REJECTED", "FAILED"]

_AT = "2026-11-23T09:15:00.123456Z"
_HASH = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
_VERSION = described("Of the configuration's name.", 3)
_NAME = described("Of the configuration.", "sampling")
_SHA256 = described("SHA-256 of the configuration's bytes, in hexadecimal.", _HASH)
_TARGET = described(
    "A component, a device, a device group, a device profile or a sensor profile.",
    {"type": "DEVICE_GROUP", "id": DEVICE_GROUP},
)
_PLACE = described("`device`, or the key of a component.", "probe-1")


class ReportedConfig(Read):
    """What a device said last of a configuration."""

    version: Annotated[int | None, described("Of what it has; null for none.", 3)]
    status: Annotated[ReportedStatus, described("How far it is.", "ACCEPTED")]
    hash: Annotated[str | None, described("Of what it has, as it says.", _HASH)]
    message: Annotated[str | None, described("In the device's words.", None)]
    at: Annotated[Moment, described("When it said so.", _AT)]


class BindingCounts(Read):
    """Of the devices and components that have the configuration by this binding, how many."""

    total: Annotated[int, described("All of them.", 40)]
    accepted: Annotated[int, described("That report it as it is.", 37)]
    in_progress: Annotated[int, described("That report to be at it.", 1)]
    rejected: Annotated[int, described("That don't want it.", 1)]
    failed: Annotated[int, described("That couldn't.", 0)]
    silent: Annotated[int, described("That haven't said anything of it yet.", 1)]


class BindingProgress(Read):
    """How far a worker is in telling the devices of it."""

    done: Annotated[int, described("Devices that were looked at.", 500)]
    total: Annotated[int | None, described("Of so many, as they were at its beginning.", 1200)]


class BindingRead(Read, omit_defaults=True):
    """That a target is to have a configuration."""

    id: BindingId
    target: Annotated[TargetReference, _TARGET]
    artefact_id: ConfigArtefactId
    name: Annotated[str, _NAME]
    version: Annotated[int, _VERSION]
    sha256: Annotated[str, _SHA256]
    held: Annotated[
        bool, described("Whether nobody has it yet, for it waits for a roll-out.", False)
    ]
    desired_by: Principal
    desired_at: Annotated[Moment, described("Since when this version is desired.", _AT)]
    created_at: CreatedAt
    reported: Annotated[
        ReportedConfig | None,
        described("What was said of it last, where the target is one device or component."),
    ]
    counts: Annotated[
        BindingCounts | msgspec.UnsetType,
        described("How many have it; in the answer of one binding."),
    ] = msgspec.UNSET
    progress: Annotated[
        BindingProgress | msgspec.UnsetType,
        described("While a worker tells devices of a change; in the answer of one binding."),
    ] = msgspec.UNSET

    def etag(self) -> str | None:
        return etag_of(self.id, self.desired_at)


class BindingPut(Body):
    """What a target is to have. It takes the place of what the target had under that name."""

    target: Annotated[TargetReference, _TARGET]
    artefact_id: ConfigArtefactId
    held: Annotated[
        bool, described("Give it to nobody before a roll-out of it; not for one device.", False)
    ] = False


class EffectiveEntry(Read, omit_defaults=True):
    """What the device, or a component of it, is to have under one name."""

    target: Annotated[str, _PLACE]
    binding_id: BindingId
    artefact_id: ConfigArtefactId
    name: Annotated[str, _NAME]
    version: Annotated[int, _VERSION]
    hash: Annotated[str, _SHA256]
    because: Annotated[
        str, described("Why this one, in words.", "bound to the device group cold-rooms")
    ]
    overrides: Annotated[
        list[BindingId],
        described("Bindings that would have held without it, the next one first.", [BINDING]),
    ]
    reported: Annotated[ReportedConfig | None, described("What the device said of it last.")]
    content: Annotated[Any, described("Of an inline one.", {"interval": 60})] = msgspec.UNSET
    url: Annotated[
        str | msgspec.UnsetType,
        described("Of one that was uploaded: where it is fetched.", "https://host/api/objects/…"),
    ] = msgspec.UNSET


class EffectiveConfig(Read):
    """What is desired of a device at this moment, and why."""

    device_id: DeviceId
    version: Annotated[int, described("Of its document, which only grows; 0 before the first.", 12)]
    hash: Annotated[str, described("Of the document; the same for the same entries.", _HASH)]
    too_large: Annotated[
        bool,
        described("Whether it doesn't fit into a message, so that the last one stands.", False),
    ]
    entries: Annotated[list[EffectiveEntry], described("By target and name.")]


class DriftItem(Read):
    """What a device reports otherwise than is desired, or doesn't report."""

    device_id: DeviceId
    device_name: Annotated[str, described("Of the device.", "cold-room-1")]
    target: Annotated[str, _PLACE]
    name: Annotated[str, _NAME]
    desired_version: Annotated[int | None, described("Null where none is desired any more.", 3)]
    reported_version: Annotated[int | None, described("Null where none was reported.", 2)]
    status: Annotated[ReportedStatus | None, described("As reported.", "REJECTED")]
    message: Annotated[str | None, described("In the device's words.", "out of memory")]
    since: Annotated[Moment, described("Since when they differ.", _AT)]


DriftPage = Page[DriftItem]
