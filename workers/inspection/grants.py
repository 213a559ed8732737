"""Jobs that answer gateways which want to send footage, or have sent it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from app.core.errors import NotFound, Problem
from app.core.resource import get
from app.media.segments import service
from app.media.segments.schemas import SegmentAnnouncement
from app.media.segments.service import LINK_LIFETIME
from db.connections.sessions import SessionReader
from db.models import Camera
from db.queries.events import device_actor
from db.queries.media_requests import KIND, MediaRequestRow, send_grants
from ingest.devices.media_requests import MediaRequest
from ingest.mqtt.topics import Topic, topic_of
from workers.queue.job import JobAttempt, JobType


async def grant_segments(job: JobAttempt) -> None:
    """What it has sent is inspected; for what it wants to send it is told where to. What can't be
    granted is answered with the code of a problem."""
    device_id = UUID(job.payload["deviceId"])
    request = msgspec.convert(job.payload["request"], MediaRequest)
    try:
        answer = await _granted(job, device_id, request)
    except Problem as problem:
        answer = {"error": problem.code}
    except msgspec.ValidationError:
        answer = {"error": "MALFORMED"}
    await _answer(job, device_id, request, answer)


async def _granted(job: JobAttempt, device_id: UUID, request: MediaRequest) -> dict[str, Any]:
    """Raises Problem, with nothing done."""
    announced = msgspec.convert(msgspec.to_builtins(request.segments), list[SegmentAnnouncement])
    async with job.transaction() as tx:
        camera = await get(SessionReader(tx), Camera, request.camera_id)
        if camera.device_id != device_id:
            raise NotFound(f"no camera {request.camera_id} of this device")
        for segment_id in request.completed:
            await service.complete(tx, camera.id, segment_id)
        if not announced:
            return {"uploads": []}
        principal, objects = device_actor(device_id), job.context.objects
        found = await service.announce(tx, principal, objects, camera.id, announced)
    return {"uploads": found.uploads}


async def _answer(
    job: JobAttempt, device_id: UUID, request: MediaRequest, answer: dict[str, Any]
) -> None:
    body = msgspec.json.encode({"id": request.id, **answer})
    topic = topic_of(Topic.MEDIA_GRANTS, job.org_id, device_id)
    row = MediaRequestRow(job.org_id, device_id, "")
    async with job.last_transaction() as tx:
        connection = await SessionReader(tx).connected()
        seconds = LINK_LIFETIME.total_seconds()
        await send_grants(connection, row, topic=topic, body=body, seconds=seconds)


GRANT_SEGMENTS = JobType(KIND, grant_segments, time_out_seconds=60)
