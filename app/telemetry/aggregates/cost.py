"""What may be asked at once. A question beyond it is refused, and told what to ask instead, before it costs anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.errors import Unprocessable
from app.telemetry.aggregates.intervals import shortest

BUCKETS_MAX = 10_000  # of one series at once
PAGED_BUCKETS_MAX = 1_000_000  # of one series, in pages
POINTS_MAX = 100_000  # of all series of a query


def check_bucket_count(counts: Sequence[float], start: datetime, end: datetime) -> None:
    """Raises Unprocessable where a series, or all together, have too many."""
    if max(counts) > BUCKETS_MAX:
        raise too_many_buckets(BUCKETS_MAX, start, end)
    if sum(counts) > POINTS_MAX:
        raise Unprocessable(
            f"that would be {int(sum(counts))} buckets in all series together, and at most {POINTS_MAX} may be; ask for "
            "longer intervals, a shorter range or fewer series",
            code="TOO_MANY_BUCKETS",
        )


def check_paged_bucket_count(count: float, start: datetime, end: datetime) -> None:
    """Raises Unprocessable where nobody would ask for all the pages."""
    if count > PAGED_BUCKETS_MAX:
        raise too_many_buckets(PAGED_BUCKETS_MAX, start, end, " in all pages")


def too_many_buckets(most: int, start: datetime, end: datetime, why: str = "") -> Unprocessable:
    return Unprocessable(
        f"that would be more than {most} buckets{why}; ask for a longer interval or a shorter range; "
        f"{shortest(end - start, most).text} would do",
        code="TOO_MANY_BUCKETS",
    )


def check_readings(count: int, most: int, start: datetime, end: datetime) -> None:
    """Raises Unprocessable where more readings would have to be read, one by one, than may be."""
    if count > most:
        hours = (end - start).total_seconds() * most / count / 3600
        raise Unprocessable(
            f"that takes {count} readings, one by one, and at most {most} may be read for one answer; ask for fewer "
            f"series or for about {hours:.1f} hours at once, or for functions that rollups answer: all but percentiles, "
            "delta and rate, by whole minutes",
            code="TOO_EXPENSIVE",
        )
