"""Access tokens: a signed JWT, verified without a database read."""

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
from app.core.signing_keys import ALGORITHM, TokenKey
from app.permissions import ENROLMENT, Role, permissions_of
from db.ids import new_id

AUDIENCE = "holdfast"


def issue_access_token(
    key: TokenKey,
    *,
    issuer: str,
    user_id: UUID,
    org_id: UUID,
    role: str,
    seconds: int,
    session_id: UUID,
    mfa_at: datetime | None = None,
    must_enrol: bool = False,
    customer_id: UUID | None = None,
) -> str:
    """Of a session, by which it is known whether it has ended. `mfa_at` is when a second factor was
    given in it."""
    now = datetime.now(UTC)
    factor = {} if mfa_at is None else {"mfa_at": int(mfa_at.timestamp())}
    return key.sign(
        {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "org": str(org_id),
            "role": role,
            "iat": now,
            "exp": now + timedelta(seconds=seconds),
            "sid": str(session_id),
            "jti": str(new_id()),
            "amr": ["pwd", "otp"] if factor else ["pwd"],
            **factor,
            **({"enrol": True} if must_enrol else {}),
            **({} if customer_id is None else {"customer": str(customer_id)}),
        }
    )


class VerifiedToken(NamedTuple):
    """Who the token speaks for, since when and until when (seconds since 1970)."""

    actor: Actor
    issued_at: float
    expires_at: float


def key_id_of(token: str) -> str:
    """Of which key the token says it is: to find it, and no more. Raises Unauthenticated."""
    try:
        return str(jwt.get_unverified_header(token).get("kid"))
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        raise Unauthenticated("the access token is not valid") from None


def read_access_token(key: TokenKey | None, token: str, *, issuer: str) -> VerifiedToken:
    """What the token says. `key` is the one that it names, None where there is no such.

    Raises Unauthenticated for one that is expired, altered or not ours.
    """
    try:
        claims = _verified(key, token, issuer)
        user_id, org_id, role = UUID(claims["sub"]), UUID(claims["org"]), Role(claims["role"])
        session_id = UUID(claims["sid"])
        mfa_at, must_enrol = claims.get("mfa_at"), bool(claims.get("enrol"))
        given_at = None if mfa_at is None else datetime.fromtimestamp(mfa_at, UTC)
        customer_id = UUID(claims["customer"]) if "customer" in claims else None
        issued_at, expires_at = float(claims["iat"]), float(claims["exp"])
    except jwt.ExpiredSignatureError:
        raise Unauthenticated("the access token is expired") from None
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
        raise Unauthenticated("the access token is not valid") from None
    actor = Actor(
        org_id=org_id,
        principal=f"user_{user_id.hex}",
        permissions=(
            ENROLMENT if must_enrol else permissions_of(role, of_customer=customer_id is not None)
        ),
        user_id=user_id,
        role=role,
        session_id=session_id,
        customer_id=customer_id,
        mfa_at=given_at,
        must_enrol=must_enrol,
    )
    return VerifiedToken(actor, issued_at, expires_at)


def _verified(key: TokenKey | None, token: str, issuer: str) -> dict[str, Any]:
    """The claims. Raises InvalidTokenError."""
    if key is None:
        raise jwt.InvalidSignatureError
    claims: dict[str, Any] = jwt.decode(
        token,
        key.public,
        algorithms=[ALGORITHM],
        audience=AUDIENCE,
        issuer=issuer,
        # When it was issued is compared here: PyJWT's leeway would prolong it, too.
        options={
            "require": ["exp", "iat", "sub", "org", "role", "sid", "jti"],
            "verify_iat": False,
        },
    )
    if float(claims["iat"]) > time.time() + CLOCK_SKEW_SECONDS:
        raise jwt.ImmatureSignatureError
    return claims


def public_key(key: TokenKey) -> dict[str, str]:
    """As a JWK (RFC 8037)."""
    raw = key.public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": ALGORITHM,
        "kid": key.id,
        "x": _base64url(raw),
    }


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
