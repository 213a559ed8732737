"""Who is connected, and the log and the journal of that: each change is told once, a flood of them
in part, and a broker that dies leaves nobody connected."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from db.connections.types import Pool
from db.queries.presence import (
    PresenceRow,
    delete_ended_connections,
    end_silent_brokers,
    write_presence,
)
from ingest.devices.allowance import TOLD_PER_HOUR, WINDOW
from ingest.devices.presence import Presence, StatusReport
from ingest.mqtt.session import EndReason
from tests.make.ingest import Device, new_device
from tests.make.sessions import attempt_of, session_of

Seen = tuple[str, bool]


class HandClock:
    """Begins in the middle of an hour that is over, since the database has a clock of its own."""

    def __init__(self) -> None:
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        self.now = hour + timedelta(minutes=10, seconds=30)

    def __call__(self) -> datetime:
        return self.now


class Watched:
    """A device's presence, and what was written down of it."""

    def __init__(self, presence: Presence, admin: asyncpg.Pool, device: Device) -> None:
        self.presence = presence
        self._admin = admin
        self.device = device

    async def written(self) -> None:
        await self.presence.written()

    async def state(self) -> Seen:
        row = await self._admin.fetchrow(
            "SELECT status, is_connected FROM platform.device WHERE id = $1", self.device[1]
        )
        assert row is not None
        return row["status"], row["is_connected"]

    async def log(self) -> list[tuple[str | None, int]]:
        rows = await self._admin.fetch(
            "SELECT reason, attempts FROM platform.device_connection WHERE device_id = $1 "
            "ORDER BY connected_at, id",
            self.device[1],
        )
        return [(row["reason"], row["attempts"]) for row in rows]

    async def journal(self) -> list[str]:
        rows = await self._admin.fetch(
            "SELECT title, details FROM platform.event WHERE device_id = $1 "
            "AND type = 'DEVICE_STATUS' ORDER BY occurred_at, id",
            self.device[1],
        )
        told = []
        for row in rows:
            details = msgspec.json.decode(row["details"])
            more = [details[name] for name in ("status", "reason") if name in details]
            told.append(" ".join([row["title"], *more]))
        return told


@contextlib.asynccontextmanager
async def watched(
    pool: Pool, admin: asyncpg.Pool, clock: HandClock | None = None
) -> AsyncIterator[Watched]:
    device = await new_device(admin)
    await admin.execute(
        "UPDATE platform.device SET status = 'OFFLINE', name = 'pump' WHERE id = $1", device[1]
    )
    presence = Presence(pool, clock or HandClock())
    async with presence.running():
        yield Watched(presence, admin, device)


