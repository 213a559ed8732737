"""/readings: what they come to, by bucket, over all, for a chart, for many charts at once."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Controller, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core.errors import Malformed
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, From, To, parameter, repeated
from app.core.wire import split_list, time_range
from app.fleet.ids import SENSOR, SensorId
from app.telemetry.aggregates import answers, service
from app.telemetry.aggregates.cost import BUCKETS_MAX
from app.telemetry.aggregates.filling import Fill
from app.telemetry.aggregates.functions import FUNCTIONS, Dips
from app.telemetry.aggregates.schemas import (
    DIPS,
    FILL,
    INTERVAL,
    AggregatedColumns,
    AggregatedReadings,
    DipsName,
    DownsampledReadings,
    FillName,
    ReadingQuery,
    ReadingQueryAnswer,
    ReadingQueryColumns,
    ReadingStats,
)
from app.telemetry.tables.formats import format_of, table_formats

_BUCKETS_AS_NDJSON = (
    f'{{"sensorId":"{SENSOR}","from":"2026-11-23T10:00:00Z","to":"2026-11-23T11:00:00Z","count":60,"coverage":1.0,'
    '"avg":21.375}\n'
)
_BUCKETS_AS_CSV = (
    "sensorId,from,to,count,coverage,avg\r\n"
    f"{SENSOR},2026-11-23T10:00:00.000000Z,2026-11-23T11:00:00.000000Z,60,1.0,21.375\r\n"
)
_SERIES_AS_NDJSON = (
    f'{{"sensorId":"{SENSOR}","function":"avg","interval":"PT1H","from":"2026-11-23T10:00:00Z","value":21.375,'
    '"count":60}\n'
)
_SERIES_AS_CSV = (
    "sensorId,function,interval,from,value,count\r\n"
    f"{SENSOR},avg,PT1H,2026-11-23T10:00:00.000000Z,21.375,60\r\n"
)


class AggregateController(Controller):
    path = "/readings"
    tags = ("Readings",)
    dependencies = deps.READING_TRANSACTION

    @get(
        "/sensor/{sensor_id:uuid}/aggregated",
        **operation(
            "getAggregatedReadings",
            may="readings:read",
            problems=("UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_MANY_BUCKETS", "TOO_EXPENSIVE"),
            answers=table_formats(
                AggregatedColumns, ndjson=_BUCKETS_AS_NDJSON, csv=_BUCKETS_AS_CSV
            ),
            timeout_seconds=15,
        ),
    )
    async def get_aggregated(
        self,
        request: deps.AnyRequest,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        sensor_id: SensorId,
        start: From,
        end: To,
        interval: Annotated[str, parameter(INTERVAL, "PT1H", max_length=1000)],
        functions: Annotated[
            list[str] | None,
            repeated(
                "What each bucket says besides its count, avg if left out",
                ["avg", "max"],
                items={"type": "string", "enum": list(FUNCTIONS)},
            ),
        ] = None,
        timezone: Annotated[
            str,
            parameter(
                "Where days, weeks and months begin: a name of the IANA list.", "Europe/Amsterdam"
            ),
        ] = "UTC",
        fill: Annotated[FillName, parameter(FILL, "none")] = "none",
        dips: Annotated[DipsName, parameter(DIPS, "reset")] = "reset",
        points: Annotated[
            int, parameter("The most buckets that auto may give.", 500, ge=3, le=10_000)
        ] = 500,
        limit: Annotated[
            int,
            parameter(
                "The most buckets on a page, empty ones counted.", 1000, ge=1, le=BUCKETS_MAX
            ),
        ] = BUCKETS_MAX,
        cursor: Cursor = None,
    ) -> Response[AggregatedReadings]:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage. In the format
        that Accept asks for: JSON, columnar JSON, NDJSON, CSV, an Arrow stream or Parquet.

        What has more than `limit` buckets is pages; the cursor of the next is `nextCursor`, or the header `Next-Cursor`
        of other formats than JSON. Fills that look at neighbours, previous and linear, need all on one page.

        Rollups answer all functions but percentiles, delta and rate: those are made of the readings themselves, as long
        as there are not too many of them.
        """
        start, end = time_range(start, end)
        format_ = format_of(request)
        found = await service.aggregated(
            tx,
            sensor_id,
            start,
            end,
            width=interval,
            points=points,
            functions=_functions(functions),
            zone=timezone,
            fill=Fill(fill),
            dips=Dips(dips),
            readings_max=platform.settings.limits.query_max_readings,
            limit=limit,
            cursor=cursor,
        )
        return answers.of_aggregated(format_, found)

    @get(
        "/sensor/{sensor_id:uuid}/stats",
        **operation(
            "getReadingStats", may="readings:read", problems=("TOO_EXPENSIVE",), timeout_seconds=10
        ),
    )
    async def get_stats(
        self, tx: deps.ReadingTx, sensor_id: SensorId, start: From, end: To
    ) -> ReadingStats:
        """Count, minimum, maximum, average, sum and standard deviation of one sensor in [from, to)."""
        return await service.stats(tx, sensor_id, *time_range(start, end))

    @get(
        "/sensor/{sensor_id:uuid}/downsampled",
        **operation(
            "getDownsampledReadings",
            may="readings:read",
            problems=("TOO_EXPENSIVE",),
            timeout_seconds=10,
        ),
    )
    async def get_downsampled(
        self,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        sensor_id: SensorId,
        start: From,
        end: To,
        points: Annotated[
            int, parameter("The most readings to choose.", 800, ge=3, le=10_000)
        ] = 800,
        method: Annotated[
            Literal["LTTB", "MINMAX"],
            parameter(
                "Largest Triangle Three Buckets, which keeps the look of the line, or the smallest and largest of each "
                "stretch, which keeps every extreme.",
                "LTTB",
            ),
        ] = "LTTB",
    ) -> DownsampledReadings:
        """Readings of one sensor in [from, to), so few that a chart can draw them, chosen to look like all of them."""
        start, end = time_range(start, end)
        return await service.downsampled(
            tx,
            sensor_id,
            start,
            end,
            points=points,
            method=method,
            readings_max=platform.settings.limits.query_max_readings,
        )

    @post(
        "/query",
        **operation(
            "queryReadings",
            may="readings:read",
            is_repeatable=True,
            problems=("UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_MANY_BUCKETS", "TOO_EXPENSIVE"),
            answers=table_formats(
                ReadingQueryColumns, ndjson=_SERIES_AS_NDJSON, csv=_SERIES_AS_CSV
            ),
            timeout_seconds=15,
        ),
        status_code=HTTP_200_OK,
    )
    async def query_readings(
        self,
        request: deps.AnyRequest,
        tx: deps.ReadingTx,
        platform: deps.Platform,
        data: JSONBody[ReadingQuery],
    ) -> Response[ReadingQueryAnswer]:
        """Up to 200 series at once, each with a function, an interval and a fill of its own: all charts of a page. In
        every format that getAggregatedReadings has; tables have all series below each other.

        A sensor that isn't there is like one without readings.
        """
        format_ = format_of(request)
        found = await service.query(
            tx, data, readings_max=platform.settings.limits.query_max_readings
        )
        return answers.of_query(format_, found)


def _functions(names: list[str] | None) -> list[str]:
    asked = split_list(names) or ["avg"]
    if unknown := set(asked) - set(FUNCTIONS):
        raise Malformed(
            f"no such function: {', '.join(sorted(unknown))}; there are {', '.join(FUNCTIONS)}"
        )
    return list(dict.fromkeys(asked))
