"""Rate limits, shared by every process through Valkey: one script, one round trip, for key and organization at once.

The generic cell rate algorithm keeps a single number for each limit: the time at which it would be unused again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

# Either all limits have room, and each is charged, or none is. Times are Valkey's own: processes' clocks differ.
# KEYS: one per limit. ARGV: for each limit, microseconds per request and microseconds of burst.
# Returns {microseconds to wait or 0, then for each limit the microseconds in which it would be unused again}.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local due, wait = {}, 0
for i = 1, #KEYS do
  local interval, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local arrival = math.max(now, tonumber(redis.call('GET', KEYS[i]) or 0))
  due[i] = arrival + interval
  wait = math.max(wait, due[i] - now - burst)
end
local answer = {math.ceil(wait)}
for i = 1, #KEYS do
  if wait <= 0 then
    redis.call('SET', KEYS[i], string.format('%.0f', due[i]), 'PX', math.ceil((due[i] - now) / 1000) + 1)
    answer[i + 1] = math.ceil(due[i] - now)
  else
    answer[i + 1] = math.ceil(due[i] - now - tonumber(ARGV[2 * i - 1]))
  end
end
return answer
"""

# How long per-process limits stand in before Valkey is asked again.
FALLBACK_SECONDS = 1.0
_FORGET_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests a second, and twice that many at once after a pause."""

    name: str
    per_second: int

    @property
    def interval_microseconds(self) -> float:
        return 1_000_000 / self.per_second

    @property
    def burst_microseconds(self) -> float:
        return 2_000_000

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={2 * self.per_second};w=2'


class Charge(NamedTuple):
    """One limit, and whose: the thing that is counted."""

    limit: Limit
    subject: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the request may go on, and what to tell the client (RateLimit header fields for HTTP)."""

    wait_seconds: float
    policy: str
    remaining: str

    @property
    def is_allowed(self) -> bool:
        return self.wait_seconds <= 0


class RateLimiter:
    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._local: dict[str, float] = {}
        self._refused_until: dict[bytes, float] = {}
        self._away_until = 0.0

    async def charge(self, charges: Sequence[Charge]) -> Verdict:
        """Count one request against every limit given, or against none when one of them is used up."""
        now = time.monotonic()
        answer = await self._shared(charges) if now >= self._away_until else None
        if answer is None:
            answer = self._alone(charges, now)
        return _verdict(charges, answer[0] / 1_000_000, answer[1:])

    def refuse(self, credential: bytes, wait_seconds: float) -> None:
        """Remember who was refused: until then, asking again costs neither Valkey nor the database anything."""
        now = time.monotonic()
        if len(self._refused_until) > _FORGET_ABOVE:
            self._refused_until = {who: until for who, until in self._refused_until.items() if until > now}
        self._refused_until[credential] = now + wait_seconds

    def known_wait(self, credential: bytes) -> float:
        """Seconds that this credential has still to wait; nothing or less when it may ask."""
        return self._refused_until.get(credential, 0.0) - time.monotonic()

    async def _shared(self, charges: Sequence[Charge]) -> list[float] | None:
        try:
            answer: list[float] = await self._script(
                keys=[f"limit:{charge.limit.name}:{charge.subject}" for charge in charges],
                args=[
                    number
                    for charge in charges
                    for number in (charge.limit.interval_microseconds, charge.limit.burst_microseconds)
                ],
            )
        except (RedisError, OSError) as error:
            log.warning("rate limits are this process's own: Valkey is away", error=type(error).__name__)
            self._away_until = time.monotonic() + FALLBACK_SECONDS
            return None
        return answer

    def _alone(self, charges: Sequence[Charge], now: float) -> list[float]:
        """The same algorithm on this process's memory."""
        if len(self._local) > _FORGET_ABOVE:
            self._local = {subject: due for subject, due in self._local.items() if due > now}
        due = {
            charge: max(now, self._local.get(charge.subject, 0.0)) + charge.limit.interval_microseconds / 1e6
            for charge in charges
        }
        wait = max(due[charge] - now - charge.limit.burst_microseconds / 1e6 for charge in charges)
        if wait <= 0:
            self._local |= {charge.subject: due[charge] for charge in charges}
        return [max(wait, 0.0) * 1e6, *((due[charge] - now) * 1e6 for charge in charges)]


def _verdict(charges: Sequence[Charge], wait: float, used: Sequence[float]) -> Verdict:
    parts = []
    for charge, microseconds in zip(charges, used, strict=True):
        free = charge.limit.burst_microseconds - microseconds
        left = max(int(free / charge.limit.interval_microseconds), 0)
        parts.append(f'"{charge.limit.name}";r={left};t={max(round(microseconds / 1_000_000), 1)}')
    return Verdict(wait, ", ".join(charge.limit.policy for charge in charges), ", ".join(parts))
