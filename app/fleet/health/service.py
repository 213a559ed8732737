"""What devices say of themselves, as the broker wrote it down (ingest/devices/health.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import resource
from app.core.wire import Instant, decode_cursor, encode_cursor
from app.fleet.health.schemas import DeviceHealth, HealthSnapshot
from db.connections.readers import Reader
from db.models import Device
from db.models import DeviceHealth as Row

_FIELDS = HealthSnapshot.__struct_fields__


async def newest(reader: Reader, device_id: UUID) -> DeviceHealth:
    """Raises NotFound for the device."""
    await resource.get(reader, Device, device_id)
    newest = select(Row).where(Row.device_id == device_id).order_by(Row.recorded_at.desc()).limit(1)
    row = next(iter(await reader.rows(newest)), None)
    fields: dict[str, Any] = {name: getattr(row, name, None) for name in _FIELDS}
    return DeviceHealth(**fields)


async def history(
    reader: Reader,
    device_id: UUID,
    start: datetime | None,
    end: datetime | None,
    *,
    limit: int,
    cursor: str | None,
) -> DeviceHealth:
    """The newest, and a page of the snapshots in [start, end), newest first."""
    answer = await newest(reader, device_id)
    statement = select(Row).where(Row.device_id == device_id)
    if start is not None:
        statement = statement.where(Row.recorded_at >= start)
    if end is not None:
        statement = statement.where(Row.recorded_at < end)
    if cursor is not None:
        statement = statement.where(Row.recorded_at < decode_cursor(cursor, tuple[Instant])[0])
    rows = await reader.rows(statement.order_by(Row.recorded_at.desc()).limit(limit + 1))
    answer.items = [
        HealthSnapshot(**{name: getattr(row, name) for name in _FIELDS}) for row in rows[:limit]
    ]
    answer.next_cursor = encode_cursor(rows[limit - 1].recorded_at) if len(rows) > limit else None
    return answer
