"""Readings in bulk, for exports and streamed responses; for exports PostgreSQL's binary COPY, as it
comes from the wire.

Everything runs as role `app` in one snapshot of the tenant's data; the rows pass through no Python object.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from db.connections.pools import CONNECT_SECONDS
from db.connections.tenants import Whose, begin_reading

if TYPE_CHECKING:
    ArchiveConnection = asyncpg.Connection[asyncpg.Record]
else:
    ArchiveConnection = asyncpg.Connection


class Columns(Enum):
    """What a row holds behind sensor_id and ts. Exactly one of the columns is not null."""

    NUMERIC = "value_double, value_bigint"  # a sensor that was widened has both kinds of rows
    BOOLEAN = "value_bool"
    TEXT = "value_text"


@asynccontextmanager
async def archive_snapshot(
    url: str,
    whose: Whose,
    *,
    application_name: str = "holdfast export",
    statement_timeout_seconds: int = 0,
) -> AsyncIterator[ArchiveConnection]:
    """A connection of its own, with the tenant's data at this moment for as long as it takes.

    No time-out of a statement by default: how long a COPY takes is up to the store that it is written to. The job has
    one.
    """
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        server_settings={
            "application_name": application_name,
            "statement_timeout": f"{statement_timeout_seconds}s",
            "lock_timeout": "60s",
            "timezone": "UTC",
            "jit": "off",
        },
    )
    try:
        await connection.execute(begin_reading(whose))
        yield connection
    finally:
        # Not closed politely: a cancelled COPY would be read to its end first.
        connection.terminate()


class Described(Enum):
    """Which readings, by whether they have metadata: few have, and those need a join."""

    ALL = "SELECT {row} FROM api.reading r WHERE {keys}"  # where none has
    WITHOUT = (
        "SELECT {row} FROM api.reading r WHERE {keys} AND NOT EXISTS "
        "(SELECT FROM api.reading_metadata m WHERE m.sensor_id = r.sensor_id AND m.ts = r.ts)"
    )
    WITH = (
        "SELECT {row}, m.metadata::text FROM api.reading_metadata m "
        "JOIN api.reading r ON r.sensor_id = m.sensor_id AND r.ts = m.ts "
        "WHERE {keys} AND m.sensor_id = ANY ($1::uuid[]) AND m.ts >= $2 AND m.ts < $3"
    )


_KEYS = "r.sensor_id = ANY ($1::uuid[]) AND r.ts >= $2 AND r.ts < $3"


async def copy_readings(
    connection: ArchiveConnection,
    columns: Columns,
    sensor_ids: Sequence[UUID],
    start: datetime,
    end: datetime,
    write: Callable[[bytes], Coroutine[Any, Any, None]],
    described: Described = Described.ALL,
) -> None:
    """Hand the COPY of these sensors' readings in [start, end) to `write`, piece by piece, in no order.

    Those that are asked for WITH metadata have it as their last column. While `write` waits, nothing more is read
    from the server.
    """
    await connection.copy_from_query(
        described.value.format(row=f"r.sensor_id, r.ts, {columns.value}", keys=_KEYS),
        list(sensor_ids),
        start,
        end,
        output=write,
        format="binary",
    )


async def has_readings(
    connection: ArchiveConnection, sensor_ids: Sequence[UUID], start: datetime, end: datetime
) -> bool:
    """Whether there is any reading of these sensors in [start, end)."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM api.reading WHERE sensor_id = ANY ($1) AND ts >= $2 AND ts < $3)",
        list(sensor_ids),
        start,
        end,
    )
    return found


async def has_metadata(
    connection: ArchiveConnection, sensor_ids: Sequence[UUID], start: datetime, end: datetime
) -> bool:
    """Whether any reading of these sensors in [start, end) has metadata."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM api.reading_metadata WHERE sensor_id = ANY ($1) AND ts >= $2 AND ts < $3)",
        list(sensor_ids),
        start,
        end,
    )
    return found


async def newest_time(connection: ArchiveConnection, sensor_ids: Sequence[UUID]) -> datetime | None:
    """The newest event time that any of these sensors has."""
    newest: datetime | None = await connection.fetchval(
        "SELECT max(ts) FROM api.latest WHERE sensor_id = ANY ($1)", list(sensor_ids)
    )
    return newest
