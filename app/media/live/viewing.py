"""What players fetch under a session's token: one question to Valkey each, none to the database.

A request for what isn't there yet waits for it, in one of a few places that each session has. The
session is looked at again after the wait: one that was stopped gets nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.actor import Actor
from app.core.errors import Forbidden, Gone, NotFound, Unavailable
from app.core.platform import Platform
from app.core.running_responses import Ending, ResponseSlots
from app.media.live import edge as edges
from app.media.live import service
from app.media.live.edge import NEWS, REQUESTED, LiveEdge
from app.media.live.playlist import live_playlist
from app.media.tokens import BadToken, read_token
from db.connections.background import Loop, Turns, in_background

log = structlog.get_logger()

FIRST_SECONDS = 10.0  # a camera that isn't recorded must be connected to first
LOOK_AGAIN_SECONDS = 1.0  # news may get lost
WAITS_PER_SESSION = 6
_AWAY = (RedisError, OSError)  # TimeoutError is an OSError
_NAME = re.compile(
    r"head-(?P<head>\d{1,12})\.mp4|segment-(?P<segment>\d{1,12})-(?P<count>[1-9]\d{0,2})\.m4s"
    r"|part-(?P<whole>\d{1,12})-(?P<part>\d{1,3})\.m4s"
)
_LISTEN_SECONDS, _RETRY_SECONDS, _LONGEST_TURN_SECONDS = 5.0, 0.5, 30


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who has a token: of which session."""

    org_id: UUID
    camera_id: UUID
    session_id: UUID

    @property
    def actor(self) -> Actor:
        """For whom places are counted; it may do nothing else."""
        return Actor(self.org_id, f"live_{self.session_id.hex}", frozenset())


class LiveNews:
    """Who waits in this process for a camera's next part."""

    def __init__(self, redis: Redis, slots: ResponseSlots) -> None:
        self._redis, self._slots = redis, slots
        self._bells: dict[bytes, set[asyncio.Event]] = defaultdict(set)
        self.is_closed = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear the news while the block runs."""
        async with in_background(Loop("live pictures", self._run, _LONGEST_TURN_SECONDS)):
            try:
                yield
            finally:
                self.close()

    def close(self) -> None:
        """This process stops: nobody waits any longer."""
        self.is_closed = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    @contextlib.contextmanager
    def waiting(self, viewer: Viewer) -> Iterator[LiveWait]:
        """A place in which to wait; raises TooManyRequests or Unavailable where there is none."""
        bell, ending = asyncio.Event(), Ending()

        def end(reason: str) -> None:
            ending.end(reason)
            bell.set()

        bells = self._bells[_channel(viewer.camera_id)]
        with self._slots.taken(viewer.actor, end):
            bells.add(bell)
            try:
                yield LiveWait(self, bell, ending)
            finally:
                bells.discard(bell)
                if not bells:
                    self._bells.pop(_channel(viewer.camera_id), None)

    async def _run(self, turns: Turns) -> None:
        while True:
            try:
                await self._listen(turns)
            except _AWAY as error:
                log.warning("live pictures wait: Valkey is away", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self, turns: Turns) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.psubscribe(f"{NEWS}*")
            while True:
                message = await pubsub.get_message(timeout=_LISTEN_SECONDS)
                turns.next()
                if message is not None:
                    for bell in self._bells.get(message["channel"], ()):
                        bell.set()


class LiveWait:
    """One that waits, until there is news, or its place is another's."""

    def __init__(self, news: LiveNews, bell: asyncio.Event, ending: Ending) -> None:
        self._news, self._bell, self._ending = news, bell, ending

    def begin(self) -> None:
        """From here on news are heard: then look whether what is waited for is there."""
        self._bell.clear()

    async def until_news(self) -> None:
        """Or for a second. Raises Unavailable when it is no use to wait on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                await self._bell.wait()
        if self._news.is_closed or self._ending.reason is not None:
            raise Unavailable("nothing more can be waited for here now")


def _channel(camera_id: UUID) -> bytes:
    return f"{NEWS}{camera_id.hex}".encode()


def viewer_of(platform: Platform, token: str) -> Viewer:
    """Raises Forbidden for a token that isn't ours, or has ended."""
    try:
        found = read_token(
            token, service.PURPOSE, platform.keys.media_signing, now=datetime.now(UTC)
        )
    except BadToken as error:
        raise Forbidden(str(error), code="LINK_INVALID") from None
    return Viewer(*map(UUID, found.words))


