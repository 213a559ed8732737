"""Which cameras somebody watches: said on a channel when a session begins, and looked up every few
seconds, since what is said may get lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.media.live.edge import WANTED, wanted_key

log = structlog.get_logger()

LOOK_SECONDS = 2.0
TRY_AGAIN_SECONDS = 1.0
STAYS_SECONDS = 3 * LOOK_SECONDS
"""For how long a camera is taken to be watched after a look: others may fail."""

# Told of a camera, and for how many seconds from now it is watched at least.
Watched = Callable[[UUID, float], None]
_AWAY = (RedisError, OSError)  # TimeoutError is an OSError


async def look_who_is_watched(
    redis: Redis, cameras: Callable[[], Iterable[UUID]], watched: Watched
) -> None:
    """Until cancelled. `cameras` are those that are looked up; any may be said."""
    while True:
        try:
            await _look(redis, cameras, watched)
        except _AWAY as error:
            log.warning("nobody says who is watched", error=type(error).__name__)
            await asyncio.sleep(TRY_AGAIN_SECONDS)


async def _look(redis: Redis, cameras: Callable[[], Iterable[UUID]], watched: Watched) -> None:
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(WANTED)
        looked_at = 0.0
        while True:
            if time.monotonic() - looked_at >= LOOK_SECONDS:
                looked_at = time.monotonic()
                for camera_id in await _wanted(redis, list(cameras())):
                    watched(camera_id, STAYS_SECONDS)
            left = LOOK_SECONDS - (time.monotonic() - looked_at)
            said = await pubsub.get_message(timeout=max(left, 0.01))
            if said is not None:
                watched(UUID(said["data"].decode()), STAYS_SECONDS)


async def _wanted(redis: Redis, camera_ids: list[UUID]) -> list[UUID]:
    if not camera_ids:
        return []
    found = await redis.mget([wanted_key(each) for each in camera_ids])
    return [each for each, value in zip(camera_ids, found, strict=True) if value is not None]
