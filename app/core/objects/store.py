"""What an object store does, whichever it is."""

from __future__ import annotations

import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

_KEY = re.compile(r"[0-9a-f-]{36}/[a-z0-9-]+/[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_AREA = re.compile(r"[a-z0-9-]+")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,10})?")


class Missing(Exception):
    """There is no object under this key."""


class WrongContent(Exception):
    """What was uploaded has another size or another SHA-256 than was announced."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is there. Size in bytes."""

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class UploadLink:
    """How somebody without an account here sends one object: a PUT of the body with exactly these
    headers."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class Upload(ABC):
    """An object on its way in. Nobody sees it before the block that opened it has ended without an
    error."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was written so far, in hexadecimal."""
        return self._hash.hexdigest()

    async def write(self, data: bytes | memoryview) -> None:
        """Waits while the store is slower than the writer: memory stays flat."""
        self.size += len(data)
        self._hash.update(data)
        await self._store(data)

    @abstractmethod
    async def _store(self, data: bytes | memoryview) -> None: ...


class ObjectStore(Protocol):
    """Keys come from `new_key` and `numbered_key` alone. OSError, or the client's own error, when
    the store is away."""

    @property
    def links_origin(self) -> str:
        """Of all its links; empty where they lead to the platform itself."""

    async def prepare(self) -> None:
        """Make what must be there before the first object: the folder or the bucket."""

    async def check(self) -> None:
        """Raises when objects can't be written."""

    async def put(self, key: str, data: bytes | memoryview, *, content_type: str) -> None:
        """Store an object that is whole already, in one request."""

    def upload(self, key: str, *, content_type: str) -> AbstractAsyncContextManager[Upload]:
        """Send an object of unknown size piece by piece. An error in the block leaves nothing
        behind."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes in [start, end), piece by piece. Raises Missing."""

    async def find(self, key: str) -> Stored | None:
        """The object under this key, without its bytes."""

    def list(self, prefix: str = "") -> AsyncIterator[Stored]:
        """Every object whose key begins so, in the order of keys."""

    async def delete(self, key: str) -> None:
        """Take an object away; one that isn't there is no error."""

    async def delete_many(self, keys: Sequence[str]) -> None:
        """The same for any number of them, in as few requests as the store allows."""

    async def end_uploads(self, prefix: str, *, begun_before: datetime) -> int:
        """Throw away what unfinished uploads have left; returns how many."""

    async def download_link(self, key: str, *, lifetime: timedelta, file_name: str) -> str:
        """An address under which anybody reads this object, with ranges, until it expires."""

    async def inline_link(self, key: str, *, lifetime: timedelta, content_type: str) -> str:
        """The same for what a page shows or plays: served as this type, and not as a file to keep.
        Its path ends as the key does, which players go by."""

    async def upload_link(
        self, key: str, *, lifetime: timedelta, size: int, sha256: str, content_type: str
    ) -> UploadLink:
        """How anybody sends this object and no other: the store refuses another size or SHA-256
        (hex)."""

    async def verify(self, key: str, *, size: int, sha256: str) -> None:
        """Raises Missing, or WrongContent when what is stored isn't what was announced."""


def new_key(org_id: UUID, area: str, id_: UUID, suffix: str = "") -> str:
    """`{organization}/{area}/{id}-{random}{suffix}`: nobody guesses it, and nothing in it leads
    elsewhere."""
    if not _AREA.fullmatch(area) or not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"no part of a key: {area!r}, {suffix!r}")
    return f"{prefix_of(org_id, area, id_)}-{secrets.token_hex(16)}{suffix}"


def numbered_key(org_id: UUID, area: str, series: int, number: int, suffix: str = "") -> str:
    """`{organization}/{area}/{series}-{number}{suffix}`: for what only its writer asks for, and
    whoever comes after it finds without a list."""
    if not _AREA.fullmatch(area) or not _SUFFIX.fullmatch(suffix) or min(series, number) < 0:
        raise ValueError(f"no part of a key: {area!r}, {series}, {number}, {suffix!r}")
    return f"{org_id}/{area}/{series}-{number}{suffix}"


def prefix_of(org_id: UUID, area: str, id_: UUID | None = None) -> str:
    """What the keys of one thing, or of an organization's whole area, begin with."""
    return f"{org_id}/{area}/" + ("" if id_ is None else str(id_))


def checked(key: str) -> str:
    """The key as it is. Raises ValueError for one that can't be ours."""
    if not _KEY.fullmatch(key):
        raise ValueError("this is no key of an object")
    return key


async def verify_by_reading(store: ObjectStore, key: str, *, size: int, sha256: str) -> None:
    """For `verify`: reads the object once, piece by piece."""
    found = await store.find(key)
    if found is None:
        raise Missing(key)
    if found.size != size:
        raise WrongContent(f"{found.size} bytes instead of {size}")
    digest = hashlib.sha256()
    async for piece in store.read(key):
        digest.update(piece)
    if digest.hexdigest() != sha256.lower():
        raise WrongContent("another SHA-256 than was announced")
