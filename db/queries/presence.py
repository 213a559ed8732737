"""What the broker knows of devices, written into their rows, as iot_ingest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Pool

_WRITE = """
UPDATE platform.device d
SET is_connected = coalesce(p.is_connected, d.is_connected),
    last_seen_at = greatest(d.last_seen_at, p.seen_at),
    firmware_version = coalesce(p.firmware_version, d.firmware_version),
    -- MAINTENANCE and INACTIVE are people's words and survive; only these two are the broker's.
    status = CASE
      WHEN d.status = 'OFFLINE' AND p.is_connected THEN 'ACTIVE'
      WHEN d.status = 'ACTIVE' AND NOT p.is_connected THEN 'OFFLINE'
      ELSE d.status END
FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[], $5::text[])
  AS p (org_id, device_id, is_connected, seen_at, firmware_version)
WHERE d.org_id = p.org_id AND d.id = p.device_id AND d.deleted_at IS NULL
"""

_RESET = """
UPDATE platform.device SET is_connected = false,
  status = CASE WHEN status = 'ACTIVE' THEN 'OFFLINE' ELSE status END
WHERE is_connected
"""


class PresenceRow(NamedTuple):
    """What is None stays as it is."""

    org_id: UUID
    device_id: UUID
    is_connected: bool | None
    seen_at: datetime
    firmware_version: str | None


async def write_presence(pool: Pool, rows: Sequence[PresenceRow]) -> None:
    """Each device once, sorted by id: two writers then don't lock one another out."""
    await pool.execute(_WRITE, *map(list, zip(*rows, strict=True)))


async def reset_presence(pool: Pool) -> None:
    """Nobody is connected."""
    await pool.execute(_RESET)
