"""Raw readings as they are answered: a page, or the whole range, made while it is sent.

JSON is a page, of 1,000 readings where no limit is given. The other formats are the whole range, unless a limit or a
cursor asks for a page. What fits in one piece is answered at once; what doesn't is streamed over a connection of its own,
in one snapshot, piece by piece as the client reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from datetime import datetime
from typing import Any, cast

from litestar import Response
from msgspec import Raw

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.http.streams import ByteStream
from app.core.platform import Platform
from app.core.running_responses import Ending
from app.core.wire import encode_cursor
from app.telemetry.readings import tiers
from app.telemetry.readings.schemas import RawColumns, RawReadings, ReadingWindow, WindowColumns
from app.telemetry.readings.service import Found, Range
from app.telemetry.readings.tables import columns_of, has_lone_integers, layout_of, table_of
from app.telemetry.tables.formats import (
    Format,
    ResponseMetadata,
    answer,
    content_type,
    whole,
    writer_of,
)
from app.telemetry.tables.table import Layout
from app.telemetry.tables.text import column_as_json, rows_as_json
from db.connections.background import Ahead
from db.connections.types import Connection
from db.readings import latest as stored
from db.readings.buckets import has_lone_integers as has_lone_integers_in
from db.readings.export import archive_snapshot
from db.readings.series import Series, series

PAGE = 1000
# Up to so many rows an answer is made where the request is: a thread costs more.
_HERE_MAX = 2_000


def page_size(format_: Format, limit: int | None, cursor: str | None) -> int:
    """How many readings to look for at first."""
    if limit is not None:
        return limit
    return PAGE if format_.is_paged or cursor is not None else format_.rows_at_once


async def of_found(
    platform: Platform,
    actor: Actor,
    format_: Format,
    found: Found,
    *,
    is_page: bool,
    window: bool = False,
) -> Response[Any]:
    """The answer of what was found. `is_page`: it ends there, even if there is more."""
    metadata = ResponseMetadata([tiers.RAW], found.now, _next_cursor(found, window=window))
    if format_.is_paged:
        return Response(_as_json(format_, found, metadata, window=window), media_type=format_.value)
    if found.has_more and not is_page:
        return await _stream(platform, actor, format_, found.asked)
    is_split = found.value_type == "DOUBLE" and has_lone_integers(found.series)
    layout = layout_of(format_, found.value_type, is_split=is_split)

    def body() -> bytes:
        return whole(
            format_, layout, table_of(format_, found.asked.sensor_id, found.series, layout)
        )

    made = body() if len(found.series) <= _HERE_MAX else await asyncio.to_thread(body)
    return answer(format_, made, metadata)


def _next_cursor(found: Found, *, window: bool) -> str | None:
    if not found.has_more:
        return None
    last = found.series.last_at
    return (
        encode_cursor(found.asked.start, found.asked.end, last) if window else encode_cursor(last)
    )


def _as_json(format_: Format, found: Found, metadata: ResponseMetadata, *, window: bool) -> Any:
    table = columns_of(found.series)
    fields: dict[str, Any] = {
        "sensor_id": found.asked.sensor_id,
        "next_cursor": metadata.next_cursor,
        "tiers": metadata.tiers,
        "fresh_as_of": metadata.fresh_as_of,
        "truncated": found.has_more,
    }
    if window:
        fields |= {"from_": found.asked.start, "to": found.asked.end}
    # Written already: msgspec only puts it in its place.
    if format_ is Format.JSON:
        fields["items"] = Raw(b"[" + rows_as_json(table) + b"]")
        return (ReadingWindow if window else RawReadings)(**fields)
    fields |= {name: Raw(column_as_json(column)) for name, column in table.items()}
    return (WindowColumns if window else RawColumns)(**fields)


async def _stream(platform: Platform, actor: Actor, format_: Format, asked: Range) -> Response[Any]:
    """What goes wrong before the first byte is a problem of its own; what does later ends the connection."""
    ending = Ending()
    pieces = _pieces(platform, actor, format_, asked, ending)
    now = await anext(pieces)
    assert isinstance(now, datetime)  # noqa: S101 - it comes first
    return ByteStream(
        cast(AsyncGenerator[bytes, None], pieces),
        media_type=content_type(format_),
        headers=ResponseMetadata([tiers.RAW], now).headers(),
        pace=platform.settings.responses,
        ending=ending,
    )


async def _pieces(
    platform: Platform, actor: Actor, format_: Format, asked: Range, ending: Ending
) -> AsyncGenerator[datetime | bytes, None]:
    """The moment of the snapshot, and then the body. While a piece is made and sent, the next one is fetched."""
    settings, size = platform.settings, format_.rows_at_once
    with platform.answer_slots.taken(actor, ending.end):
        async with archive_snapshot(
            settings.database.url,
            actor.tenant,
            application_name="holdfast answer",
            statement_timeout_seconds=settings.database.statement_timeout_seconds,
        ) as connection:
            tx = cast(Connection, connection)

            def fetch(after: datetime | None) -> Coroutine[Any, Any, Series]:
                return series(
                    tx,
                    asked.sensor_id,
                    asked.start,
                    asked.end,
                    after=after,
                    limit=size,
                    descending=asked.descending,
                )

            now, layout = await _layout(tx, format_, asked)
            yield now
            writer, fetching = writer_of(format_, layout), Ahead[Series]()
            fetching.begin(fetch(None))
            try:
                while True:
                    found = await fetching.result()
                    has_more = len(found) == size
                    if has_more:
                        fetching.begin(fetch(found.last_at))
                    table = table_of(format_, asked.sensor_id, found, layout)
                    yield await asyncio.to_thread(writer.write, table)
                    if not has_more:
                        break
                yield writer.end()
            finally:
                await fetching.end()


async def _layout(tx: Connection, format_: Format, asked: Range) -> tuple[datetime, Layout]:
    """Of the whole range, before its first reading is read."""
    snapshot = await stored.snapshot_of(tx, asked.sensor_id)
    if snapshot is None:
        raise NotFound(f"no sensor {asked.sensor_id}")
    # Few sensors ever had one: only of those are the readings looked through before the first byte.
    is_split = (
        snapshot.value_type == "DOUBLE"
        and snapshot.may_have_lone_integers
        and not format_.is_text
        and await has_lone_integers_in(tx, asked.sensor_id, asked.start, asked.end)
    )
    return snapshot.taken_at, layout_of(format_, snapshot.value_type, is_split=is_split)
