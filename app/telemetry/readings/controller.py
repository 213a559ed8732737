"""/readings: in and out. The two halves are two controllers, since only one of them takes large bodies."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core.actor import Actor
from app.core.http import dependencies as deps
from app.core.http.operation import RequestBody, operation
from app.core.http.parameters import Cursor, From, To, parameter, repeated
from app.core.http.requests import encoding_of, media_type_of
from app.core.wire import Instant, decode_cursor, split_ids, split_list, time_range
from app.fleet.ids import (
    DEVICE,
    DEVICE_GROUP,
    SENSOR,
    SITE,
    DeviceGroupId,
    DeviceId,
    SensorId,
    SiteId,
)
from app.telemetry.readings import answers, ingestion, service
from app.telemetry.readings.documentation import (
    BATCH_FORMATS,
    CSV_SAMPLE,
    NDJSON_SAMPLE,
    OneReading,
    ReadingBatch,
)
from app.telemetry.readings.intervals import duration
from app.telemetry.readings.schemas import (
    SENSORS_MAX,
    LatestQuery,
    LatestReading,
    LatestReadings,
    RawColumns,
    RawReadings,
    ReadingWindow,
    ReceiptRead,
    WindowColumns,
)
from app.telemetry.tables.formats import format_of, table_formats
from db.queries.targets import Target
from ingest.formats.media_types import COLUMNS, ENCODINGS, ONE_READING, SENML
from ingest.formats.parsed import Sent

ReadingLimit = Annotated[
    int | None,
    parameter(
        "The most readings on a page. Left out, JSON is pages of 1,000, and every other format is all of them.",
        1000,
        ge=1,
        le=10_000,
    ),
]
Order = Annotated[Literal["asc", "desc"], parameter("By time: oldest or newest first.", "desc")]
Precision = Annotated[
    Literal["ns", "us", "ms", "s"] | None,
    parameter("What the times of InfluxDB line protocol count; nanoseconds if left out.", "ms"),
]
DeviceTags = Annotated[
    list[str] | None,
    repeated(
        "Tags of InfluxDB line protocol that tell the device and not the series, as host does; they "
        "stay out of the sensors' keys",
        ["host"],
        items={"type": "string"},
        query="deviceTags",
    ),
]
# However they are written: an address and its headers may have 32 KiB.
SENSORS_IN_ADDRESS_MAX = 600
DURATION = "Weeks, days, hours, minutes, seconds as an ISO 8601 duration of fixed length, such as PT15M or P1D."
LatestLimit = Annotated[
    int, parameter("The most sensors that a page looks at.", 1000, ge=1, le=SENSORS_MAX)
]


class IngestController(Controller):
    path = "/readings"
    tags = ("Readings",)

    @post(
        **operation(
            "createReading",
            may="readings:write",
            is_repeatable=True,
            accepts=RequestBody.of(OneReading),
        ),
        status_code=HTTP_200_OK,
    )
    async def create_reading(
        self, request: Request[Actor, Any, Any], platform: deps.Platform, actor: deps.Actor
    ) -> ReceiptRead:
        """Store one reading, or the values of a structured element. Answered after the commit."""
        return await ingestion.take_in(platform, actor, Sent(await request.body(), ONE_READING))

    @post(
        "/batch",
        **operation(
            "createReadings",
            may="readings:write",
            is_repeatable=True,
            accepts=RequestBody.of(
                ReadingBatch, samples=BATCH_FORMATS, in_words=(SENML, COLUMNS), encodings=ENCODINGS
            ),
        ),
        status_code=HTTP_200_OK,
    )
    async def create_readings(
        self,
        request: Request[Actor, Any, Any],
        platform: deps.Platform,
        actor: deps.Actor,
        precision: Precision = None,
        device_tags: DeviceTags = None,
    ) -> ReceiptRead:
        """Store up to 100,000 readings, each value of a structured element being one. Answered after the commit; one
        wrong element costs no other.

        The body may be compressed with gzip or zstd (`Content-Encoding`). Besides an array of readings it may be an
        object of columns, NDJSON, CSV, InfluxDB line protocol, SenML (RFC 8428), an Arrow IPC stream or a Parquet file.
        """
        sent = Sent(
            await request.body(),
            media_type_of(request),
            encoding_of(request),
            precision,
            tuple(split_list(device_tags)),
        )
        return await ingestion.take_in(platform, actor, sent)


class ReadingController(Controller):
    path = "/readings"
    tags = ("Readings",)
    dependencies = deps.READING_TRANSACTION

    @get(
        "/sensor/{sensor_id:uuid}",
        **operation(
            "listReadings",
            may="readings:read",
            problems=("TOO_EXPENSIVE", "TOO_MANY_STREAMS"),
            answers=table_formats(RawColumns, ndjson=NDJSON_SAMPLE, csv=CSV_SAMPLE),
            timeout_seconds=10,
        ),
    )
    async def list_readings(
        self,
        request: deps.AnyRequest,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        actor: deps.Actor,
        sensor_id: SensorId,
        start: From,
        end: To,
        limit: ReadingLimit = None,
        cursor: Cursor = None,
        order: Order = "asc",
    ) -> Response[RawReadings]:
        """The readings of one sensor in [from, to), as they were reported. In the format that Accept asks for: JSON,
        columnar JSON, NDJSON, CSV, an Arrow stream or Parquet.

        JSON is a page. The other formats are the whole range, however long, sent as it is read from one moment's data;
        with `limit` they are pages too, whose cursor is the header `Next-Cursor`. A body that isn't complete ends
        without its last chunk.
        """
        format_, asked = (
            format_of(request),
            service.Range(sensor_id, *time_range(start, end), order == "desc"),
        )
        after = None if cursor is None else decode_cursor(cursor, tuple[Instant])[0]
        found = await service.page(
            tx, asked, limit=answers.page_size(format_, limit, cursor), after=after
        )
        is_page = limit is not None or cursor is not None
        return await answers.of_found(platform, actor, format_, found, is_page=is_page)

    @get(
        "/sensor/{sensor_id:uuid}/window",
        **operation(
            "getReadingWindow",
            may="readings:read",
            problems=("UNPROCESSABLE", "TOO_EXPENSIVE", "TOO_MANY_STREAMS"),
            answers=table_formats(WindowColumns, ndjson=NDJSON_SAMPLE, csv=CSV_SAMPLE),
            timeout_seconds=10,
        ),
    )
    async def get_window(
        self,
        request: deps.AnyRequest,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        actor: deps.Actor,
        sensor_id: SensorId,
        last: Annotated[str, parameter(DURATION, "PT1H")],
        limit: ReadingLimit = None,
        cursor: Cursor = None,
        order: Order = "asc",
    ) -> Response[ReadingWindow]:
        """The readings of one sensor from so long ago until now, in every format that listReadings has."""
        format_ = format_of(request)
        found = await service.window(
            tx,
            sensor_id,
            duration(last, "last"),
            limit=answers.page_size(format_, limit, cursor),
            cursor=cursor,
            descending=order == "desc",
        )
        is_page = limit is not None or cursor is not None
        return await answers.of_found(platform, actor, format_, found, is_page=is_page, window=True)

    @get(
        "/sensor/{sensor_id:uuid}/latest",
        **operation(
            "getLatestReading", may="readings:read", problems=("NO_READINGS",), timeout_seconds=5
        ),
    )
    async def get_latest(self, tx: deps.ReadingTx, sensor_id: SensorId) -> LatestReading:
        """The newest reading of one sensor by event time, whenever it arrived."""
        return await service.latest_of_sensor(tx, sensor_id)

    @get(
        "/latest",
        **operation(
            "listLatestReadings",
            may="readings:read",
            problems=("NOT_FOUND", "TOO_EXPENSIVE"),
            timeout_seconds=5,
        ),
    )
    async def list_latest(
        self,
        tx: deps.ReadingTx,
        sensor_ids: Annotated[
            list[str] | None,
            repeated(
                "As many as fit into any address; POST takes up to 10,000",
                [SENSOR],
                query="sensorIds",
                items={"type": "string", "format": "uuid"},
                at_most=SENSORS_IN_ADDRESS_MAX,
            ),
        ] = None,
        device_id: Annotated[
            DeviceId | None, parameter("All sensors of this device.", DEVICE, query="deviceId")
        ] = None,
        site_id: Annotated[
            SiteId | None,
            parameter("All sensors of the devices at this site.", SITE, query="siteId"),
        ] = None,
        group_id: Annotated[
            DeviceGroupId | None,
            parameter("All sensors of the devices in this group.", DEVICE_GROUP, query="groupId"),
        ] = None,
        limit: LatestLimit = SENSORS_MAX,
        cursor: Cursor = None,
    ) -> LatestReadings:
        """The newest reading, by event time, of each sensor that one of the parameters names. Sensors without one are
        left out."""
        target = Target(
            sensor_ids=frozenset(split_ids(sensor_ids, "sensorIds")),
            device_ids=_one(device_id),
            site_ids=_one(site_id),
            group_ids=_one(group_id),
        )
        return await service.latest(tx, target, limit=limit, cursor=cursor)

    @post(
        "/latest",
        **operation(
            "queryLatestReadings",
            may="readings:read",
            is_repeatable=True,
            problems=("TOO_EXPENSIVE",),
            timeout_seconds=5,
        ),
        status_code=HTTP_200_OK,
    )
    async def query_latest(self, tx: deps.ReadingTx, data: JSONBody[LatestQuery]) -> LatestReadings:
        """The newest reading, by event time, of each of up to 10,000 sensors. Those without one, or that aren't there,
        are left out."""
        target = Target(sensor_ids=frozenset(data.sensor_ids))
        return await service.latest(tx, target, limit=SENSORS_MAX, cursor=None)


def _one(id_: UUID | None) -> frozenset[UUID]:
    return frozenset(() if id_ is None else (id_,))
