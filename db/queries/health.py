"""What devices say of themselves, and the days in which it is kept, as iot_ingest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Pool

# Row-level security isn't in force for this role: the join says whose the device is.
_WRITE = """
INSERT INTO platform.device_health (org_id, device_id, recorded_at, uptime_seconds,
  free_heap_bytes, signal_strength_dbm, connection_type, readings_sent, readings_dropped)
SELECT h.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::bigint[],
  $6::float8[], $7::text[], $8::bigint[], $9::bigint[]) AS h (org_id, device_id)
JOIN platform.device d ON d.org_id = h.org_id AND d.id = h.device_id AND d.deleted_at IS NULL
ON CONFLICT DO NOTHING
"""


class HealthRow(NamedTuple):
    org_id: UUID
    device_id: UUID
    recorded_at: datetime
    uptime_seconds: int | None
    free_heap_bytes: int | None
    signal_strength_dbm: float | None
    connection_type: str | None
    readings_sent: int | None
    readings_dropped: int | None


async def write_health(pool: Pool, rows: Sequence[HealthRow]) -> None:
    """What stands already, and what is of a device that isn't there, is passed over.

    Raises asyncpg.CheckViolationError where a day isn't there.
    """
    await pool.execute(_WRITE, *map(list, zip(*rows, strict=True)))


async def ensure_health_days(pool: Pool, days: Collection[date]) -> None:
    await pool.execute("SELECT tsd.ensure_health_partitions($1::date[])", list(days))


async def drop_health_days(pool: Pool, *, before: date) -> None:
    await pool.execute("SELECT tsd.drop_health_partitions($1)", before)
