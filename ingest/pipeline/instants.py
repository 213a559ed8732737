"""Times as they are written: one instant is one microsecond, whichever door it comes in by.

What is finer is cut, as whole numbers of nanoseconds are: rounded, the same reading sent by two
doors would be two.
"""

from __future__ import annotations

import re

import numpy as np

_FINER = re.compile(rb":\d\d:\d\d\.\d{7}")
_COLON, _POINT, _ZERO, _NINE = np.uint8(ord(":")), np.uint8(ord(".")), np.uint8(ord("0")), 9
_SEVENTH = 7
BY_COLUMNS_FROM_BYTES = 2048  # below it is not worth the calls
_FRACTION = re.compile(r"(\.\d{6})\d+")
# As PostgreSQL and DuckDB write an offset of whole hours.
_HOURS_ALONE = re.compile(r"(:\d\d(?:\.\d+)?[+-]\d\d)\Z")
MICROSECONDS_CHARACTERS = len("2026-11-23T10:30:00.123456Z")


def may_be_finer(text: bytes) -> bool:
    """Whether a time in the text may have more than microseconds."""
    if len(text) < BY_COLUMNS_FROM_BYTES:
        return _FINER.search(text) is not None
    characters = np.frombuffer(text, np.uint8)
    points = np.flatnonzero(characters[6:-7] == _POINT) + 6
    for distance in (3, 6):  # minutes and seconds before it: a value has none
        points = points[characters[points - distance] == _COLON]
    for distance in range(_SEVENTH, 0, -1):  # the seventh first: few have one
        points = points[characters[points + distance] - _ZERO <= _NINE]
    return bool(points.size)


def cut(text: str) -> str:
    """A time as RFC 3339 writes it, without what is finer than a microsecond."""
    return _FRACTION.sub(r"\1", text, count=1)


def as_rfc3339(text: str) -> str:
    """The same of a time as databases write it: 2026-11-29 10:00:00+00."""
    return _HOURS_ALONE.sub(r"\1:00", cut(text))
