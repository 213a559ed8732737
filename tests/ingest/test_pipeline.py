"""The pipeline on a real database: whatever comes in, the receipts add up and the database agrees
with them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest
from tests.make.ingest import sensors_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGE = AcceptedAge(behind=timedelta(days=400), ahead=timedelta(minutes=10))


async def _device(admin: asyncpg.Pool) -> tuple[UUID, UUID]:
    org_id, device_id = uuid4(), uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'test')", org_id)
    await admin.execute(
        "INSERT INTO platform.device (org_id, id, name) VALUES ($1, $2, $3)",
        org_id,
        device_id,
        str(device_id),
    )
    return org_id, device_id


def _deps(pool: asyncpg.Pool, *, sensors_per_device: int = 100) -> Deps:
    return Deps(pool, Registry(pool, sensors_per_device=sensors_per_device), lambda: NOW, AGE)


def _message(device: tuple[UUID, UUID], elements: Sequence[object]) -> Message:
    body = msgspec.json.encode(elements)
    return Message(device[0], device[1], Via.MQTT, body, time.perf_counter(), decode(body))


def _reading(key: str, second: int, value: object) -> dict[str, object]:
    return {
        "sensor": key,
        "timestamp": (NOW + timedelta(seconds=second)).isoformat(),
        "value": value,
    }


def _counts(receipts: Sequence[Receipt]) -> list[tuple[int, int, int]]:
    return [(r.accepted, r.duplicates, r.quarantined) for r in receipts]


_elements = st.one_of(
    st.builds(_reading, st.sampled_from("ab"), st.integers(-5, 5), st.sampled_from([1.5, 2.5])),
    st.builds(_reading, st.just("a"), st.just(-401 * 86_400), st.just(1.5)),  # too old
    st.builds(_reading, st.just("a"), st.just(601), st.just(1.5)),  # too far ahead
    st.builds(_reading, st.just("a"), st.integers(-5, 5), st.just("text")),  # of another type
    st.just({"sensorId": str(uuid4()), "timestamp": NOW.isoformat(), "value": 1}),
    st.just({"value": 1}),
)
_batches = st.lists(st.lists(_elements, max_size=6), min_size=1, max_size=4)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(_batches, min_size=1, max_size=3))
async def test_receipts_add_up_and_the_database_agrees_with_them(
    pool: asyncpg.Pool, admin: asyncpg.Pool, batches: list[list[list[object]]]
) -> None:
    device = await _device(admin)
    # A double first, so that both sensors' types don't depend on what hypothesis sends first.
    first = await ingest(
        [_message(device, [_reading(key, -60, 0.5) for key in "ab"])], deps := _deps(pool)
    )
    receipts = first
    expected: dict[tuple[str, int], float] = {}
    for batch in batches:
        messages = [_message(device, elements) for elements in batch]
        answered = await ingest(messages, deps)
        receipts = [*receipts, *answered]
        for elements, receipt in zip(batch, answered, strict=True):
            assert receipt.accepted + receipt.duplicates + receipt.quarantined == len(elements)
            refused = {error.index for error in receipt.errors}
            assert len(refused) == receipt.quarantined
            for index, element in enumerate(elements):
                if index in refused:
                    continue
                key = (element["sensor"], element["timestamp"])
                assert expected.setdefault(key, element["value"]) == element["value"], (
                    "the first value stands"
                )
    rows = await admin.fetch(
        "SELECT s.key, r.ts, r.value_double FROM tsd.reading r JOIN platform.sensor s ON s.id = r.sensor_id "
        "WHERE r.org_id = $1 AND r.ts > $2",
        device[0],
        NOW - timedelta(seconds=30),
    )
    assert {(row["key"], row["ts"].isoformat()): row["value_double"] for row in rows} == expected
    assert sum(receipt.accepted for receipt in receipts) == len(expected) + 2
    latest = await admin.fetch(
        "SELECT s.key, l.ts FROM tsd.latest l JOIN platform.sensor s ON s.id = l.sensor_id WHERE l.org_id = $1",
        device[0],
    )
    for row in latest:
        newest = [at for key, at in expected if key == row["key"]] or [
            (NOW - timedelta(seconds=60)).isoformat()
        ]
        assert row["ts"] == max(map(datetime.fromisoformat, newest))
    kept = await admin.fetchval(
        "SELECT coalesce(sum(occurrences), 0) FROM platform.quarantine_entry WHERE org_id = $1",
        device[0],
    )
    assert kept == sum(receipt.quarantined for receipt in receipts)


async def test_a_sensor_of_integers_widens_once_and_nothing_is_quarantined_for_it(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await _device(admin), _deps(pool)
    values = [21, 21.0, 21.5, 22]
    messages = [_message(device, [_reading("t", n, value)]) for n, value in enumerate(values)]
    assert _counts([(await ingest([message], deps))[0] for message in messages]) == [(1, 0, 0)] * 4
    # A process that still takes the sensor for BIGINT, and the same readings once more.
    assert _counts(await ingest(messages, _deps(pool))) == [(0, 1, 0)] * 4
    rows = await admin.fetch(
        "SELECT value_bigint, value_double FROM tsd.reading WHERE org_id = $1 ORDER BY ts",
        device[0],
    )
    assert [tuple(row) for row in rows] == [(21, None), (21, None), (None, 21.5), (None, 22.0)]
    sensor = await admin.fetchrow(
        "SELECT value_type, is_widenable FROM platform.sensor WHERE org_id = $1", device[0]
    )
    assert tuple(sensor) == ("DOUBLE", False)


async def test_sensors_beyond_the_devices_limit_are_refused_and_the_others_stored(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await _device(admin), _deps(pool, sensors_per_device=3)
    (receipt,) = await ingest(
        [_message(device, [_reading(f"s{n}", 0, 1.5) for n in range(5)])], deps
    )
    assert (receipt.accepted, receipt.quarantined) == (3, 2)
    assert {error.code for error in receipt.errors} == {"SENSOR_LIMIT"}


async def test_another_organizations_device_and_sensor_are_strangers(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    ours, theirs, deps = await _device(admin), await _device(admin), _deps(pool)
    await ingest([_message(theirs, [_reading("t", 0, 1.5)])], deps)
    sensor = await admin.fetchval("SELECT id FROM platform.sensor WHERE org_id = $1", theirs[0])
    by_id = {"sensorId": str(sensor), "timestamp": NOW.isoformat(), "value": 9.9}
    claimed = {**_reading("t", 1, 9.9), "deviceId": str(theirs[1])}
    from_http = _message(ours, [by_id, claimed])
    from_http.device_id = None
    spoofed = _message(
        (ours[0], theirs[1]), [_reading("t", 2, 9.9)]
    )  # a topic that mixes two tenants
    answers = await ingest([_message(ours, [by_id]), from_http, spoofed], deps)
    assert _counts(answers) == [(0, 0, 1), (0, 0, 2), (0, 0, 1)]
    assert {error.code for answer in answers for error in answer.errors} == {"UNKNOWN_SENSOR"}
    assert await admin.fetchval("SELECT count(*) FROM tsd.reading WHERE value_double = 9.9") == 0


async def test_four_writers_who_deliver_the_same_rows_at_once_store_each_once(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    import asyncio
    import random

    device = await _device(admin)
    elements = [_reading(f"s{n % 20}", n // 20, n / 2) for n in range(2000)]

    async def write(seed: int) -> Receipt:
        shuffled = elements.copy()
        random.Random(seed).shuffle(shuffled)
        return (await ingest([_message(device, shuffled)], _deps(pool)))[0]

    receipts = await asyncio.gather(*map(write, range(4)))
    assert sum(receipt.accepted for receipt in receipts) == 2000
    assert sum(receipt.duplicates for receipt in receipts) == 6000
    assert (
        await admin.fetchval("SELECT count(*) FROM tsd.reading WHERE org_id = $1", device[0])
        == 2000
    )


async def test_a_large_integer_sent_again_after_its_sensor_widened_is_a_duplicate(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await _device(admin), _deps(pool)
    large = _message(device, [_reading("t", 0, 2**53 + 1)])
    assert _counts(await ingest([large], deps)) == [(1, 0, 0)]
    assert _counts(await ingest([_message(device, [_reading("t", 1, 0.5)])], deps)) == [(1, 0, 0)]
    assert _counts(await ingest([large], deps)) == [(0, 1, 0)]
    assert _counts(await ingest([_message(device, [_reading("t", 0, 2**53 + 3)])], deps)) == [
        (0, 0, 1)
    ]


async def test_what_its_organization_would_not_keep_is_refused_at_once(
    pool: asyncpg.Pool, admin: asyncpg.Pool
) -> None:
    device, other, deps = await _device(admin), await _device(admin), _deps(pool)
    ages = [
        _reading("t", -29 * 86_400, 1.5),
        _reading("t", -30 * 86_400 - 1, 2.5),
        _reading("new", -31 * 86_400, 1),
    ]

    async def keep(days: int | None) -> None:
        await admin.execute(
            "UPDATE platform.organization SET retention_days = $2 WHERE id = $1", device[0], days
        )
        deps.registry.forget_organization(device[0])

    await keep(30)
    ours, theirs = await ingest([_message(device, ages), _message(other, ages)], deps)
    assert _counts([ours, theirs]) == [(1, 0, 2), (3, 0, 0)]
    assert [(error.index, error.code) for error in ours.errors] == [
        (1, "BAD_TIMESTAMP"),
        (2, "BAD_TIMESTAMP"),
    ]
    assert "30 days" in ours.errors[0].message
    assert list(await sensors_of(admin, device)) == ["t"], "no sensor is born of what is refused"
    kept = await admin.fetch(
        "SELECT reason, payload_index FROM platform.quarantine_entry WHERE org_id = $1 ORDER BY 2",
        device[0],
    )
    assert [tuple(row) for row in kept] == [("BAD_TIMESTAMP", 1), ("BAD_TIMESTAMP", 2)]
    await keep(None)
    assert _counts(await ingest([_message(device, ages)], deps)) == [(2, 1, 0)]
    await keep(1)
    assert _counts(await ingest([_message(device, ages)], deps)) == [(0, 0, 3)]
