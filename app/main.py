"""The service: everything that is started, top to bottom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import advanced_alchemy.repository  # noqa: F401 - else app/core/resource.py loads it in a request
from litestar import Litestar
from redis.asyncio import Redis

from app.accounts.auth.authentication import Authentication, confirm
from app.control.commands.watch import CommandWatch
from app.core.authorities import Authorities
from app.core.credential_cache import CredentialCache
from app.core.foreign_tokens import ForeignIssuer
from app.core.fresh import FreshValue
from app.core.http import dependencies as deps
from app.core.http.head import answering_head
from app.core.http.middleware import RequestId, cors_config
from app.core.http.problem_details import answer_problem
from app.core.http.requests import StrictRequest, check
from app.core.http.responses import add_headers
from app.core.keys import Keys
from app.core.limits import RateLimiter
from app.core.objects import open_objects
from app.core.pipeline import pipeline_options, reader_processes
from app.core.platform import Platform
from app.core.revocation_list import RevocationLists
from app.core.running_responses import ResponseSlots, RunningResponses
from app.core.signing_keys import SigningKeys
from app.journal.events.hub import EventHub
from app.media.live.viewing import WAITS_PER_SESSION, LiveNews
from app.openapi.controller import DocumentationController
from app.openapi.document import document
from app.operations.health.service import readiness
from app.routes import create_routes
from app.settings import DatabaseSettings, SecuritySettings, Settings, StorageSettings
from app.telemetry.live.hub import Hub, LiveLimits
from db.connections.background import in_background
from db.connections.notifications import (
    COMMAND_CHANGED,
    FLEET_CHANGED,
    KEY_CHANGED,
    SESSION_ENDED,
    listening,
)
from db.connections.sessions import Database, open_database
from ingest.inspector.log import InspectorLog
from ingest.live.log import LiveLog
from ingest.pipeline.preview import preview
from ingest.service import running_pipeline


def create_app(settings: Settings) -> Litestar:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            keys = Keys.of(settings.security)
            database = await stack.enter_async_context(_database(settings.database))
            authorities = Authorities(database.lookups, keys)
            await authorities.trusted()  # that there are any, before anybody asks
            pipeline = await stack.enter_async_context(running_pipeline(pipeline_options(settings)))
            redis: Redis = await stack.enter_async_context(
                Redis.from_url(settings.storage.redis_url)
            )
            credential_cache = CredentialCache(token_seconds=settings.security.access_token_seconds)
            responses = RunningResponses(lambda credential: confirm(credential, platform))
            url = settings.database.url
            for listener in _credential_listeners(url, credential_cache, responses):
                await stack.enter_async_context(listener)
            signing_keys = SigningKeys(database.lookups, keys, changed=credential_cache.end_keys)
            await stack.enter_async_context(signing_keys.running(url))
            app.state["platform"] = platform = Platform(
                settings=settings,
                keys=keys,
                signing_keys=signing_keys,
                foreign_issuer=ForeignIssuer(settings.foreign_tokens),
                database=database,
                authorities=authorities,
                revocation_lists=RevocationLists(database.lookups, authorities, settings.security),
                redis=redis,
                objects=await stack.enter_async_context(open_objects(settings, keys)),
                inbox=pipeline.inbox,
                preview=partial(preview, deps=pipeline.deps),
                readers=await stack.enter_async_context(reader_processes(settings).running()),
                limiter=RateLimiter(redis),
                credential_cache=credential_cache,
                responses=responses,
                answer_slots=_answer_slots(settings),
                inspector_log=InspectorLog(redis),
                inspector_slots=ResponseSlots("inspector", in_all=40, per_organization=8),
            )
            app.state["readiness"] = FreshValue(partial(readiness, platform))
            app.state["commands"] = watch = CommandWatch(_command_slots(settings), responses)
            await stack.enter_async_context(
                listening(url, COMMAND_CHANGED, watch.heard, watch.missed)
            )
            slots = _live_slots(settings)
            app.state["live"] = hub = _hub(redis, database, settings, slots, responses)
            app.state["journal"] = journal = EventHub(database, settings.live, slots, responses)
            app.state["live_news"] = news = LiveNews(redis, _picture_slots(settings))
            app.state["hubs"] = [hub, watch, journal, news]
            await stack.enter_async_context(in_background(responses.loop))
            await stack.enter_async_context(hub.running())
            await stack.enter_async_context(journal.running(url))
            await stack.enter_async_context(news.running())
            fleet_changes = listening(url, FLEET_CHANGED, hub.fleet_changed, hub.fleets_changed)
            await stack.enter_async_context(fleet_changes)
            try:
                yield
            finally:
                app.state["is_over"] = True

    app = Litestar(
        route_handlers=[
            *create_routes(settings),
            *([DocumentationController] if settings.server.expose_openapi else []),
        ],
        lifespan=[lifespan],
        middleware=[RequestId(), Authentication()],
        before_request=check,
        request_class=StrictRequest,
        dependencies=deps.DEPENDENCIES,
        after_request=add_headers,
        exception_handlers={Exception: answer_problem},
        cors_config=cors_config(settings),
        openapi_config=None,  # app/openapi writes the document from the same types, with msgspec
        request_max_body_size=settings.limits.request_max_bytes,
        logging_config=None,
    )
    deps.one_after_another(app)
    app.asgi_handler = answering_head(app.asgi_handler)
    return app


def _credential_listeners(
    url: str, cache: CredentialCache, responses: RunningResponses
) -> Iterator[AbstractAsyncContextManager[None]]:
    """What hears of a key that changed, of a session that ended, and of that some may have."""

    def missed() -> None:
        cache.forget_all()
        responses.credential_changed()

    def then(forget: Callable[[str], None]) -> Callable[[str], None]:
        def heard(told: str) -> None:
            forget(told)
            responses.credential_changed()

        return heard

    yield listening(url, KEY_CHANGED, then(cache.invalidate), missed)
    yield listening(url, SESSION_ENDED, then(cache.end_session), missed)


def _answer_slots(settings: Settings) -> ResponseSlots:
    return ResponseSlots(
        "long answer",
        in_all=settings.responses.streamed,
        per_organization=settings.responses.streamed_per_organization,
    )


def _hub(
    redis: Redis,
    database: Database,
    settings: Settings,
    slots: ResponseSlots,
    responses: RunningResponses,
) -> Hub:
    log = LiveLog(redis, bytes_max=settings.live.log_bytes)
    return Hub(log, database, _live_limits(settings), slots, responses)


def _live_slots(settings: Settings) -> ResponseSlots:
    return ResponseSlots(
        "live stream",
        in_all=settings.live.streams,
        per_organization=settings.live.streams_per_organization,
        per_principal=settings.live.streams_per_key,
    )


def _command_slots(settings: Settings) -> ResponseSlots:
    return ResponseSlots(
        "request that waits for command",
        in_all=settings.live.streams,
        per_organization=settings.live.streams_per_organization,
        per_principal=settings.live.streams_per_key,
    )


def _picture_slots(settings: Settings) -> ResponseSlots:
    return ResponseSlots(
        "request for a live picture",
        in_all=settings.live.streams,
        per_organization=settings.live.streams_per_organization,
        per_principal=WAITS_PER_SESSION,
    )


def _live_limits(settings: Settings) -> LiveLimits:
    return LiveLimits(
        lifetime_seconds=settings.live.lifetime_seconds,
        stall_seconds=settings.live.stall_seconds,
        heartbeat_seconds=settings.live.heartbeat_seconds,
    )


def _database(settings: DatabaseSettings) -> AbstractAsyncContextManager[Database]:
    return open_database(
        settings.url,
        pool_size=settings.pool_size,
        per_organization=settings.connections_per_organization,
        statement_timeout_seconds=settings.statement_timeout_seconds,
    )


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of a service that isn't running: the same on every machine, so that it
    can be compared."""
    nowhere = "postgresql://nowhere/nothing"
    settings = Settings(
        database=DatabaseSettings(url=nowhere, ingest_url=nowhere),
        storage=StorageSettings(redis_url="redis://nowhere", objects_url="file:///nowhere"),
        security=SecuritySettings(secret_key="0" * 32),
    )
    return document(create_app(settings), settings.server.public_url)
