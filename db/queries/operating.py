"""What the operator asks of organizations and does to them, as iot_owner inside a tenant's
transaction."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection
from db.queries.events import EventRow, record

_OVERVIEW = """
SELECT o.id, o.name, o.slug, o.created_at,
  (SELECT count(*) FROM platform.membership) AS members,
  (SELECT count(*) FROM platform.device WHERE deleted_at IS NULL) AS devices,
  (SELECT max(refreshed_at) FROM platform.user_session) AS seen_at
FROM platform.organization o
"""

_USAGE = """
SELECT q.kind, coalesce(sum(u.used), 0)::bigint AS used, q.at_most
FROM platform.quota q LEFT JOIN platform.usage u USING (kind)
GROUP BY q.kind, q.at_most ORDER BY q.kind
"""

_END_SESSIONS = """
WITH ended AS (
  UPDATE platform.user_session SET ended_at = now()
  WHERE ended_at IS NULL AND expires_at > now() RETURNING id)
SELECT count(*) FROM ended
"""


class OrganizationOverview(NamedTuple):
    """`seen_at`: when somebody was last signed in; None for never."""

    id: UUID
    name: str
    slug: str
    created_at: datetime
    members: int
    devices: int
    seen_at: datetime | None


class UsedQuota(NamedTuple):
    """`at_most`: None for any number. What ends by itself is counted when there is no room."""

    kind: str
    used: int
    at_most: int | None


async def overview(connection: Connection) -> OrganizationOverview:
    [row] = await connection.fetch(_OVERVIEW)
    return OrganizationOverview(*row)


async def usage(connection: Connection) -> list[UsedQuota]:
    """By kind."""
    return [UsedQuota(*row) for row in await connection.fetch(_USAGE)]


async def end_sessions(connection: Connection, org_id: UUID) -> int:
    """Of everybody; every process is told at the commit. How many there were."""
    ended = int(await connection.fetchval(_END_SESSIONS))
    if ended:
        title = "The operator has ended all sessions"
        await record(connection, [EventRow(org_id=org_id, type="SESSION", title=title)])
    return ended
