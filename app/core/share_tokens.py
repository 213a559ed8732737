"""What a share link carries: made at random, shown once, kept as a hash.

The hash needs no secret: nobody guesses 256 bits.
"""

from __future__ import annotations

import hashlib
import secrets

SHARE_PREFIX = "shr_"


def new_share_token() -> str:
    return SHARE_PREFIX + secrets.token_urlsafe(32)


def share_token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
