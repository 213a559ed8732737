"""What every process of the service holds while it runs: made in app/main.py, handed to handlers that ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import Litestar
from redis.asyncio import Redis

from app.core.credential_cache import KnownCredentials
from app.core.http.streams import StreamSlots
from app.core.keys import Keys
from app.core.limits import RateLimiter
from app.core.objects import ObjectStore
from app.core.pki import Authority
from app.settings import Settings
from db.connections.sessions import Database
from ingest.inbox.group_commit import Inbox


@dataclass(frozen=True)
class Platform:
    settings: Settings
    keys: Keys
    database: Database
    authority: Authority
    redis: Redis
    objects: ObjectStore
    inbox: Inbox
    limiter: RateLimiter
    known: KnownCredentials
    stream_slots: StreamSlots


def platform_of(app: Litestar) -> Platform:
    platform = app.state["platform"]
    assert isinstance(platform, Platform)  # noqa: S101 - set before the first request
    return platform
