"""The keys that access tokens are signed with (Ed25519): one signs, others still verify.

They are kept in the database, each encrypted under the secret that was the newest when it was made,
and change by a clock or by the operator (app/accounts/signing_keys.py). A token names its key; what
the key is good for is the key's to say, never the token's. A key that no secret here can open is
none: so a secret that is dropped takes what was signed under it along.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.fresh import FreshValue
from app.core.keys import CanNotDecrypt, Keys
from db.connections.background import Loop, Turns, in_background
from db.connections.notifications import SIGNING_KEYS, listening
from db.connections.types import Connection, Pool
from db.queries.signing_keys import StoredSigningKey, find_signing_keys

log = structlog.get_logger()

ALGORITHM = "EdDSA"
SIGNING_KEY_PURPOSE = "signing key"
# How long tokens of other kinds than access tokens are good for.
OTHER_TOKENS_SECONDS = 600
_RETRY_SECONDS = 1.0


class NoSigningKey(Exception):
    """The installation has no key that this process can open; says what to do."""


@dataclass(frozen=True, repr=False)
class TokenKey:
    """`id` is the `kid` of its tokens. Times are of time.monotonic."""

    id: str
    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    signs_from: float = -math.inf
    ends_at: float = math.inf

    @classmethod
    def opened(cls, stored: StoredSigningKey, raw: bytes) -> TokenKey:
        private, now = Ed25519PrivateKey.from_private_bytes(raw), time.monotonic()
        ends_at = math.inf if stored.ends_in is None else now + stored.ends_in
        return cls(stored.id, private, private.public_key(), now + stored.signs_in, ends_at)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, algorithm=ALGORITHM, headers={"kid": self.id})


class SigningKeys:
    """Those of the installation, as this process knows them: told of every change at its commit."""

    def __init__(
        self, pool: Pool, keys: Keys, *, changed: Callable[[Collection[str]], None]
    ) -> None:
        """`changed` is called after they were read anew, with the ids of those that ended."""
        self._pool = pool
        self._keys = keys
        self._tell = changed
        self._known: Sequence[TokenKey] = ()
        self._changed = asyncio.Event()
        self._anew = FreshValue(self._read)

    @asynccontextmanager
    async def running(self, url: str) -> AsyncIterator[None]:
        """Raises NoSigningKey."""
        await self._read()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                in_background(Loop("signing keys", self._follow, longest_seconds=60))
            )
            await stack.enter_async_context(
                listening(url, SIGNING_KEYS, lambda _: self._changed.set(), self._changed.set)
            )
            yield

    @property
    def signing(self) -> TokenKey:
        """With which a token is signed now: the newest whose time has come."""
        now = time.monotonic()
        good = [each for each in self.published if each.signs_from <= now]
        return (good or self._known)[0]

    @property
    def published(self) -> Sequence[TokenKey]:
        """All that verify, and those that will sign: the newest first."""
        now = time.monotonic()
        return [each for each in self._known if each.ends_at > now]

    async def find(self, id_: str) -> TokenKey | None:
        """None for one that has ended or never was. An unknown one may be too new to be known here:
        it is looked for once in a second, however many ask."""
        found = self._find(id_)
        if found is None:
            await self._anew.get()
            found = self._find(id_)
        return found

    def _find(self, id_: str) -> TokenKey | None:
        return next((each for each in self.published if each.id == id_), None)

    async def _follow(self, turns: Turns) -> None:
        while True:
            turns.rest()
            await self._changed.wait()
            turns.next()
            self._changed.clear()
            before = {each.id for each in self.published}
            try:
                await self._read()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, NoSigningKey) as error:
                log.warning("signing keys can't be read", error=type(error).__name__)
                self._changed.set()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._tell(before - {each.id for each in self.published})

    async def _read(self) -> None:
        async with self._pool.acquire() as connection:
            self._known = await open_signing_keys(connection, self._keys)


async def open_signing_keys(connection: Connection, keys: Keys) -> list[TokenKey]:
    """The newest first. Raises NoSigningKey where there is none that can be opened."""
    found = []
    for stored in await find_signing_keys(connection):
        try:
            raw = keys.decrypt(stored.encrypted_key, purpose=SIGNING_KEY_PURPOSE)
        except CanNotDecrypt:
            continue
        found.append(TokenKey.opened(stored, raw))
    if not found:
        raise NoSigningKey("there is no key to sign access tokens with: run `holdfast migrate`")
    return found
