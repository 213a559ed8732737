"""What a backup consists of.

Outer tar: `head.json`, `key.age` where there is a passphrase, `data/00000000` …, `checksum.json`.
Inner tar: `manifest.json`, `secrets.json`, `credentials.json`, `settings.json`,
`database/00000000` …, `objects/…`, `end.json`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from app.embedded.errors import EmbeddedError

T = TypeVar("T")

FORMAT = "holdfast-backup/1"

HEAD, KEY, DATA, CHECKSUM = "head.json", "key.age", "data", "checksum.json"
MANIFEST, SECRETS, CREDENTIALS = "manifest.json", "secrets.json", "credentials.json"
SETTINGS, DATABASE, OBJECTS, END = "settings.json", "database", "objects", "end.json"


class Head(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What anybody may read of a backup."""

    format: str = FORMAT
    installation: str
    """Of which installation: the first half of its authority's SHA-256."""
    created_at: datetime
    version: str
    encryption: Literal["age", "none"]
    recipients: list[str]
    """The public keys that it was encrypted for; a passphrase's is not told."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is inside: rows by table, as the dump's own snapshot had them."""

    head: Head
    schema: str
    postgresql: str
    rows: dict[str, int]


class Totals(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The last member: without it something is missing."""

    objects: int
    object_bytes: int


class Checksum(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str
    """Of all data, as it is stored."""


def decoded(content: bytes, type_: type[T]) -> T:
    """Raises EmbeddedError for what isn't one."""
    try:
        return msgspec.json.decode(content, type=type_)
    except msgspec.DecodeError as error:
        raise EmbeddedError(f"the backup is damaged: {error}") from None
