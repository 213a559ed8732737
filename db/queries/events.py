"""The journal, as iot_ingest: events of devices and of the platform itself, written in the
transaction of their cause, and the months in which they are kept.

What people and their programs cause is recorded by app/core/events.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from db.connections.types import AnyConnection, Pool
from db.ids import new_id

PLATFORM = "platform"
"""The actor of what the platform does by itself."""

MONTHS_AHEAD = 12


def device_actor(device_id: UUID) -> str:
    """As the actor of what a device does."""
    return f"device_{device_id}"


# The device says where it happened; one that isn't there has no events.
_RECORD = """
INSERT INTO platform.event (org_id, id, type, severity, title, details, site_id, device_id,
  component_id, sensor_id, actor, occurred_at)
SELECT e.org_id, e.id, e.type, e.severity, e.title, e.details::jsonb,
  coalesce(e.site_id, d.site_id), e.device_id, e.component_id, e.sensor_id, e.actor,
  coalesce(e.occurred_at, now())
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[],
  $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::timestamptz[])
  AS e (org_id, id, type, severity, title, details, site_id, device_id, component_id, sensor_id,
    actor, occurred_at)
LEFT JOIN platform.device d ON (d.org_id, d.id) = (e.org_id, e.device_id)
WHERE e.device_id IS NULL OR d.id IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """`actor` is "user_…", "key_…", "device_…" or PLATFORM. Without `occurred_at`: now. Without
    `site_id`: the device's."""

    org_id: UUID
    type: str
    title: str
    actor: str = PLATFORM
    severity: str = "INFO"
    details: dict[str, Any] = field(default_factory=dict)
    site_id: UUID | None = None
    device_id: UUID | None = None
    component_id: UUID | None = None
    sensor_id: UUID | None = None
    occurred_at: datetime | None = None


async def record(connection: AnyConnection, events: Sequence[EventRow]) -> None:
    """In the transaction of the connection, which is that of their cause."""
    rows = [
        (
            event.org_id,
            new_id(),
            event.type,
            event.severity,
            event.title,
            msgspec.json.encode(event.details).decode(),
            event.site_id,
            event.device_id,
            event.component_id,
            event.sensor_id,
            event.actor,
            event.occurred_at,
        )
        for event in events
    ]
    if rows:
        await connection.execute(_RECORD, *map(list, zip(*rows, strict=True)))


async def ensure_event_months(pool: Pool) -> None:
    """This month's partition and those of the MONTHS_AHEAD after it."""
    await pool.execute("SELECT tsd.ensure_event_partitions($1)", MONTHS_AHEAD)


async def drop_event_months(pool: Pool, *, before: datetime) -> None:
    """Those that ended by then."""
    await pool.execute("SELECT tsd.drop_event_partitions($1)", before)
