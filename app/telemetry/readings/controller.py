"""/readings: in and out. The two halves are two controllers, since only one of them takes large bodies."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.params import Parameter
from litestar.status_codes import HTTP_200_OK

from app.core.actor import Actor, may
from app.core.errors import Malformed, Problem
from app.core.platform import Platform
from app.core.transaction import READING_TRANSACTION
from app.core.wire import Cursor, From, To, listed, time_range
from app.telemetry.readings import service
from app.telemetry.readings.documentation import OneReading, ReadingBatch
from app.telemetry.readings.intervals import duration
from app.telemetry.readings.schemas import (
    AggregatedReadings,
    LatestReading,
    LatestReadings,
    RawReadings,
    ReadingStats,
    ReadingWindow,
    ReceiptRead,
)
from db.types import Connection

ReadingLimit = Annotated[int, Parameter(ge=1, le=10_000, description="The most readings on a page.")]
Order = Annotated[Literal["asc", "desc"], Parameter(description="By time: oldest or newest first.")]
SENSORS_MAX = 10_000


class UnsupportedFormat(Problem):
    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class IngestController(Controller):
    path = "/readings"
    tags = ("Readings",)

    @post(
        opt=may("readings:write"),
        operation_id="createReading",
        status_code=HTTP_200_OK,
        operation_class=OneReading,
    )
    async def create_reading(
        self, request: Request[Actor, Any, Any], platform: Platform, actor: Actor
    ) -> ReceiptRead:
        """Store one reading. Answered after the commit."""
        return await service.take_in(platform, actor, await _json_body(request), many=False)

    @post(
        "/batch",
        opt=may("readings:write"),
        operation_id="createReadings",
        status_code=HTTP_200_OK,
        operation_class=ReadingBatch,
    )
    async def create_readings(
        self, request: Request[Actor, Any, Any], platform: Platform, actor: Actor
    ) -> ReceiptRead:
        """Store up to 100,000 readings. Answered after the commit; one wrong element costs no other."""
        return await service.take_in(platform, actor, await _json_body(request), many=True)


class ReadingController(Controller):
    path = "/readings"
    tags = ("Readings",)
    dependencies = READING_TRANSACTION

    @get("/sensor/{sensor_id:uuid}", opt=may("readings:read"), operation_id="listReadings")
    async def list_readings(
        self,
        tx: Connection,
        sensor_id: UUID,
        start: From,
        end: To,
        limit: ReadingLimit = 1000,
        cursor: Cursor = None,
        order: Order = "asc",
    ) -> RawReadings:
        """The readings of one sensor in [from, to), as they were reported."""
        start, end = time_range(start, end)
        return await service.raw(
            tx, sensor_id, start, end, limit=limit, cursor=cursor, descending=order == "desc"
        )

    @get("/sensor/{sensor_id:uuid}/window", opt=may("readings:read"), operation_id="getReadingWindow")
    async def get_window(
        self,
        tx: Connection,
        sensor_id: UUID,
        last: Annotated[str, Parameter(description="ISO 8601 duration, such as PT1H.")],
        limit: ReadingLimit = 1000,
        cursor: Cursor = None,
        order: Order = "asc",
    ) -> ReadingWindow:
        """The readings of one sensor from so long ago until now."""
        return await service.window(
            tx, sensor_id, duration(last, "last"), limit=limit, cursor=cursor, descending=order == "desc"
        )

    @get("/sensor/{sensor_id:uuid}/latest", opt=may("readings:read"), operation_id="getLatestReading")
    async def get_latest(self, tx: Connection, sensor_id: UUID) -> LatestReading:
        """The newest reading of one sensor by event time, whenever it arrived."""
        return await service.latest_of_sensor(tx, sensor_id)

    @get("/latest", opt=may("readings:read"), operation_id="listLatestReadings")
    async def list_latest(
        self,
        tx: Connection,
        sensor_ids: Annotated[list[str] | None, Parameter(query="sensorIds")] = None,
        device_id: Annotated[UUID | None, Parameter(query="deviceId")] = None,
    ) -> LatestReadings:
        """The newest reading of each sensor named, or of each of a device. Sensors without one are left out."""
        return await service.latest(tx, _sensor_ids(sensor_ids), device_id)

    @get(
        "/sensor/{sensor_id:uuid}/aggregated", opt=may("readings:read"), operation_id="getAggregatedReadings"
    )
    async def get_aggregated(
        self,
        tx: Connection,
        sensor_id: UUID,
        start: From,
        end: To,
        interval: Annotated[str, Parameter(description="Bucket width, ISO 8601: PT1M, PT1H, P1D, P1W.")],
        functions: Annotated[
            list[str] | None, Parameter(description="avg, min, max, sum, count; comma-separated or repeated.")
        ] = None,
        timezone: Annotated[Literal["UTC"], Parameter(description="Where days and weeks begin.")] = "UTC",
        fill: Annotated[Literal["none"], Parameter(description="Empty buckets are left out.")] = "none",
    ) -> AggregatedReadings:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage."""
        start, end = time_range(start, end)
        return await service.aggregated(
            tx,
            sensor_id,
            start,
            end,
            interval=interval,
            width=duration(interval, "interval"),
            functions=listed(functions) or ["avg"],
        )

    @get("/sensor/{sensor_id:uuid}/stats", opt=may("readings:read"), operation_id="getReadingStats")
    async def get_stats(self, tx: Connection, sensor_id: UUID, start: From, end: To) -> ReadingStats:
        """Count, minimum, maximum, average, sum and standard deviation of one sensor in [from, to)."""
        return await service.stats(tx, sensor_id, *time_range(start, end))


async def _json_body(request: Request[Actor, Any, Any]) -> bytes:
    media_type, _ = request.content_type
    if media_type not in ("", "application/json"):
        raise UnsupportedFormat("send application/json")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedFormat("send the body without a Content-Encoding")
    return await request.body()


def _sensor_ids(values: list[str] | None) -> list[UUID]:
    try:
        ids = [UUID(text) for text in listed(values)]
    except ValueError:
        raise Malformed("sensorIds must be UUIDs") from None
    if len(ids) > SENSORS_MAX:
        raise Malformed(f"ask for at most {SENSORS_MAX} sensors at once")
    return ids
