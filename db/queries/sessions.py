"""Sessions of people, of all tenants at once."""

from __future__ import annotations

from db.connections.types import Pool


async def delete_ended(pool: Pool, *, after_days: int, at_most: int) -> int:
    """Delete the oldest of those that can't be refreshed since so long; how many there were. As
    role `iot_owner`."""
    deleted = await pool.fetchval(
        "SELECT auth.delete_ended_sessions(make_interval(days => $1), $2)", after_days, at_most
    )
    return int(deleted)
