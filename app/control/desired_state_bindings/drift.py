"""What devices report otherwise than is desired, the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from app.control.desired_state_bindings.schemas import DriftItem
from app.core import resource
from app.core.wire import Instant, Page, decode_cursor, encode_cursor
from db.connections.readers import Reader
from db.models import Device, DeviceConfigEntry

_Place: Any = tuple[Instant, UUID, str, str]


async def page(
    reader: Reader, *, device_id: UUID | None, name: str | None, limit: int, cursor: str | None
) -> Page[DriftItem]:
    """Raises NotFound for the device, Malformed for a cursor that isn't of this list."""
    entry = DeviceConfigEntry
    order = entry.drifts_since, entry.device_id, entry.target, entry.name
    statement = select(entry).where(entry.drifts_since.is_not(None))
    if device_id is not None:
        await resource.get(reader, Device, device_id)
        statement = statement.where(entry.device_id == device_id)
    if name is not None:
        statement = statement.where(entry.name == name)
    if cursor is not None:
        statement = statement.where(tuple_(*order) > tuple_(*decode_cursor(cursor, _Place)))
    rows = await reader.rows(statement.order_by(*order).limit(limit + 1))
    more = len(rows) > limit
    names = await _names(reader, [row.device_id for row in rows[:limit]])
    items = [_item(row, names.get(row.device_id, "")) for row in rows[:limit]]
    if not more:
        return Page(items, None)
    last = rows[limit - 1]
    return Page(items, encode_cursor(last.drifts_since, last.device_id, last.target, last.name))


async def _names(reader: Reader, device_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await reader.records(select(Device.id, Device.name).where(Device.id.in_(device_ids)))
    return dict(map(tuple, rows))


def _item(row: DeviceConfigEntry, device_name: str) -> DriftItem:
    assert row.drifts_since is not None  # noqa: S101 - asked for
    return DriftItem(
        row.device_id,
        device_name,
        row.target,
        row.name,
        row.version,
        row.reported_version,
        row.reported_status,  # type: ignore[arg-type]
        row.reported_message,
        row.drifts_since,
    )
