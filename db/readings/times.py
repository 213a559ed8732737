"""Times of readings as integers: microseconds since 1970, UTC.

Inside PostgreSQL's binary formats alone they are counted from 2000.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY_MICROSECONDS = 86_400_000_000
POSTGRES_EPOCH = 946_684_800_000_000
"""PostgreSQL's binary times count from 2000: so many microseconds later."""


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND
