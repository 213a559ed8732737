"""Refresh tokens: `rt_` and, in base64url, the session's id, a counter, and their HMAC.

Nothing of them is stored. Whoever has the session's counter can make the token again: so a request
that is repeated, because its answer was lost or because two tabs asked at once, gets the same
answer as the first, and only a token that is older than that tells of a thief.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from typing import NamedTuple
from uuid import UUID

from app.core.keys import Keys, SecretKeys

PREFIX = "rt_"
_BODY = struct.Struct(">16sI")
_MAC_BYTES = 32


class RefreshClaim(NamedTuple):
    """What a token says: of which session, and the how-manieth it is."""

    session_id: UUID
    counter: int


def issue_refresh_token(keys: Keys, claim: RefreshClaim) -> str:
    """The same for the same claim, until the installation's secret changes."""
    body = _BODY.pack(claim.session_id.bytes, claim.counter)
    sealed = body + _mac(keys.all[0], body)
    return PREFIX + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read_refresh_token(keys: Keys, token: str) -> RefreshClaim | None:
    """None for what isn't ours."""
    text = token.removeprefix(PREFIX)
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    body, mac = sealed[:-_MAC_BYTES], sealed[-_MAC_BYTES:]
    is_ours = any(hmac.compare_digest(mac, _mac(each, body)) for each in keys.all)
    if not is_ours or len(body) != _BODY.size or not token.startswith(PREFIX):
        return None
    id_, counter = _BODY.unpack(body)
    return RefreshClaim(UUID(bytes=id_), counter)


def _mac(secret: SecretKeys, body: bytes) -> bytes:
    return hmac.digest(secret.token_hashing, b"refresh token " + body, hashlib.sha256)
