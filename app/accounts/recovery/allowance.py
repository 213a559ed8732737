"""How many letters may be asked for: about one account, and from one network, in an hour.

Accounts are counted by what was typed, whether there is one or not. Without Valkey nobody can ask.
"""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.errors import TooManyRequests, Unavailable
from app.core.keys import Keys

PER_ACCOUNT = 5
PER_NETWORK = 50
SECONDS = 3600

# KEYS: both counts. ARGV: both limits, and for how long. Counts where neither is used up; returns
# the seconds to wait, or 0.
_SCRIPT = """
for i = 1, 2 do
  if tonumber(redis.call('GET', KEYS[i]) or 0) >= tonumber(ARGV[i]) then
    return math.max(redis.call('TTL', KEYS[i]), 1)
  end
end
for i = 1, 2 do
  if redis.call('INCR', KEYS[i]) == 1 then redis.call('EXPIRE', KEYS[i], ARGV[3]) end
end
return 0
"""


async def take_letter(redis: Redis, keys: Keys, *, email: str, network: str) -> None:
    """Count one. Raises TooManyRequests, or Unavailable."""
    names = [f"letters:{keys.hash(f'{kind} {whose}').hex()}" for kind, whose in (
        ("letters about", email.lower()), ("letters asked from", network)
    )]  # fmt: skip
    try:
        wait = float(
            await redis.register_script(_SCRIPT)(
                keys=names, args=(PER_ACCOUNT, PER_NETWORK, SECONDS)
            )
        )
    except (RedisError, OSError):
        raise Unavailable("letters can't be asked for at this moment") from None
    if wait > 0:
        raise TooManyRequests(wait, detail="so many letters were asked for; the headers say more")
