"""How much more organizations may have, as iot_ingest: what the database counts, see
db/functions/auth/room_for.sql."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from typing import Literal
from uuid import UUID

from db.connections.types import Connection, Pool

Kind = Literal["sensors", "quarantine bytes"]


async def rooms_in(
    connection: Connection, kind: Kind, wanted: Mapping[UUID, int]
) -> dict[UUID, int | None]:
    """By organization: how much more of it, None for any; true until the transaction ends, but for
    what requests add meanwhile."""
    rows = await connection.fetch(
        "SELECT org_id, room FROM auth.rooms_in($1, $2, $3)",
        list(wanted),
        kind,
        list(wanted.values()),
    )
    return {row["org_id"]: row["room"] for row in rows}


async def open_days(pool: Pool, wanted: Mapping[UUID, Set[date]]) -> dict[UUID, set[date]]:
    """Of the days that have no partition yet, those that each organization may open one for."""
    opened: dict[UUID, set[date]] = {}
    async with pool.acquire() as connection, connection.transaction():
        for org_id in sorted(wanted):  # in one order, as whoever else asks for several
            days = await connection.fetchval(
                "SELECT auth.open_days($1, $2)", org_id, list(wanted[org_id])
            )
            opened[org_id] = set(days)
    return opened
