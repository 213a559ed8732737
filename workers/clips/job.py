"""Jobs that cut clips and captures. Each attempt begins anew, and nothing of an earlier one
remains."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import record_event
from app.core.jobs import start_job
from app.core.objects import Upload, new_key, prefix_of
from app.media.footage import CAPTURES, CLIPS, gaps, text
from db.models import Camera, DvrClipRequest, DvrSegment, MediaCapture
from db.queries.events import PLATFORM
from workers.clips.making import MadeClip, SegmentBytes, make_clip, make_still
from workers.clips.segments import (
    FootageReader,
    from_microseconds,
    main_run,
    segments_in,
    to_microseconds,
)
from workers.exports.cleanup import delete_below
from workers.queue.job import JobAttempt, JobFailed, JobType, LeaseLost
from workers.sandbox.process import SandboxRefused

NO_FOOTAGE = "NO_FOOTAGE"
NO_KEY_FRAME = "no key frame was taken in the range, and nothing is encoded here"
REPORT_SECONDS = 1.0
PIECE_BYTES = 1024 * 1024

CutRow = DvrClipRequest | MediaCapture


@dataclass(frozen=True, slots=True)
class CutKind:
    """What clips and captures differ in."""

    model: type[DvrClipRequest] | type[MediaCapture]
    area: str
    id_name: str
    noun: str

    def id_of(self, job: JobAttempt) -> UUID:
        return UUID(job.payload[self.id_name])


@dataclass(frozen=True, slots=True)
class StoredCut:
    """What was stored of one cut."""

    clip_key: str
    still_key: str
    upload: Upload


CLIP = CutKind(DvrClipRequest, CLIPS, "clipRequestId", "clip")
CAPTURE = CutKind(MediaCapture, CAPTURES, "captureId", "capture")


def _kind(job: JobAttempt) -> CutKind:
    return CLIP if CLIP.id_name in job.payload else CAPTURE


async def cut_footage(job: JobAttempt) -> None:
    """From PENDING to READY. Raises JobFailed where there is no footage, or none that can be
    read."""
    kind = _kind(job)
    row, segments = await _begin(job, kind)
    if row is None:  # deleted meanwhile
        return
    await delete_below(job, prefix_of(job.org_id, kind.area, row.id))
    reader = FootageReader(job.context.objects)
    # Its file has no name, and is gone with this block.
    with tempfile.TemporaryFile() as file:
        try:
            made = await _make(job, kind, row, segments, reader, file)
            files = await _store(job, kind, row, reader, made, file)
        except SandboxRefused as refusal:
            raise JobFailed(f"the footage can't be cut: {refusal}") from None
    try:
        await _end(job, kind, row, reader.used, made, files)
    except LeaseLost:
        await job.context.objects.delete_many([files.clip_key, files.still_key])
        raise


async def _begin(job: JobAttempt, kind: CutKind) -> tuple[CutRow | None, list[DvrSegment]]:
    async with job.transaction() as tx:
        row: CutRow | None = await tx.get(kind.model, (job.org_id, kind.id_of(job)))
        if row is None:
            return None, []
        row.status, row.progress = "RUNNING", 0.0
        row.failure = row.completed_at = None
        segments = await segments_in(tx, row.camera_id, row.range_from, row.range_to)
    return row, segments


async def _make(
    job: JobAttempt,
    kind: CutKind,
    row: CutRow,
    segments: Sequence[DvrSegment],
    reader: FootageReader,
    file: BinaryIO,
) -> MadeClip:
    model = await _model(segments, row, reader)
    settings = job.context.settings.footage
    told_at = time.monotonic()

    async def report(until: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < REPORT_SECONDS:
            return
        told_at = time.monotonic()
        done = (from_microseconds(until) - row.range_from) / (row.range_to - row.range_from)
        async with job.transaction() as tx:
            await tx.execute(
                update(kind.model)
                .where(kind.model.id == row.id)
                .values(progress=round(min(max(done, 0.0), 1.0), 4))
            )

    made = await make_clip(
        model,
        reader.read_all(segments),
        to_microseconds(row.range_from),
        to_microseconds(row.range_to),
        file,
        report,
        largest_bytes=settings.clip_max_bytes,
        encodes=settings.encodes,
    )
    if not made.spans:
        raise JobFailed(NO_FOOTAGE if settings.encodes else NO_KEY_FRAME)
    return made


async def _model(
    segments: Sequence[DvrSegment], row: CutRow, reader: FootageReader
) -> SegmentBytes:
    """A segment whose parameters most of the range has, and that is still there."""
    left = list(segments)
    while left:
        candidate = main_run(left, row.range_from, row.range_to)[0]
        found = await reader.read(candidate)
        if found is not None:
            return found
        left.remove(candidate)
    raise JobFailed(NO_FOOTAGE)


async def _store(
    job: JobAttempt,
    kind: CutKind,
    row: CutRow,
    reader: FootageReader,
    made: MadeClip,
    file: BinaryIO,
) -> StoredCut:
    objects = job.context.objects
    clip_key = new_key(job.org_id, kind.area, row.id, ".mp4")
    still_key = new_key(job.org_id, kind.area, row.id, ".jpg")
    async with objects.upload(clip_key, content_type="video/mp4") as upload:
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            await upload.write(piece)
    await objects.put(still_key, await _still(reader, made), content_type="image/jpeg")
    return StoredCut(clip_key, still_key, upload)


async def _still(reader: FootageReader, made: MadeClip) -> bytes:
    """Of the clip's first picture."""
    since = made.spans[0].since
    segment = next(one for one in reader.used if to_microseconds(one.ends_at) > since)
    found = await reader.read(segment)
    if found is None:
        raise JobFailed(NO_FOOTAGE)
    with tempfile.TemporaryFile() as file:
        await make_still(found, since, file)
        file.seek(0)
        return file.read()


