"""/health, /metrics and the public keys: for those who run the platform."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import Annotated, Any

import asyncpg
import msgspec
import prometheus_client
from litestar import Controller, Response, get
from litestar.openapi import ResponseSpec
from prometheus_client import multiprocess

from app.accounts.auth.tokens import public_key_set
from app.core import problems
from app.core.documentation import described
from app.core.http import dependencies as deps
from app.core.http.operation import Answers, ApiOperation, operation
from app.core.objects import ObjectStore
from app.core.platform import Platform
from app.operations import timeseries_health
from db.connections.background import standing_still
from db.connections.locks import BROKER, is_held
from db.connections.sessions import Database
from db.rollups import retention

CHECK_SECONDS = 2


class Health(msgspec.Struct):
    """`status` is "ok" when every part is; a part that isn't says why in a word."""

    status: Annotated[str, described("In a word.", "ok", enum=["ok", "unavailable"])]
    parts: Annotated[
        dict[str, str],
        described(
            "Of each part, where parts were asked: ok, or what is wrong.",
            {"database": "ok", "redis": "ok", "objects": "ok", "broker": "ok"},
        ),
    ] = {}


class PublicKey(msgspec.Struct):
    """An Ed25519 key (RFC 8037)."""

    kty: Annotated[str, described("Key type.", "OKP")]
    crv: Annotated[str, described("Curve.", "Ed25519")]
    use: Annotated[str, described("What it is for: signatures.", "sig")]
    alg: Annotated[str, described("Algorithm of the signatures.", "EdDSA")]
    kid: Annotated[str, described("Key id, as in the header of a token.", "I029e3WT_A0")]
    x: Annotated[
        str, described("The key, base64url.", "mycTbxejVdMb3cyFWF0PQwAV_BX6TG3ZTVygLUWPG-c")
    ]


class PublicKeys(msgspec.Struct):
    """A JSON Web Key Set (RFC 7517)."""

    keys: Annotated[list[PublicKey], described("Those in use.")]


class OperationsController(Controller):
    tags = ("Operations",)

    @get("/health/live", **operation("getLiveness", may="anyone", is_unlimited=True))
    async def live(self) -> Health:
        """The process answers."""
        return Health("ok")

    @get(
        "/health/ready",
        **operation("getReadiness", may="anyone", is_unlimited=True),
        responses={
            503: ResponseSpec(Health, description="A part that requests need doesn't answer.")
        },
    )
    async def ready(self, platform: deps.Platform) -> Response[Health]:
        """Every part that requests need answers: database, Redis, object store, broker. 503 otherwise."""
        checks = {
            "database": _check(_database(platform.database)),
            "redis": _check(platform.redis.ping()),
            "objects": _check(_objects(platform.objects)),
            "broker": _check(_broker(platform.database)),
        }
        parts = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
        # Background loops are named only when one stands still: a process has a dozen of them.
        parts |= {
            loop: f"no turn for {seconds:.0f} s" for loop, seconds in standing_still().items()
        }
        is_ready = all(answer == "ok" for answer in parts.values())
        return Response(
            Health("ok" if is_ready else "unavailable", parts), status_code=200 if is_ready else 503
        )

    @get("/metrics", opt=ApiOperation(may="anyone", is_unlimited=True).opt, include_in_schema=False)
    async def metrics(self, platform: deps.Platform) -> Response[bytes]:
        """Prometheus' text format: this process's figures, or all processes' where they share a directory.

        Beside them the state of the time-series core, left out while the database doesn't answer.
        """
        registry = prometheus_client.REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = prometheus_client.CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(
            prometheus_client.generate_latest(registry) + await _timeseries_figures(platform),
            media_type=prometheus_client.CONTENT_TYPE_LATEST,
        )

    @get(
        "/api/problems",
        **operation(
            "getProblems",
            may="anyone",
            is_unlimited=True,
            answers=Answers(sample='<!doctype html>\n<html lang="en">…</html>\n'),
        ),
        media_type="text/html",
    )
    async def problems(self) -> Response[bytes]:
        """Every code that an error can carry: the page that a problem's `type` leads to."""
        return Response(
            problems.page().encode(),
            media_type="text/html",
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )

    @get("/.well-known/jwks.json", **operation("getPublicKeys", may="anyone", is_unlimited=True))
    async def jwks(self, platform: deps.Platform) -> PublicKeys:
        """The keys with which our access tokens are verified (RFC 7517)."""
        return msgspec.convert(public_key_set(platform.keys), PublicKeys)


async def _timeseries_figures(platform: Platform) -> bytes:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            health = await retention.health(platform.database.pool)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return b""
    return timeseries_health.exposition(
        health, settle=timedelta(seconds=platform.settings.rollup_settle_seconds)
    )


async def _check(question: Any) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await question
    except TimeoutError:
        return "no answer in time"
    except Exception as error:
        return type(error).__name__
    return "ok"


async def _database(database: Database) -> None:
    await database.pool.fetchval("SELECT 1")


async def _objects(objects: ObjectStore) -> None:
    await objects.check()


async def _broker(database: Database) -> None:
    """The broker's process holds a lock for as long as it lives; its port may be in another network."""
    if not await is_held(database.pool, BROKER):
        raise ConnectionError("no broker runs")
