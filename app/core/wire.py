"""How values travel: camelCase JSON, RFC 3339 times in UTC, half-open ranges, opaque cursors."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec

from app.core.documentation import described
from app.core.errors import Malformed

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


class Read(msgspec.Struct, rename="camel"):
    """What an answer is made of. Where it stands alone, its ETag and Location become headers (core/http/responses.py)."""

    def etag(self) -> str | None:
        """Changes with every edit by people, and not with telemetry."""
        id_, updated_at = getattr(self, "id", None), getattr(self, "updated_at", None)
        return None if id_ is None or updated_at is None else etag_of(id_, updated_at)

    def path(self) -> str | None:
        """The path under which what was just created is found."""
        return None


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What a request brings. A field we don't know is refused: a typing error must not pass in silence."""


NextCursor = Annotated[
    str | None, described("To be sent as `cursor` for the next page; null on the last page.", None)
]


class Page(Read, Generic[T], omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal asked for it."""

    items: Annotated[list[T], described("At most `limit` of them, in the order asked for.")]
    next_cursor: NextCursor
    total: Annotated[
        int | msgspec.UnsetType, described("How many match in all; only with includeTotal.", 1)
    ] = msgspec.UNSET


Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with an offset or Z.")]
# Times in answers, always in UTC with Z. Each field of a struct adds its own words.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
CreatedAt = Annotated[Moment, described("When it was created.", "2026-11-23T09:15:00.123456Z")]
UpdatedAt = Annotated[
    Moment,
    described(
        "When people last changed it; telemetry doesn't count.", "2026-11-23T09:20:30.654321Z"
    ),
]


def etag_of(id_: UUID, updated_at: datetime) -> str:
    digest = hashlib.sha256(f"{id_} {updated_at.timestamp()}".encode()).digest()
    return f'"{base64.urlsafe_b64encode(digest[:15]).decode()}"'


def matches(if_match: str, etag: str) -> bool:
    """Of the resource, whose version a tag names, not of bytes: a proxy that compresses answers
    makes a weak tag of ours, which is as good."""
    tags = [tag.strip().removeprefix("W/") for tag in if_match.split(",")]
    return if_match.strip() == "*" or etag in tags


_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def instant(value: datetime, name: str) -> datetime:
    """The same moment in UTC. Raises Malformed for one that no device could have meant, or of no
    known zone."""
    if value.tzinfo is None:
        raise Malformed(f"{name} must end in an offset or Z")
    if not _EARLIEST <= value <= _LATEST:
        raise Malformed(f"{name} must lie between {_EARLIEST.year} and {_LATEST.year}")
    return value.astimezone(UTC)


def time_range(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    start, end = instant(start, "from"), instant(end, "to")
    if start >= end:
        raise Malformed("from must be before to")
    return start, end


def encode_cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode_cursor(cursor: str, key: type[T]) -> T:
    """The key that a cursor stands for, as the tuple type given. Raises Malformed for one that we
    didn't make."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=key)
    except (ValueError, msgspec.DecodeError):
        raise Malformed("the cursor is not one of this list's") from None


def split_list(values: list[str] | None) -> list[str]:
    """A list in a query: comma-separated or repeated, both work."""
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def split_ids(values: list[str] | None, parameter: str) -> list[UUID]:
    """As `split_list`, of ids. Raises Malformed for what is none."""
    try:
        return [UUID(text) for text in split_list(values)]
    except ValueError:
        raise Malformed(f"{parameter} must be UUIDs") from None


def one_of(choices: type[Choice], names: list[str], parameter: str) -> list[Choice]:
    """The names as members of that enumeration. Raises Malformed for one that isn't."""
    try:
        return [choices(name) for name in names]
    except ValueError:
        raise Malformed(f"{parameter} must be one of {', '.join(choices)}") from None