async def test_a_session_is_in_the_log_and_its_beginning_and_end_in_the_journal(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    async with watched(pool, admin) as its:
        session = session_of(its.device)
        its.presence.began(session)
        await its.written()
        assert (await its.state(), await its.log()) == (("ACTIVE", True), [(None, 1)])
        its.presence.ended(session, EndReason.KEEP_ALIVE)
        await its.written()
        assert (await its.state(), await its.log()) == (("OFFLINE", False), [("KEEP_ALIVE", 1)])
        assert await its.journal() == [
            "pump connected ACTIVE",
            "pump disconnected OFFLINE KEEP_ALIVE",
        ]


async def test_a_session_within_one_batch_is_told_as_any(pool: Pool, admin: asyncpg.Pool) -> None:
    async with watched(pool, admin) as its:
        session = session_of(its.device)
        its.presence.began(session)
        its.presence.ended(session, EndReason.DISCONNECT)
        await its.written()
        assert (await its.state(), await its.log()) == (("OFFLINE", False), [("DISCONNECT", 1)])
        assert len(await its.journal()) == 2


async def test_a_device_that_takes_its_session_over_was_there_all_the_time(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    async with watched(pool, admin) as its:
        older, newer = session_of(its.device), session_of(its.device)
        its.presence.began(older)
        its.presence.ended(older, EndReason.TAKEN_OVER)
        its.presence.began(newer)
        await its.written()
        assert await its.state() == ("ACTIVE", True)
        assert await its.log() == [("TAKEN_OVER", 1), (None, 1)]
        assert await its.journal() == ["pump connected ACTIVE"]


@pytest.mark.parametrize("word", ["MAINTENANCE", "INACTIVE"])
async def test_what_people_say_survives(pool: Pool, admin: asyncpg.Pool, word: str) -> None:
    async with watched(pool, admin) as its:
        await admin.execute(
            "UPDATE platform.device SET status = $1 WHERE id = $2", word, its.device[1]
        )
        session = session_of(its.device)
        its.presence.began(session)
        its.presence.reported(
            its.device, StatusReport(status="OFFLINE"), lambda: None, is_will=False
        )
        await its.written()
        assert await its.state() == (word, True)
        its.presence.ended(session, EndReason.DISCONNECT)
        await its.written()
        assert await its.state() == (word, False)
        assert await its.journal() == [
            f"pump connected {word}",
            f"pump disconnected {word} DISCONNECT",
        ]


async def test_a_devices_own_word_counts_while_it_is_connected_and_not_when_it_is_old(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    async with watched(pool, admin) as its:
        at = datetime(2026, 1, 1, tzinfo=UTC)

        async def say(status: str, seconds: int, *, is_will: bool = False) -> Seen:
            body = {"status": status, "timestamp": (at + timedelta(seconds=seconds)).isoformat()}
            report = msgspec.convert(body, StatusReport, strict=False)
            its.presence.reported(its.device, report, lambda: None, is_will=is_will)
            await its.written()
            return await its.state()

        assert await say("ONLINE", 0) == ("OFFLINE", False), "nobody is there"
        session = session_of(its.device)
        its.presence.began(session)
        await its.written()
        assert await say("OFFLINE", 10) == ("OFFLINE", True)
        assert await say("ONLINE", 5) == ("OFFLINE", True), "it said that before"
        assert await say("ONLINE", 20) == ("ACTIVE", True)
        assert await say("ONLINE", 30) == ("ACTIVE", True)
        assert await say("OFFLINE", 0, is_will=True) == ("ACTIVE", True), "the end says it"
        assert await its.journal() == [
            "pump connected ACTIVE",
            "pump says that it is OFFLINE OFFLINE",
            "pump says that it is ONLINE ACTIVE",
        ]


async def test_a_device_that_comes_and_goes_fills_neither_the_log_nor_the_journal(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    clock = HandClock()
    async with watched(pool, admin, clock) as its:
        for _ in range(TOLD_PER_HOUR + 12):
            session = session_of(its.device)
            its.presence.began(session)
            its.presence.ended(session, EndReason.CONNECTION_LOST)
        its.presence.began(session_of(its.device))
        await its.written()
        assert await its.state() == ("ACTIVE", True)
        assert len(await its.log()) == TOLD_PER_HOUR
        assert len(await its.journal()) == 2 * TOLD_PER_HOUR
        clock.now += WINDOW
        its.presence.look_back()
        await its.written()
        assert (await its.log())[-1] == (None, 1), "who stays is in the log at last"
        assert "pump came and went 13 more times within an hour" in await its.journal()


async def test_attempts_that_are_refused_are_counted_by_reason_and_minute(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    clock = HandClock()
    async with watched(pool, admin, clock) as its:
        revoked, wrong = EndReason.CERTIFICATE_REVOKED, EndReason.CLIENT_ID_REFUSED
        for reason in (revoked, wrong, revoked, revoked):
            its.presence.refused(attempt_of(its.device, reason))
            await its.written()
        clock.now += timedelta(minutes=1)
        its.presence.refused(attempt_of(its.device, revoked))
        await its.written()
        assert sorted(await its.log()) == [(revoked, 1), (revoked, 3), (wrong, 1)]
        assert await its.state() == ("OFFLINE", False)
        for _ in range(2 * TOLD_PER_HOUR):
            clock.now += timedelta(minutes=1)
            its.presence.refused(attempt_of(its.device, wrong))
        await its.written()
        assert len(await its.log()) == TOLD_PER_HOUR
        seen = "SELECT last_seen_at FROM platform.device WHERE id = $1"
        assert await admin.fetchval(seen, its.device[1]) is None, "it may be anybody"


async def test_a_broker_that_starts_ends_what_one_that_died_had_left(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    died = contextlib.AsyncExitStack()
    its = await died.enter_async_context(watched(pool, admin))
    its.presence.began(session_of(its.device))
    await its.written()
    async with watched(pool, admin):
        assert (await its.state(), await its.log()) == (("OFFLINE", False), [("BROKER_DIED", 1)])
        assert (await its.journal())[1:] == ["pump disconnected OFFLINE BROKER_DIED"]
    await died.aclose()


async def test_a_broker_that_was_taken_for_dead_says_anew_who_is_connected(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    async with watched(pool, admin) as its:
        session = session_of(its.device)
        its.presence.began(session)
        await its.written()
        assert await end_silent_brokers(pool, after_seconds=600) == 0
        await admin.execute("UPDATE platform.broker SET seen_at = now() - interval '61 seconds'")
        assert await end_silent_brokers(pool, after_seconds=0.5) == 1
        assert (await its.state(), await its.log()) == (("OFFLINE", False), [("BROKER_DIED", 1)])
        await its.presence.beat()
        await its.written()
        assert (await its.state(), await its.log()) == (("ACTIVE", True), [(None, 1)])


async def test_a_broker_ends_no_session_that_another_one_holds(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    async with watched(pool, admin) as its:
        here = session_of(its.device)
        its.presence.began(here)
        await its.written()
        other = uuid4()

        async def say(is_connected: bool) -> None:
            status = "ACTIVE" if is_connected else "OFFLINE"
            row = PresenceRow(*its.device, is_connected, status, None, None, None)
            async with pool.acquire() as connection:
                await write_presence(connection, other, [row])

        await say(True)
        its.presence.ended(here, EndReason.CONNECTION_LOST)
        await its.written()
        assert await its.state() == ("ACTIVE", True)
        await say(False)
        assert await its.state() == ("OFFLINE", False)


async def test_what_ended_long_ago_leaves_the_log_and_what_lasts_stays(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    async with watched(pool, admin) as its:
        sessions = [session_of(its.device) for _ in range(3)]
        for session in sessions[:2]:
            its.presence.began(session)
            its.presence.ended(session, EndReason.DISCONNECT)
        its.presence.began(sessions[2])
        await its.written()
        await admin.execute(
            "UPDATE platform.device_connection SET connected_at = '2026-01-01Z', "
            "disconnected_at = CASE WHEN id = $1 THEN disconnected_at "
            "WHEN id = $2 THEN '2026-01-02Z'::timestamptz END WHERE device_id = $3",
            sessions[0].id,
            sessions[1].id,
            its.device[1],
        )
        assert await delete_ended_connections(pool, after_days=30, at_most=10) == 1
        assert sorted(await its.log(), key=str) == [("DISCONNECT", 1), (None, 1)]
