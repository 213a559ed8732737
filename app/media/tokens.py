"""Signed tokens that stand in addresses of footage: who has one may see what it names, until it
ends. Reading one asks no database.

    base64url(purpose|word|…|end) . base64url(HMAC-SHA-256)

The purpose and the end are signed with the words, so that a token can be neither prolonged nor used
for something else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_TOKEN = 512


class BadToken(Exception):
    """It isn't ours, or its time is over."""


@dataclass(frozen=True, slots=True)
class MediaToken:
    """What a token allows. `words` have no "|"."""

    purpose: str
    words: tuple[str, ...]
    expires_at: datetime

    def signed(self, secrets: Sequence[bytes]) -> str:
        end = str(int(self.expires_at.timestamp()))
        body = _encoded("|".join((self.purpose, *self.words, end)).encode())
        return f"{body}.{_signature(body, secrets[0])}"


def read_token(text: str, purpose: str, secrets: Sequence[bytes], *, now: datetime) -> MediaToken:
    """Raises BadToken. Nothing but the signature is looked at before it is found right."""
    body, _, signature = text.partition(".")
    given = signature.encode("utf-8", "replace")
    if len(text) > LONGEST_TOKEN or not any(
        hmac.compare_digest(_signature(body, secret).encode(), given) for secret in secrets
    ):
        raise BadToken("the address is not one that we gave out")
    found, *words, end = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode().split("|")
    expires_at = datetime.fromtimestamp(int(end), UTC)
    if found != purpose:
        raise BadToken("the address is for something else")
    if now >= expires_at:
        raise BadToken("the address has expired")
    return MediaToken(found, tuple(words), expires_at)


def _signature(body: str, secret: bytes) -> str:
    return _encoded(hmac.digest(secret, body.encode("utf-8", "replace"), hashlib.sha256))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
