"""The header Range (RFC 9110, section 14), as far as an object store needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.errors import RangeNotSatisfiable

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_DIGITS_MAX = 18  # so many say where any object ends


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
    first, last = (_number(digits) for digits in asked.groups())
    if first is None:
        start, end = max(size_bytes - (last or 0), 0), size_bytes
    elif last is None:
        start, end = first, size_bytes
    elif last < first:
        return None
    else:
        start, end = first, min(last + 1, size_bytes)
    if start >= end:
        raise RangeNotSatisfiable(size_bytes)
    return ByteRange(start, end)


def _number(digits: str) -> int | None:
    """A number of any length, which a client chose; beyond all objects they are all the same."""
    if not digits:
        return None
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _DIGITS_MAX else 10**_DIGITS_MAX
