"""From `Authorization: Bearer …` to an Actor who may still ask: a user's JWT, an API key
`sk_…`, or a share link's token `shr_…`."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Sequence
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.key_lookup import find_key
from app.accounts.sessions.access_tokens import VerifiedToken, key_id_of, read_access_token
from app.accounts.sessions.service import Client, confirm_session
from app.core.actor import Actor, DashboardLink
from app.core.addresses import AddressList, network_of
from app.core.credential_cache import (
    KEY_SECONDS,
    SHARE_SECONDS,
    CachedCredential,
    principal_of_key,
    principal_of_share,
)
from app.core.errors import Forbidden, TooManyRequests, Unauthenticated
from app.core.http.dependencies import platform_of
from app.core.http.operation import ApiOperation
from app.core.key_text import is_mistyped
from app.core.limits import Charge, Limit, Verdict
from app.core.platform import Platform
from app.core.share_tokens import SHARE_PREFIX, share_token_hash
from app.permissions import CUSTOMERS_MAY
from db.connections.authors import sign
from db.queries.credentials import (
    find_dashboard_share,
    touch_api_key,
    touch_dashboard_share,
)

_TOKEN_MAX_CHARACTERS = 4096


class Authentication(ASGIMiddleware):
    """Sets scope["user"] for every route that isn't public, and counts each request against its limits.

    Raises Unauthenticated or TooManyRequests.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        operation = ApiOperation.of(scope["route_handler"])
        if operation is not None and operation.is_unlimited:
            await next_app(scope, receive, send)
            return
        platform = platform_of(scope["litestar_app"])
        if operation is not None and operation.is_public:
            client = network_of_client(scope).encode()
            verdict = await _admit(platform, client, [_client(platform, scope)])
        else:
            header = next(
                (value for name, value in scope["headers"] if name == b"authorization"), b""
            )
            if operation is not None and operation.speaks_influx:
                header = bearer_of_influx(header, scope["query_string"])
            verdict = await identify(platform, scope, header)
        headers = [
            (name.lower().encode(), text.encode()) for name, text in _headers(verdict).items()
        ]

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await next_app(scope, receive, send_with_limits)


def bearer_of_influx(header: bytes, query: bytes) -> bytes:
    """As InfluxDB's clients say who they are: `Token …`, Basic with the key as the password, or
    `p` beside the user's name in the address."""
    scheme, _, rest = header.partition(b" ")
    token = rest.strip()
    match scheme.lower():
        case b"":
            token = parse_qs(query.decode("latin-1")).get("p", [""])[0].encode("latin-1", "replace")
        case b"basic":
            try:
                token = base64.b64decode(token, validate=True).partition(b":")[2]
            except ValueError:
                return header
        case b"token":
            pass
        case _:
            return header
    return b"Bearer " + token if token else header


async def identify(platform: Platform, scope: Scope, header: bytes) -> Verdict:
    """Set scope["user"] by an Authorization header, and count the request."""
    credential = hashlib.sha256(header).digest()
    await _refuse_repeated(platform, credential)
    cache = platform.credential_cache
    found = cache.find(credential)
    if found is None:
        changes = cache.changes
        try:
            found = await _authenticate(header.decode("latin-1"), platform)
        except Unauthenticated:
            # Guessing is counted by address, as there is nobody else to count it against.
            await _admit(platform, credential, [_client(platform, scope)])
            raise
        cache.keep(credential, found, changes=changes)
    addresses = found.actor.addresses
    if addresses is not None and (address := _address(scope)) not in addresses:
        await _admit(platform, credential, [_client(platform, scope)])
        raise Forbidden(f"the API key may not be used from {address or 'a local socket'}")
    scope["user"] = found.actor
    sign(found.actor.principal)
    return await _admit(platform, credential, found.charges)


async def confirm(header: str, platform: Platform) -> Actor:
    """Who the header speaks for at this moment, whatever is remembered of it or written in it: a
    token is good for minutes, its session may have ended. Raises Unauthenticated."""
    actor = (await _authenticate(header, platform)).actor
    if actor.user_id is None:
        return actor
    async with platform.database.snapshot(actor.tenant) as reader:
        return await confirm_session(reader, actor)


