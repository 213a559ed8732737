"""From `Authorization: Bearer …` to an Actor: a user's JWT, or an API key `sk_…`."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from app.accounts.auth.tokens import read_access_token
from app.core.actor import Actor
from app.core.errors import Unauthenticated
from app.core.platform import Platform, platform_of
from db.lookups import find_api_key, touch_api_key

_TOKEN_MAX_CHARACTERS = 4096


class Authentication(ASGIMiddleware):
    """Sets scope["user"] for every route that isn't public. Raises Unauthenticated."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if not scope["route_handler"].opt.get("public"):
            header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
            scope["user"] = await authenticate(header, platform_of(scope["litestar_app"]))
        await next_app(scope, receive, send)


async def authenticate(header: str, platform: Platform) -> Actor:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("send Authorization: Bearer with an access token or an API key")
    if len(token) > _TOKEN_MAX_CHARACTERS:
        raise Unauthenticated("the token is too long")
    if token.startswith("sk_"):
        return await _key_holder(platform, token)
    return read_access_token(platform.keys, token, issuer=platform.settings.public_url)


async def _key_holder(platform: Platform, key: str) -> Actor:
    key_hash = platform.keys.hash(key)
    found = await find_api_key(platform.database.pool, key_hash)
    if found is None:
        raise Unauthenticated("the API key is unknown, revoked or expired")
    if found.last_used_is_old:
        await touch_api_key(platform.database.pool, key_hash)
    return Actor(org_id=found.org_id, principal=f"key_{found.id.hex}", permissions=found.scopes)
