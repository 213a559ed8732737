"""The newest seconds of a camera, in Valkey, while somebody watches: its recorder writes, the API
reads.

| key                            | what                                           | ends after |
|--------------------------------|------------------------------------------------|------------|
| `live:session:{session}`       | REQUESTED or ACTIVE, while it is kept alive    | 45 s       |
| `live:wanted:{camera}`         | that somebody watches                          | 45 s       |
| `live:edge:{camera}`           | LiveEdge: which parts there are, heads of runs | 60 s       |
| `live:part:{camera}:{seg}:{n}` | the bytes of part n of a segment               | 60 s       |

`live:wanted` is a channel, too, on which the camera's id is said when a session begins, and
`live:news:{camera}` one on which its recorder says that there is a part more.

Numbers of segments rise for as long as a camera lives: a recorder begins at the Unix time, and no
segment is shorter than a second, so that a player goes on when another recorder takes over.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from redis.asyncio import Redis

SESSION_SECONDS = 45
EDGE_SECONDS = 60
WANTED = "live:wanted"
NEWS = "live:news:"
REQUESTED, ACTIVE = b"REQUESTED", b"ACTIVE"


class EdgePart(msgspec.Struct, array_like=True, frozen=True):
    """Some 0.5 s; a player can begin at a key frame."""

    seconds: float
    is_key: bool


class EdgeSegment(msgspec.Struct, array_like=True):
    """From a key frame on. `head` is the number of the segment whose run's head it has; `taken`
    is Unix time."""

    number: int
    head: int
    taken: float
    parts: list[EdgePart]
    is_whole: bool = False

    @property
    def seconds(self) -> float:
        return sum(part.seconds for part in self.parts)


class LiveEdge(msgspec.Struct, array_like=True):
    """What can be played. `discontinuities` counts those before its first segment."""

    codecs: str
    heads: dict[int, bytes]
    segments: list[EdgeSegment]
    discontinuities: int

    @property
    def is_playable(self) -> bool:
        return any(segment.is_whole for segment in self.segments)

    def has(self, number: int, part: int | None) -> bool:
        """Whether a player that waits for this part, or for the whole segment, waits no longer."""
        if not self.segments:
            return False
        last = self.segments[-1]
        return last.number > number or (
            last.number == number and part is not None and len(last.parts) > part
        )


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(LiveEdge)


def session_key(session_id: UUID) -> str:
    return f"live:session:{session_id.hex}"


def wanted_key(camera_id: UUID) -> str:
    return f"{WANTED}:{camera_id.hex}"


def edge_key(camera_id: UUID) -> str:
    return f"live:edge:{camera_id.hex}"


def part_key(camera_id: UUID, number: int, part: int) -> str:
    return f"live:part:{camera_id.hex}:{number}:{part}"


# Sessions


async def open_session(redis: Redis, camera_id: UUID, session_id: UUID) -> None:
    """And wake the camera's recorder. Raises RedisError, as all of these do."""
    pipe = redis.pipeline(transaction=False)
    pipe.set(session_key(session_id), REQUESTED, ex=SESSION_SECONDS)
    pipe.set(wanted_key(camera_id), b"", ex=SESSION_SECONDS)
    pipe.publish(WANTED, camera_id.hex)
    await pipe.execute()


async def keep_session(redis: Redis, camera_id: UUID, session_id: UUID, status: str) -> None:
    pipe = redis.pipeline(transaction=False)
    pipe.set(session_key(session_id), status.encode(), ex=SESSION_SECONDS)
    pipe.set(wanted_key(camera_id), b"", ex=SESSION_SECONDS)
    await pipe.execute()


async def end_sessions(redis: Redis, session_ids: Sequence[UUID]) -> None:
    await redis.delete(*map(session_key, session_ids))


async def activate_session(redis: Redis, session_id: UUID) -> bool:
    """Whether this is the first to say so, of a session that hasn't ended."""
    before = await redis.set(session_key(session_id), ACTIVE, xx=True, keepttl=True, get=True)
    return bool(before == REQUESTED)


# What there is to play


async def read_edge(
    redis: Redis, camera_id: UUID, session_id: UUID
) -> tuple[bytes | None, LiveEdge | None]:
    """The session's status and the edge: None for what has ended, or isn't there yet."""
    status, found = await redis.mget(session_key(session_id), edge_key(camera_id))
    return status, None if found is None else _DECODER.decode(found)


async def read_parts(
    redis: Redis, camera_id: UUID, session_id: UUID, number: int, parts: Sequence[int]
) -> tuple[bytes | None, bytes | None]:
    """The session's status, and these parts of a segment in one; None unless all are there."""
    keys = [part_key(camera_id, number, part) for part in parts]
    status, *found = await redis.mget(session_key(session_id), *keys)
    return status, None if None in found else b"".join(found)


def encode_edge(edge: LiveEdge) -> bytes:
    return _ENCODER.encode(edge)
