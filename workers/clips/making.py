"""A clip, a still: what a sandbox makes of segments, while this process streams them to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import BinaryIO

from db.connections.background import TaskOwner
from workers.clips.spans import ClipSpan
from workers.sandbox.process import SandboxProcess, open_sandbox
from workers.sandbox.walls import SandboxLimits

MODULE = "workers.clips.child"
MIB = 1024 * 1024
# Pictures of 8192 by 8192 are refused where they come in; a group of 4K in H.265 takes the half.
MEMORY_BYTES = 1536 * MIB
CUT_CPU_SECONDS = 900
STILL_CPU_SECONDS = 20
STILL_BYTES = 4 * MIB


@dataclass(frozen=True, slots=True)
class SegmentBytes:
    """One recorded segment: when it was taken, in microseconds since 1970, and its file."""

    starts_at: int
    ends_at: int
    run: str
    data: bytes


@dataclass(frozen=True, slots=True)
class MadeClip:
    spans: list[ClipSpan]
    copied: int
    encoded: int


Report = Callable[[int], Awaitable[None]]  # the moment up to which it is made


async def make_clip(
    model: SegmentBytes,
    segments: AsyncIterator[SegmentBytes],
    since: int,
    until: int,
    file: BinaryIO,
    report: Report,
    *,
    largest_bytes: int,
    encodes: bool = True,
) -> MadeClip:
    """Write the pictures taken in [since, until) to `file` as MP4; of those that need to be encoded
    anew none, unless that is done (`encodes`). Raises SandboxRefused.

    `model` has the parameters that the clip will have; `segments` come in order, one by one.
    """
    limits = SandboxLimits(CUT_CPU_SECONDS, MEMORY_BYTES, largest_bytes)
    order = {"task": "cut", "since": since, "until": until, "encodes": encodes}
    async with (
        open_sandbox(MODULE, order, limits, file=file.fileno()) as child,
        TaskOwner("footage for a clip") as owner,
    ):
        owner.start(_feed(child, model, segments))
        answer = await child.answer(lambda head: report(head["madeUntil"]))
    spans = [ClipSpan(**span) for span in answer["spans"]]
    return MadeClip(spans, answer["copied"], answer["encoded"])


async def make_still(segment: SegmentBytes, at: int, file: BinaryIO) -> int:
    """Write what was seen at a moment to `file` as JPEG; its bytes. Raises SandboxRefused."""
    limits = SandboxLimits(STILL_CPU_SECONDS, MEMORY_BYTES, STILL_BYTES)
    order = {"task": "still", "at": at}
    async with open_sandbox(MODULE, order, limits, file=file.fileno()) as child:
        await _send(child, segment)
        answer = await child.answer()
        return int(answer["bytes"])


async def _feed(
    child: SandboxProcess, model: SegmentBytes, segments: AsyncIterator[SegmentBytes]
) -> None:
    await _send(child, model)
    async for segment in segments:
        await _send(child, segment)
    await child.send({})


async def _send(child: SandboxProcess, segment: SegmentBytes) -> None:
    head = {
        "startsAt": segment.starts_at,
        "endsAt": segment.ends_at,
        "run": segment.run,
    }
    await child.send(head, segment.data)
