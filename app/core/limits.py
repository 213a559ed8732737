"""Rate limits, shared by every process through Valkey: one script, one round trip, for key and
organization at once.

The generic cell rate algorithm keeps a single number for each limit: the time at which it would be
unused again. A process takes permits for a twentieth of a second's requests at once, so that most
are counted without a round trip. It keeps what it doesn't use for at most a second, so that a limit
is exact but for that twentieth for each process.

What always holds
- A request is charged to all of its limits or to none: one script, so that no two processes see the
  same room.
- Limits count by Valkey's clock: processes' own differ.
- While Valkey is away each process counts for itself; nobody is refused for its absence.
- What is remembered of a limit ends with the moment at which it would be unused again.

What was left, and why
- A counter for each window: twice the rate goes through at the seam of two windows.
- A round trip for each request: a permit in hand costs 0.004 ms.
- A lock around the question, as the framework's own limiter has: it undercounts between processes.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

# All limits have room for one request or more, and each is charged for as many as fit in all of
# them up to the number wanted, or none is. Times are Valkey's own: processes' clocks differ. KEYS:
# one per limit. ARGV: permits wanted, then for each limit microseconds per request and microseconds
# of burst. Returns {permits, microseconds to wait or 0, then for each limit the microseconds in
# which it would be unused again}.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local used, wait, permits = {}, 0, tonumber(ARGV[1])
for i = 1, #KEYS do
  local interval, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  used[i] = math.max(now, tonumber(redis.call('GET', KEYS[i]) or 0)) - now
  wait = math.max(wait, used[i] + interval - burst)
  permits = math.min(permits, math.floor((burst - used[i]) / interval))
end
if wait > 0 then permits = 0 end
local answer = {permits, math.ceil(wait)}
for i = 1, #KEYS do
  if permits > 0 then
    used[i] = used[i] + permits * tonumber(ARGV[2 * i])
    redis.call('SET', KEYS[i], string.format('%.0f', now + used[i]), 'PX', math.ceil(used[i] / 1000) + 1)
  end
  answer[i + 2] = math.ceil(used[i])
end
return answer
"""

# A process asks for this share of a second's requests at once, and keeps what is left for so long.
PERMITS_SHARE = 20
LEASE_SECONDS = 1.0
# A refusal is answered about so much later, up to so many at once: not all at one moment, or a
# flood's connections would come back together, and everybody else wait behind them.
HELD_SECONDS = (0.1, 0.3)
HELD_MAX = 1000

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
    """Whether the request may go on, and what to tell the client (RateLimit header fields for
    HTTP)."""

    wait_seconds: float
    policy: str
    remaining: str

    @property
    def is_allowed(self) -> bool:
        return self.wait_seconds <= 0


@dataclass(slots=True)
class Lease:
    """Permits that are charged already, and what the limits were used by then."""

    permits: int
    wait_seconds: float
    used: Sequence[float]
    policy: str
    taken_at: float

    def is_good(self, now: float) -> bool:
        return self.permits > 0 and now - self.taken_at < LEASE_SECONDS

    def refused_after(self, moment: float) -> bool:
        return self.wait_seconds > 0 and self.taken_at >= moment

    def spend(self, charges: Sequence[Charge], now: float) -> Verdict:
        """One permit, where there is one. The others are not used yet, whatever Valkey has written
        down."""
        if self.permits == 0:
            return Verdict(self.wait_seconds, self.policy, _remaining(charges, self.used))
        self.permits -= 1
        passed = (now - self.taken_at) * 1e6
        used = [
            max(used - passed - self.permits * charge.limit.interval_microseconds, 0.0)
            for charge, used in zip(charges, self.used, strict=True)
        ]
        return Verdict(0.0, self.policy, _remaining(charges, used))


