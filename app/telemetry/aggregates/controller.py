"""/readings: what they come to, by bucket, over all, for a chart, for many charts at once."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.core import given
from app.core.actor import may
from app.core.documentation import SensorId, gives, parameter
from app.core.errors import Malformed
from app.core.wire import From, To, listed, time_range
from app.telemetry.aggregates import service
from app.telemetry.aggregates.filling import Fill
from app.telemetry.aggregates.functions import FUNCTIONS
from app.telemetry.aggregates.schemas import (
    FILL,
    INTERVAL,
    AggregatedReadings,
    DownsampledReadings,
    FillName,
    ReadingQuery,
    ReadingQueryAnswer,
    ReadingStats,
)


class AggregateController(Controller):
    path = "/readings"
    tags = ("Readings",)
    dependencies = given.READING_TRANSACTION

    @get(
        "/sensor/{sensor_id:uuid}/aggregated",
        opt=may("readings:read")
        | gives("UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_MANY_BUCKETS", "TOO_EXPENSIVE")
        | given.within(seconds=15),
        operation_id="getAggregatedReadings",
    )
    async def get_aggregated(
        self,
        tx: given.ReadingTx,
        platform: given.Platform,
        sensor_id: SensorId,
        start: From,
        end: To,
        interval: Annotated[str, parameter(INTERVAL, "PT1H", max_length=1000)],
        functions: Annotated[
            list[str] | None,
            parameter(
                "What each bucket says besides its count; comma-separated or repeated, avg if left out.",
                ["avg", "max"],
                schema_extra={"items": {"type": "string", "enum": list(FUNCTIONS)}},
            ),
        ] = None,
        timezone: Annotated[
            str,
            parameter("Where days, weeks and months begin: a name of the IANA list.", "Europe/Amsterdam"),
        ] = "UTC",
        fill: Annotated[FillName, parameter(FILL, "none")] = "none",
        points: Annotated[int, parameter("The most buckets that auto may give.", 500, ge=3, le=10_000)] = 500,
    ) -> AggregatedReadings:
        """Buckets of one sensor in [from, to), clipped at the edges; each with its count and coverage.

        Rollups answer all functions but percentiles, delta and rate: those are made of the readings themselves, as long
        as there are not too many of them.
        """
        start, end = time_range(start, end)
        return await service.aggregated(
            tx,
            sensor_id,
            start,
            end,
            width=interval,
            points=points,
            functions=_functions(functions),
            zone=timezone,
            fill=Fill(fill),
            readings_max=platform.settings.question_max_readings,
        )

    @get(
        "/sensor/{sensor_id:uuid}/stats",
        opt=may("readings:read") | gives("TOO_EXPENSIVE") | given.within(seconds=10),
        operation_id="getReadingStats",
    )
    async def get_stats(self, tx: given.ReadingTx, sensor_id: SensorId, start: From, end: To) -> ReadingStats:
        """Count, minimum, maximum, average, sum and standard deviation of one sensor in [from, to)."""
        return await service.stats(tx, sensor_id, *time_range(start, end))

    @get(
        "/sensor/{sensor_id:uuid}/downsampled",
        opt=may("readings:read") | gives("TOO_EXPENSIVE") | given.within(seconds=10),
        operation_id="getDownsampledReadings",
    )
    async def get_downsampled(
        self,
        tx: given.ReadingTx,
        platform: given.Platform,
        sensor_id: SensorId,
        start: From,
        end: To,
        points: Annotated[int, parameter("The most readings to choose.", 800, ge=3, le=10_000)] = 800,
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
            readings_max=platform.settings.question_max_readings,
        )

    @post(
        "/query",
        opt=may("readings:read")
        | gives("UNPROCESSABLE", "UNKNOWN_TIMEZONE", "TOO_MANY_BUCKETS", "TOO_EXPENSIVE")
        | given.within(seconds=15),
        operation_id="queryReadings",
        status_code=HTTP_200_OK,
    )
    async def query_readings(
        self, tx: given.ReadingTx, platform: given.Platform, data: JSONBody[ReadingQuery]
    ) -> ReadingQueryAnswer:
        """Up to 200 series at once, each with a function, an interval and a fill of its own: all charts of a page.

        A sensor that isn't there is like one without readings.
        """
        return await service.query(tx, data, readings_max=platform.settings.question_max_readings)


def _functions(names: list[str] | None) -> list[str]:
    asked = listed(names) or ["avg"]
    if unknown := set(asked) - set(FUNCTIONS):
        raise Malformed(f"no such function: {', '.join(sorted(unknown))}; there are {', '.join(FUNCTIONS)}")
    return list(dict.fromkeys(asked))
