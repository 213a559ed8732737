"""An API key that is shown, found before any tenant is known."""

from __future__ import annotations

from app.core.platform import Platform
from db.queries.credentials import FoundApiKey, find_api_key, rehash_api_key


async def find_key(platform: Platform, key: str) -> FoundApiKey | None:
    """By its hash under the newest secret; one that was hashed under an older one is so no
    longer."""
    pool, keys = platform.database.lookups, platform.keys
    newest, *older = keys.hashes(key)
    # The newest again at the end: meanwhile another request may have shown the key.
    for key_hash in (newest, *older, *([newest] if older else [])):
        found = await find_api_key(pool, key_hash)
        if found is not None:
            if found.secret_id != keys.id:
                await rehash_api_key(pool, key_hash, newest, keys.id)
            return found
    return None
