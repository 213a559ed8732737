"""The platform's certificate authority: made at the first start, its key encrypted at rest."""

from __future__ import annotations

from app.core.keys import Keys
from app.core.pki import Authority, new_authority
from db.connections.types import Pool
from db.queries.authority import (
    StoredAuthority,
    find_authority,
    insert_authority,
    lock_authority,
)

_PURPOSE = "certificate authority"


async def load_authority(pool: Pool, keys: Keys) -> Authority:
    """The installation's CA; the first process to ask makes it. The pool is of role `app`."""
    async with pool.acquire() as connection, connection.transaction():
        await lock_authority(connection)
        stored = await find_authority(connection)
        if stored is not None:
            key_der = keys.decrypt(stored.encrypted_key, purpose=_PURPOSE)
            return Authority.load(stored.certificate_pem, key_der)
        authority = new_authority()
        encrypted_key = keys.encrypt(authority.key_der, purpose=_PURPOSE)
        await insert_authority(
            connection, StoredAuthority(authority.certificate_pem, encrypted_key)
        )
        return authority
