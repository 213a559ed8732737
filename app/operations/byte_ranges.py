"""The header Range (RFC 9110, section 14), as far as an object store needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.errors import RangeNotSatisfiable

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class ByteRange:
    """The bytes [start, end) of an object."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def read_range(header: str, size_bytes: int) -> ByteRange | None:
    """The one range that is asked for; None for the whole. Raises RangeNotSatisfiable.

    What can't be read as one range of bytes is ignored, as the RFC has it; several are answered
    with the whole.
    """
    asked = _RANGE.fullmatch(header.strip())
    if asked is None or asked.groups() == ("", ""):
        return None
    first, last = asked.groups()
    if not first:
        start, end = max(size_bytes - int(last), 0), size_bytes
    else:
        start, end = int(first), min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    if start >= end:
        raise RangeNotSatisfiable(size_bytes)
    return ByteRange(start, end)
