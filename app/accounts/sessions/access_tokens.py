"""Access tokens: a signed JWT (EdDSA), verified without a database read."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization

from app.core.actor import Actor
from app.core.credential_cache import CLOCK_SKEW_SECONDS
from app.core.errors import Unauthenticated
from app.core.keys import Keys, SecretKeys
from app.permissions import Role, permissions_of
from db.ids import new_id

ALGORITHM = "EdDSA"
AUDIENCE = "holdfast"


def issue_access_token(
    keys: Keys,
    *,
    issuer: str,
    user_id: UUID,
    org_id: UUID,
    role: str,
    seconds: int,
    session_id: UUID,
    customer_id: UUID | None = None,
) -> str:
    """Of a session, by which it is known whether it has ended."""
    now = datetime.now(UTC)
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "org": str(org_id),
        "role": role,
        "iat": now,
        "exp": now + timedelta(seconds=seconds),
        "sid": str(session_id),
        "jti": str(new_id()),
    }
    if customer_id is not None:
        claims["customer"] = str(customer_id)
    return jwt.encode(claims, keys.token_signing, algorithm=ALGORITHM, headers={"kid": keys.id})


class VerifiedToken(NamedTuple):
    """Who the token speaks for, since when and until when (seconds since 1970)."""

    actor: Actor
    issued_at: float
    expires_at: float


def read_access_token(keys: Keys, token: str, *, issuer: str) -> VerifiedToken:
    """What the token says.

    Raises Unauthenticated for one that is expired, altered or not ours.
    """
    try:
        claims = _verified(keys, token, issuer)
        user_id, org_id, role = UUID(claims["sub"]), UUID(claims["org"]), Role(claims["role"])
        session_id = UUID(claims["sid"])
        customer_id = UUID(claims["customer"]) if "customer" in claims else None
        issued_at, expires_at = float(claims["iat"]), float(claims["exp"])
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("the access token is expired") from None
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise Unauthenticated("the access token is not valid") from None
    actor = Actor(
        org_id=org_id,
        principal=f"user_{user_id.hex}",
        permissions=permissions_of(role, of_customer=customer_id is not None),
        user_id=user_id,
        role=role,
        session_id=session_id,
        customer_id=customer_id,
    )
    return VerifiedToken(actor, issued_at, expires_at)


def _verified(keys: Keys, token: str, issuer: str) -> dict[str, Any]:
    """The claims, by whichever of our secrets the token was signed. Raises InvalidTokenError."""
    for secret in keys.all:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                secret.token_signing.public_key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=issuer,
                # When it was issued is compared here: PyJWT's leeway would prolong it, too.
                options={
                    "require": ["exp", "iat", "sub", "org", "role", "sid", "jti"],
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            continue
        if float(claims["iat"]) > time.time() + CLOCK_SKEW_SECONDS:
            raise jwt.ImmatureSignatureError
        return claims
    raise jwt.InvalidSignatureError


def public_key_set(keys: Keys) -> dict[str, Any]:
    """The JWKS (RFC 8037) with which others verify our access tokens: those of all secrets."""
    return {"keys": [_public_key(secret) for secret in keys.all]}


def _public_key(secret: SecretKeys) -> dict[str, str]:
    raw = secret.token_signing.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": ALGORITHM,
        "kid": secret.id,
        "x": _base64url(raw),
    }


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
