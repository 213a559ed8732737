"""What devices report of their configuration: written together, acknowledged after the commit.

A report is whole, so that of several only the newest counts. In a window of WINDOW_SECONDS a
device's first REPORTS_IN_WINDOW are written as they come, and of all others the newest at its end:
one that changes its mind without pause fills no journal. Who is over that waits for PUBACK so long.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
import structlog

from db.connections.background import Loop, Turns, in_background
from db.connections.faults import is_fault_of_data
from db.connections.types import Pool
from db.queries.reported_config import ConfigReport, ReportedEntry, write_reports
from ingest.pipeline.rejection import Reason, Rejection
from ingest.write_behind import WriteBehind

log = structlog.get_logger()

GATHER_SECONDS = 0.05
WINDOW_SECONDS = 10.0
REPORTS_IN_WINDOW = 10
TARGETS_MAX = 2_000

DeviceKey = tuple[UUID, UUID]  # organization, device


class _ReportedTarget(msgspec.Struct, rename="camel"):
    """Fields that we don't know are ignored."""

    target: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    artefact_id: UUID
    status: Literal["ACCEPTED", "IN_PROGRESS", "REJECTED", "FAILED"]
    version: int | None = None
    hash: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    message: Annotated[str, msgspec.Meta(max_length=1000)] | None = None


class _Report(msgspec.Struct):
    targets: Annotated[list[_ReportedTarget], msgspec.Meta(max_length=TARGETS_MAX)]


_decoder = msgspec.json.Decoder(_Report)


def read_report(body: bytes) -> list[ReportedEntry] | Rejection:
    """What the device has, or why the message tells nothing of it."""
    try:
        report = _decoder.decode(body)
    except (ValueError, RecursionError) as error:
        return Rejection(Reason.MALFORMED, f"not a report of configuration: {error}"[:500])
    if any("\0" in f"{each.target}{each.hash}{each.message}" for each in report.targets):
        return Rejection(Reason.MALFORMED, "not a report of configuration: NUL in a text")
    return [
        ReportedEntry(each.target, each.artefact_id, each.hash, each.status, each.message)
        for each in report.targets
    ]


@dataclass
class _Gathered:
    """The newest report of a device, and who is told when it is written."""

    at: datetime
    entries: list[ReportedEntry]
    written: list[Callable[[], None]] = field(default_factory=list)


class ReportedConfigs:
    """Takes reports without waiting; memory is bounded by the number of devices, each of which
    sends no more than it may leave unacknowledged."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._due: dict[DeviceKey, _Gathered] = {}
        self._held: dict[DeviceKey, _Gathered] = {}
        self._counts: Counter[DeviceKey] = Counter()  # in this window
        self._writer = WriteBehind(
            "reported configuration",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=is_fault_of_data,
            give_up=_tell,  # or the device would send it for ever
        )

    def reported(
        self, device: DeviceKey, entries: list[ReportedEntry], written: Callable[[], None]
    ) -> None:
        """What `read_report` has let pass; `written` is called after it, or what came after it, is
        committed."""
        self._counts[device] += 1
        is_one_too_many = self._counts[device] > REPORTS_IN_WINDOW
        gathered = self._held if is_one_too_many else self._due
        waiting = gathered[device].written if device in gathered else []
        gathered[device] = _Gathered(self._clock(), entries, [*waiting, written])
        if not is_one_too_many:
            self._writer.wake()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what comes while the block runs, and what is left at its end."""
        windows = Loop("configuration windows", self._open_windows, 3 * WINDOW_SECONDS)
        async with self._writer.running(), in_background(windows):
            try:
                yield
            finally:
                self._open_window()

    async def _open_windows(self, turns: Turns) -> None:
        while True:
            await asyncio.sleep(WINDOW_SECONDS)
            self._open_window()
            turns.next()

    def _open_window(self) -> None:
        self._counts.clear()
        held, self._held = self._held, {}
        for device, report in held.items():
            if device in self._due:
                report.written += self._due[device].written
            self._due[device] = report
        if held:
            self._writer.wake()

    def _take(self) -> list[tuple[DeviceKey, _Gathered]]:
        due, self._due = self._due, {}
        return sorted(due.items(), key=_device)

    async def _write(self, items: Sequence[tuple[DeviceKey, _Gathered]]) -> None:
        await write_reports(
            self._pool, [ConfigReport(*device, each.at, each.entries) for device, each in items]
        )
        for item in items:
            _tell(item)


def _device(item: tuple[DeviceKey, _Gathered]) -> DeviceKey:
    return item[0]


def _tell(item: tuple[DeviceKey, _Gathered]) -> None:
    """An error there is that device's alone."""
    for call in item[1].written:
        try:
            call()
        except Exception:
            log.exception("a device can't be told that its report is written")
