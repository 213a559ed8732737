"""The log of devices' connections, as the broker wrote it down (ingest/devices/presence.py)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, tuple_

from app.core import resource
from app.core.wire import Instant, Page, decode_cursor, encode_cursor
from app.fleet.connections.schemas import ConnectionRead
from db.connections.readers import Reader
from db.models import ConnectionRecord, Device


async def page_of(
    reader: Reader, device_id: UUID, *, limit: int, cursor: str | None
) -> Page[ConnectionRead]:
    """The newest first. Raises NotFound for the device, Malformed for the cursor."""
    await resource.get(reader, Device, device_id)
    key = (ConnectionRecord.connected_at, ConnectionRecord.id)
    statement = select(ConnectionRecord).where(ConnectionRecord.device_id == device_id)
    if cursor is not None:
        statement = statement.where(tuple_(*key) < decode_cursor(cursor, tuple[Instant, UUID]))
    newest_first = statement.order_by(*(column.desc() for column in key))
    rows = await reader.rows(newest_first.limit(limit + 1))
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[read(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.connected_at, last.id) if last else None,
    )


def read(row: ConnectionRecord) -> ConnectionRead:
    return ConnectionRead(
        connected_at=row.connected_at,
        disconnected_at=row.disconnected_at,
        address=row.address,
        tls_version=row.tls_version,
        serial=row.serial,
        reason=row.reason,
        outcome="REFUSED" if row.broker_id is None else "ACCEPTED",
        attempts=row.attempts,
    )
