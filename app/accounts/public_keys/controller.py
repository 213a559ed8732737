"""/.well-known/jwks.json: who gets a token of ours can verify it."""

from __future__ import annotations

import msgspec
from litestar import Controller, get

from app.accounts.auth.tokens import public_key_set
from app.accounts.public_keys.schemas import PublicKeys
from app.core.http import dependencies as deps
from app.core.http.operation import operation


class PublicKeyController(Controller):
    path = "/.well-known/jwks.json"
    tags = ("Operations",)

    @get(**operation("getPublicKeys", may="anyone", is_unlimited=True))
    async def jwks(self, platform: deps.Platform) -> PublicKeys:
        """The keys with which our access tokens are verified (RFC 7517)."""
        return msgspec.convert(public_key_set(platform.keys), PublicKeys)
