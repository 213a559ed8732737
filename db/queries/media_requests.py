"""What gateways want to send of footage, as jobs: written as iot_ingest; and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from db.connections.notifications import JOBS_CHANGED
from db.connections.types import AnyConnection, Pool
from db.ids import new_id

KIND = "grant-segments"
OPEN_MAX = 200
"""How many of an organization may wait."""


class MediaRequestRow(NamedTuple):
    """`request` is JSON, as it travels."""

    org_id: UUID
    device_id: UUID
    request: str


# What waits is counted once for each organization, and then those of this statement.
_WRITE = f"""
WITH asked AS (
  SELECT a.*, row_number() OVER (PARTITION BY a.org_id ORDER BY a.place) AS number
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
    WITH ORDINALITY AS a (org_id, id, device_id, request, place)
), open AS (
  SELECT o.org_id, (SELECT count(*) FROM platform.job j WHERE j.org_id = o.org_id
    AND j.kind = '{KIND}' AND j.state IN ('PENDING', 'QUEUED', 'RUNNING')) AS count
  FROM (SELECT DISTINCT org_id FROM asked) o
)
INSERT INTO platform.job (org_id, id, kind, payload)
SELECT a.org_id, a.id, '{KIND}',
  jsonb_build_object('deviceId', a.device_id, 'request', a.request::jsonb)
FROM asked a JOIN open o USING (org_id)
WHERE o.count + a.number <= {OPEN_MAX}
RETURNING id
"""  # noqa: S608 - of constants


async def write_requests(pool: Pool, rows: Sequence[MediaRequestRow]) -> list[bool]:
    """Which of them are taken: of an organization only so many wait."""
    ids = [new_id() for _ in rows]
    async with pool.acquire() as connection, connection.transaction():
        written = await connection.fetch(
            _WRITE,
            [row.org_id for row in rows],
            ids,
            [row.device_id for row in rows],
            [row.request for row in rows],
        )
        await connection.execute("SELECT pg_notify($1, '')", JOBS_CHANGED)
    taken = {row["id"] for row in written}
    return [id_ in taken for id_ in ids]


async def send_grants(
    connection: AnyConnection, row: MediaRequestRow, *, topic: str, body: bytes, seconds: float
) -> None:
    """The answer, of no use after so long."""
    await connection.execute(
        "INSERT INTO platform.device_message (org_id, id, device_id, topic, body, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))",
        row.org_id,
        new_id(),
        row.device_id,
        topic,
        body,
        seconds,
    )
