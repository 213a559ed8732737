"""How much more organizations may have, as iot_ingest: what the database counts, see
db/functions/auth/room_for.sql."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from db.connections.types import Connection

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
