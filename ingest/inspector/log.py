"""The inspector's log in Valkey: who is looked at, and rings of lines.

A ring is a stream that holds its newest lines alone, and ends an hour after the last one. A device
has one of problems, and one of its traffic while it is looked at; failed handshakes, which are
nobody's, have one for each address. `inspector:watched` says who is looked at, until when; a
message on the channel of that name, that it has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

HOUR_SECONDS = 3600
PROBLEMS_MAX, TRAFFIC_MAX, HANDSHAKES_MAX = 30, 300, 20
RINGS_MAX, RINGS_PER_ORGANIZATION = 1_000, 250
WATCHED_MAX, WATCHED_PER_ORGANIZATION = 32, 8

WATCHED = "inspector:watched"
_RINGS, _RING, _SINCE = "inspector:rings", "inspector:ring:", "inspector:since:"
_NOBODY = "nobody"
BEGINNING = "0-0"

_NOW = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
"""

# ARGV: milliseconds of an hour, rings of one organization, rings in all; then of each line: whose
# ring it is, its name, how many lines it holds, the line.
_APPEND = f"""{_NOW}
local hour = tonumber(ARGV[1])
local function make_room(set, at_most)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now - hour)
  while redis.call('ZCARD', set) >= at_most do
    local name = redis.call('ZPOPMIN', set)[1]
    local slash = string.find(name, '/')
    redis.call('ZREM', '{_RINGS}', name)
    redis.call('ZREM', '{_RINGS}:' .. string.sub(name, 1, slash - 1), name)
    redis.call('DEL', '{_RING}' .. string.sub(name, slash + 1))
  end
end
for i = 4, #ARGV, 4 do
  local org, key = ARGV[i], '{_RING}' .. ARGV[i + 1]
  local own, name = '{_RINGS}:' .. org, org .. '/' .. ARGV[i + 1]
  if redis.call('EXISTS', key) == 0 then
    make_room(own, tonumber(ARGV[2]))
    make_room('{_RINGS}', tonumber(ARGV[3]))
  end
  redis.call('XADD', key, 'MAXLEN', ARGV[i + 2], '*', 'e', ARGV[i + 3])
  redis.call('PEXPIRE', key, hour)
  redis.call('ZADD', own, now, name)
  redis.call('PEXPIRE', own, hour)
  redis.call('ZADD', '{_RINGS}', now, name)
end
"""

# ARGV: organization, device, milliseconds of an hour, watched of one organization, watched in all.
# Who is looked at no more, since others are, loses what was told of it. Gives since when.
_WATCH = f"""{_NOW}
local member, own = ARGV[1] .. '/' .. ARGV[2], '{WATCHED}:' .. ARGV[1]
local hour = tonumber(ARGV[3])
local function leave_out(set, at_most)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now)
  while redis.call('ZCARD', set) > at_most do
    local gone = redis.call('ZPOPMIN', set)[1]
    local slash = string.find(gone, '/')
    local device = string.sub(gone, slash + 1)
    redis.call('ZREM', '{WATCHED}', gone)
    redis.call('ZREM', '{WATCHED}:' .. string.sub(gone, 1, slash - 1), gone)
    redis.call('DEL', '{_RING}' .. device .. ':traffic', '{_SINCE}' .. device)
  end
end
redis.call('ZADD', own, now + hour, member)
redis.call('PEXPIRE', own, hour)
redis.call('ZADD', '{WATCHED}', now + hour, member)
leave_out(own, tonumber(ARGV[4]))
leave_out('{WATCHED}', tonumber(ARGV[5]))
redis.call('SET', '{_SINCE}' .. ARGV[2], now, 'NX')
redis.call('PEXPIRE', '{_SINCE}' .. ARGV[2], hour)
redis.call('PUBLISH', '{WATCHED}', '')
return redis.call('GET', '{_SINCE}' .. ARGV[2])
"""

# Those of all organizations, by Valkey's own clock.
_WATCHED_NOW = f"""{_NOW}
return redis.call('ZRANGEBYSCORE', '{WATCHED}', now, '+inf')
"""


class Ring(NamedTuple):
    """`owner` is the organization by which rings are counted."""

    owner: str
    name: str
    holds: int


def problems_of(org_id: UUID, device_id: UUID) -> Ring:
    return Ring(str(org_id), f"{device_id}:problems", PROBLEMS_MAX)


def traffic_of(org_id: UUID, device_id: UUID) -> Ring:
    return Ring(str(org_id), f"{device_id}:traffic", TRAFFIC_MAX)


def handshakes_of(address: str) -> Ring:
    return Ring(_NOBODY, f"{address}:handshakes", HANDSHAKES_MAX)


@dataclass(slots=True)
class RingPosition:
    """Where a reader stands in a ring."""

    ring: Ring
    id: str = BEGINNING


class InspectorLog:
    """Every method raises RedisError, OSError or TimeoutError when Valkey is away, or full."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._append = redis.register_script(_APPEND)
        self._watch = redis.register_script(_WATCH)
        self._watched = redis.register_script(_WATCHED_NOW)

    async def watch(self, org_id: UUID, device_id: UUID) -> datetime:
        """Look at a device for an hour from now; since when it has been looked at."""
        since = await self._watch(
            args=[
                str(org_id),
                str(device_id),
                HOUR_SECONDS * 1000,
                WATCHED_PER_ORGANIZATION,
                WATCHED_MAX,
            ]
        )
        return datetime.fromtimestamp(int(since) / 1000, UTC)

    async def watched(self) -> set[UUID]:
        """The devices that are looked at."""
        found = await self._watched()
        return {UUID(member.decode().partition("/")[2]) for member in found}

    async def changes(self) -> PubSub:
        """What gives a message whenever `watched` has changed; to be closed."""
        pubsub = self._redis.pubsub()
        await pubsub.subscribe(WATCHED)
        return pubsub

    async def append(self, lines: Iterable[tuple[Ring, bytes]]) -> None:
        args: list[Any] = [HOUR_SECONDS * 1000, RINGS_PER_ORGANIZATION, RINGS_MAX]
        for ring, line in lines:
            args += (*ring, line)
        await self._append(args=args)

    async def newest(self, rings: Sequence[Ring]) -> list[RingPosition]:
        """Where each of them ends."""
        pipeline = self._redis.pipeline(transaction=False)
        for ring in rings:
            pipeline.xrevrange(_RING + ring.name, count=1)
        found = await pipeline.execute()
        return [
            RingPosition(ring, rows[0][0].decode() if rows else BEGINNING)
            for ring, rows in zip(rings, found, strict=True)
        ]

    async def read(self, positions: Sequence[RingPosition]) -> tuple[list[bytes], bool]:
        """What follows the positions, which are moved on; whether some of it is lost, since more
        has come than a ring holds."""
        pipeline = self._redis.pipeline(transaction=False)
        for position in positions:
            pipeline.xrange(_RING + position.ring.name, min=position.id)
        lines, is_lost = [], False
        for position, rows in zip(positions, await pipeline.execute(), strict=True):
            ids = [id_.decode() for id_, _ in rows]
            is_first = position.id == BEGINNING or not ids
            is_lost = is_lost or not (is_first or ids[0] == position.id)
            lines += [
                fields[b"e"]
                for id_, (_, fields) in zip(ids, rows, strict=True)
                if id_ != position.id
            ]
            position.id = ids[-1] if ids else position.id
        return lines, is_lost
