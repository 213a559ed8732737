"""The outbox of one live connection: bounded, and true about what it leaves out."""

from __future__ import annotations

import asyncio
import sys
import uuid
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import Actor
from app.core.live_events import LiveEvent
from app.telemetry.live.events import Batch, in_batches
from app.telemetry.live.listener import (
    CONFLATED_SENSORS_MAX,
    OUTBOX_BYTES,
    End,
    Listener,
    Paused,
    Reset,
)
from db.queries.targets import Target, TargetResolution
from ingest.live.log import READINGS_PER_ENTRY, Entry, Gap
from ingest.live.publisher import Committed, entries_of


class SensorKey(NamedTuple):
    org_id: uuid.UUID
    id: uuid.UUID


LINE = b"x" * 16_000
SOON = 0.001


def listener() -> Listener:
    actor = Actor(uuid.uuid4(), "key_1", frozenset())
    everything = Target(is_everything=True), TargetResolution(is_everything=True)
    return Listener(actor, "Bearer x", *everything)


def batch(number: int, *readings: tuple[int, int]) -> Batch:
    """Readings as (sensor, time)."""
    return Batch(
        f"{number}-0",
        [bytes([sensor]) * 16 for sensor, _ in readings],
        [ts for _, ts in readings],
        [b"%d %d %b" % (*reading, LINE) for reading in readings],
    )


def readings_of(taken: Batch) -> list[tuple[int, int]]:
    return [(sensor[0], ts) for sensor, ts in zip(taken.sensors, taken.times, strict=True)]


STEPS = st.lists(
    st.one_of(
        st.just("take"),
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), min_size=1, max_size=120),
    ),
    max_size=40,
)


@given(STEPS)
def test_a_slow_client_is_told_the_newest_of_every_sensor_and_memory_is_bounded(
    steps: list[str | list[tuple[int, int]]],
) -> None:
    async def play() -> None:
        outbox = listener()
        pushed: list[tuple[int, int]] = []
        told: list[Batch] = []
        for number, step in enumerate(steps, 1):
            if isinstance(step, str):
                taken = await outbox.take(SOON)
                assert taken is None or isinstance(taken, Batch)
                told += [taken] if taken else []
            else:
                outbox.push(batch(number, *step))
                pushed += step
            assert outbox._bytes <= OUTBOX_BYTES
        while (taken := await outbox.take(SOON)) is not None:
            assert isinstance(taken, Batch)
            told.append(taken)
        got = [reading for one in told for reading in readings_of(one)]
        newest = {sensor: max(ts for s, ts in pushed if s == sensor) for sensor, _ in pushed}
        assert {sensor: max(ts for s, ts in got if s == sensor) for sensor, _ in got} == newest
        if not any(one.is_conflated for one in told):
            assert got == pushed
        ids = [int(one.id.partition("-")[0]) for one in told if one.id]
        assert ids == sorted(ids)
        if pushed:
            assert told[-1].id is not None, "a client that comes back now would get it all again"

    asyncio.run(play())


async def test_more_sensors_than_can_be_conflated_lead_to_a_reset() -> None:
    outbox = listener()
    for number in range(1, CONFLATED_SENSORS_MAX // 1000 + 2):
        sensors = [uuid.uuid4().bytes for _ in range(1000)]
        outbox.push(Batch(f"{number}-0", sensors, [1] * 1000, [b"y" * 500] * 1000))
    taken = await outbox.take(SOON)
    assert taken == Reset(f"{number}-0", "TOO_SLOW")
    assert await outbox.take(SOON) is None


async def test_what_is_said_twice_is_told_once_and_the_end_comes_first() -> None:
    outbox = listener()
    outbox.push(batch(1, (1, 1)))
    outbox.tell(Paused())
    outbox.tell(Paused())
    outbox.tell(Reset("2-0", "RESUMED"))
    outbox.tell(Reset("3-0", "PUBLISHER_LOST"))
    outbox.push(batch(4, (1, 3)))
    assert isinstance(await outbox.take(SOON), Batch)
    assert await outbox.take(SOON) == Paused()
    assert await outbox.take(SOON) == Reset("3-0", "PUBLISHER_LOST")
    outbox.end("STOPPING")
    outbox.end("LIFETIME")
    assert await outbox.take(SOON) == End("STOPPING")


async def test_who_waits_is_woken() -> None:
    outbox = listener()
    waiting = asyncio.create_task(outbox.take(30))
    await asyncio.sleep(0)
    outbox.push(batch(1, (1, 1)))
    async with asyncio.timeout(5):
        assert isinstance(await waiting, Batch)


def test_neighbouring_gaps_are_told_once_and_keep_their_place() -> None:
    org = uuid.uuid4()
    count = READINGS_PER_ENTRY * 5 // 2
    committed = Committed(
        [SensorKey(org, org)], np.zeros(count, np.intp), np.ones(count, np.int64), lambda _: 1.5
    )
    columns = [columns for _, columns in entries_of([committed], {org})]
    entries = [Entry(f"{number}-0", *parts) for number, parts in enumerate(columns, 1)]
    assert len(entries) == 3
    found = list(in_batches([Gap("0-1", "A"), Gap("0-2", "B"), *entries, Gap("9-0", "C")]))
    assert found[0] == Gap("0-2", "B")
    assert found[-1] == Gap("9-0", "C")
    batches = [item for item in found if isinstance(item, Batch)]
    assert sum(len(one.lines) for one in batches) == count
    assert [one.id for one in batches] == ["2-0", "3-0"]


def test_who_is_not_watched_is_not_encoded() -> None:
    ours, theirs = uuid.uuid4(), uuid.uuid4()
    committed = Committed(
        [SensorKey(ours, ours), SensorKey(theirs, theirs)],
        np.array([1, 0, 1]),
        np.array([1, 2, 3]),
        [1.5, 2.5, 3.5].__getitem__,
    )
    ((org, (sensors, times, lines)),) = entries_of([committed], {ours})
    assert (org, sensors, times) == (ours, ours.bytes, (2).to_bytes(8, sys.byteorder))
    assert (
        lines
        == b'{"sensorId":"%b","timestamp":"1970-01-01T00:00:00.000002Z","value":2.5}'
        % str(ours).encode()
    )
    assert list(entries_of([committed], set())) == []


@pytest.mark.parametrize("id_", [None, "1-0"])
def test_an_event_is_the_same_in_both_forms(id_: str | None) -> None:
    event = LiveEvent("readings", b'{"items":[]}', id_)
    line = b"id: 1-0\n" if id_ else b""
    assert event.as_sse == line + b'event: readings\ndata: {"items":[]}\n\n'
    assert event.as_message == '{"event":"readings",%s"data":{"items":[]}}' % (
        '"id":"1-0",' if id_ else ""
    )
