"""Parameters of requests: how one is described, and those that many handlers have in common."""

from __future__ import annotations

from typing import Annotated, Any

from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, ParameterKwarg, QueryParameter

from app.core import idempotency
from app.core.wire import Instant


def parameter(
    text: str, example: Any, *, query: str | None = None, header: str | None = None, **how: Any
) -> ParameterKwarg:
    """For a handler's parameter, which can't be written without words and a real value: in the
    query, under its own name or the one given, or in a header."""
    kind = QueryParameter if header is None else HeaderParameter
    return kind(name=query or header, description=text, examples=[Example(value=example)], **how)


REPEATED_MAX = 20


def repeated(
    text: str,
    examples: list[Any],
    *,
    items: dict[str, Any],
    query: str | None = None,
    at_most: int = REPEATED_MAX,
) -> ParameterKwarg:
    """For one that takes several values, comma-separated or repeated, and not more than so many:
    each costs something, and an address has room for thousands. `items` is their JSON Schema."""
    return parameter(
        f"{text}; comma-separated or repeated.",
        examples,
        query=query,
        max_items=at_most,
        schema_extra={"items": items},
    )


From = Annotated[
    Instant,
    parameter(
        "Start of the range, included. RFC 3339 with an offset or Z.",
        "2026-11-23T00:00:00Z",
        query="from",
    ),
]
To = Annotated[
    Instant,
    parameter(
        "End of the range, not included. RFC 3339 with an offset or Z.",
        "2026-11-24T00:00:00Z",
        query="to",
    ),
]
Limit = Annotated[int, parameter("The most items on a page.", 50, ge=1, le=500)]
Cursor = Annotated[
    str | None,
    parameter(
        "`nextCursor` of the page before; left out for the first page.",
        "WyIiLCIyMDI2LTExLTIzVDA5OjE1OjAwWiJd",
        max_length=2000,
    ),
]
Sort = Annotated[
    str | None,
    parameter(
        "A field to sort by, with - before it for descending order; newest first if left out.",
        "-createdAt",
        max_length=50,
    ),
]
IncludeTotal = Annotated[
    bool,
    parameter(
        "Count all items that match as `total`; costs a scan of them.", True, query="includeTotal"
    ),
]
IfMatch = Annotated[
    str | None,
    parameter(
        "The ETag that the resource must still have, or *.",
        '"vjb_bJbDuZ-QJeEPTJPp"',
        header="If-Match",
        max_length=500,
    ),
]
IdempotencyKey = Annotated[
    str | None,
    parameter(
        "Makes it safe to send the same request again: within 24 hours it has one effect and one answer.",
        "9f2d6c1e-registration-17",
        header=idempotency.HEADER,
        schema_extra={"pattern": r"^[\x21-\x7e]{1,255}$"},
    ),
]
