"""Devices that are disconnected: episodes of the log of their sessions, in whatever order its news
comes; and brokers that went away say nothing of devices."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.connections.types import Pool
from db.ids import new_id
from db.queries.alert_connections import ConnectedDevice, ConnectionNote, LoggedSession, note
from db.queries.presence import BegunSession, EndedSession, end_silent_brokers, write_sessions
from db.readings.times import microseconds, moment_of
from ingest.alerting.connections import DeviceSpan, history_of, look, spans_of
from ingest.alerting.definition import RuleDefinition, RuleLevel
from ingest.devices.allowance import TOLD_PER_HOUR
from ingest.devices.presence import Presence
from ingest.mqtt.session import DeviceSession, EndReason
from tests.make.alert_history import SECOND, history
from tests.make.alerting import AlertStand, StandingRule, open_days
from tests.make.sessions import session_of

GONE = RuleDefinition(kind="DISCONNECTED", levels=(RuleLevel(severity="CRITICAL", for_seconds=60),))
LADDER = RuleDefinition(
    kind="DISCONNECTED",
    levels=(
        RuleLevel(severity="WARNING", for_seconds=20, clear_for_seconds=15),
        RuleLevel(severity="CRITICAL", for_seconds=90),
    ),
    cooldown_seconds=40,
)
# Of these tests no time is the database's, but where they say so.
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
T0 = microseconds(HOUR)


class Watching:
    """A device, the broker that holds its session, and a rule about it since T0."""

    def __init__(self, stand: AlertStand, presence: Presence, rule: StandingRule) -> None:
        self.stand, self.presence, self.rule = stand, presence, rule
        self.seconds = 0

    def clock(self) -> datetime:
        return HOUR + timedelta(seconds=self.seconds)

    async def connect(self, at: int) -> DeviceSession:
        self.seconds = at
        session = session_of((self.stand.org_id, self.stand.device_id))
        self.presence.began(session)
        await self.presence.written()
        return session

    async def leave(self, session: DeviceSession, at: int) -> None:
        self.seconds = at
        self.presence.ended(session, EndReason.CONNECTION_LOST)
        await self.presence.written()

    async def look(self, at: int) -> None:
        await look(self.stand.pool, HOUR + timedelta(seconds=at))

    async def alerts(self) -> list[tuple[int, int, int | None]]:
        """Since when, from when on and until when, in seconds."""
        found = await self.stand.alerts(self.rule, self.stand.device_id)
        return [
            (
                (each.started_at - T0) // SECOND,
                (each.fired_at - T0) // SECOND,
                None if each.ended_at is None else (each.ended_at - T0) // SECOND,
            )
            for each in found
        ]


async def watch(stand: AlertStand, definition: RuleDefinition = GONE) -> StandingRule:
    return await stand.watch_device(definition, T0)


@pytest.fixture
async def stand(pool: Pool, admin: asyncpg.Pool) -> AlertStand:
    return await AlertStand.new(pool, admin)


@contextlib.asynccontextmanager
async def watching(stand: AlertStand, definition: RuleDefinition = GONE) -> AsyncIterator[Watching]:
    its: Watching | None = None

    def clock() -> datetime:
        return HOUR if its is None else its.clock()

    presence = Presence(stand.pool, clock)
    async with presence.running():
        its = Watching(stand, presence, await watch(stand, definition))
        yield its


async def test_a_device_that_stays_away_fires_and_ends_when_it_is_back(stand: AlertStand) -> None:
    async with watching(stand) as its:
        await its.look(5)
        session = await its.connect(10)
        await its.look(20)
        await its.leave(session, 30)
        await its.look(89)
        assert await its.alerts() == []
        await its.look(95)
        assert await its.alerts() == [(30, 90, None)], "at its own time, though we looked later"
        await its.connect(100)
        await its.look(101)
        assert await its.alerts() == [(30, 90, 100)]
        [row] = await stand.admin.fetch(
            "SELECT sensor_id, device_id, value FROM platform.alert WHERE org_id = $1", stand.org_id
        )
        assert tuple(row) == (None, stand.device_id, None)
        assert [cause for cause, _ in await stand.told()] == ["FIRED", "RESOLVED"]


async def test_a_device_that_never_was_connected_is_not_disconnected(stand: AlertStand) -> None:
    async with watching(stand) as its:
        await its.look(3000)
        assert await its.alerts() == []


async def test_a_device_that_is_away_when_its_rule_begins_fires(stand: AlertStand) -> None:
    presence = Presence(stand.pool, lambda: HOUR - timedelta(minutes=5))
    async with presence.running():
        session = session_of((stand.org_id, stand.device_id))
        presence.began(session)
        presence.ended(session, EndReason.KEEP_ALIVE)
        await presence.written()
    async with watching(stand) as its:
        await its.look(61)
        assert await its.alerts() == [(0, 60, None)], "from its rule's start on"


async def test_a_session_that_takes_another_over_is_no_end(stand: AlertStand) -> None:
    async with watching(stand, lasting(GONE, 0)) as its:
        older = await its.connect(10)
        its.seconds = 20
        its.presence.ended(older, EndReason.TAKEN_OVER)
        await its.connect(21)
        await its.look(30)
        assert await its.alerts() == []


async def test_news_that_comes_twice_changes_nothing(stand: AlertStand, pool: Pool) -> None:
    async with watching(stand) as its:
        await its.leave(await its.connect(10), 30)
        await its.look(95)
        before = await stand.told(), await its.alerts()
        async with pool.acquire() as connection, connection.transaction():
            for at in (10, 30, 30):
                again = ConnectionNote(stand.org_id, stand.device_id, moment_of(T0 + at * SECOND))
                await note(connection, [again])
        await its.look(96)
        assert (await stand.told(), await its.alerts()) == before


async def test_a_return_that_is_told_late_refutes_the_alert(stand: AlertStand, pool: Pool) -> None:
    async with watching(stand) as its:
        await its.leave(await its.connect(10), 30)
        await its.look(95)
        assert len(await its.alerts()) == 1
        await log_session(pool, stand, 50, None, is_noted=True)
        await its.look(96)
        assert (await its.alerts(), await stand.refuted()) == ([], 1)


async def test_a_device_that_comes_and_goes_more_often_than_the_log_tells_is_right_at_last(
    stand: AlertStand,
) -> None:
    async with watching(stand) as its:
        for at in range(TOLD_PER_HOUR + 5):
            session = await its.connect(10 + 4 * at)
            await its.leave(session, 12 + 4 * at)
        gone = 12 + 4 * (TOLD_PER_HOUR + 4)
        await its.look(gone + 59)
        assert await its.alerts() == [], "it was there, though the log doesn't say so"
        await its.look(gone + 61)
        assert await its.alerts() == [(gone, gone + 60, None)]
        await its.connect(gone + 70)
        await its.look(gone + 71)
        assert await its.alerts() == [(gone, gone + 60, gone + 70)]


async def test_a_device_may_send_readings_and_be_disconnected_or_be_silent_and_connected(
    stand: AlertStand,
) -> None:
    await open_days(stand.pool, [T0])
    sensor_id = await stand.add_sensor()
    silent = RuleDefinition(
        kind="NO_DATA", window_seconds=60, levels=(RuleLevel(severity="WARNING"),)
    )
    await stand.arrive([(sensor_id, T0, 1.0)])
    silence = await stand.watch(silent, sensor_id, T0)
    async with watching(stand) as its:
        session = await its.connect(5)
        await its.look(200)
        await stand.tick(T0 + 200 * SECOND)
        assert (await its.alerts(), len(await stand.alerts(silence, sensor_id))) == ([], 1)
        await its.leave(session, 205)
        sent = [(sensor_id, T0 + at * SECOND, 1.0) for at in range(210, 400, 30)]
        await stand.arrive(sent)
        await its.look(400)
        assert await its.alerts() == [(205, 265, None)]
        [alert] = await stand.alerts(silence, sensor_id)
        assert alert.ended_at == T0 + 210 * SECOND


async def test_a_rule_that_is_switched_off_ends_the_alert_of_its_device(stand: AlertStand) -> None:
    async with watching(stand) as its:
        await its.leave(await its.connect(10), 30)
        await its.look(95)
        await stand.admin.execute(
            "UPDATE platform.alert_rule SET enabled = false, sync_due_at = $2 WHERE id = $1",
            its.rule.id,
            HOUR,
        )
        await stand.synchronize(T0 + 120 * SECOND)
        assert await its.alerts() == [(30, 90, 120)]
        await its.connect(130)
        await its.look(140)
        assert await its.alerts() == [(30, 90, 120)]


async def test_an_alert_goes_on_under_the_next_version_of_its_rule(stand: AlertStand) -> None:
    async with watching(stand) as its:
        await its.leave(await its.connect(10), 30)
        await its.look(95)
        await stand.watch_device(lasting(GONE, 30), T0 + 120 * SECOND, its.rule.id, version=2)
        await its.look(130)
        await its.connect(140)
        await its.look(141)
        assert await its.alerts() == [(30, 90, 140)]
        assert [cause for cause, _ in await stand.told()] == ["FIRED", "RESOLVED"]


def lasting(definition: RuleDefinition, seconds: int) -> RuleDefinition:
    [level] = definition.levels
    changed = RuleLevel(severity=level.severity, for_seconds=seconds)
    return RuleDefinition(kind=definition.kind, levels=(changed,))


# ---- brokers -------------------------------------------------------------------------------------


async def test_the_restart_of_a_broker_fires_nothing_for_devices_that_come_back(
    stand: AlertStand, pool: Pool, admin: asyncpg.Pool
) -> None:
    """The seventh complaint: a restart of the server, and all devices are told to be offline."""
    rule = await watch(stand, lasting(GONE, 0))
    session = session_of((stand.org_id, stand.device_id))
    first = Presence(pool, lambda: datetime.now(UTC))
    second = Presence(pool, lambda: datetime.now(UTC))

    async def now() -> datetime:
        moment: datetime = await admin.fetchval("SELECT now()")
        return moment

    async with first.running():
        first.began(session)
        await first.written()
        first.ended(session, EndReason.BROKER_STOPPED)
        await first.written()
    await look(pool, await now() + timedelta(hours=5))
    assert await stand.alerts(rule, stand.device_id) == [], "no broker, nothing to say of devices"
    async with second.running():
        await look(pool, await now() + timedelta(seconds=10))
        assert await stand.alerts(rule, stand.device_id) == [], "it has time to come back"
        second.began(session_of((stand.org_id, stand.device_id)))
        await second.written()
        await look(pool, await now() + timedelta(hours=5))
    assert await stand.alerts(rule, stand.device_id) == []


async def test_a_device_that_does_not_come_back_to_a_new_broker_fires_after_its_grace(
    stand: AlertStand, pool: Pool, admin: asyncpg.Pool
) -> None:
    rule = await watch(stand, lasting(GONE, 0))
    dead = Presence(pool, lambda: datetime.now(UTC))
    async with dead.running():
        dead.began(session_of((stand.org_id, stand.device_id)))
        await dead.written()
        await admin.execute("UPDATE platform.broker SET seen_at = now() - interval '2 minutes'")
        assert await end_silent_brokers(pool, after_seconds=0.5) >= 1
    async with Presence(pool, lambda: datetime.now(UTC)).running():
        started = await admin.fetchval("SELECT max(started_at) FROM platform.broker")
        await look(pool, started + timedelta(seconds=29))
        assert await stand.alerts(rule, stand.device_id) == []
        await look(pool, started + timedelta(seconds=31))
        [alert] = await stand.alerts(rule, stand.device_id)
        assert alert.fired_at == microseconds(started) + 30 * SECOND


async def test_a_broker_that_was_taken_for_dead_takes_back_what_was_said(
    stand: AlertStand, pool: Pool, admin: asyncpg.Pool
) -> None:
    rule = await watch(stand, lasting(GONE, 0))
    slow = Presence(pool, lambda: datetime.now(UTC))
    async with slow.running():
        slow.began(session_of((stand.org_id, stand.device_id)))
        await slow.written()
        await admin.execute("UPDATE platform.broker SET seen_at = now() - interval '2 minutes'")
        assert await end_silent_brokers(pool, after_seconds=0.5) >= 1
        other = uuid4()
        await admin.execute("INSERT INTO platform.broker (id) VALUES ($1)", other)
        started = await admin.fetchval(
            "SELECT started_at FROM platform.broker WHERE id = $1", other
        )
        await look(pool, started + timedelta(seconds=40))
        assert len(await stand.alerts(rule, stand.device_id)) == 1
        await slow.beat()
        await slow.written()
        await look(pool, started + timedelta(seconds=41))
        assert (await stand.alerts(rule, stand.device_id), await stand.refuted()) == ([], 1)
        await admin.execute("DELETE FROM platform.broker WHERE id = $1", other)


# ---- in any order --------------------------------------------------------------------------------


async def log_session(
    pool: Pool, stand: AlertStand, begin: int, end: int | None, *, is_noted: bool
) -> None:
    """In the log alone, as of a broker whose word comes late."""
    org_id, device_id, session_id = stand.org_id, stand.device_id, new_id()
    begun = BegunSession(
        org_id, device_id, session_id, new_id(), False, at_second(begin), "", "", ""
    )
    ended = [] if end is None else [_ended(org_id, session_id, end)]
    async with pool.acquire() as connection, connection.transaction():
        await write_sessions(connection, uuid4(), begun=[begun], ended=ended, refused=[], notes=[])
        if is_noted:
            await note(connection, [ConnectionNote(org_id, device_id, at_second(begin))])


def at_second(seconds: int) -> datetime:
    return HOUR + timedelta(seconds=seconds)


def _ended(org_id: UUID, session_id: UUID, at: int) -> EndedSession:
    return EndedSession(org_id, session_id, new_id(), False, at_second(at), "KEEP_ALIVE")


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_order_the_log_is_told_in_the_alerts_are_those_of_the_definition(
    stand: AlertStand, pool: Pool, seed: int
) -> None:
    chance = random.Random(seed)
    rule = await watch(stand, LADDER)
    edges = sorted(chance.sample(range(1, 1_500), 24))
    sessions = list(zip(edges[::2], edges[1::2], strict=True))
    chance.shuffle(sessions)
    now = T0 + 1_600 * SECOND
    for begin, end in sessions:
        await log_session(pool, stand, begin, end, is_noted=True)
        if chance.random() < 0.6:
            await look(pool, moment_of(now))
    await look(pool, moment_of(now))
    readings = [(T0 + edge * SECOND, float(place % 2 == 0)) for place, edge in enumerate(edges)]
    expected = history(as_a_value(LADDER), T0, readings, now)
    assert await stand.alerts(rule, stand.device_id) == expected
    assert expected, "there is something to agree about"


def as_a_value(definition: RuleDefinition) -> RuleDefinition:
    """The same of values, which are FALSE while the device is gone."""
    return RuleDefinition(
        kind="VALUE",
        operator="IS_FALSE",
        levels=definition.levels,
        cooldown_seconds=definition.cooldown_seconds,
    )


# ---- what a log comes to -------------------------------------------------------------------------


def logged(begin: int, end: int | None, reason: str | None = None) -> LoggedSession:
    return LoggedSession(
        moment_of(begin * SECOND), None if end is None else moment_of(end * SECOND), reason
    )


def changes(spans: Sequence[DeviceSpan], brokers: Sequence[int] = (0,)) -> list[tuple[int, float]]:
    found = history_of(spans, [at * SECOND for at in brokers], 30 * SECOND, 1_000 * SECOND).changes
    return [(at // SECOND, value) for at, value in zip(found.at, found.number, strict=True)]


def span(begin: int, end: int | None, reason: str | None = "KEEP_ALIVE") -> DeviceSpan:
    return DeviceSpan(begin * SECOND, None if end is None else end * SECOND, reason)


@pytest.mark.parametrize(
    ("spans", "brokers", "expected"),
    [
        ([span(10, None)], [0], [(10, 1)]),
        ([span(10, 20)], [0], [(10, 1), (20, 0)]),
        ([span(10, 20), span(15, None)], [0], [(10, 1), (15, 1)]),
        ([span(10, 20, "TAKEN_OVER"), span(21, 30)], [0], [(10, 1), (21, 1), (30, 0)]),
        ([span(10, 20, "BROKER_DIED")], [0], [(10, 1), (50, 0)]),
        ([span(10, 20, "BROKER_DIED")], [100], [(10, 1), (130, 0)]),
        ([span(10, 20, "BROKER_DIED")], [100, 0], [(10, 1), (50, 0)]),
        ([span(10, 20, "BROKER_DIED")], [], [(10, 1)]),
        ([span(10, 20, "BROKER_STOPPED"), span(49, None)], [0], [(10, 1), (49, 1)]),
        ([span(10, 20, "BROKER_STOPPED"), span(51, None)], [0], [(10, 1), (50, 0), (51, 1)]),
    ],
)
def test_a_device_is_gone_from_its_newest_session_s_end_on_unless_that_was_the_broker_s(
    spans: list[DeviceSpan], brokers: list[int], expected: list[tuple[int, float]]
) -> None:
    assert changes(spans, brokers) == expected


@pytest.mark.parametrize(
    ("sessions", "is_connected", "changed", "expected"),
    [
        ([], False, None, []),
        ([], True, 5, [(5, 1)]),
        ([], False, 5, [(5, 0)]),
        ([logged(1, 2)], True, 4, [(1, 1), (2, 0), (4, 1)]),
        ([logged(1, 2)], True, None, [(1, 1)]),
        ([logged(1, 2)], False, 7, [(1, 1), (7, 0)]),
        ([logged(1, 2)], False, 2, [(1, 1), (2, 0)]),
        ([logged(1, None)], False, 1, [(1, 1)]),
    ],
)
def test_where_the_log_leaves_something_out_the_device_s_row_knows(
    sessions: list[LoggedSession],
    is_connected: bool,
    changed: int | None,
    expected: list[tuple[int, float]],
) -> None:
    at = None if changed is None else moment_of(changed * SECOND)
    assert changes(spans_of(sessions, ConnectedDevice(is_connected, at, False))) == expected