async def _end(
    job: JobAttempt,
    kind: CutKind,
    row: CutRow,
    used: Sequence[DvrSegment],
    made: MadeClip,
    files: StoredCut,
) -> None:
    settings = job.context.settings.footage
    hours = settings.clip_hours if kind is CLIP else settings.capture_hours
    async with job.last_transaction() as tx:
        await tx.execute(
            update(kind.model)
            .where(kind.model.id == row.id)
            .values(
                status="READY",
                progress=1.0,
                spans=_spans(made),
                missing=_missing(row, used, made, encodes=settings.encodes),
                encoded_frames=made.encoded,
                object_key=files.clip_key,
                thumbnail_key=files.still_key,
                size_bytes=files.upload.size,
                sha256=files.upload.sha256,
                completed_at=func.now(),
                expires_at=func.now() + timedelta(hours=hours),
            )
        )
        await _record(tx, kind, row, f"A {kind.noun} is ready", sizeBytes=files.upload.size)
        payload = {kind.id_name: str(row.id)}
        await start_job(tx, "expire-footage", payload, wait_seconds=hours * 3600)


def _spans(made: MadeClip) -> list[dict[str, Any]]:
    return [
        {
            "from": text(from_microseconds(span.since)),
            "to": text(from_microseconds(span.until)),
            "at": span.at / 1e6,
        }
        for span in made.spans
    ]


def _missing(
    row: CutRow, used: Sequence[DvrSegment], made: MadeClip, *, encodes: bool
) -> list[dict[str, Any]]:
    """What nobody recorded; and where nothing is encoded, what isn't in the clip for that."""
    footage = [(segment.starts_at, segment.ends_at) for segment in used]
    if not encodes:
        footage = [
            (from_microseconds(span.since), from_microseconds(span.until)) for span in made.spans
        ]
    found = gaps(row.range_from, row.range_to, footage)
    return [{"from": text(begin), "to": text(end)} for begin, end in found]


async def _record(
    tx: AsyncSession, kind: CutKind, row: CutRow, title: str, **details: object
) -> None:
    camera = await tx.get(Camera, (row.org_id, row.camera_id))
    about = {"cameraId": str(row.camera_id), kind.id_name: str(row.id)}
    record_event(
        tx,
        "MEDIA",
        title,
        actor=PLATFORM,
        severity="WARNING" if "failure" in details else "INFO",
        details={**about, **details},
        device_id=None if camera is None else camera.device_id,
    )


async def give_up(tx: AsyncSession, job: JobAttempt, reason: str) -> None:
    """Written with the end of the job: it is FAILED, and says why."""
    kind = _kind(job)
    row = cast(CutRow | None, await tx.get(kind.model, (job.org_id, kind.id_of(job))))
    if row is None:  # deleted meanwhile
        return
    row.status, row.failure, row.completed_at = "FAILED", reason, datetime.now(UTC)
    await _record(tx, kind, row, f"A {kind.noun} failed", failure=reason)


async def expire_footage(job: JobAttempt) -> None:
    """The row and the files of a clip or a capture whose time is over."""
    kind = _kind(job)
    async with job.transaction() as tx:
        row = await tx.get(kind.model, (job.org_id, kind.id_of(job)))
        if row is not None:
            await tx.delete(row)
    await delete_below(job, prefix_of(job.org_id, kind.area, kind.id_of(job)))


CUT_FOOTAGE = JobType(
    "cut-footage", cut_footage, time_out_seconds=1800, attempts=6, give_up=give_up
)
EXPIRE_FOOTAGE = JobType("expire-footage", expire_footage, time_out_seconds=60)
