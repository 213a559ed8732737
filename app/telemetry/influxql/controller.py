"""/query and /ping: what clients of InfluxDB 1 call. Their paths, their forms, their errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from litestar import Controller, Request, Response, get, post

from app.core.errors import Malformed
from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation, RequestBody
from app.telemetry.influxql import service
from app.telemetry.influxql.schemas import body_of

VERSION = "1.8-holdfast"  # what clients are to take it for
_FORM = RequestBody(media_types=("application/x-www-form-urlencoded",))
_FIELDS_MAX = 20


class PingController(Controller):
    include_in_schema = False

    @get("/ping", status_code=204, opt=ApiOperation(may="anyone", takes_any_query=True).opt)
    async def ping(self) -> Response[None]:
        """That somebody is there who speaks InfluxQL."""
        return Response(None, status_code=204, headers={"X-Influxdb-Version": VERSION})


class InfluxQueryController(Controller):
    path = "/query"
    include_in_schema = False
    dependencies = deps.READING_TRANSACTION
    opt = ApiOperation(
        may="readings:read",
        takes_any_query=True,
        speaks_influx=True,
        timeout_seconds=15,
        accepts=_FORM,
    ).opt

    @get()
    async def get_query(
        self, request: Request[Any, Any, Any], tx: deps.ReadingTx, platform: deps.Platform
    ) -> Response[bytes]:
        """Statements in the address."""
        return await _answer(tx, platform, dict(request.query_params))

    @post(status_code=200)
    async def post_query(
        self, request: Request[Any, Any, Any], tx: deps.ReadingTx, platform: deps.Platform
    ) -> Response[bytes]:
        """Statements in a form; what it doesn't say, the address may."""
        try:
            form = parse_qs((await request.body()).decode(), max_num_fields=_FIELDS_MAX)
        except ValueError:
            raise Malformed("the body is no form of few fields") from None
        given = {**dict(request.query_params), **{name: text[-1] for name, text in form.items()}}
        return await _answer(tx, platform, given)


async def _answer(
    tx: deps.ReadingTx, platform: deps.Platform, given: dict[str, Any]
) -> Response[bytes]:
    if not (text := given.get("q")):
        raise Malformed('missing required parameter "q"')
    if given.get("chunked") == "true":
        raise Malformed("chunked answers aren't supported: ask without chunked=true")
    found = await service.answer(
        tx,
        text,
        epoch=given.get("epoch") or None,
        readings_max=platform.settings.limits.query_max_readings,
    )
    return Response(
        body_of(found), media_type="application/json", headers={"X-Influxdb-Version": VERSION}
    )
