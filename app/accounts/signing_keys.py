"""The installation's signing keys: made, replaced, ended; all of it as the database's owner.

A key is published before it signs, so that whoever keeps our key set for some minutes knows it by
then. It verifies for longer than it signs: until the last token that it signed has ended.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.credential_cache import CLOCK_SKEW_SECONDS
from app.core.keys import Keys
from app.core.signing_keys import OTHER_TOKENS_SECONDS, SIGNING_KEY_PURPOSE
from app.settings import SecuritySettings
from db.connections.types import Connection, Pool
from db.queries.signing_keys import (
    StoredSigningKey,
    delete_ended_signing_keys,
    end_signing_keys,
    find_signing_keys,
    insert_signing_key,
    lock_signing_keys,
)

PUBLISHED_SECONDS = 300
DAY_SECONDS = 86_400
# The first key is derived from the installation's secret, as all were before they were kept: so
# tokens of a running installation stay good. Another takes its place within the hour after this.
DERIVED_SECONDS = 3600
_ID_BYTES = 8


@dataclass(frozen=True)
class SigningKeyOwner:
    """Who changes them. The pool is of role `iot_owner`."""

    pool: Pool
    security: SecuritySettings

    async def ensure(self) -> None:
        """Make the first one; another where the newest is old, or was encrypted under an older
        secret. Forget those that have ended."""
        keys = Keys.of(self.security)
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_signing_keys(connection)
            await delete_ended_signing_keys(connection)
            stored = await find_signing_keys(connection)
            if not stored:
                await self._derive(connection, keys)
            elif not _is_of(keys, stored[0]):
                await self._replace(connection, keys, published_seconds=0)
            elif self._is_old(stored[0], keys):
                await self._replace(connection, keys, published_seconds=PUBLISHED_SECONDS)

    async def rotate(self, *, at_once: bool) -> str:
        """Make another; its id. `at_once`: it signs now, and those before verify no more."""
        keys = Keys.of(self.security)
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_signing_keys(connection)
            if at_once:
                return await self._replace(connection, keys, published_seconds=0, is_stolen=True)
            return await self._replace(connection, keys, published_seconds=PUBLISHED_SECONDS)

    async def states(self) -> list[StoredSigningKey]:
        """The newest first."""
        async with self.pool.acquire() as connection:
            return await find_signing_keys(connection)

    async def _derive(self, connection: Connection, keys: Keys) -> None:
        for each in reversed(keys.all):
            raw = each.token_signing.private_bytes_raw()
            sealed = keys.encrypt(raw, purpose=SIGNING_KEY_PURPOSE)
            await insert_signing_key(connection, each.id, sealed, signs_in_seconds=0)
        await end_signing_keys(connection, but=keys.id, after_seconds=self._overlap_seconds)

    async def _replace(
        self,
        connection: Connection,
        keys: Keys,
        *,
        published_seconds: float,
        is_stolen: bool = False,
    ) -> str:
        id_ = secrets.token_urlsafe(_ID_BYTES)
        raw = Ed25519PrivateKey.generate().private_bytes_raw()
        sealed = keys.encrypt(raw, purpose=SIGNING_KEY_PURPOSE)
        await insert_signing_key(connection, id_, sealed, signs_in_seconds=published_seconds)
        ends_in = 0 if is_stolen else published_seconds + self._overlap_seconds
        await end_signing_keys(connection, but=id_, after_seconds=ends_in)
        return id_

    def _is_old(self, newest: StoredSigningKey, keys: Keys) -> bool:
        is_derived = any(newest.id == each.id for each in keys.all)
        days = self.security.signing_key_days
        return newest.age > (DERIVED_SECONDS if is_derived else days * DAY_SECONDS)

    @property
    def _overlap_seconds(self) -> float:
        """What was signed at the last moment has ended by then."""
        lives = max(self.security.access_token_seconds, OTHER_TOKENS_SECONDS)
        return lives + CLOCK_SKEW_SECONDS


def _is_of(keys: Keys, stored: StoredSigningKey) -> bool:
    """Whether the newest secret opens it."""
    return keys.all[0].decrypt(stored.encrypted_key, SIGNING_KEY_PURPOSE) is not None
