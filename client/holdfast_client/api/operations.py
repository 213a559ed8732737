# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Health and public keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


class Health(Struct, kw_only=True, omit_defaults=True):
    """`status` is "ok" when every part is; a part that isn't says why in a word."""

    status: Literal["ok", "unavailable"]
    """In a word."""
    parts: dict[str, str] | None = None
    """Of each part, where parts were asked: ok, or what is wrong."""


class PublicKey(Struct, kw_only=True, omit_defaults=True):
    """An Ed25519 key (RFC 8037)."""

    kty: str
    """Key type."""
    crv: str
    """Curve."""
    use: str
    """What it is for: signatures."""
    alg: str
    """Algorithm of the signatures."""
    kid: str
    """Key id, as in the header of a token."""
    x: str
    """The key, base64url."""


class PublicKeys(Struct, kw_only=True, omit_defaults=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[PublicKey]
    """Those in use."""


_getPublicKeys = Endpoint("getPublicKeys", "GET", "/.well-known/jwks.json", "natural")
_getProblems = Endpoint("getProblems", "GET", "/api/problems", "natural")
_getLiveness = Endpoint("getLiveness", "GET", "/health/live", "natural")
_getReadiness = Endpoint("getReadiness", "GET", "/health/ready", "natural")


class WellKnownApi(SyncTransport):
    """Operations of `well_known`, for programs that wait."""

    def public_keys(self) -> PublicKeys:
        """The keys with which our access tokens are verified (RFC 7517): those that sign, or will
        within minutes, first.
        """
        return self._call(_getPublicKeys, answer=PublicKeys)


class AsyncWellKnownApi(AsyncTransport):
    """Operations of `well_known`, for asynchronous programs."""

    async def public_keys(self) -> PublicKeys:
        """The keys with which our access tokens are verified (RFC 7517): those that sign, or will
        within minutes, first.
        """
        return await self._call(_getPublicKeys, answer=PublicKeys)


class ProblemsApi(SyncTransport):
    """Operations of `problems`, for programs that wait."""

    def get(self) -> bytes:
        """Every code that an error can carry: the page that a problem's `type` leads to."""
        return self._call(_getProblems, answer=bytes)


class AsyncProblemsApi(AsyncTransport):
    """Operations of `problems`, for asynchronous programs."""

    async def get(self) -> bytes:
        """Every code that an error can carry: the page that a problem's `type` leads to."""
        return await self._call(_getProblems, answer=bytes)


class HealthApi(SyncTransport):
    """Operations of `health`, for programs that wait."""

    def liveness(self) -> Health:
        """The process answers."""
        return self._call(_getLiveness, answer=Health)

    def readiness(self) -> Health:
        """Database, Redis, object store and broker answer, and readings are stored. 503 otherwise. As
        it was within the last second.
        """
        return self._call(_getReadiness, answer=Health)


class AsyncHealthApi(AsyncTransport):
    """Operations of `health`, for asynchronous programs."""

    async def liveness(self) -> Health:
        """The process answers."""
        return await self._call(_getLiveness, answer=Health)

    async def readiness(self) -> Health:
        """Database, Redis, object store and broker answer, and readings are stored. 503 otherwise. As
        it was within the last second.
        """
        return await self._call(_getReadiness, answer=Health)
