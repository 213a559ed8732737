"""Requests of programs that wait for a person, in Valkey until their end: by the hash of the code
that the person types, and by that of the code that the program keeps.

Each is decided once: whoever takes the request from among those that wait decides it.
"""

from __future__ import annotations

import secrets
from typing import Literal

import msgspec
from redis.asyncio import Redis

from app.core.errors import TooManyRequests
from app.core.keys import Keys

LIFETIME_SECONDS = 600
INTERVAL_SECONDS = 5
# Told for a while, since the program's answer may be lost.
DECIDED_SECONDS = 120
PER_NETWORK = 20
IN_ALL = 5000
# No vowels, so that no word comes of them, and nothing that looks like another (RFC 8628, 6.1).
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_USER_CODE_LETTERS = 8
_PURPOSE = "device login"

Decision = Literal["pending", "denied", "expired", "too early"]


class DeviceLogin(msgspec.Struct, frozen=True):
    """What a program asks for, and from where. `device` is its code's hash."""

    device: str
    client: str
    scopes: list[str] | None
    address: str
    agent: str
    created_at: float


class DeviceLogins:
    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    async def begin(
        self, *, client: str, scopes: list[str] | None, address: str, agent: str, network: str
    ) -> tuple[str, str]:
        """The program's code and the person's. Raises TooManyRequests."""
        await self._count(network)
        code, user_code = secrets.token_urlsafe(32), new_user_code()
        device, user = self._hash(code), self._hash(user_code)
        created_at = float((await self._redis.time())[0])
        login = DeviceLogin(device, client, scopes, address, agent, created_at)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(_pending(user), msgspec.json.encode(login), ex=LIFETIME_SECONDS)
            pipe.set(_waiting(device), 1, ex=LIFETIME_SECONDS)
            await pipe.execute()
        return code, user_code

    async def find(self, user_code: str) -> DeviceLogin | None:
        """None for one that is decided, or never was."""
        found = await self._redis.get(_pending(self._hash(plain_code(user_code))))
        return None if found is None else msgspec.json.decode(found, type=DeviceLogin)

    async def take(self, user_code: str) -> DeviceLogin | None:
        """The same, for whoever decides it: it waits no more."""
        found = await self._redis.getdel(_pending(self._hash(plain_code(user_code))))
        return None if found is None else msgspec.json.decode(found, type=DeviceLogin)

    async def approve(self, login: DeviceLogin, api_key: str) -> None:
        sealed = self._keys.encrypt(api_key.encode(), purpose=_PURPOSE)
        await self._redis.set(_decided(login.device), sealed, ex=DECIDED_SECONDS)

    async def deny(self, login: DeviceLogin) -> None:
        await self._redis.set(_decided(login.device), b"", ex=DECIDED_SECONDS)

    async def poll(self, code: str) -> str | Decision:
        """The API key, or how it stands."""
        device = self._hash(code)
        if not await self._redis.exists(_waiting(device)):
            return "expired"
        # A second less than is asked for: nobody's clock is exact.
        if not await self._redis.set(_polled(device), 1, ex=INTERVAL_SECONDS - 1, nx=True):
            return "too early"
        decided = await self._redis.get(_decided(device))
        if decided is None:
            return "pending"
        return self._keys.decrypt(decided, purpose=_PURPOSE).decode() if decided else "denied"

    async def _count(self, network: str) -> None:
        for name, at_most in ((f"of {self._hash(network)}", PER_NETWORK), ("all", IN_ALL)):
            key = f"device-login:asked:{name}"
            if await self._redis.incr(key) == 1:
                await self._redis.expire(key, LIFETIME_SECONDS)
            if int(await self._redis.get(key) or 0) > at_most:
                wait = max(await self._redis.ttl(key), 1)
                raise TooManyRequests(wait, detail="too many programs ask to sign in")

    def _hash(self, code: str) -> str:
        return self._keys.hash(f"device login {code}").hex()


def new_user_code() -> str:
    """As it is typed, without its hyphen."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_USER_CODE_LETTERS))


def plain_code(typed: str) -> str:
    """However it was typed."""
    return "".join(each for each in typed.upper() if each in _LETTERS)


def shown_code(user_code: str) -> str:
    half = _USER_CODE_LETTERS // 2
    return f"{user_code[:half]}-{user_code[half:]}"


def _pending(user: str) -> str:
    return f"device-login:pending:{user}"


def _waiting(device: str) -> str:
    return f"device-login:waiting:{device}"


def _polled(device: str) -> str:
    return f"device-login:polled:{device}"


def _decided(device: str) -> str:
    return f"device-login:decided:{device}"
