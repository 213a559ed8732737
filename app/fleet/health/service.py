"""What devices say of themselves, as the broker wrote it down (ingest/devices/health.py)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Double, cast, func, literal, select

from app.core import resource
from app.core.errors import Unprocessable
from app.core.wire import Instant, decode_cursor, encode_cursor
from app.fleet.health.schemas import (
    ChartInterval,
    DeviceHealth,
    HealthBucket,
    HealthRange,
    HealthSnapshot,
)
from db.connections.readers import Reader
from db.models import Device
from db.models import DeviceHealth as Row

BUCKETS_MAX = 2_000
_FIELDS = HealthSnapshot.__struct_fields__
_MEASURED = (
    "uptime_seconds",
    "free_heap_bytes",
    "signal_strength_dbm",
    "readings_sent",
    "readings_dropped",
)
_FIGURES: dict[str, Any] = {"min": func.min, "avg": func.avg, "max": func.max}
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


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


async def chart(
    reader: Reader, device_id: UUID, start: datetime, end: datetime, interval: ChartInterval
) -> DeviceHealth:
    """The newest, and the snapshots in [start, end) in buckets.

    Raises NotFound for the device, Unprocessable where there would be too many buckets.
    """
    answer = await newest(reader, device_id)
    if (end - start) / interval.length > BUCKETS_MAX:
        raise Unprocessable(
            f"that would be more than {BUCKETS_MAX} buckets; ask for a longer interval or a "
            "shorter range",
            code="TOO_MANY_BUCKETS",
        )
    begin = func.date_bin(literal(interval.length), Row.recorded_at, literal(_ORIGIN))
    figures = [
        figure(cast(getattr(Row, name), Double)).label(f"{name}_{of}")
        for name in _MEASURED
        for of, figure in _FIGURES.items()
    ]
    statement = (
        select(begin.label("start"), func.count().label("count"), *figures)
        .where(Row.device_id == device_id, Row.recorded_at >= start, Row.recorded_at < end)
        .group_by("start")
        .order_by("start")
    )
    answer.buckets = [_bucket(dict(record)) for record in await reader.records(statement)]
    return answer


def _bucket(record: dict[str, Any]) -> HealthBucket:
    ranges = {name: _range(*(record[f"{name}_{of}"] for of in _FIGURES)) for name in _MEASURED}
    return HealthBucket(start=record["start"], count=record["count"], **ranges)


def _range(least: float | None, mean: float, most: float) -> HealthRange | None:
    return None if least is None else HealthRange(least, mean, most)
