"""Which sensors may hold integers that are no doubles is committed with the first of them: who
reads a sensor that has become a DOUBLE since need not look through all its readings."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connections.types import Connection, Pool
from ingest.pipeline.compare import StoredReadings
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest
from ingest.pipeline.steps import TransactionStep
from tests.make.ingest import AGE, Device, element, new_device

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LARGEST = 2**53


def deps_with(pool: Pool, *steps: TransactionStep) -> Deps:
    registry = Registry(pool, sensors_per_device=100)
    return Deps(pool, registry, lambda: NOW, AGE, steps=list(steps))


async def send(deps: Deps, device: Device, values: Mapping[int, float], key: str = "s") -> Receipt:
    """By the second, each at a time of its own."""
    elements = [element(key, NOW + timedelta(seconds=at), value) for at, value in values.items()]
    body = msgspec.json.encode(elements)
    message = Message(device[0], device[1], Via.MQTT, body, time.perf_counter(), decode(body))
    [receipt] = await ingest([message], deps)
    return receipt


async def marked(admin: asyncpg.Pool, device: Device) -> set[str]:
    """The keys of the sensors that may have some."""
    rows = await admin.fetch(
        "SELECT key FROM platform.sensor WHERE device_id = $1 AND may_have_lone_integers", device[1]
    )
    return {key for (key,) in rows}


async def holding(admin: asyncpg.Pool, device: Device) -> set[str]:
    """The keys of the sensors that do."""
    rows = await admin.fetch(
        "SELECT DISTINCT s.key FROM tsd.reading r JOIN platform.sensor s ON s.id = r.sensor_id "
        f"WHERE s.device_id = $1 AND value_bigint NOT BETWEEN -{LARGEST} AND {LARGEST}",
        device[1],
    )
    return {key for (key,) in rows}


_values = st.sampled_from(
    [0, 7, LARGEST, -LARGEST, LARGEST + 1, -LARGEST - 1, 2**63 - 1, -(2**63), 0.5, 2.0**60]
)
_batches = st.lists(
    st.tuples(st.sampled_from("ab"), st.lists(_values, min_size=1, max_size=3)), max_size=6
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=_batches, is_new_process=st.booleans())
async def test_a_sensor_is_marked_when_it_holds_one_whatever_it_becomes(
    pool: Pool, admin: asyncpg.Pool, batches: list[tuple[str, list[float]]], is_new_process: bool
) -> None:
    device, deps, at = await new_device(admin), deps_with(pool), 0
    for key, values in batches:
        if is_new_process:
            deps = deps_with(pool)
        given_values = dict(enumerate(values, start=at))
        at += len(values)
        assert (await send(deps, device, given_values, key)).accepted == len(values)
        assert await holding(admin, device) == await marked(admin, device)


@pytest.mark.parametrize("count", [1, 300])  # in one statement, and by COPY
async def test_the_largest_integers_that_are_doubles_mark_nothing(
    pool: Pool, admin: asyncpg.Pool, count: int
) -> None:
    device = await new_device(admin)
    values = {at: (LARGEST, -LARGEST, 0)[at % 3] for at in range(count)}
    assert (await send(deps_with(pool), device, values)).accepted == count
    assert await marked(admin, device) == set()
    assert (await send(deps_with(pool), device, {count: LARGEST + 1})).accepted == 1
    assert await marked(admin, device) == {"s"}


@pytest.mark.parametrize("count", [1, 300])
async def test_what_a_double_sensor_is_sent_is_stored_as_a_double(
    pool: Pool, admin: asyncpg.Pool, count: int
) -> None:
    device, deps = await new_device(admin), deps_with(pool)
    await send(deps, device, {0: 0.5})
    values = dict.fromkeys(range(1, count + 1), LARGEST + 1)
    assert (await send(deps, device, values)).accepted == count
    assert await marked(admin, device) == await holding(admin, device) == set()


class Failing:
    """A step that takes the batch back."""

    def concerns(self, _readings: StoredReadings) -> bool:
        return True

    async def run(self, _connection: Connection, _stored: StoredReadings) -> None:
        raise LookupError("not today")


async def test_a_batch_that_is_taken_back_marks_nothing_and_is_marked_when_it_comes_again(
    pool: Pool, admin: asyncpg.Pool
) -> None:
    device, deps = await new_device(admin), deps_with(pool, Failing())
    with pytest.raises(LookupError):
        await send(deps, device, {0: LARGEST + 1})
    assert await marked(admin, device) == set()
    deps.steps.clear()
    assert (await send(deps, device, {0: LARGEST + 1})).accepted == 1
    assert await marked(admin, device) == {"s"}


async def test_what_is_known_is_not_marked_again(pool: Pool, admin: asyncpg.Pool) -> None:
    device, deps = await new_device(admin), deps_with(pool)

    async def version() -> Sequence[object]:
        """Of the sensor's row: another one after each time that it was written."""
        return await admin.fetch("SELECT ctid FROM platform.sensor WHERE device_id = $1", device[1])

    await send(deps, device, {0: LARGEST + 1})
    before = await version()
    for other in (deps, deps_with(pool)):
        known = other.registry
        await send(other, device, {1 if other is deps else 2: LARGEST + 2})
        [sensor] = list(known.device(device[1]).sensors)  # type: ignore[union-attr]
        assert sensor.may_have_lone_integers
    assert await version() == before
