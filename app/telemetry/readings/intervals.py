"""ISO 8601 durations of a fixed length, such as PT15M, PT1H, P1D and P1W."""

from __future__ import annotations

import re
from datetime import timedelta

from app.core.errors import Malformed, Unprocessable

_DURATION = re.compile(
    r"P(?=.)(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,8}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)
_CALENDAR = re.compile(r"P\d+[YM].*", re.ASCII)
LONGEST = timedelta(days=3660)


def duration(text: str, name: str) -> timedelta:
    """Raises Malformed for what is no duration, Unprocessable for one that has no fixed length or is out of bounds."""
    match = _DURATION.fullmatch(text)
    if match is None:
        if _CALENDAR.fullmatch(text):
            raise Unprocessable(
                f"{name} must have a fixed length: weeks, days, hours, minutes or seconds"
            )
        raise Malformed(f"{name} must be an ISO 8601 duration such as PT15M, PT1H or P1D")
    length = timedelta(**{unit: float(number) for unit, number in match.groupdict("0").items()})
    if not timedelta(0) < length <= LONGEST:
        raise Unprocessable(f"{name} must be longer than nothing and at most {LONGEST.days} days")
    return length
