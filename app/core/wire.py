"""How values travel: camelCase JSON, RFC 3339 times in UTC, half-open ranges, opaque cursors."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.params import Parameter

from app.core.errors import Malformed

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


class Read(msgspec.Struct, rename="camel"):
    """What an answer is made of."""


class Body(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What a request brings. A field we don't know is refused: a typing error must not pass in silence."""


class Page(Read, Generic[T]):
    """One page of a list; nextCursor is null on the last one."""

    items: list[T]
    next_cursor: str | None


Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with an offset or Z.")]
From = Annotated[Instant, Parameter(query="from", description="Start of the range, included. RFC 3339.")]
To = Annotated[Instant, Parameter(query="to", description="End of the range, not included. RFC 3339.")]
Limit = Annotated[int, Parameter(ge=1, le=500, description="The most items on a page.")]
Cursor = Annotated[
    str | None, Parameter(max_length=500, description="nextCursor of the page before; nothing for the first.")
]

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def instant(value: datetime, name: str) -> datetime:
    """The same moment in UTC. Raises Malformed for one that no device could have meant, or of no known zone."""
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
    """The key that a cursor stands for, as the tuple type given. Raises Malformed for one that we didn't make."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=key)
    except (ValueError, msgspec.DecodeError):
        raise Malformed("the cursor is not one of this list's") from None


def listed(values: list[str] | None) -> list[str]:
    """A list in a query: comma-separated or repeated, both work."""
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def one_of(choices: type[Choice], names: list[str], parameter: str) -> list[Choice]:
    """The names as members of that enumeration. Raises Malformed for one that isn't."""
    try:
        return [choices(name) for name in names]
    except ValueError:
        raise Malformed(f"{parameter} must be one of {', '.join(choices)}") from None
