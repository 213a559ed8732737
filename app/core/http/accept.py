"""Which of the formats that a route can answer in the client wants, by its Accept header (RFC 9110,
section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from litestar.datastructures.headers import Accept, MediaTypeHeader

from app.core.errors import NotAcceptable


def wanted(accept: str, offered: Sequence[str]) -> str:
    """The one of `offered`, best first, that `accept` prefers. Raises NotAcceptable where it takes
    none of them."""
    try:
        ranges = [part for part in accept.split(",") if part.strip()]
        refused = [
            media_type for media_type in map(MediaTypeHeader, ranges) if _is_refused(media_type)
        ]
        names = {f"{media_type.maintype}/{media_type.subtype}" for media_type in refused}
        left = [media_type for media_type in offered if media_type not in names]
        taken = [part for part in ranges if not _is_refused(MediaTypeHeader(part))]
        found = Accept(",".join(taken) if ranges else "*/*").best_match(left)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise NotAcceptable(f"this is answered as one of {', '.join(offered)}")
    return found


def _is_refused(media_type: MediaTypeHeader) -> bool:
    quality, _ = media_type.priority
    return quality <= 0
