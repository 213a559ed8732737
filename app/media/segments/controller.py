"""/cameras/{id}/segments: footage that a gateway has recorded itself."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.media.ids import CameraId
from app.media.segments import service
from app.media.segments.schemas import SegmentId, SegmentRead, SegmentsCreate, SegmentUploads


class SegmentController(Controller):
    path = "/cameras/{camera_id:uuid}/segments"
    tags = ("Media",)

    @post(
        **operation(
            "announceSegments",
            may="segments:write",
            problems=("NOT_FOUND", "UNPROCESSABLE", "TOO_MANY_UPLOADS"),
        )
    )
    async def announce_segments(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        camera_id: CameraId,
        data: JSONBody[SegmentsCreate],
    ) -> SegmentUploads:
        """Announce footage, and be told where to send it within a quarter of an hour. Then complete
        each segment."""
        actor.require_camera(camera_id)
        return await idempotent_request.run_once(
            SegmentUploads,
            lambda: service.announce(
                tx, actor.principal, platform.objects, camera_id, data.segments
            ),
        )

    @get("/{segment_id:uuid}", **operation("getSegment", may="media:read"))
    async def get_segment(
        self, reader: deps.Reader, camera_id: CameraId, segment_id: SegmentId
    ) -> SegmentRead:
        """What became of a segment."""
        return await service.get(reader, camera_id, segment_id)

    @post(
        "/{segment_id:uuid}/complete",
        **operation(
            "completeSegment", may="segments:write", is_repeatable=True, problems=("NOT_FOUND",)
        ),
        status_code=202,
    )
    async def complete_segment(
        self, tx: deps.Tx, actor: deps.Actor, camera_id: CameraId, segment_id: SegmentId
    ) -> SegmentRead:
        """Say that the file was sent. It is inspected, and then STORED or REFUSED.

        Said again it changes nothing, and answers how far it is: so does a key learn of it that may
        read nothing.
        """
        actor.require_camera(camera_id)
        return await service.complete(tx, camera_id, segment_id)
