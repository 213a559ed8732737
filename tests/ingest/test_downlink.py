"""Messages to devices: written in a transaction, sent in order, until they are acknowledged."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.connections.notifications import DEVICE_MESSAGE, listening
from db.connections.types import Pool
from db.ids import new_id
from db.queries.device_messages import CLAIM_MAX_MESSAGES, delete_ended
from ingest.mqtt.broker import Limits
from ingest.mqtt.downlink import Downlink
from ingest.mqtt.topics import Topic
from tests.make.database import DatabaseUrls

from .attacks import Party
from .certificates import Authority
from .mqtt_client import Client
from .running_broker import RunningBroker, running_broker

TICK_SECONDS = 0.2


@asynccontextmanager
async def sending_broker(
    urls: DatabaseUrls, pool: Pool, authority: Authority
) -> AsyncIterator[RunningBroker]:
    """A broker whose devices get what is in the outbox."""
    downlink = Downlink(pool, tick_seconds=TICK_SECONDS)
    async with (
        downlink.running(),
        listening(
            urls.ingest,
            DEVICE_MESSAGE,
            lambda payload: downlink.notified(UUID(payload)),
            downlink.missed,
        ),
        running_broker(authority, Limits(), downlink) as broker,
    ):
        yield broker


@pytest.fixture
async def sender(
    urls: DatabaseUrls, pool: Pool, authority: Authority
) -> AsyncIterator[RunningBroker]:
    async with sending_broker(urls, pool, authority) as broker:
        yield broker


async def enroll(broker: RunningBroker, admin: asyncpg.Pool) -> Party:
    """A device that the broker and the database know."""
    party = broker.enroll()
    await admin.execute(
        "INSERT INTO platform.organization (id, name) VALUES ($1, 'test')", party.org_id
    )
    await admin.execute(
        "INSERT INTO platform.device (org_id, id, name) VALUES ($1, $2, 'device')",
        party.org_id,
        party.id,
    )
    return party


@asynccontextmanager
async def tenant(
    app: asyncpg.Pool, org_id: UUID
) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    """A transaction of this organization, as the API has one."""
    async with app.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.org_id', $1, true)", str(org_id))
        yield connection


async def put(
    connection: asyncpg.pool.PoolConnectionProxy,
    party: Party,
    *bodies: bytes,
    kind: Topic = Topic.COMMANDS,
    expires_in: float | None = None,
    is_retained: bool = False,
) -> list[UUID]:
    """Write messages into the outbox, in one statement."""
    ids = [new_id() for _ in bodies]
    await connection.execute(
        "INSERT INTO platform.device_message (id, device_id, topic, body, expires_at, is_retained) "
        "SELECT m.id, $1, $2, m.body, now() + make_interval(secs => $5), $6 "
        "FROM unnest($3::uuid[], $4::bytea[]) AS m (id, body)",
        party.id,
        party.topic(kind),
        ids,
        list(bodies),
        expires_in,
        is_retained,
    )
    return ids


async def write(app: asyncpg.Pool, party: Party, *bodies: bytes, **options: object) -> list[UUID]:
    async with tenant(app, party.org_id) as connection:
        return await put(connection, party, *bodies, **options)  # type: ignore[arg-type]


async def states(admin: asyncpg.Pool, party: Party) -> list[str]:
    """Of the device's messages, in their order."""
    rows = await admin.fetch(
        "SELECT state FROM platform.device_message WHERE device_id = $1 ORDER BY id", party.id
    )
    return [row["state"] for row in rows]


async def until_states(admin: asyncpg.Pool, party: Party, *expected: str) -> None:
    """The database tells nobody what becomes of them."""
    async with asyncio.timeout(10):
        while await states(admin, party) != list(expected):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def listen(broker: RunningBroker, party: Party, *kinds: Topic, qos: int = 1) -> Client:
    """A connection that has subscribed."""
    client = await party.connect(broker.port)
    topics = [party.topic(kind) for kind in kinds or (Topic.COMMANDS,)]
    assert await client.subscribe(*topics, qos=qos) == [qos] * len(topics)
    return client


