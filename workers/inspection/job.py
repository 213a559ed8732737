"""Jobs that inspect what a gateway has sent: in a sandbox, which hands back the same footage in our
own form; then it is a segment like a recorder's, or it is refused."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import record_event
from app.core.objects import Missing, WrongContent, numbered_key
from app.media.segments.schemas import SegmentStatus
from db.models import Camera, DvrSegment, DvrUpload, MediaUsage, ObjectGarbage
from db.queries.events import PLATFORM
from workers.queue.job import JobAttempt, JobType
from workers.recorder.messages import Message, PartMade, RunBegun, SegmentEnded
from workers.recorder.storing import CONTENT_TYPE, Segment
from workers.sandbox.process import SandboxRefused, open_sandbox
from workers.sandbox.walls import SandboxLimits

MODULE = "workers.inspection.child"
LIMITS = SandboxLimits(cpu_seconds=30, memory_bytes=1024 * 1024 * 1024)
UNCLAIMED = timedelta(hours=1)
OVERLAP = timedelta(seconds=1)
"""Clocks differ by a little: what begins so much before other footage's end begins there."""

_OPEN = (SegmentStatus.AWAITED, SegmentStatus.INSPECTED)


class SegmentRefused(Exception):
    """It is no footage of this camera; says why, for people."""


async def inspect_segment(job: JobAttempt) -> None:
    """To STORED or REFUSED; one that was never sent, nor said to be, is forgotten."""
    row = await _row(job)
    if row is None or row.status not in _OPEN:
        return
    try:
        segment = await _made_anew(job, row)
        if segment is not None:
            await _store(job, row, segment)
    except SegmentRefused as refusal:
        async with job.last_transaction() as tx:
            await _refuse(tx, row, str(refusal))


async def _row(job: JobAttempt) -> DvrUpload | None:
    async with job.transaction() as tx:
        return await tx.get(DvrUpload, (job.org_id, UUID(job.payload["segmentId"])))


async def _made_anew(job: JobAttempt, row: DvrUpload) -> Segment | None:
    objects = job.context.objects
    try:
        await objects.verify(row.object_key, size=row.size_bytes, sha256=row.sha256)
        data = b"".join([piece async for piece in objects.read(row.object_key)])
    except Missing:
        if row.status == SegmentStatus.AWAITED:
            return None
        raise SegmentRefused("it was never sent") from None
    except WrongContent:
        raise SegmentRefused("it isn't what was announced") from None
    try:
        return await made_anew(data, row.content_type, row.starts_at)
    except SandboxRefused as refusal:
        raise SegmentRefused(str(refusal).removeprefix("ValueError: ")) from None


async def made_anew(data: bytes, content_type: str, starts_at: datetime) -> Segment:
    """The same footage as our own muxer writes it. Raises SandboxRefused, SegmentRefused."""
    order = {"task": "inspect", "contentType": content_type, "taken": starts_at.timestamp()}
    said: list[tuple[Message, bytes]] = []
    async with open_sandbox(MODULE, order, LIMITS) as child:
        await child.send({}, data)
        while True:
            head, body = await child.receive()
            if "answer" in head:
                break
            told: Any = head["told"]
            said.append((msgspec.convert(told, Message), body))
    return _segment(said)


def _segment(said: list[tuple[Message, bytes]]) -> Segment:
    match said:
        case [(RunBegun() as head, init), *rest, (SegmentEnded() as ended, _)]:
            parts = [(part, data) for part, data in rest if isinstance(part, PartMade)]
            if parts and ended.start < ended.end:
                return Segment(head, init, parts, ended.start, ended.end, ended.clock, 0)
    raise SegmentRefused("it has no pictures that can be shown")


