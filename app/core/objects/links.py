"""Signed, expiring addresses of local objects: what S3 calls presigned, for a folder.

The signature covers the method, the key, the time and every word that changes what happens, so that
a link can be neither prolonged nor turned to another object.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

PATH = "/api/objects"
_WORDS = ("expires", "name", "size", "sha256", "type")


class BadLink(Exception):
    """The signature isn't ours, or its time is over."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a signature allows. `words` are the query's: the file's name, or what an upload must
    be."""

    method: str  # "GET" (and HEAD) or "PUT"
    key: str
    expires_at: datetime
    words: Mapping[str, str]


def signed_path(link: Link, secret: bytes) -> str:
    query = {"expires": str(int(link.expires_at.timestamp())), **link.words}
    query["signature"] = _signature(link.method, link.key, query, secret)
    return f"{PATH}/{quote(link.key)}?{urlencode(query, quote_via=quote)}"


def read_link(
    method: str, key: str, query: Mapping[str, str], secrets: Sequence[bytes], *, now: datetime
) -> Link:
    """What the address allows, if any of the secrets has signed it. Raises BadLink for one that we
    didn't sign or whose time is over.

    Nothing but the signature is looked at before it is found right, in constant time.
    """
    given = query.get("signature", "").encode("utf-8", "replace")
    expected = [_signature(method, key, query, secret).encode() for secret in secrets]
    if not any(hmac.compare_digest(each, given) for each in expected):
        raise BadLink("the link's signature is not right")
    expires_at = datetime.fromtimestamp(int(query["expires"]), UTC)
    if now >= expires_at:
        raise BadLink("the link has expired")
    words = {name: query[name] for name in _WORDS[1:] if name in query}
    return Link(method, key, expires_at, words)


def _signature(method: str, key: str, query: Mapping[str, str], secret: bytes) -> str:
    # Lengths before the values: no two sets of words are signed as the same text.
    parts = [method, key, *(f"{name}={query[name]}" for name in _WORDS if name in query)]
    text = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hmac.digest(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
