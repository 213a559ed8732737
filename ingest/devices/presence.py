"""Which devices are connected, since when and how that ended, when each was last seen, which
firmware it says it runs; and the journal's events of all that.

Changes are gathered and written together, each batch in one transaction: ten thousand devices that
reconnect after an outage are a few statements.

- What a broker says of a device counts while it holds the device's session. It beats, so that
  others know when it has died; one that was taken for dead says anew who is connected.
- Of a device that comes and goes without pause only so much is written down in an hour (allowance).
  Whether it is connected is right all the same, and a session that lasts is in the log at last.
- Refused attempts are counted by reason and minute: one row each.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

import msgspec
import structlog

from db.connections.background import Loop, Turns, in_background
from db.connections.faults import is_fault_of_data
from db.connections.types import Pool
from db.ids import new_id
from db.queries.alert_connections import ConnectionNote, note
from db.queries.events import ensure_event_months
from db.queries.presence import (
    BegunSession,
    EndedSession,
    PresenceRow,
    RefusedAttempts,
    StatusNote,
    beat,
    begin_broker,
    end_broker,
    write_presence,
    write_sessions,
)
from ingest.devices.allowance import HourlyAllowance
from ingest.mqtt.session import DeviceSession, EndReason, RefusedAttempt
from ingest.pipeline.compare import StoredReadings
from ingest.write_behind import WriteBehind

log = structlog.get_logger()

# Short enough that a dashboard shows it "at once", long enough to gather.
GATHER_SECONDS = 0.1
# A device that only sends readings is written down this often.
SEEN = timedelta(seconds=10)
BEAT_SECONDS = 10.0
LAST_SECONDS = 2

DeviceKey = tuple[UUID, UUID]  # organization, device


class StatusReport(msgspec.Struct, rename="camel"):
    """What a device publishes on its status topic. One that says it is OFFLINE and stays connected
    will be silent for a while."""

    status: Literal["ONLINE", "OFFLINE"]
    timestamp: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    firmware_version: Annotated[str, msgspec.Meta(max_length=100)] | None = None


@dataclass
class _Change:
    """`told_from` is the earliest time of which its sessions tell anything."""

    seen_at: datetime | None = None
    is_connected: bool | None = None
    changed_at: datetime | None = None
    told_from: datetime | None = None
    status: str | None = None
    firmware_version: str | None = None
    written: list[Callable[[], None]] = field(default_factory=list)
    begun: list[BegunSession] = field(default_factory=list)
    ended: list[EndedSession] = field(default_factory=list)
    refused: dict[UUID, RefusedAttempts] = field(default_factory=dict)
    notes: list[StatusNote] = field(default_factory=list)

    def connect(self, at: datetime, *, is_connected: bool) -> None:
        self.is_connected, self.changed_at = is_connected, at
        self.told_from = at if self.told_from is None else min(at, self.told_from)


@dataclass(slots=True)
class _LiveSession:
    """`status` and `said_at` are the device's newest word of itself, by its own clock."""

    session: DeviceSession
    began_at: datetime
    is_written: bool
    status: str = "ACTIVE"
    said_at: datetime | None = None


