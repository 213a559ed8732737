"""Access tokens of the foreign issuer that the operator has named (OpenID Connect).

Its keys are fetched when they are first needed, again when they are old, and when a token names one
that isn't known, which strangers may do as often as they like: so not more than once in a while.
Where it doesn't answer, the keys that are known go on for a day. A key is good for one algorithm,
its own, whatever a token says.

Who has such a token is a program: it may at most what an admin may, never what a person alone may,
and keys that it makes end with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import jwt
import msgspec
import structlog
from sqlalchemy import select

from app.core.actor import Actor
from app.core.errors import Unauthenticated, Unavailable
from app.permissions import PERMISSIONS_OF_ROLE, Role
from app.settings.foreign_tokens import ForeignTokenSettings, is_safe_address
from db.connections.sessions import Database
from db.models import Organization

log = structlog.get_logger()

FRESH_SECONDS = 3600
AGAIN_SECONDS = 10
KEPT_SECONDS = 86_400
SKEW_SECONDS = 30
_TIMEOUT_SECONDS = 5
_BYTES_MAX = 256 * 1024
_KEYS_MAX = 100
_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_ROLES = (Role.MEMBER, Role.ADMIN)


class IssuerAway(Exception):
    """It doesn't answer, or not as an issuer does."""


class ForeignIssuer:
    """With its keys, as this process knows them."""

    def __init__(
        self, settings: ForeignTokenSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at = -math.inf
        self._tried_at = -math.inf
        self._fetching = asyncio.Lock()

    def has_issued(self, token: str) -> bool:
        """Whether the token says so: to know whom to ask, and no more."""
        if self._settings.issuer is None:
            return False
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            return False
        return claims.get("iss") == self._settings.issuer

    async def read(self, token: str, database: Database) -> Actor:
        """Who has it. Raises Unauthenticated; Unavailable where the issuer's keys aren't known."""
        key = await self.key_of(token)
        try:
            claims = self._verified(token, key)
            org_id = UUID(str(claims[self._settings.organization_claim]))
            role = Role(claims[self._settings.role_claim])
            ends_at = datetime.fromtimestamp(claims["exp"], UTC)
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the access token is expired") from None
        except (jwt.InvalidTokenError, LookupError, ValueError, TypeError, OverflowError):
            raise Unauthenticated("the access token is not valid") from None
        if role not in _ROLES or not await _is_there(database, org_id):
            raise Unauthenticated("the access token is not valid")
        return Actor(
            org_id=org_id,
            principal=self._principal(claims["sub"]),
            permissions=PERMISSIONS_OF_ROLE[role] - {"second-factor:write"},
            expires_at=ends_at,
        )

    def _verified(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        """Raises InvalidTokenError."""
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=SKEW_SECONDS,
            options={"require": ["exp", "iat", "sub"]},
        )
        if claims["exp"] <= time.time():  # the leeway is for clocks that are behind, not for this
            raise jwt.ExpiredSignatureError
        return claims

    def _principal(self, subject: str) -> str:
        said = f"{self._settings.issuer}\0{subject}".encode()
        return f"oidc_{hashlib.sha256(said).hexdigest()[:32]}"

    async def key_of(self, token: str) -> jwt.PyJWK:
        """The one that the token names. Raises Unauthenticated, Unavailable."""
        try:
            id_ = str(jwt.get_unverified_header(token).get("kid"))
        except jwt.InvalidTokenError:
            raise Unauthenticated("the access token is not valid") from None
        await self._refresh(id_)
        if self._clock() - self._fetched_at > KEPT_SECONDS:
            raise Unavailable("the issuer of the access token doesn't answer")
        if id_ not in self._keys:
            raise Unauthenticated("the access token is not valid")
        return self._keys[id_]

    async def _refresh(self, id_: str) -> None:
        """Where the keys are old, or this one isn't among them."""
        if self._is_good(id_):
            return  # whoever waits for the issuer holds up nobody else
        async with self._fetching:
            now = self._clock()
            if self._is_good(id_) or now - self._tried_at < AGAIN_SECONDS:
                return
            self._tried_at = now
            try:
                self._keys = await self._fetch()
                self._fetched_at = now
            except (httpx.HTTPError, IssuerAway, jwt.PyJWTError, msgspec.MsgspecError) as error:
                log.warning("a foreign issuer's keys can't be had", error=type(error).__name__)

    def _is_good(self, id_: str) -> bool:
        return id_ in self._keys and self._clock() - self._fetched_at < FRESH_SECONDS

    async def _fetch(self) -> dict[str, jwt.PyJWK]:
        issuer = str(self._settings.issuer)
        place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
            told = await _document(http, place)
            keys_at = told.get("jwks_uri")
            if told.get("issuer") != issuer or not is_safe_address(str(keys_at)):
                raise IssuerAway
            return _usable(await _document(http, str(keys_at)))


async def _document(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """Raises HTTPError, MsgspecError, IssuerAway for what is larger than any should be."""
    found = bytearray()
    async with http.stream("GET", url) as answer:
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            found += piece
            if len(found) > _BYTES_MAX:
                raise IssuerAway
    return msgspec.json.decode(found, type=dict[str, Any])


def _usable(document: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """The asymmetric ones that have an id. Others are nobody's business."""
    found = {}
    for each in list(document.get("keys") or [])[:_KEYS_MAX]:
        try:
            key = jwt.PyJWK.from_dict(each)
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
            continue
        if key.key_id and key.algorithm_name in _ALGORITHMS and key.public_key_use != "enc":
            found[str(key.key_id)] = key
    return found


async def _is_there(database: Database, org_id: UUID) -> bool:
    async with database.snapshot(org_id) as reader:
        there = select(Organization.id).where(Organization.id == org_id)
        return await reader.value(there) is not None
