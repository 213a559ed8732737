"""Where a camera's gateway serves its pictures itself, and the token by which it knows who comes.

The token is a JWT under the installation's published keys (/.well-known/jwks.json), so that a
gateway checks it without asking anybody: `aud` is its device id, `sub` the session, `camera` the
camera. It can't be used with the platform, whose own tokens are of another audience.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.core.signing_keys import OTHER_TOKENS_SECONDS, TokenKey

TOKEN_LIFETIME = timedelta(seconds=OTHER_TOKENS_SECONDS)
PLACE = "{token}"
"""What stands in a camera's `localUrl` where the token goes."""


class LocalView(NamedTuple):
    """Who is to be shown what, by which gateway."""

    device_id: UUID
    camera_id: UUID
    session_id: UUID


def local_url(address: str, view: LocalView, key: TokenKey, *, issuer: str) -> str:
    """A camera's `localUrl` with a token in its place, good for minutes."""
    now = datetime.now(UTC)
    claims = {
        "iss": issuer,
        "aud": str(view.device_id),
        "sub": str(view.session_id),
        "camera": str(view.camera_id),
        "iat": now,
        "exp": now + TOKEN_LIFETIME,
    }
    return address.replace(PLACE, key.sign(claims))
