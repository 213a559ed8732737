"""Nonces that devices sign to renew their certificates, shared by all API processes.

Anybody may ask for one, for any serial number. Those of a certificate are kept under its own name,
KEPT of them at most, the newest. Of a serial number that nobody has one is kept as well, so that
both take the same time, but in one of few places that all such share: what strangers make up has
an end. A nonce is good for LIFETIME_SECONDS; that it is good once is the database's to decide,
where the certificate that it gave is written down with it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.errors import Unavailable
from app.core.keys import Keys

LIFETIME_SECONDS = 300
# Whoever knows a serial number can ask so often between a device's question and its answer; and so
# many signatures are checked for an answer that is wrong.
KEPT = 32

# KEYS: where it is kept. ARGV: the nonce, milliseconds that it lives, how many are kept. Returns
# when it ends, in milliseconds since 1970.
_ADD = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return now + ARGV[2]
"""
_GOOD = """
local clock = redis.call('TIME')
return redis.call('ZRANGEBYSCORE', KEYS[1], clock[1] * 1000 + math.floor(clock[2] / 1000), '+inf')
"""


@dataclass(frozen=True, slots=True)
class Nonce:
    text: str
    expires_at: datetime


class Challenges:
    """Those of one certificate. Raises Unavailable while Valkey is away."""

    def __init__(self, redis: Redis, keys: Keys, serial: str, *, is_known: bool) -> None:
        self._redis = redis
        digest = keys.hash(f"renewal of {serial}").hex()
        self._name = f"renewal:{digest}" if is_known else f"renewal-of-nothing:{digest[:2]}"

    async def add(self) -> Nonce:
        text = secrets.token_urlsafe(32)
        ends_at: int = await self._run(_ADD, text, LIFETIME_SECONDS * 1000, KEPT)
        return Nonce(text, datetime.fromtimestamp(ends_at / 1000, UTC))

    async def good(self) -> list[str]:
        """All that have not ended."""
        return [each.decode() for each in await self._run(_GOOD)]

    async def _run(self, script: str, *arguments: str | int) -> Any:
        try:
            run = self._redis.register_script(script)
            return await run(keys=[self._name], args=arguments)
        except (RedisError, OSError) as error:
            raise Unavailable("certificates can't be renewed at this moment") from error
