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
from uuid import UUID

from db.connections.tenants import Tenant

LONGEST_TOKEN = 512


def word_of(tenant: Tenant) -> str:
    """Whose footage a token shows; read by `tenant_of_word`."""
    org_id, customer_id = tenant
    return org_id.hex if customer_id is None else f"{org_id.hex}.{customer_id.hex}"


def tenant_of_word(word: str) -> Tenant:
    org_id, _, customer_id = word.partition(".")
    return Tenant(UUID(org_id), UUID(customer_id) if customer_id else None)


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
