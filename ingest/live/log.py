"""The live log: what was committed a moment ago, in Valkey, one stream for each organization that is being watched.

Every process that stores readings appends to it after its commit; every API process reads it and fans out. The id of
an entry is the id of an event, so that a client resumes where it was, at whichever process it comes back to.

An organization is watched while its key `live:watched:…` lives; nobody appends for another one. Asked after the
commit, that key is enough: who begins to watch sets it first and reads the newest values afterwards, so that a
reading is in the one or in the other.

Where readings may have been committed and not appended, the log itself says so with a gap entry: when a publisher had
to drop some, and when a publisher ended without a word. Whoever reads across a gap asks the database for the newest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

# How long the log is kept after the last watcher left, and so how long a client may be away and miss nothing.
RESUME_SECONDS = 120
# A bound on memory, whichever is reached first. An entry holds up to 500 readings of about 100 bytes.
ENTRIES_MAX = 10_000
READINGS_PER_ENTRY = 500
# A publisher that wasn't heard of for so long has ended, and may have taken readings with it.
LEASE_SECONDS = 5

_ORGS, _PUBLISHERS = "live:orgs", "live:publishers"
_GAP = "gap"
_COUNTED_SECONDS = 3600

# KEYS: orgs, the watched key, the stream. ARGV: org, milliseconds, entries. A log that begins, begins with a gap.
_WATCH = """
if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', 'gap', 'BEGIN')
end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
redis.call('SADD', KEYS[1], ARGV[1])
return redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1][1]
"""

# KEYS: the publisher's number, then a watched key and a stream for each entry. ARGV: number, seconds, entries, then
# three fields for each entry. What came before and whose answer was lost is not appended twice.
_APPEND = """
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for i = 0, (#KEYS - 1) / 2 - 1 do
  if redis.call('EXISTS', KEYS[2 * i + 2]) == 1 then
    redis.call('XADD', KEYS[2 * i + 3], 'MAXLEN', '~', ARGV[3], '*',
               's', ARGV[3 * i + 4], 't', ARGV[3 * i + 5], 'j', ARGV[3 * i + 6])
  end
end
return 1
"""

# KEYS: publishers, orgs. ARGV: publisher, lease in milliseconds, whether it was known, has lost readings, may sweep,
# prefixes of the keys. Times are Valkey's own.
_REPORT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local reason = nil
if ARGV[4] == '1' then reason = 'DROPPED' end
if ARGV[3] == '1' and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then reason = 'PUBLISHER_LOST' end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
if ARGV[5] == '1' then
  local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
  if #gone > 0 then
    redis.call('ZREM', KEYS[1], unpack(gone))
    reason = 'PUBLISHER_LOST'
  end
end
if reason then
  for _, org in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    if redis.call('EXISTS', ARGV[6] .. org) == 1 then
      redis.call('XADD', ARGV[7] .. org, '*', 'gap', reason)
    else
      redis.call('SREM', KEYS[2], org)
    end
  end
end
return reason
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Readings of one organization in the order of their commit: three columns of the same length."""

    id: str
    sensors: bytes  # 16 bytes each
    times: bytes  # microseconds since 1970, 8 bytes each, native order
    lines: bytes  # each reading as the JSON that a client gets, separated by newlines


@dataclass(frozen=True, slots=True)
class Gap:
    """Before this id, readings may have been committed that the log doesn't hold."""

    id: str
    reason: str


Columns = tuple[bytes, bytes, bytes]  # as in Entry


class LiveLog:
    """Every method raises RedisError, OSError or TimeoutError when Valkey is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._watch = redis.register_script(_WATCH)
        self._append = redis.register_script(_APPEND)
        self._report = redis.register_script(_REPORT)

    async def watch(self, org_id: UUID) -> str:
        """Watch, or go on watching, for RESUME_SECONDS; the newest id. From now on every commit is appended."""
        newest: bytes = await self._watch(
            keys=[_ORGS, _watched(org_id), _stream(org_id)],
            args=[str(org_id), RESUME_SECONDS * 1000, ENTRIES_MAX],
        )
        return newest.decode()

    async def watched(self, org_ids: Sequence[UUID]) -> set[UUID]:
        """Which of them are being watched."""
        found = await self._redis.mget([_watched(org_id) for org_id in org_ids])
        return {org_id for org_id, value in zip(org_ids, found, strict=True) if value is not None}

    async def append(
        self, publisher: str, number: int, entries: Sequence[tuple[UUID, Columns]]
    ) -> None:
        """Append in order, once for each number of a publisher however often it is called."""
        keys = [f"live:number:{publisher}"]
        args: list[Any] = [number, _COUNTED_SECONDS, ENTRIES_MAX]
        for org_id, columns in entries:
            keys += [_watched(org_id), _stream(org_id)]
            args += columns
        await self._append(keys=keys, args=args)

    async def report(
        self, publisher: str, *, is_known: bool, has_lost: bool, may_sweep: bool
    ) -> None:
        """Say that a publisher lives, write gaps where it has lost readings, and for publishers that have ended."""
        await self._report(
            keys=[_PUBLISHERS, _ORGS],
            args=[
                publisher,
                LEASE_SECONDS * 1000,
                *(int(flag) for flag in (is_known, has_lost, may_sweep)),
                _watched(""),
                _stream(""),
            ],
        )

    async def leave(self, publisher: str) -> None:
        """A publisher has appended all that it had, and ends."""
        await self._redis.zrem(_PUBLISHERS, publisher)

    async def read(
        self, positions: Mapping[UUID, str], *, count: int
    ) -> list[list[Entry | Gap] | None]:
        """For each organization what follows its position; None where the position is no longer in the log."""
        pipeline = self._redis.pipeline(transaction=False)
        for org_id, position in positions.items():
            pipeline.xrange(_stream(org_id), min=position, count=count + 1)
        found = await pipeline.execute()
        return [
            _after(position, rows) for position, rows in zip(positions.values(), found, strict=True)
        ]


def _after(position: str, rows: list[tuple[bytes, dict[bytes, bytes]]]) -> list[Entry | Gap] | None:
    if not rows or rows[0][0].decode() != position:
        return None
    return [_entry(id_.decode(), fields) for id_, fields in rows[1:]]


def _entry(id_: str, fields: dict[bytes, bytes]) -> Entry | Gap:
    if (reason := fields.get(_GAP.encode())) is not None:
        return Gap(id_, reason.decode())
    return Entry(id_, fields[b"s"], fields[b"t"], fields[b"j"])


def _watched(org_id: UUID | str) -> str:
    return f"live:watched:{org_id}"


def _stream(org_id: UUID | str) -> str:
    return f"live:log:{org_id}"