class Presence:
    """Called in the event loop; nothing of it blocks."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._broker_id = uuid4()
        self._changes: dict[DeviceKey, _Change] = {}
        self._live: dict[DeviceKey, _LiveSession] = {}
        self._seen: OrderedDict[DeviceKey, datetime] = OrderedDict()  # since SEEN, oldest first
        self._attempts: dict[tuple[UUID, EndReason], RefusedAttempts] = {}  # of this minute
        self._allowance: HourlyAllowance[DeviceKey] = HourlyAllowance()
        self._writer = WriteBehind(
            "presence",
            gather_seconds=GATHER_SECONDS,
            take=self._take,
            write=self._write,
            is_hopeless=is_fault_of_data,
            give_up=_tell,  # or the device would send it for ever
        )

    # What happens.

    def began(self, session: DeviceSession) -> None:
        """A device that takes its own session over was there all the time."""
        key, now = _key(session), self._clock()
        older = self._live.get(key)
        is_news = older is None or older.status == "OFFLINE"
        live = _LiveSession(session, now, self._allowance.may_tell(key, now))
        self._live[key] = live
        self._connect(key, live, is_told=is_news)

    def _connect(self, key: DeviceKey, live: _LiveSession, *, is_told: bool) -> None:
        change = self._change(key)
        change.connect(live.began_at, is_connected=True)
        change.status = live.status
        if live.is_written:
            session, peer = live.session, live.session.peer
            change.begun.append(
                BegunSession(
                    *key,
                    session.id,
                    new_id(),
                    is_told,
                    live.began_at,
                    peer.address,
                    peer.tls_version,
                    peer.serial,
                )
            )

    def ended(self, session: DeviceSession, reason: EndReason) -> None:
        key = _key(session)
        live = self._live.get(key)
        if live is None or live.session is not session:
            return
        change, is_taken_over = self._change(key), reason is EndReason.TAKEN_OVER
        now = self._clock()
        if live.is_written:
            change.ended.append(
                EndedSession(key[0], session.id, new_id(), not is_taken_over, now, reason)
            )
        if not is_taken_over:
            del self._live[key]
            change.connect(now, is_connected=False)
            change.status = "OFFLINE"

    def refused(self, attempt: RefusedAttempt) -> None:
        """The device isn't seen by that: it may be anybody who has its old certificate."""
        key, now = (attempt.org_id, attempt.device_id), self._clock()
        minute, kind = now.replace(second=0, microsecond=0), (attempt.device_id, attempt.reason)
        row = self._attempts.get(kind)
        if row is not None and row.first_at >= minute:
            row = row._replace(last_at=now, attempts=row.attempts + 1)
        elif self._allowance.may_tell(key, now):
            peer = attempt.peer
            row = RefusedAttempts(
                key[0],
                new_id(),
                key[1],
                now,
                now,
                peer.address,
                peer.tls_version,
                peer.serial,
                attempt.reason,
                1,
            )
        else:
            return
        self._attempts[kind] = row
        self._change(key, is_seen=False).refused[row.id] = row

    def reported(
        self, device: DeviceKey, report: StatusReport, written: Callable[[], None], *, is_will: bool
    ) -> None:
        """The device told its status; `written` is called after that is committed.

        A will says nothing that its session's end doesn't. What a device said before, by its own
        clock, comes too late.
        """
        change, live = self._change(device), self._live.get(device)
        change.firmware_version = report.firmware_version or change.firmware_version
        change.written.append(written)
        if is_will or live is None or _is_older(report.timestamp, live.said_at):
            return
        live.said_at = report.timestamp or live.said_at
        status = "ACTIVE" if report.status == "ONLINE" else "OFFLINE"
        if status != live.status:
            live.status = change.status = status
            self._note(device, f"says that it is {report.status}", status)

    def on_stored(self, stored: StoredReadings) -> None:
        """A subscriber of the pipeline: who sends readings is alive."""
        now = self._clock()
        while self._seen and now - next(iter(self._seen.values())) >= SEEN:
            self._seen.popitem(last=False)
        for device in {(sensor.org_id, sensor.device_id) for sensor in stored.reporting}:
            if device not in self._seen:
                self._seen[device] = now
                self._change(device)

    def _note(self, device: DeviceKey, told: str, status: str | None = None) -> None:
        now = self._clock()
        if status is None or self._allowance.may_tell(device, now):
            note = StatusNote(*device, new_id(), now, status, told)
            self._change(device, is_seen=False).notes.append(note)

    def _change(self, device: DeviceKey, *, is_seen: bool = True) -> _Change:
        change = self._changes.get(device)
        if change is None:
            change = self._changes[device] = _Change()
        if is_seen:
            change.seen_at = self._clock()
        self._writer.wake()
        return change

    # Writing it down.

    async def written(self) -> None:
        """Wait until all that has happened is written."""
        await self._writer.drained()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what changes while the block runs, and what is left at its end.

        There is one broker: whoever is connected in the database when it starts was so before a
        crash.
        """
        await ensure_event_months(self._pool)
        await begin_broker(self._pool, self._broker_id)
        beats = Loop("presence beat", self._keep_beating, 3 * BEAT_SECONDS)
        async with in_background(beats), self._writer.running():
            yield
        if self._writer.is_drained:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(LAST_SECONDS):
                    await end_broker(self._pool, self._broker_id)

    async def _keep_beating(self, turns: Turns) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.look_back()
            try:
                await self.beat()
            except Exception as error:  # of whatever kind: the next one may be heard
                log.warning("the broker's beat is not heard", error=repr(error)[:200])
            else:
                turns.next()

    async def beat(self) -> None:
        """Say that the broker lives; and who is connected, if it was taken for dead."""
        if not await beat(self._pool, self._broker_id):
            for key, live in self._live.items():
                self._connect(key, live, is_told=True)

    def look_back(self) -> None:
        """At the hours that are over: what wasn't told of them, and who is still there of whom
        nothing was."""
        now = self._clock()
        for key, untold in self._allowance.over(now):
            self._note(key, f"came and went {untold} more times within an hour")
            live = self._live.get(key)
            if live is not None and not live.is_written:
                live.is_written = self._allowance.may_tell(key, now)
                self._connect(key, live, is_told=True)
        minute = now.replace(second=0, microsecond=0)
        self._attempts = {
            kind: row for kind, row in self._attempts.items() if row.first_at >= minute
        }

    def _take(self) -> list[tuple[DeviceKey, _Change]]:
        changes, self._changes = self._changes, {}
        return sorted(changes.items(), key=_device)

    async def _write(self, changes: Sequence[tuple[DeviceKey, _Change]]) -> None:
        async with self._pool.acquire() as connection:
            if any(_has_sessions(change) for _, change in changes):
                async with connection.transaction():
                    each = [change for _, change in changes]
                    await write_sessions(
                        connection,
                        self._broker_id,
                        begun=[row for change in each for row in change.begun],
                        ended=[row for change in each for row in change.ended],
                        refused=[row for change in each for row in change.refused.values()],
                        notes=[row for change in each for row in change.notes],
                    )
                    await write_presence(connection, self._broker_id, _rows(changes))
                    await note(connection, _connection_notes(changes))
            else:
                await write_presence(connection, self._broker_id, _rows(changes))
        for item in changes:
            _tell(item)


def _rows(changes: Sequence[tuple[DeviceKey, _Change]]) -> list[PresenceRow]:
    return [
        PresenceRow(
            *device,
            change.is_connected,
            change.status,
            change.seen_at,
            change.firmware_version,
            change.changed_at,
        )
        for device, change in changes
    ]


def _connection_notes(changes: Sequence[tuple[DeviceKey, _Change]]) -> list[ConnectionNote]:
    return [
        ConnectionNote(*device, change.told_from)
        for device, change in changes
        if change.told_from is not None
    ]


def _has_sessions(change: _Change) -> bool:
    is_told = change.told_from is not None
    return bool(is_told or change.begun or change.ended or change.refused or change.notes)


def _key(session: DeviceSession) -> DeviceKey:
    return session.device.org_id, session.device.id


def _is_older(said_at: datetime | None, newest: datetime | None) -> bool:
    return said_at is not None and newest is not None and said_at < newest


def _device(item: tuple[DeviceKey, _Change]) -> DeviceKey:
    return item[0]


def _tell(item: tuple[DeviceKey, _Change]) -> None:
    """An error there is that device's alone."""
    for call in item[1].written:
        try:
            call()
        except Exception:
            log.exception("a device can't be told that its status is written")
