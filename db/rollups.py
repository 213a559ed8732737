"""What keeps rollups exact, from the writers' side and from the refresh job's.

A writer begins with `begin_write` and logs what it stored behind the mark with `log_ranges`, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db.types import Connection


async def begin_write(connection: Connection) -> datetime:
    """Begin a transaction that stores or deletes readings: its first statement. READ COMMITTED, or it is refused.

    Returns the time below which every row stored (or deleted) has to be logged before the commit.
    """
    log_below: datetime = await connection.fetchval("SELECT tsd.begin_write()")
    return log_below


async def log_ranges(
    connection: Connection,
    log_below: datetime,
    org_ids: Sequence[UUID],
    sensor_ids: Sequence[UUID],
    firsts: Sequence[datetime],
    lasts: Sequence[datetime],
) -> None:
    """Say that readings of these sensors changed in [first, last], four columns of one length.

    A row by itself is a range from its time to its time: ranges are joined, and those at or beyond log_below left
    out, by the database. Nothing is sent when nothing lies behind the mark.
    """
    if firsts and min(firsts) < log_below:
        await connection.execute(
            "SELECT tsd.log_ranges($1, $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])",
            log_below,
            org_ids,
            sensor_ids,
            firsts,
            lasts,
        )
