"""However batches meet, repeat and contradict each other: the first value stands, and everyone is
told the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.readings.times import microseconds
from ingest.inbox.group_commit import Inbox
from ingest.pipeline import run as pipeline
from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.decode import decode
from ingest.pipeline.directory import NO_READING
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.rows import Name, Rows
from ingest.pipeline.run import Deps, ingest
from ingest.pipeline.values import ValueColumns

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGE = AcceptedAge(behind=timedelta(days=400), ahead=timedelta(minutes=10))

Sent = tuple[str, int, float]  # key, second, value
Tenant = tuple[UUID, UUID]


async def _device(admin: asyncpg.Pool) -> Tenant:
    org_id, device_id = uuid4(), uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'test')", org_id)
    await admin.execute(
        "INSERT INTO platform.device (org_id, id, name) VALUES ($1, $2, $3)",
        org_id,
        device_id,
        str(device_id),
    )
    return org_id, device_id


def _deps(pool: asyncpg.Pool) -> Deps:
    return Deps(pool, Registry(pool, sensors_per_device=100), lambda: NOW, AGE)


def _columns(device: Tenant, sent: Sequence[Sent], names: Sequence[Name] | None = None) -> Message:
    """A message that arrived as columns, as from a CSV or Arrow file."""
    keys = sorted({key for key, _, _ in sent})
    name = np.array([keys.index(key) for key, _, _ in sent], np.intp)
    ts = np.array([microseconds(NOW) + second * 1_000_000 for _, second, _ in sent], np.int64)
    values = ValueColumns.of(np.array([value for *_, value in sent], np.float64))
    rows = Rows.of(names or [Name(sensor=key) for key in keys], name, ts, values=values)
    return Message(*device, Via.MQTT, repr(sent).encode(), 0, rows=rows)


def _elements(device: Tenant, sent: Sequence[Sent]) -> Message:
    body = msgspec.json.encode(
        [
            {"sensor": key, "timestamp": NOW + timedelta(seconds=second), "value": value}
            for key, second, value in sent
        ]
    )
    return Message(*device, Via.MQTT, body, 0, decode(body, elements_max=100_000))


def _counts(receipt: Receipt) -> tuple[int, int, int]:
    return receipt.accepted, receipt.duplicates, receipt.quarantined


async def _stored(admin: asyncpg.Pool, device: Tenant) -> dict[tuple[str, int], float]:
    rows = await admin.fetch(
        "SELECT s.key, r.ts, r.value_double FROM tsd.reading r JOIN platform.sensor s ON s.id = r.sensor_id "
        "WHERE r.org_id = $1",
        device[0],
    )
    return {
        (row["key"], round((row["ts"] - NOW).total_seconds())): row["value_double"] for row in rows
    }


_sent = st.tuples(st.sampled_from("ab"), st.integers(-300, 300), st.sampled_from([1.5, 2.5]))
_messages = st.lists(
    st.tuples(
        st.booleans(),
        st.lists(_sent, min_size=1, max_size=8) | st.lists(_sent, min_size=300, max_size=320),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rounds=st.lists(st.lists(_messages, min_size=1, max_size=4), min_size=1, max_size=3))
async def test_whatever_writers_meet_the_first_value_stands_and_the_receipts_add_up(
    pool: asyncpg.Pool, admin: asyncpg.Pool, rounds: list[list[list[tuple[bool, list[Sent]]]]]
) -> None:
    """In each round several processes write at once: each has a registry, and newest times, of its
    own."""
    device = await _device(admin)
    writers = [_deps(pool) for _ in range(4)]
    await ingest([_elements(device, [("a", -400, 0.5), ("b", -400, 0.5)])], writers[0])
    sent: list[Sent] = []
    total, standing = [0, 0, 0], dict[tuple[str, int], float]()
    for batches in rounds:
        answers = await asyncio.gather(
            *(
                _until_stored(
                    [
                        (_columns if as_columns else _elements)(device, own)
                        for as_columns, own in batch
                    ],
                    deps,
                )
                for batch, deps in zip(batches, writers, strict=False)
            )
        )
        for batch, receipts in zip(batches, answers, strict=True):
            for (_, own), receipt in zip(batch, receipts, strict=True):
                sent += own
                assert sum(_counts(receipt)) == len(own)
                total = [a + b for a, b in zip(total, _counts(receipt), strict=True)]
        stored = await _stored(admin, device)
        assert all(stored[key] == value for key, value in standing.items()), (
            "a value that stood was replaced"
        )
        standing = stored
    standing = {key: value for key, value in standing.items() if key[1] != -400}
    assert set(standing.items()) <= {((key, second), value) for key, second, value in sent}
    assert set(standing) == {(key, second) for key, second, _ in sent}
    assert total[0] == len(standing)
    # Only one value can be the same as the standing one: the others were told apart.
    assert total[2] == sum(standing[key, second] != value for key, second, value in sent)
    for row in await admin.fetch(
        "SELECT s.key, l.ts FROM tsd.latest l JOIN platform.sensor s ON s.id = l.sensor_id WHERE l.org_id = $1",
        device[0],
    ):
        newest = max([second for key, second in standing if key == row["key"]], default=-400)
        assert row["ts"] == NOW + timedelta(seconds=newest)


async def _until_stored(messages: list[Message], deps: Deps) -> list[Receipt]:
    """As the inbox does: a deadlock's victim tries again."""
    while True:
        try:
            return await ingest(messages, deps)
        except asyncpg.DeadlockDetectedError:
            continue


