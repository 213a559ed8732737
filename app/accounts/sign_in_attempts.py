"""How often somebody may try to sign in to one account.

Two counts, of attempts that have not succeeded, both shared by all processes:

- of an account from one network, or from one browser that has signed in to it before
  (device_cookies.py): some attempts, then a wait that doubles with each, up to
  LONGEST_WAIT_SECONDS. A right password ends it.
- of an account from all strangers together: a steady rate after a burst. Whoever guesses from many
  networks uses it up for other strangers, never for its owner: a browser that has signed in, and a
  network from which somebody has within KNOWN_SECONDS, isn't counted by it.

So the owner is let in from a browser that is known whatever others try, also from their own
network.

Accounts are counted by what was typed, whether there is one or not: nobody learns who has one.
While Valkey is away each process counts for itself.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.errors import TooManyRequests
from app.core.keys import Keys

log = structlog.get_logger()

LONGEST_WAIT_SECONDS = 300
FORGET_SECONDS = 3600
KNOWN_SECONDS = 30 * 86_400
_KEPT_MAX = 10_000

# KEYS: the network's attempts on the account, the account's, whether the network is known there.
# ARGV: free, longest wait, forget, milliseconds between attempts on the account, its burst in
# milliseconds, whether it is a known browser. Counts the attempt where it may be made; returns
# milliseconds to wait, or 0.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or 0)
local free_at = tonumber(redis.call('HGET', KEYS[1], 'free_at') or 0)
if now < free_at then return free_at - now end
local is_known = ARGV[6] == '1' or redis.call('EXISTS', KEYS[3]) == 1
local due = math.max(now, tonumber(redis.call('GET', KEYS[2]) or 0)) + tonumber(ARGV[4])
if not is_known then
  local wait = due - now - tonumber(ARGV[5])
  if wait > 0 then return wait end
  redis.call('SET', KEYS[2], string.format('%.0f', due), 'PX', math.ceil(due - now))
end
count = count + 1
local wait = 0
if count >= tonumber(ARGV[1]) then
  wait = math.min(2 ^ (count - tonumber(ARGV[1])), tonumber(ARGV[2])) * 1000
end
redis.call('HSET', KEYS[1], 'count', count, 'free_at', string.format('%.0f', now + wait))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 0
"""


@dataclass(frozen=True)
class Allowance:
    """How much there is of what is tried: `name` tells the counts of one kind from another's."""

    name: str
    free: int
    per_minute: int
    burst: int

    @property
    def arguments(self) -> tuple[int, ...]:
        """Of the script."""
        between = 60_000 // self.per_minute
        return self.free, LONGEST_WAIT_SECONDS, FORGET_SECONDS, between, self.burst * between


OF_PASSWORDS = Allowance("account", free=10, per_minute=10, burst=20)
# Six digits are few: who has the password has one in a thousand of them in a day, and not more.
OF_CODES = Allowance("code", free=5, per_minute=1, burst=10)

# Codes that programs show, typed by people who are signed in: by who types them.
OF_DEVICE_LOGINS = Allowance("device login", free=20, per_minute=10, burst=30)


class Asker(NamedTuple):
    """Who tries: from which network, in which browser that is known."""

    network: str
    device: str | None = None

    @property
    def name(self) -> str:
        """As whom they are counted."""
        return self.network if self.device is None else f"device {self.device}"


class _Count(NamedTuple):
    attempts: int
    free_at: float


_here: dict[str, _Count] = {}  # while Valkey is away


class SignInAttempts:
    """Of passwords by the account's address, of codes by its id."""

    def __init__(self, redis: Redis, keys: Keys, allowance: Allowance = OF_PASSWORDS) -> None:
        self._allowance = allowance
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._keys = keys

    async def begin(self, account: str, asker: Asker) -> None:
        """Count one, before it is known whether it is right. Raises TooManyRequests where it is too
        early for another."""
        names = self._names(account, asker.name)
        arguments = (*self._allowance.arguments, int(asker.device is not None))
        try:
            wait = float(await self._script(keys=names, args=arguments)) / 1000
        except (RedisError, OSError) as error:
            log.warning("sign-ins are counted here: Valkey is away", error=type(error).__name__)
            wait = _begin_here(names[0], self._allowance.free)
        if wait > 0:
            raise TooManyRequests(
                wait, detail="this account was tried too often; the headers say when to come back"
            )

    async def succeeded(self, account: str, asker: Asker) -> None:
        """From there it is known from now on."""
        attempts, _, known = self._names(account, asker.name)
        _here.pop(attempts, None)
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.delete(attempts)
                pipe.set(known, 1, ex=KNOWN_SECONDS)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("a sign-in isn't remembered: Valkey is away", error=type(error).__name__)

    def _names(self, account: str, name: str) -> list[str]:
        """Keyed hashes: who reads Valkey learns nothing of who signs in."""
        kind = self._allowance.name
        of_all = self._keys.hash(f"{kind} {account.lower()}").hex()
        both = self._keys.hash(f"{kind} {account.lower()} from {name}").hex()
        return [f"sign-in:{both}", f"sign-in-account:{of_all}", f"sign-in-known:{both}"]


def _begin_here(name: str, free: int) -> float:
    now = time.monotonic()
    if len(_here) >= _KEPT_MAX:
        _here.clear()
    attempts, free_at = _here.get(name, _Count(0, 0.0))
    if now < free_at:
        return free_at - now
    attempts += 1
    wait = 0.0 if attempts < free else min(math.pow(2, attempts - free), LONGEST_WAIT_SECONDS)
    _here[name] = _Count(attempts, now + wait)
    return 0.0