class RateLimiter:
    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._leases: dict[str, Lease] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._local: dict[str, float] = {}
        self._refused_until: dict[bytes, float] = {}
        self._held = 0
        self._away_until = 0.0

    async def charge(self, charges: Sequence[Charge]) -> Verdict:
        """Count one request against every limit given, or against none when one of them is used
        up."""
        who, began = charges[0].subject + charges[-1].subject, time.monotonic()
        lease = self._leases.get(who)
        if lease is None or not lease.is_good(began):
            # One asks for all that wait: each for itself would take that many times the permits.
            async with self._asking.setdefault(who, asyncio.Lock()):
                lease = self._leases.get(who)
                if lease is None or not (
                    lease.is_good(time.monotonic()) or lease.refused_after(began)
                ):
                    self._leases[who] = lease = await self._take(charges)
                return lease.spend(charges, time.monotonic())
        return lease.spend(charges, began)

    def refuse(self, credential: bytes, wait_seconds: float) -> None:
        """Remember who was refused: until then, asking again costs neither Valkey nor the database
        anything."""
        now = time.monotonic()
        if len(self._refused_until) > _FORGET_ABOVE:
            self._refused_until = {
                who: until for who, until in self._refused_until.items() if until > now
            }
        self._refused_until[credential] = now + wait_seconds

    def known_wait(self, credential: bytes) -> float:
        """Seconds that this credential has still to wait; nothing or less when it may ask."""
        until = self._refused_until.get(credential)
        return 0.0 if until is None else until - time.monotonic()

    async def hold(self) -> None:
        """Before a refusal is answered: who asks again as soon as it is refused costs little then.

        So many at most, since each holds a connection open.
        """
        if self._held >= HELD_MAX:
            return
        self._held += 1
        try:
            await asyncio.sleep(random.uniform(*HELD_SECONDS))  # noqa: S311 - nothing is secret about it
        finally:
            self._held -= 1

    async def _take(self, charges: Sequence[Charge]) -> Lease:
        now = time.monotonic()
        self._forget(now)
        answer = await self._shared(charges) if now >= self._away_until else None
        permits, wait, *used = answer if answer is not None else self._alone(charges, now)
        policy = ", ".join(charge.limit.policy for charge in charges)
        return Lease(int(permits), wait / 1e6, used, policy, time.monotonic())

    def _forget(self, now: float) -> None:
        """Keep memory bounded when very many have asked."""
        if len(self._leases) > _FORGET_ABOVE:
            self._leases = {who: lease for who, lease in self._leases.items() if lease.is_good(now)}
            self._asking = {who: lock for who, lock in self._asking.items() if lock.locked()}

    async def _shared(self, charges: Sequence[Charge]) -> list[float] | None:
        wanted = max(1, min(charge.limit.per_second for charge in charges) // PERMITS_SHARE)
        limits = (
            number
            for charge in charges
            for number in (charge.limit.interval_microseconds, charge.limit.burst_microseconds)
        )
        try:
            answer: list[float] = await self._script(
                keys=[f"limit:{charge.limit.name}:{charge.subject}" for charge in charges],
                args=[wanted, *limits],
            )
        except (RedisError, OSError) as error:
            log.warning(
                "rate limits are this process's own: Valkey is away", error=type(error).__name__
            )
            self._away_until = time.monotonic() + FALLBACK_SECONDS
            return None
        return answer

    def _alone(self, charges: Sequence[Charge], now: float) -> list[float]:
        """The same algorithm on this process's memory, one permit at a time."""
        if len(self._local) > _FORGET_ABOVE:
            self._local = {subject: due for subject, due in self._local.items() if due > now}
        due = {
            charge: max(now, self._local.get(charge.subject, 0.0))
            + charge.limit.interval_microseconds / 1e6
            for charge in charges
        }
        wait = max(due[charge] - now - charge.limit.burst_microseconds / 1e6 for charge in charges)
        if wait <= 0:
            self._local |= {charge.subject: due[charge] for charge in charges}
        used = ((due[charge] - now) * 1e6 for charge in charges)
        return [0 if wait > 0 else 1, max(wait, 0.0) * 1e6, *used]


def _remaining(charges: Sequence[Charge], used: Sequence[float]) -> str:
    parts = []
    for charge, microseconds in zip(charges, used, strict=True):
        limit = charge.limit
        left = max(int((limit.burst_microseconds - microseconds) / limit.interval_microseconds), 0)
        parts.append(f'"{limit.name}";r={left};t={max(round(microseconds / 1_000_000), 1)}')
    return ", ".join(parts)