async def _authenticate(header: str, platform: Platform) -> CachedCredential:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("send Authorization: Bearer with an access token or an API key")
    if len(token) > _TOKEN_MAX_CHARACTERS:
        raise Unauthenticated("the token is too long")
    if token.startswith("sk_"):
        return await _key_holder(platform, token)
    if token.startswith(SHARE_PREFIX):
        return await _link_holder(platform, token)
    foreign = platform.foreign_issuer
    if foreign.has_issued(token):
        actor = await foreign.read(token, platform.database)
        until = actor.expires_at.timestamp() if actor.expires_at else 0.0
        return CachedCredential(actor, _charges(platform, actor), until)
    key = await platform.signing_keys.find(key_id_of(token))
    found = read_access_token(key, token, issuer=platform.settings.server.public_url)
    actor = await _still_there(platform, found)
    return CachedCredential(actor, _charges(platform, actor), found.expires_at)


async def _still_there(platform: Platform, token: VerifiedToken) -> Actor:
    """Without a question to the database, which tells us of sessions that end; but for tokens that
    are older than our listening. Raises Unauthenticated."""
    if platform.credential_cache.has_ended(token.actor.session_id):
        raise Unauthenticated("the session has ended")
    if not platform.credential_cache.was_unheard(token.issued_at):
        return token.actor
    async with platform.database.snapshot(token.actor.tenant) as reader:
        return await confirm_session(reader, token.actor)


async def _key_holder(platform: Platform, key: str) -> CachedCredential:
    if is_mistyped(key):
        raise Unauthenticated("the API key has a typing error: its last six characters don't fit")
    found = await find_key(platform, key)
    if found is None:
        raise Unauthenticated("the API key is unknown, revoked or expired")
    allowed = found.allowed_addresses
    if found.last_used_is_old:
        await touch_api_key(platform.database.lookups, platform.keys.hash(key))
    actor = Actor(
        org_id=found.org_id,
        principal=principal_of_key(found.id),
        permissions=found.scopes if found.customer_id is None else found.scopes & CUSTOMERS_MAY,
        expires_at=found.expires_at,
        addresses=None if allowed is None else AddressList(allowed),
        cameras=None if found.camera_ids is None else frozenset(found.camera_ids),
        customer_id=found.customer_id,
    )
    until = time.time() + KEY_SECONDS
    if found.expires_at is not None:
        until = min(until, found.expires_at.timestamp())
    return CachedCredential(actor, _charges(platform, actor), until)


async def _link_holder(platform: Platform, token: str) -> CachedCredential:
    pool, token_hash = platform.database.lookups, share_token_hash(token)
    found = await find_dashboard_share(pool, token_hash)
    if found is None:
        raise Unauthenticated("the link is unknown, revoked or expired")
    if found.last_used_is_old:
        await touch_dashboard_share(pool, token_hash)
    chosen = msgspec.json.decode(found.chosen, type=dict[str, list[UUID]])
    actor = Actor(
        org_id=found.org_id,
        principal=principal_of_share(found.id),
        permissions=frozenset({"shared-dashboard:read"}),
        expires_at=found.expires_at,
        link=DashboardLink(found.dashboard_id, chosen, found.shows_alerts),
        customer_id=found.customer_id,
    )
    until = min(time.time() + SHARE_SECONDS, found.expires_at.timestamp())
    return CachedCredential(actor, _charges(platform, actor), until)


def _charges(platform: Platform, actor: Actor) -> list[Charge]:
    settings = platform.settings
    return [
        Charge(Limit("key", settings.limits.key_requests_per_second), actor.principal),
        Charge(
            Limit("organization", settings.limits.organization_requests_per_second),
            str(actor.org_id),
        ),
    ]


def _client(platform: Platform, scope: Scope) -> Charge:
    return Charge(
        Limit("client", platform.settings.limits.client_requests_per_second),
        network_of_client(scope),
    )


def network_of_client(scope: Scope) -> str:
    """What a client without a credential is counted as."""
    return network_of(_address(scope))


def client_of(scope: Scope) -> Client:
    """From where a person asks, and with which program, as they are shown it."""
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    return Client(_address(scope), agent.decode("latin-1"))


def _address(scope: Scope) -> str:
    client = scope["client"]
    return client[0] if client else ""


async def _admit(platform: Platform, credential: bytes, charges: Sequence[Charge]) -> Verdict:
    verdict = await platform.limiter.charge(charges)
    if not verdict.is_allowed:
        platform.limiter.refuse(credential, verdict.wait_seconds)
        await platform.limiter.hold()
        raise TooManyRequests(verdict.wait_seconds, _headers(verdict))
    return verdict


async def _refuse_repeated(platform: Platform, credential: bytes) -> None:
    wait = platform.limiter.known_wait(credential)
    if wait > 0:
        await platform.limiter.hold()
        raise TooManyRequests(wait)


def _headers(verdict: Verdict) -> dict[str, str]:
    return {"RateLimit-Policy": verdict.policy, "RateLimit": verdict.remaining}
