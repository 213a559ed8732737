"""Times of columns, in whatever form they came, as microseconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np

from db.readings.columns import Integers
from db.readings.times import microseconds
from ingest.formats.parsed import MICROSECONDS_OF
from ingest.pipeline.instants import MICROSECONDS_CHARACTERS, as_rfc3339, cut
from ingest.pipeline.rejection import Reason, Rejection

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_MICROSECONDS_MAX = 2**62


def from_text(texts: Sequence[str | None]) -> tuple[Integers, dict[int, Rejection]]:
    """RFC 3339 with a zone, or as databases write it; what is none is rejected by row."""
    if any(len(text) > MICROSECONDS_CHARACTERS for text in texts if isinstance(text, str)):
        texts = [cut(text) if isinstance(text, str) else text for text in texts]
    try:
        moments = msgspec.convert(texts, list[Moment])
    except msgspec.ValidationError:
        return _as_spelled(texts)
    return _exactly(moments), {}


def _as_spelled(texts: Sequence[str | None]) -> tuple[Integers, dict[int, Rejection]]:
    """Of another spelling, or with rows that are none."""
    spelled = [as_rfc3339(text) if isinstance(text, str) else text for text in texts]
    try:
        return _exactly(msgspec.convert(spelled, list[Moment])), {}
    except msgspec.ValidationError:
        return _one_by_one(spelled)


def _exactly(moments: Sequence[datetime]) -> Integers:
    # A double counts seconds to a quarter of a microsecond until 2242: rounded, that is exact.
    seconds = np.fromiter((moment.timestamp() for moment in moments), np.float64, len(moments))
    return np.rint(seconds * 1e6).astype(np.int64)


def _one_by_one(texts: Sequence[str | None]) -> tuple[Integers, dict[int, Rejection]]:
    ts = np.zeros(len(texts), np.int64)
    rejected: dict[int, Rejection] = {}
    for row, text in enumerate(texts):
        if text is None:
            rejected[row] = Rejection(Reason.MISSING_FIELD, "timestamp is missing")
            continue
        try:
            ts[row] = microseconds(msgspec.convert(text, Moment))
        except (msgspec.ValidationError, OverflowError) as error:
            rejected[row] = Rejection(Reason.BAD_TIMESTAMP, f"timestamp: {error}")
    return ts, rejected


def from_numbers(numbers: Integers, unit: str) -> tuple[Integers, dict[int, Rejection]]:
    """Counts of `unit` (s, ms, us, ns) since 1970; nanoseconds are cut to microseconds."""
    if unit == "ns":
        return numbers // 1000, {}
    factor = MICROSECONDS_OF[unit]
    is_far = np.abs(numbers // 2) > _MICROSECONDS_MAX // factor // 2
    rejected = {
        row: Rejection(
            Reason.BAD_TIMESTAMP, f"timestamp: {numbers[row]} {unit} is beyond all calendars"
        )
        for row in np.flatnonzero(is_far).tolist()
    }
    return np.where(is_far, 0, numbers) * factor, rejected