async def test_a_message_reaches_the_device_after_the_commit_and_is_done_at_its_puback(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    async with await listen(sender, party) as client:
        async with tenant(app, party.org_id) as connection:
            await put(connection, party, b'{"id": 1}')
            assert await client.ping()  # nothing comes before the commit
        published = await client.read_publish()
        assert published.topic == party.topic(Topic.COMMANDS)
        assert (published.body, published.is_retained) == (b'{"id": 1}', False)
        assert await states(admin, party) == ["SENT"]
        client.acknowledge(published)
        await until_states(admin, party, "ACKNOWLEDGED")
        assert await client.ping()


async def test_what_was_rolled_back_was_never_sent(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    async with await listen(sender, party) as client:
        async with app.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SELECT set_config('app.org_id', $1, true)", str(party.org_id))
            await put(connection, party, b"never")
            await transaction.rollback()
        await write(app, party, b"1")
        assert (await client.read_publish()).body == b"1"


async def test_messages_come_in_order_and_only_so_many_at_once(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    bodies = [b"%d" % number for number in range(2 * CLAIM_MAX_MESSAGES + 5)]
    async with await listen(sender, party) as client:
        await write(app, party, *bodies[:3])
        await write(app, party, *bodies[3:])
        seen = []
        for _ in bodies:
            published = await client.read_publish()
            seen.append(published.body)
            assert (await states(admin, party)).count("SENT") <= CLAIM_MAX_MESSAGES
            client.acknowledge(published)
        assert seen == bodies
        await until_states(admin, party, *["ACKNOWLEDGED"] * len(bodies))


async def test_a_device_that_acknowledges_nothing_is_sent_one_batch(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    async with await listen(sender, party) as client:
        await write(app, party, *[b"x"] * (CLAIM_MAX_MESSAGES + 5))
        for _ in range(CLAIM_MAX_MESSAGES):
            await client.read_publish()
        await asyncio.sleep(2 * TICK_SECONDS)
        assert await client.ping()


async def test_what_was_not_acknowledged_is_sent_again_to_the_next_connection(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    async with await listen(sender, party) as client:
        await write(app, party, b"1", b"2", b"3")
        first, *_ = [await client.read_publish() for _ in range(3)]
        client.acknowledge(first)
        await until_states(admin, party, "ACKNOWLEDGED", "SENT", "SENT")
    async with await listen(sender, party) as client:
        await write(app, party, b"4")
        assert [(await client.read_publish()).body for _ in range(2)] == [b"2", b"3"]
        async with await listen(sender, party) as newer:  # takes the session over
            assert [(await newer.read_publish()).body for _ in range(3)] == [b"2", b"3", b"4"]


async def test_what_waits_is_sent_when_the_device_subscribes_to_its_topic(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    await write(app, party, b"command")
    await write(app, party, b"desired", kind=Topic.CONFIG_DESIRED)
    async with await party.connect(sender.port) as client:
        assert await client.ping()
        await client.subscribe(party.topic(Topic.CONFIG_DESIRED))
        published = await client.read_publish()
        assert published.body == b"desired"
        await client.subscribe(party.topic(Topic.COMMANDS))
        client.acknowledge(published)  # and it isn't sent a second time
        assert (await client.read_publish()).body == b"command"
        assert await client.ping()
    assert await states(admin, party) == ["SENT", "ACKNOWLEDGED"]


async def test_with_qos_0_a_message_is_done_when_it_is_sent(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    async with await listen(sender, party, qos=0) as client:
        await write(app, party, *[b"x"] * (CLAIM_MAX_MESSAGES + 1))
        for _ in range(CLAIM_MAX_MESSAGES + 1):
            assert (await client.read_publish()).packet_id == 0
        await until_states(admin, party, *["ACKNOWLEDGED"] * (CLAIM_MAX_MESSAGES + 1))


async def test_what_has_expired_is_not_sent_and_holds_nothing_up(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    await write(app, party, b"too late", expires_in=-1)
    async with await listen(sender, party) as client:
        await until_states(admin, party, "EXPIRED")
        await write(app, party, *[b"x"] * CLAIM_MAX_MESSAGES, expires_in=0.5)
        await write(app, party, b"next")
        for _ in range(CLAIM_MAX_MESSAGES):  # not acknowledged, so they are in the way until then
            late = await client.read_publish()
        assert (await client.read_publish()).body == b"next"
        client.acknowledge(late)
        assert await client.ping()
        await until_states(admin, party, *["EXPIRED"] * (CLAIM_MAX_MESSAGES + 1), "SENT")


async def test_the_newest_retained_message_comes_with_each_subscription(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party, desired = await enroll(sender, admin), Topic.CONFIG_DESIRED
    for body in (b"1", b"2"):
        await write(app, party, body, kind=desired, is_retained=True)
    for _ in range(2):
        async with await listen(sender, party, desired) as client:
            published = await client.read_publish()
            assert (published.body, published.is_retained) == (b"2", True)
            client.acknowledge(published)
            await until_states(admin, party, "SUPERSEDED", "ACKNOWLEDGED")
    async with await listen(sender, party, desired) as client:
        client.acknowledge(await client.read_publish())
        await write(app, party, b"3", kind=desired, is_retained=True)
        published = await client.read_publish()
        assert (published.body, published.is_retained) == (b"3", False)
        client.acknowledge(published)
        await until_states(admin, party, "SUPERSEDED", "SUPERSEDED", "ACKNOWLEDGED")
        assert await client.ping()


async def test_of_two_brokers_only_the_one_that_holds_the_device_sends(
    urls: DatabaseUrls,
    pool: Pool,
    app: asyncpg.Pool,
    admin: asyncpg.Pool,
    authority: Authority,
    sender: RunningBroker,
) -> None:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(sending_broker(urls, pool, authority))
        party = await enroll(sender, admin)
        other.know(party, party.leaf)
        here = await stack.enter_async_context(await listen(sender, party))
        await write(app, party, b"1", b"2")
        first = await here.read_publish()
        there = await stack.enter_async_context(await listen(other, party))
        await write(app, party, b"3")
        await asyncio.sleep(3 * TICK_SECONDS)
        assert await there.ping()  # nothing was sent there
        # Its process stands still for longer than its lease; then the device belongs to the other.
        await admin.execute(
            "UPDATE platform.device_lease SET broker_id = $2, lease_until = now() "
            "WHERE device_id = $1",
            party.id,
            uuid4(),
        )
        published = [await there.read_publish() for _ in range(3)]
        assert [each.body for each in published] == [b"1", b"2", b"3"]
        here.acknowledge(first)  # too late: that broker holds the device no longer
        assert await here.read_publish()  # its second message, sent before
        assert await here.ping()
        assert await states(admin, party) == ["SENT"] * 3
        for each in published:
            there.acknowledge(each)
        await until_states(admin, party, *["ACKNOWLEDGED"] * 3)


async def test_a_device_that_went_may_be_sent_to_by_any_broker_at_once(
    urls: DatabaseUrls,
    pool: Pool,
    app: asyncpg.Pool,
    admin: asyncpg.Pool,
    authority: Authority,
    sender: RunningBroker,
) -> None:
    async with sending_broker(urls, pool, authority) as other:
        party = await enroll(sender, admin)
        other.know(party, party.leaf)
        async with await listen(sender, party) as here:
            await write(app, party, b"1")
            await here.read_publish()
        await sender.absent(party)
        async with await listen(other, party) as there:
            assert (await there.read_publish(timeout_seconds=5)).body == b"1"


async def test_a_device_that_does_not_read_gets_the_rest_when_it_does(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    bodies = [bytes([number]) * 200_000 for number in range(CLAIM_MAX_MESSAGES)]
    async with await listen(sender, party) as client:
        client.stop_reading()
        await write(app, party, *bodies)
        async with asyncio.timeout(10):
            while "SENT" not in await states(admin, party):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await asyncio.sleep(TICK_SECONDS)
        session = sender.server._state.sessions[party.id]
        assert session._transport.get_write_buffer_size() < 2 * 256 * 1024 + 200_100
        client.read_on()
        for body in bodies:
            published = await client.read_publish()
            assert published.body == body
            client.acknowledge(published)
        await until_states(admin, party, *["ACKNOWLEDGED"] * len(bodies))


async def test_a_device_that_is_deleted_is_sent_nothing_more(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    await write(app, party, b"1")
    async with tenant(app, party.org_id) as connection:
        await connection.execute(
            "UPDATE platform.device SET deleted_at = now() WHERE id = $1", party.id
        )
    assert await states(admin, party) == ["EXPIRED"]


async def test_nobody_writes_to_a_neighbours_device_nor_sees_its_messages(
    sender: RunningBroker, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party, neighbour = await enroll(sender, admin), await enroll(sender, admin)
    await write(app, party, b"1")
    async with tenant(app, neighbour.org_id) as connection:
        assert await connection.fetch("SELECT * FROM platform.device_message") == []
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with tenant(app, neighbour.org_id) as connection:
            await put(connection, party, b"mine")


async def test_what_ended_long_ago_is_deleted(
    sender: RunningBroker, pool: Pool, app: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    party = await enroll(sender, admin)
    old, new, waiting = await write(app, party, b"1", b"2", b"3")
    for message, ended in ((old, dt.timedelta(days=8)), (new, dt.timedelta(days=6))):
        await admin.execute(
            "UPDATE platform.device_message SET state = 'EXPIRED', ended_at = now() - $2::interval "
            "WHERE id = $1",
            message,
            ended,
        )
    assert await delete_ended(pool, after_days=7, at_most=10) == 1
    left = await admin.fetch(
        "SELECT id FROM platform.device_message WHERE device_id = $1", party.id
    )
    assert {row["id"] for row in left} == {new, waiting}
