"""What a letter carries to prove that it was read: whose account, until when, and an HMAC.

Nothing of them is stored. The HMAC is also over what the token changes (`about`): the hash of the
password that is to be replaced, or the address that is to be verified. So a token is of no use once
that is another, and a reset works once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import time
from typing import Literal, NamedTuple
from uuid import UUID

from app.core.keys import Keys, SecretKeys

Purpose = Literal["reset", "verify", "device"]
_BODY = struct.Struct(">16sQ")
_MAC_BYTES = 32


class ProofClaim(NamedTuple):
    """What a token says before it is known whether that is so."""

    user_id: UUID
    expires_at: int
    body: bytes
    mac: bytes


def issue_proof(keys: Keys, purpose: Purpose, user_id: UUID, *, about: str, seconds: int) -> str:
    body = _BODY.pack(user_id.bytes, int(time.time()) + seconds)
    sealed = body + _mac(keys.all[0], purpose, body, about)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def read_claim(token: str) -> ProofClaim | None:
    """Whom it would be of, to find what it is about; None for what can't be one, or is too old."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    body, mac = sealed[: _BODY.size], sealed[_BODY.size :]
    if len(body) != _BODY.size or len(mac) != _MAC_BYTES:
        return None
    id_, expires_at = _BODY.unpack(body)
    claim = ProofClaim(UUID(bytes=id_), expires_at, body, mac)
    return claim if time.time() < expires_at else None


def is_proof(keys: Keys, purpose: Purpose, claim: ProofClaim, *, about: str) -> bool:
    return any(
        hmac.compare_digest(claim.mac, _mac(each, purpose, claim.body, about)) for each in keys.all
    )


def _mac(secret: SecretKeys, purpose: Purpose, body: bytes, about: str) -> bytes:
    said = b"\0".join([b"proof", purpose.encode(), body, about.encode()])
    return hmac.digest(secret.token_hashing, said, hashlib.sha256)
