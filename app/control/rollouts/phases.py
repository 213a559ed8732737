"""The engine of roll-outs, without a database or a clock.

Every device has a place in a roll-out, a hash of both ids: the same whoever comes or goes, and
another one in the next roll-out. The phases end at places, too: when a roll-out begins, the end of
each is set at the place of its ⌈p·N⌉-th device, so that 5 % of 40 are exactly 2. Who joins later
falls into a phase by its own place.

    place  00…─────●────●──┃──●───●────●──●──┃──────────●──●───●──────────────▶ ff…
                     phase 0        phase 1                phase 2 (100 %)
                         ▲ reach: who stands before it has what is rolled out

`reach` moves on from device to device, as fast as the plan lets it, to the end of the phase, and
over it when the phase has done well. It is all that is kept of who has what.

A phase has done well when `min_finished_percent` of its reachable devices have finished, and
`success_percent` of those that did succeeded, for `soak_seconds` on end. Who isn't heard of for a
day holds nobody up, and is served when it appears. Too many failures, of those that finished in the
phase, abort.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.core.documentation import described

PLACE_BYTES = 8
NOWHERE = b""
"""Before the first place."""
EVERYWHERE = b"\xff" * PLACE_BYTES
PHASES_MAX = 20

Percent = Annotated[float, msgspec.Meta(gt=0, le=100)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=30 * 86_400)]
Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Phase(msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """To which share of the devices, or to how many, it goes, those of the phases before it
    included; and when it has done well."""

    percent: Annotated[Percent | None, described("Of all devices.", 5)] = None
    count: Annotated[Number | None, described("Of devices, where no percent is said.", None)] = None
    success_percent: Annotated[
        Percent, described("So many of those that finished must have succeeded.", 95)
    ] = 95
    min_finished_percent: Annotated[
        Percent, described("So many of the reachable ones must have finished.", 90)
    ] = 90
    soak_seconds: Annotated[Seconds, described("For so long it must go on so.", 600)] = 0
    on_success: Annotated[
        Literal["CONTINUE", "PAUSE"], described("Whether people look before the next.", "CONTINUE")
    ] = "CONTINUE"


class AbortRule(msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """When too many have failed: a share of those that finished, once so many have, or a number.
    `roll_back` takes away again what was given."""

    failed_percent: Annotated[
        Percent | None, described("Of those that finished in the phase.", 10)
    ] = 10
    min_finished: Annotated[Number, described("The share counts from so many on.", 10)] = 10
    failed_count: Annotated[Number | None, described("So many, at once.", None)] = None
    roll_back: Annotated[bool, described("Whether what was given is taken away.", True)] = True


class Standing(StrEnum):
    """How a device fares in a roll-out."""

    WAITING = "WAITING"  # its place isn't reached yet
    PENDING = "PENDING"  # it was given it, and hasn't said how that went
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"  # it said so, or said nothing in its time
    SKIPPED = "SKIPPED"  # it isn't for this device, or something more specific holds
    UNREACHABLE = "UNREACHABLE"  # not heard of for long


@dataclass(frozen=True, slots=True)
class PhaseCount:
    """Of the devices of one phase, how many stand how."""

    waiting: int = 0
    pending: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    unreachable: int = 0

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> PhaseCount:
        counts = dict.fromkeys(Standing, 0)
        for standing in standings:
            counts[standing] += 1
        return cls(*counts.values())

    @property
    def finished(self) -> int:
        return self.succeeded + self.failed

    @property
    def reachable(self) -> int:
        return self.waiting + self.pending + self.finished


class Move(StrEnum):
    """What follows."""

    ABORT = "ABORT"
    STAY = "STAY"
    SOAK = "SOAK"  # it does well, and must go on so for a while
    STALL = "STALL"  # all have finished, and too few did well: people must look
    ADVANCE = "ADVANCE"


def place_of(rollout_id: UUID, device_id: UUID) -> bytes:
    """The first 8 bytes of SHA-256 over the ids; the database says the same in
    db/functions/platform/config_candidates.sql."""
    return hashlib.sha256(rollout_id.bytes + device_id.bytes).digest()[:PLACE_BYTES]


def boundaries(phases: Sequence[Phase], places: Sequence[bytes]) -> list[bytes]:
    """Where each phase ends: the place of its last device, of the places in their order. The last
    phase ends everywhere."""
    ends = accumulate((_end(phase, places) for phase in phases[:-1]), max)
    return [*ends, EVERYWHERE]


def _end(phase: Phase, places: Sequence[bytes]) -> bytes:
    if phase.count is not None:
        number = min(phase.count, len(places))
    else:
        # Of whole numbers 7 % of 100 are 7, of floats a little more.
        number = math.ceil(round((phase.percent or 0) * len(places) / 100, 6))
    return places[number - 1] if number else NOWHERE


def phase_faults(phases: Sequence[Phase]) -> str | None:
    """Why these are no phases, if they aren't."""
    if any((phase.percent is None) == (phase.count is None) for phase in phases):
        return "each phase has a percent or a count"
    if phases[-1].percent != 100:
        return "the last phase is 100 percent"
    for kind in ("percent", "count"):
        sizes = [size for phase in phases if (size := getattr(phase, kind)) is not None]
        if sizes != sorted(set(sizes)):
            return "each phase is larger than the one before it"
    return None


def judge(phase: Phase, abort: AbortRule, count: PhaseCount) -> Move:
    """What follows from how the devices of a phase fare."""
    if _is_too_bad(abort, count):
        return Move.ABORT
    needed = phase.min_finished_percent * count.reachable / 100
    does_well = count.succeeded * 100 >= phase.success_percent * count.finished
    if count.finished >= needed and does_well:
        return Move.SOAK if phase.soak_seconds else Move.ADVANCE
    if not count.waiting and not count.pending and count.finished:
        return Move.STALL
    return Move.STAY


def _is_too_bad(abort: AbortRule, count: PhaseCount) -> bool:
    if abort.failed_count is not None and count.failed >= abort.failed_count:
        return True
    return (
        abort.failed_percent is not None
        and count.finished >= abort.min_finished
        and count.failed * 100 >= abort.failed_percent * count.finished
    )


def has_soaked(phase: Phase, met_at: datetime | None, now: datetime) -> bool:
    return met_at is not None and now - met_at >= timedelta(seconds=phase.soak_seconds)


def next_reach(boundary: bytes, waiting: Sequence[bytes], *, room: int | None) -> tuple[bytes, int]:
    """How far to go for as many as there is room for, of the places in their order that wait; and
    how many that are. With room for all of them it is the end of the phase."""
    if room is None or room >= len(waiting):
        return boundary, len(waiting)
    if room <= 0:
        return NOWHERE, 0
    return waiting[room - 1], room
