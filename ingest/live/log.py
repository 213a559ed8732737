"""The live log: what was committed a moment ago, in Valkey, one stream for each organization that is being watched.

Every process that stores readings appends to it after its commit; every API process reads it and fans out. The id of
an entry is the id of an event, so that a client resumes where it was, at whichever process it comes back to.

An organization is watched while its key `live:watched:…` lives; nobody appends for another one. Asked after the
commit, that key is enough: who begins to watch sets it first and reads the newest values afterwards, so that a
reading is in the one or in the other.

Where readings may have been committed and not appended, the log itself says so with a gap entry: when a publisher had
to drop some, and when a publisher ended without a word. Whoever reads across a gap asks the database for the newest.

All logs together hold so many bytes, and each organization that is watched has its share of
them: what is older is cut off, and whoever was there finds a gap. Valkey may not be full: the queue
of jobs and the limits of requests stand in it, too. It can't be left to its own eviction to protect
them: arq's jobs, the limits and these logs all have an end, and only what has none would be safe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

# How long the log is kept after the last watcher left, and so how long a client may be away and miss nothing.
RESUME_SECONDS = 120
# An entry ends with whichever is reached first: 500 readings of a number are 50 KB of lines.
READINGS_PER_ENTRY = 500
LINES_PER_ENTRY_BYTES = 64 * 1024
# Of all organizations' logs. One alone has a minute of 20,000 readings a second in it.
LOG_BYTES_MAX = 128 * 1024 * 1024
# However many share it: two entries, or the log would hold nothing to go on from.
SHARE_BYTES_MIN = 256 * 1024
# A publisher that wasn't heard of for so long has ended, and may have taken readings with it.
LEASE_SECONDS = 5

_ORGS, _PUBLISHERS = "live:organizations", "live:publishers"
_WATCHED, _STREAM = "live:watched:", "live:log:"
_GAP = "gap"
_COUNTED_SECONDS = 3600

# An entry is measured as it is appended: its size stands in a list beside the stream, and the sum of
# them in a number. 128 bytes are for the id and what Valkey needs itself.
_MEASURED = f"""
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function share_of(bytes_max)
  redis.call('ZREMRANGEBYSCORE', '{_ORGS}', '-inf', now)
  return math.max(bytes_max / math.max(redis.call('ZCARD', '{_ORGS}'), 1), {SHARE_BYTES_MIN})
end

local function add(org, share, ...)
  local stream, sizes, sum = '{_STREAM}' .. org, 'live:sizes:' .. org, 'live:bytes:' .. org
  local size = 128
  for _, field in ipairs({{...}}) do size = size + #field end
  redis.call('XADD', stream, '*', ...)
  redis.call('RPUSH', sizes, size)
  local total, cut = redis.call('INCRBY', sum, size), 0
  while total > share and redis.call('LLEN', sizes) > 1 do
    total, cut = redis.call('DECRBY', sum, redis.call('LPOP', sizes)), cut + 1
  end
  if cut > 0 then redis.call('XTRIM', stream, 'MAXLEN', redis.call('LLEN', sizes)) end
end

local function keep(org, milliseconds)
  for _, prefix in ipairs({{'{_STREAM}', 'live:sizes:', 'live:bytes:'}}) do
    redis.call('PEXPIRE', prefix .. org, milliseconds)
  end
end
"""

# ARGV: org, milliseconds, bytes of all logs. A log that begins, begins with a gap.
_WATCH = f"""{_MEASURED}
local org, stream, watched = ARGV[1], '{_STREAM}' .. ARGV[1], '{_WATCHED}' .. ARGV[1]
redis.call('ZADD', '{_ORGS}', now + ARGV[2], org)
if redis.call('EXISTS', watched) == 0 or redis.call('EXISTS', stream) == 0 then
  add(org, share_of(ARGV[3]), 'gap', 'BEGIN')
end
redis.call('SET', watched, '1', 'PX', ARGV[2])
keep(org, ARGV[2])
return redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1][1]
"""

# ARGV: the publisher's key, number, seconds, bytes of all logs, then four fields for each entry: its
# org and its three columns. What came before and whose answer was lost is not appended twice.
_APPEND = f"""{_MEASURED}
if tonumber(redis.call('GET', ARGV[1]) or '0') >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', ARGV[1], ARGV[2], 'EX', ARGV[3])
local share = share_of(ARGV[4])
for i = 5, #ARGV, 4 do
  if redis.call('EXISTS', '{_WATCHED}' .. ARGV[i]) == 1 then
    add(ARGV[i], share, 's', ARGV[i + 1], 't', ARGV[i + 2], 'j', ARGV[i + 3])
  end
end
return 1
"""

# ARGV: publisher, lease in milliseconds, whether it was known, has lost readings, may sweep, bytes
# of all logs. Times are Valkey's own.
_REPORT = f"""{_MEASURED}
local reason = nil
if ARGV[4] == '1' then reason = 'DROPPED' end
if ARGV[3] == '1' and not redis.call('ZSCORE', '{_PUBLISHERS}', ARGV[1]) then
  reason = 'PUBLISHER_LOST'
end
redis.call('ZADD', '{_PUBLISHERS}', now + ARGV[2], ARGV[1])
if ARGV[5] == '1' then
  local gone = redis.call('ZRANGEBYSCORE', '{_PUBLISHERS}', '-inf', now)
  if #gone > 0 then
    redis.call('ZREM', '{_PUBLISHERS}', unpack(gone))
    reason = 'PUBLISHER_LOST'
  end
end
if reason then
  local share = share_of(ARGV[6])
  for _, org in ipairs(redis.call('ZRANGE', '{_ORGS}', 0, -1)) do
    if redis.call('EXISTS', '{_WATCHED}' .. org) == 1 then add(org, share, 'gap', reason) end
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
    """Every method raises RedisError, OSError or TimeoutError when Valkey is away, or full."""

    def __init__(self, redis: Redis, *, bytes_max: int = LOG_BYTES_MAX) -> None:
        self._redis = redis
        self._bytes_max = bytes_max
        self._watch = redis.register_script(_WATCH)
        self._append = redis.register_script(_APPEND)
        self._report = redis.register_script(_REPORT)

    async def watch(self, org_id: UUID) -> str:
        """Watch, or go on watching, for RESUME_SECONDS; the newest id. From now on every commit is appended."""
        newest: bytes = await self._watch(
            args=[str(org_id), RESUME_SECONDS * 1000, self._bytes_max]
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
        key = f"live:number:{publisher}"
        args: list[Any] = [key, number, _COUNTED_SECONDS, self._bytes_max]
        for org_id, columns in entries:
            args += (str(org_id), *columns)
        await self._append(args=args)

    async def report(
        self, publisher: str, *, is_known: bool, has_lost: bool, may_sweep: bool
    ) -> None:
        """Say that a publisher lives, write gaps where it has lost readings, and for publishers that have ended."""
        await self._report(
            args=[
                publisher,
                LEASE_SECONDS * 1000,
                *(int(flag) for flag in (is_known, has_lost, may_sweep)),
                self._bytes_max,
            ]
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


def _watched(org_id: UUID) -> str:
    return f"{_WATCHED}{org_id}"


def _stream(org_id: UUID) -> str:
    return f"{_STREAM}{org_id}"