async def _store(job: JobAttempt, row: DvrUpload, segment: Segment) -> None:
    """The object first, which is garbage until its row is there."""
    area, series = f"dvr-{row.camera_id}", int(segment.start * 1e6)
    key = numbered_key(job.org_id, area, series, secrets.randbits(31), ".mp4")
    async with job.transaction() as tx:
        tx.add(ObjectGarbage(org_id=job.org_id, object_key=key, due_at=func.now() + UNCLAIMED))
    await job.context.objects.put(key, segment.data, content_type=CONTENT_TYPE)
    async with job.last_transaction() as tx:
        camera = await tx.get(Camera, (job.org_id, row.camera_id), with_for_update=True)
        if camera is None or camera.deleted_at is not None:
            return  # its clock takes away what hangs on it
        await _add(tx, camera, replace(segment, start=await _begin(tx, camera, segment)), key)
        garbage = await tx.get(ObjectGarbage, (job.org_id, key))
        assert garbage is not None  # noqa: S101 - added above, and due later
        await tx.delete(garbage)
        await _end(tx, row, SegmentStatus.STORED, None)


async def _begin(tx: AsyncSession, camera: Camera, segment: Segment) -> float:
    """Where it begins beside the footage that is there. Raises SegmentRefused."""
    begin = datetime.fromtimestamp(segment.start, UTC)
    end = datetime.fromtimestamp(segment.end, UTC)
    until = await tx.scalar(
        select(func.max(DvrSegment.ends_at)).where(
            DvrSegment.camera_id == camera.id,
            DvrSegment.starts_at < end,
            DvrSegment.ends_at > begin,
        )
    )
    if until is None:
        return segment.start
    if until - begin > OVERLAP or until >= end:
        raise SegmentRefused("there is footage of that time already")
    return float(until.timestamp())


async def _add(tx: AsyncSession, camera: Camera, segment: Segment, key: str) -> None:
    row = segment.row(key)
    tx.add(
        DvrSegment(
            org_id=camera.org_id,
            camera_id=camera.id,
            source="PUSHED",
            **{**row._asdict(), "run": key.rpartition("/")[2]},
        )
    )
    await tx.execute(
        update(Camera)
        .where(Camera.id == camera.id)
        .values(
            stored_bytes=Camera.stored_bytes + row.size_bytes,
            last_picture_at=func.greatest(Camera.last_picture_at, row.ends_at),
            updated_at=Camera.updated_at,  # nobody has edited it
        )
    )
    added = insert(MediaUsage).values(
        org_id=camera.org_id,
        camera_id=camera.id,
        day=row.starts_at.date(),
        recorded_seconds=(row.ends_at - row.starts_at).total_seconds(),
        recorded_bytes=row.size_bytes,
    )
    await tx.execute(
        added.on_conflict_do_update(
            index_elements=["org_id", "camera_id", "day"],
            set_={
                "recorded_seconds": MediaUsage.recorded_seconds + added.excluded.recorded_seconds,
                "recorded_bytes": MediaUsage.recorded_bytes + added.excluded.recorded_bytes,
            },
        )
    )


async def _refuse(tx: AsyncSession, row: DvrUpload, reason: str) -> None:
    await _end(tx, row, SegmentStatus.REFUSED, reason[:300])
    camera = await tx.get(Camera, (row.org_id, row.camera_id))
    record_event(
        tx,
        "MEDIA",
        "Footage that was sent was refused",
        actor=PLATFORM,
        severity="WARNING",
        details={"cameraId": str(row.camera_id), "segmentId": str(row.id), "failure": reason[:300]},
        device_id=None if camera is None else camera.device_id,
    )


async def _end(
    tx: AsyncSession, row: DvrUpload, status: SegmentStatus, failure: str | None
) -> None:
    """What was sent goes; what is refused after a while, so that it can be looked at."""
    await tx.execute(
        update(DvrUpload).where(DvrUpload.id == row.id).values(status=status, failure=failure)
    )
    if status is SegmentStatus.STORED:
        await tx.execute(
            update(ObjectGarbage)
            .where(ObjectGarbage.object_key == row.object_key)
            .values(due_at=func.now())
        )


async def give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    """Written with the end of the job."""
    row = await tx.get(DvrUpload, (job.org_id, UUID(job.payload["segmentId"])))
    if row is not None:
        await _refuse(tx, row, f"it couldn't be inspected: {reason}")


INSPECT_SEGMENT = JobType(
    "inspect-segment", inspect_segment, time_out_seconds=120, attempts=4, give_up=give_up
)