async def test_newest_times_that_are_stale_cost_no_truth(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await _device(admin), _deps(pool)
    sent = [("a", second, second / 2) for second in range(-400, 100)]
    assert _counts((await ingest([_columns(device, sent)], deps))[0]) == (500, 0, 0)
    for known in deps.registry.device(device[1]).sensors:  # type: ignore[union-attr]
        known.newest = NO_READING
    more = [*sent, *(("a", second, 0.5) for second in range(100, 400))]
    assert _counts((await ingest([_columns(device, more)], deps))[0]) == (300, 500, 0)
    # Ahead of the truth, as after readings were deleted.
    for known in deps.registry.device(device[1]).sensors:  # type: ignore[union-attr]
        known.newest = microseconds(NOW) * 2
    await admin.execute("DELETE FROM tsd.reading WHERE org_id = $1", device[0])
    await admin.execute("DELETE FROM tsd.latest WHERE org_id = $1", device[0])
    assert _counts((await ingest([_columns(device, more)], deps))[0]) == (800, 0, 0)
    latest = await admin.fetchval("SELECT ts FROM tsd.latest WHERE org_id = $1", device[0])
    assert latest == NOW + timedelta(seconds=399)


async def test_all_types_and_metadata_go_by_copy(pool: asyncpg.Pool, admin: asyncpg.Pool) -> None:
    device, deps = await _device(admin), _deps(pool)
    values: dict[str, object] = {"d": 1.5, "i": -(2**63), "b": False, "t": "grün\n\\N"}
    body = msgspec.json.encode(
        [
            {
                "sensor": key,
                "timestamp": NOW - timedelta(seconds=second),
                "value": value,
                "metadata": {"s": second} if second == 7 else None,
            }
            for second in range(100)
            for key, value in values.items()
        ]
    )
    message = Message(*device, Via.MQTT, body, 0, decode(body))
    assert _counts((await ingest([message], deps))[0]) == (400, 0, 0)
    rows = await admin.fetch(
        "SELECT DISTINCT s.key, r.value_double, r.value_bigint, r.value_bool, r.value_text "
        "FROM tsd.reading r JOIN platform.sensor s ON s.id = r.sensor_id WHERE r.org_id = $1 ORDER BY 1",
        device[0],
    )
    assert [tuple(row)[1:] for row in rows] == [
        (None, None, False, None),
        (1.5, None, None, None),
        (None, -(2**63), None, None),
        (None, None, None, "grün\n\\N"),
    ]
    metadata = await admin.fetch(
        "SELECT metadata::text FROM tsd.reading_metadata WHERE org_id = $1", device[0]
    )
    assert [row[0] for row in metadata] == ['{"s": 7}'] * 4
    assert _counts((await ingest([message], deps))[0]) == (0, 400, 0)


async def test_columns_cannot_write_to_anothers_sensor(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    ours, theirs, deps = await _device(admin), await _device(admin), _deps(pool)
    neighbour = (ours[0], uuid4())
    await admin.execute(
        "INSERT INTO platform.device (org_id, id, name) VALUES ($1, $2, 'n')", *neighbour
    )
    await ingest([_elements(owner, [("t", 0, 1.5)]) for owner in (theirs, neighbour, ours)], deps)
    ids = dict(await admin.fetch("SELECT device_id, id FROM platform.sensor WHERE key = 't'"))
    attempts = [
        _columns(ours, [("x", 1, 9.9)], [Name(sensor_id=str(ids[theirs[1]]))]),
        _columns(ours, [("x", 1, 9.9)], [Name(sensor_id=str(ids[neighbour[1]]).upper())]),
        _columns((ours[0], theirs[1]), [("t", 1, 9.9)]),  # a topic that mixes two tenants
        _columns((theirs[0], ours[1]), [("t", 1, 9.9)]),
    ]
    from_http = _columns(
        ours,
        [("x", 1, 9.9), ("y", 1, 9.9), ("z", 1, 9.9)],
        [
            Name(sensor="t", device_id=str(theirs[1])),
            Name(sensor_id=str(ids[theirs[1]])),
            Name(sensor_id=str(ids[neighbour[1]]), device_id=str(ours[1])),
        ],
    )
    from_http.device_id = None
    claims = _columns(ours, [("x", 2, 1.5)], [Name(sensor="t", device_id=str(theirs[1]))])
    answers = await ingest([*attempts, from_http, claims], deps)
    assert [_counts(answer) for answer in answers] == [(0, 0, 1)] * 4 + [(0, 0, 3), (1, 0, 0)]
    assert {error.code for answer in answers for error in answer.errors} == {"UNKNOWN_SENSOR"}
    assert await admin.fetchval("SELECT count(*) FROM tsd.reading WHERE value_double = 9.9") == 0
    assert (await _stored(admin, ours))[("t", 2)] == 1.5, (
        "what a device claims about its device is ignored"
    )


async def test_columns_are_judged_like_elements_and_quarantined_as_readings(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await _device(admin), _deps(pool)
    sent = [
        ("a", 0, 1.5),
        ("a", 1, float("nan")),
        ("a", 2, float("inf")),
        ("a", 601, 1.5),
        ("a", 0, 2.5),
    ]
    (receipt,) = await ingest([_columns(device, sent)], deps)
    assert _counts(receipt) == (1, 0, 4)
    assert [(error.index, error.code) for error in receipt.errors] == [
        (1, "OUT_OF_RANGE"),
        (2, "OUT_OF_RANGE"),
        (3, "BAD_TIMESTAMP"),
        (4, "CONFLICTING_VALUE"),
    ]
    payload = await admin.fetchval(
        "SELECT payload FROM platform.quarantine_entry WHERE org_id = $1 AND payload_index = 4",
        device[0],
    )
    assert msgspec.json.decode(payload) == {
        "sensor": "a",
        "timestamp": "2026-11-23T12:00:00.000000Z",
        "value": 2.5,
    }


def _inbox(deps: Deps) -> Inbox:
    return Inbox(
        lambda messages: pipeline.ingest(messages, deps),
        prepare=lambda messages: pipeline.prepare(messages, deps),
        make_partitions=lambda days: pipeline.make_partitions(days, deps),
    )


async def test_a_message_larger_than_a_commit_is_cut_and_its_receipt_is_whole(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await _device(admin), _deps(pool)
    sent = [(f"s{n % 50}", -(n // 50) - 1, n / 2) for n in range(30_000)]
    sent[25_000] = ("s0", 1_000, 1.5)  # too far ahead
    sent[29_999] = sent[0]
    async with (inbox := _inbox(deps)).running():
        for message in (_elements(device, sent), _columns(device, sent)):
            receipt = await inbox.submit(message)
            assert receipt.total == 30_000
            assert [(error.index, error.code) for error in receipt.errors] == [
                (25_000, "BAD_TIMESTAMP")
            ]
    assert _counts(receipt) == (0, 29_999, 1)
    assert len(await _stored(admin, device)) == 29_998


@pytest.mark.parametrize("urls", ["plain"], indirect=True)  # chunks make themselves
async def test_who_needs_new_partitions_holds_up_nobody_and_keeps_its_order(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    late, other, deps = await _device(admin), await _device(admin), _deps(pool)
    await ingest([_elements(other, [("t", 0, 1.5)])], deps)
    long_ago = -200 * 86_400
    locked = await admin.acquire()
    transaction = locked.transaction()
    await transaction.start()
    await locked.execute("SELECT pg_advisory_xact_lock(hashtext('tsd.ensure_partitions'))")
    async with (inbox := _inbox(deps)).running():
        waiting = [
            asyncio.create_task(inbox.submit(_elements(late, [("t", second, value)])))
            for second, value in ((0, 1.5), (long_ago, 1.5), (long_ago, 2.5), (0, 2.5))
        ]
        for second in range(1, 4):
            receipt = await asyncio.wait_for(
                inbox.submit(_elements(other, [("t", second, 1.5)])), 10
            )
            assert _counts(receipt) == (1, 0, 0)
        assert not waiting[1].done()
        await transaction.rollback()
        await admin.release(locked)
        assert [_counts(receipt) for receipt in await asyncio.gather(*waiting)] == [
            (1, 0, 0),
            (1, 0, 0),
            (0, 0, 1),
            (0, 0, 1),
        ]
