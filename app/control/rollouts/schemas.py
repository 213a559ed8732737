from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from app.accounts.auth.schemas import Principal
from app.control.ids import CONFIG_ARTEFACT, BindingId, ConfigArtefactId, RolloutId
from app.control.rollouts.phases import (
    PHASES_MAX,
    AbortRule,
    Number,
    Phase,
    Seconds,
    Standing,
)
from app.core.documentation import described
from app.core.target_reference import TargetReference
from app.core.wire import Body, CreatedAt, Instant, Moment, Read, etag_of
from app.fleet.ids import DEVICE_GROUP, DeviceId

_AT = "2026-11-23T09:15:00.123456Z"
_PHASES = described(
    "Each goes to a share of the devices, or to a number of them, those of the phases before it "
    "included; the last to 100 percent.",
    [{"percent": 5, "soakSeconds": 600}, {"percent": 100}],
)
_ABORT = described("When too many have failed.", {"failedPercent": 10, "minFinished": 10})
_PER_MINUTE = described("To how many it goes in a minute, at most.", 60)
_CONCURRENT = described("How many may be at it at once.", 20)
_TIMEOUT = described("How long a connected device may say nothing of it.", 900)
_STATE = described("Where it is.", "RUNNING")
_REASON = described("Why it is there, in words.", "3 of 12 failed")
_IN_PHASE = described("The one that it is in, from 0.", 0)
_STARTED = described("When it began.", _AT)
_ENDED = described("When it ended, however.", None)
_PHASE = {
    "percent": 5,
    "successPercent": 95,
    "minFinishedPercent": 90,
    "soakSeconds": 600,
    "onSuccess": "CONTINUE",
}


class RolloutState(StrEnum):
    """SCHEDULED until it begins, then RUNNING, or PAUSED by people or because too few did well.
    COMPLETED, ABORTED by too many failures, and CANCELED by people are final."""

    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    ABORTED = "ABORTED"
    CANCELED = "CANCELED"


class RolloutCreate(Body):
    """How a binding's devices get a configuration one after another."""

    phases: Annotated[
        Annotated[list[Phase], msgspec.Meta(min_length=1, max_length=PHASES_MAX)], _PHASES
    ]
    artefact_id: Annotated[
        ConfigArtefactId | None,
        described(
            "Another version of the binding's configuration; its own, where it is held.",
            CONFIG_ARTEFACT,
        ),
    ] = None
    abort: Annotated[AbortRule, _ABORT] = AbortRule()
    max_per_minute: Annotated[Number | None, _PER_MINUTE] = None
    max_concurrent: Annotated[Number | None, _CONCURRENT] = None
    timeout_seconds: Annotated[Seconds, _TIMEOUT] = 900
    start_at: Annotated[Instant | None, described("Not before then; at once if left out.", _AT)] = (
        None
    )


class RolloutPhase(Read):
    """A phase, and how its devices fare: those that are in the target now."""

    phase: Annotated[Phase, described("As it was asked for.", _PHASE)]
    waiting: Annotated[int, described("Not given it yet.", 20)]
    pending: Annotated[int, described("Given it, and silent of it.", 3)]
    succeeded: Annotated[int, described("That report it as it is.", 14)]
    failed: Annotated[int, described("That reported otherwise, or nothing in time.", 1)]
    skipped: Annotated[int, described("For which it isn't, or something else holds.", 0)]
    unreachable: Annotated[int, described("Not heard of for a day; they hold nobody up.", 2)]


class RolloutRead(Read):
    """A roll-out."""

    id: RolloutId
    binding_id: BindingId
    artefact_id: ConfigArtefactId
    state: Annotated[RolloutState, _STATE]
    reason: Annotated[str | None, _REASON]
    phase: Annotated[int, _IN_PHASE]
    phases: Annotated[list[RolloutPhase], described("In their order.")]
    abort: Annotated[AbortRule, _ABORT]
    max_per_minute: Annotated[int | None, _PER_MINUTE]
    max_concurrent: Annotated[int | None, _CONCURRENT]
    timeout_seconds: Annotated[int, _TIMEOUT]
    rolled_back: Annotated[
        bool, described("Whether what it had given was taken away again.", False)
    ]
    created_by: Principal
    created_at: CreatedAt
    start_at: Annotated[Moment | None, described("Not before then.", _AT)]
    started_at: Annotated[Moment | None, _STARTED]
    ended_at: Annotated[Moment | None, _ENDED]
    updated_at: Annotated[Moment, described("When its state changed last.", _AT)]

    def path(self) -> str:
        return f"/api/v1/desired-state-bindings/{self.binding_id}/rollouts/{self.id}"

    def etag(self) -> str | None:
        return etag_of(self.id, self.updated_at)


class RolloutSummary(Read):
    """A roll-out in the list of all: of what, to whom, and how far it is."""

    id: RolloutId
    binding_id: BindingId
    artefact_id: ConfigArtefactId
    name: Annotated[str, described("Of the configuration.", "sampling")]
    version: Annotated[int, described("Of the configuration, that is rolled out.", 4)]
    target: Annotated[
        TargetReference,
        described("Whose devices get it.", {"type": "DEVICE_GROUP", "id": DEVICE_GROUP}),
    ]
    state: Annotated[RolloutState, _STATE]
    reason: Annotated[str | None, _REASON]
    phase: Annotated[int, _IN_PHASE]
    phase_count: Annotated[int, described("How many phases it has.", 3)]
    created_by: Principal
    created_at: CreatedAt
    started_at: Annotated[Moment | None, _STARTED]
    ended_at: Annotated[Moment | None, _ENDED]


class RolloutDevice(Read):
    """A device in a roll-out, by its place in it."""

    device_id: DeviceId
    name: Annotated[str, described("Of the device.", "cold-room-1")]
    phase: Annotated[int, described("Whose turn is its, from 0.", 0)]
    standing: Annotated[Standing, described("How it fares.", "FAILED")]
    message: Annotated[
        str | None, described("What it said of it last, in its words.", "out of memory")
    ]
