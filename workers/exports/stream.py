"""Readings out of the database in windows of time, while a thread makes Parquet of the window
before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from app.core.objects import Upload
from db.readings.export import (
    ArchiveConnection,
    Columns,
    Described,
    copy_readings,
    has_metadata,
    has_readings,
    newest_time,
)
from db.readings.pgcopy import DescribedRows, FixedRows, Parser, TextRows
from workers.exports.archive import Archive
from workers.exports.parquet import ROW_GROUP
from workers.exports.scope import ExportSensor

T = TypeVar("T")

DAY = timedelta(days=1)
LONGEST_WINDOW = 64 * DAY
PIECE_BYTES = 2 * 1024 * 1024

Report = Callable[[float, int], None]  # how much of the range is done, how many readings that were


class Thread:
    """One thread in which everything happens in turn. The loop goes on meanwhile: leases are
    renewed there."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._last: asyncio.Future[Any] | None = None

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        await self.wait()
        self._last = asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        result: T = await asyncio.shield(self._last)
        return result

    async def begin(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Start it as soon as the one before has ended; an error is raised by whoever comes
        next."""
        await self.wait()
        self._last = asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    async def wait(self) -> None:
        if self._last is not None:
            await asyncio.shield(self._last)
            self._last = None

    async def close(self) -> None:
        """Returns when the thread does nothing any more."""
        if self._last is not None:
            await asyncio.wait([self._last])
            self._last.exception()
        self._pool.shutdown()


class Stopped(Exception):
    """The export was cancelled: the thread must write nothing more."""


@asynccontextmanager
async def written_from_a_thread(
    upload: Upload, thread: Thread
) -> AsyncIterator[Callable[[bytes], None]]:
    """A `write` for the thread. It waits for the upload, and raises Stopped once the block has
    ended."""
    loop, is_over = asyncio.get_running_loop(), False

    def write(data: bytes) -> None:
        if is_over:
            raise Stopped
        asyncio.run_coroutine_threadsafe(upload.write(data), loop).result()

    try:
        yield write
    finally:
        is_over = True
        await thread.close()


async def stream_readings(
    connection: ArchiveConnection,
    sensors: Sequence[ExportSensor],
    start: datetime,
    end: datetime,
    archive: Archive,
    thread: Thread,
    report: Report,
) -> None:
    """Everything in [start, end), in windows of whole days: few where there is much, many where
    there is little."""
    ids = [sensor.id for sensor in sensors]
    newest = await newest_time(connection, ids)
    if newest is None:
        return
    end = min(end, newest + timedelta(microseconds=1))
    at, width, began, found = start, DAY, None, 1
    while at < end:
        until = min(_midnight(at) + width, end)
        if (
            found == 0
        ):  # whether the silence goes on is asked first, so that its end is not in one great window
            if not await has_readings(connection, ids, at, until):
                at, width = until, min(width * 2, LONGEST_WINDOW)
                continue
            if width > DAY:
                width = max(width // 2 // DAY * DAY, DAY)
                continue
        done = 0.0 if began is None else (at - began) / (end - began)
        before = archive.reading_count
        await _window(connection, sensors, at, until, archive, thread, partial(report, done))
        found = archive.reading_count - before
        if found and began is None:
            began = at  # what lies before the first reading took no time
        report(0.0 if began is None else (until - began) / (end - began), archive.reading_count)
        if found < ROW_GROUP // 4:
            width = min(width * 2, LONGEST_WINDOW)
        elif found > 4 * ROW_GROUP:
            width = max(width // 2 // DAY * DAY, DAY)
        at = until


async def _window(
    connection: ArchiveConnection,
    sensors: Sequence[ExportSensor],
    start: datetime,
    end: datetime,
    archive: Archive,
    thread: Thread,
    count: Callable[[int], None],
) -> None:
    """All readings in [start, end), kind by kind; those with metadata apart, where there are
    any."""
    for columns in Columns:
        ids = [sensor.id for sensor in sensors if sensor.columns is columns]
        if not ids:
            continue
        is_described = await has_metadata(connection, ids, start, end)
        chosen = [Described.WITHOUT, Described.WITH] if is_described else [Described.ALL]
        for described in chosen:
            await _copy(connection, columns, described, ids, start, end, archive, thread, count)
    await thread.wait()


async def _copy(
    connection: ArchiveConnection,
    columns: Columns,
    described: Described,
    ids: Sequence[Any],
    start: datetime,
    end: datetime,
    archive: Archive,
    thread: Thread,
    count: Callable[[int], None],
) -> None:
    parser, gathered = _parser(columns, described), bytearray()

    def take(piece: bytes) -> None:
        archive.write(parser.feed(piece))

    async def write(data: bytes) -> None:
        gathered.extend(data)
        if len(gathered) >= PIECE_BYTES:
            piece = bytes(gathered)
            gathered.clear()
            await thread.begin(take, piece)
            count(archive.reading_count)

    await copy_readings(connection, columns, ids, start, end, write, described)
    await thread.begin(take, bytes(gathered))
    await thread.call(parser.end)


def _parser(columns: Columns, described: Described) -> Parser:
    if described is Described.WITH:
        return DescribedRows(columns)
    return TextRows() if columns is Columns.TEXT else FixedRows(numeric=columns is Columns.NUMERIC)


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
