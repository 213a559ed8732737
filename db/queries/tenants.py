"""Which organizations there are: for those alone who work for all of them, as iot_owner."""

from __future__ import annotations

from uuid import UUID

from db.connections.types import Pool


async def organizations_after(pool: Pool, after: UUID | None, *, at_most: int) -> list[UUID]:
    """The next ones in the order of their ids, from the first where `after` is None."""
    rows = await pool.fetch("SELECT auth.organizations_after($1, $2) AS id", after, at_most)
    return [row["id"] for row in rows]
