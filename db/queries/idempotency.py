"""Answers that are kept for requests with an Idempotency-Key, of all tenants at once."""

from __future__ import annotations

from db.connections.types import Pool


async def delete_expired(pool: Pool, *, after_hours: int, at_most: int) -> int:
    """Delete the oldest of those that are older; how many there were. As role `iot_owner`."""
    deleted = await pool.fetchval(
        "SELECT auth.delete_expired_answers(make_interval(hours => $1), $2)", after_hours, at_most
    )
    return int(deleted)