async def playlist(
    platform: Platform, news: LiveNews, viewer: Viewer, after: tuple[int, int | None] | None
) -> str:
    """The playlist, when it has the segment or part `after`, or something that can be played.

    Raises Gone for a session that has ended, Unavailable where nothing comes.
    """
    edge = await _edge(platform, news, viewer, after)
    return live_playlist(edge)


async def media(platform: Platform, news: LiveNews, viewer: Viewer, name: str) -> bytes:
    """A head, a segment, or a part, which may be about to come. Raises Gone as above, NotFound."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotFound(f"there is no {name[:50]}")
    data: bytes | None
    if found["head"]:
        edge = await _look(platform, viewer)
        data = edge.heads.get(int(found["head"])) if edge else None
    elif found["segment"]:
        parts = range(int(found["count"]))
        data = await _parts(platform, viewer, int(found["segment"]), parts)
    else:
        data = await _part(platform, news, viewer, (int(found["whole"]), int(found["part"])))
    if data is None:
        raise NotFound("it is gone, or never came")
    return data


async def _edge(
    platform: Platform, news: LiveNews, viewer: Viewer, after: tuple[int, int | None] | None
) -> LiveEdge:
    edge = await _look(platform, viewer)
    if edge is not None and _is_enough(edge, after):
        return edge
    with news.waiting(viewer) as wait:
        ends_at = time.monotonic() + FIRST_SECONDS
        while time.monotonic() < ends_at:
            wait.begin()
            edge = await _look(platform, viewer)
            if edge is not None and _is_enough(edge, after):
                return edge
            if after is not None and edge is not None:
                _refuse_far_ahead(edge, after[0])
            await wait.until_news()
    raise Unavailable("no picture comes")


def _is_enough(edge: LiveEdge, after: tuple[int, int | None] | None) -> bool:
    return edge.is_playable if after is None else edge.has(*after)


def _refuse_far_ahead(edge: LiveEdge, number: int) -> None:
    """As the standard has it: nobody waits for what comes after the next."""
    if edge.segments and number > edge.segments[-1].number + 2:
        raise NotFound("that is far ahead of what is live")


async def _part(
    platform: Platform, news: LiveNews, viewer: Viewer, which: tuple[int, int]
) -> bytes | None:
    number, part = which
    data = await _parts(platform, viewer, number, [part])
    if data is not None:
        return data
    edge = await _look(platform, viewer)
    if edge is None or not edge.segments or edge.segments[-1].number != number:
        return None
    with contextlib.suppress(Unavailable):
        edge = await _edge(platform, news, viewer, which)
    return await _parts(platform, viewer, number, [part])


async def _parts(
    platform: Platform, viewer: Viewer, number: int, parts: list[int] | range
) -> bytes | None:
    try:
        status, data = await edges.read_parts(
            platform.redis, viewer.camera_id, viewer.session_id, number, parts
        )
    except _AWAY:
        raise Unavailable("nothing can be watched live now") from None
    _refuse_ended(status)
    return data


async def _look(platform: Platform, viewer: Viewer) -> LiveEdge | None:
    try:
        status, edge = await edges.read_edge(platform.redis, viewer.camera_id, viewer.session_id)
        _refuse_ended(status)
        if status == REQUESTED and edge is not None and edge.is_playable:
            await _activate(platform, viewer, edge)
    except _AWAY:
        raise Unavailable("nothing can be watched live now") from None
    return edge


def _refuse_ended(status: bytes | None) -> None:
    if status is None:
        raise Gone("the session has ended; ask for another")


async def _activate(platform: Platform, viewer: Viewer, edge: LiveEdge) -> None:
    """Once a session: somebody sees something."""
    if await edges.activate_session(platform.redis, viewer.session_id):
        await service.activate(platform, viewer.org_id, viewer.session_id, edge.codecs)
