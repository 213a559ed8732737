"""What the inspector keeps has an end, of one device, of one organization and in all; and who looks
is heard by every process."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from app.embedded.process import Child
from app.embedded.valkey import Valkey
from ingest.inspector.entry import (
    ENTRY_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    InspectorEntry,
    encoded,
    shown,
)
from ingest.inspector.log import (
    PROBLEMS_MAX,
    RINGS_PER_ORGANIZATION,
    TRAFFIC_MAX,
    WATCHED_PER_ORGANIZATION,
    InspectorLog,
    Ring,
    RingPosition,
    problems_of,
    traffic_of,
)
from ingest.inspector.recorder import SHORT_PAYLOAD_BYTES, Recorder


@pytest.fixture(scope="module")
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Redis]:
    folder: Path = tmp_path_factory.mktemp("valkey")
    valkey = Valkey(folder / "data", folder / "run", folder / "valkey.log")
    valkey.prepare()
    child = Child(valkey.program())
    async with asyncio.timeout(30):
        while not await valkey.is_ready():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with Redis.from_url(valkey.url) as redis:
        yield redis
    await child.stop(time.monotonic() + 3)


@contextlib.asynccontextmanager
async def recording(redis: Redis) -> AsyncIterator[Recorder]:
    recorder = Recorder(redis, lambda: datetime.now(UTC))
    async with recorder.running():
        yield recorder


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - Valkey tells another task
            await asyncio.sleep(0.01)


async def lines(redis: Redis, ring: Ring) -> list[InspectorEntry]:
    found, _ = await InspectorLog(redis).read([RingPosition(ring)])
    return [msgspec.json.decode(line, type=InspectorEntry) for line in found]


def problem(recorder: Recorder, org_id: UUID, device_id: UUID, number: int = 0) -> None:
    recorder.tell(org_id, device_id, "PUBLISH", "QUARANTINED", body=b"%d" % number, is_problem=True)


async def test_a_ring_holds_the_newest_and_who_reads_slowly_hears_of_it(redis: Redis) -> None:
    log, ring = InspectorLog(redis), problems_of(uuid4(), uuid4())
    await log.append((ring, b"%d" % number) for number in range(3))
    [position] = await log.newest([ring])
    assert await log.read([position]) == ([], False)
    await log.append([(ring, b"3")])
    assert await log.read([position]) == ([b"3"], False)
    await log.append((ring, b"%d" % number) for number in range(100))
    found, is_lost = await log.read([position])
    assert (found[-1], len(found), is_lost) == (b"99", PROBLEMS_MAX, True)
    assert await log.read([position]) == ([], False)


async def test_an_organization_has_so_many_rings_and_takes_none_of_anothers(redis: Redis) -> None:
    log, ours, theirs = InspectorLog(redis), uuid4(), problems_of(uuid4(), uuid4())
    await log.append([(theirs, b"x")])
    rings = [problems_of(ours, uuid4()) for _ in range(RINGS_PER_ORGANIZATION + 10)]
    for ring in rings:
        await log.append([(ring, b"x")])
    kept = [bool((await log.read([RingPosition(ring)]))[0]) for ring in (*rings, theirs)]
    assert sum(kept[:-1]) == RINGS_PER_ORGANIZATION
    assert all(kept[RINGS_PER_ORGANIZATION // 2 :]), "the oldest have gone, and another's is there"
    assert await redis.zcard("inspector:rings") < RINGS_PER_ORGANIZATION + 20


async def test_who_looks_at_one_device_more_than_may_be_loses_another(redis: Redis) -> None:
    log, ours, theirs = InspectorLog(redis), uuid4(), uuid4()
    devices = [uuid4() for _ in range(WATCHED_PER_ORGANIZATION + 1)]
    since = await log.watch(ours, devices[0])
    assert await log.watch(ours, devices[0]) == since, "it has been looked at since"
    await log.watch(uuid4(), theirs)
    await log.append((traffic_of(ours, device), b"x") for device in devices[:-1])
    for device in devices[1:]:
        await log.watch(ours, device)
    watched = await log.watched()
    assert theirs in watched
    [gone] = set(devices) - watched
    kept = [(await log.read([RingPosition(traffic_of(ours, each))]))[0] for each in devices]
    assert [device for device, found in zip(devices, kept, strict=True) if not found] in (
        [gone, devices[-1]],
        [gone],
    )


async def test_of_a_device_at_which_nobody_looks_problems_alone_are_told(redis: Redis) -> None:
    org_id, device_id = uuid4(), uuid4()
    async with recording(redis) as recorder:
        recorder.tell(org_id, device_id, "PUBLISH", "STORED", body=b"1")
        problem(recorder, org_id, device_id)
        assert not recorder.is_watched(device_id)
        await InspectorLog(redis).watch(org_id, device_id)
        await until(lambda: recorder.is_watched(device_id))
        recorder.tell(org_id, device_id, "PUBLISH", "STORED", body=b"2")
    [told] = await lines(redis, problems_of(org_id, device_id))
    assert told.outcome == "QUARANTINED"
    [told] = await lines(redis, traffic_of(org_id, device_id))
    assert (told.outcome, told.payload) == ("STORED", "2")


async def test_a_flood_is_told_in_part_and_says_so(redis: Redis) -> None:
    org_id, device_id, other = uuid4(), uuid4(), uuid4()
    async with recording(redis) as recorder:
        for number in range(1000):
            problem(recorder, org_id, device_id, number)
        problem(recorder, org_id, other)
    told = await lines(redis, problems_of(org_id, device_id))
    assert [line.payload for line in told[1:]] == [str(number) for number in range(971, 1000)]
    assert (told[0].outcome, told[0].reason) == (
        "NOT_SHOWN",
        f"this and {1000 - PROBLEMS_MAX} before it were more than can be shown",
    )
    assert len(await lines(redis, problems_of(org_id, other))) == 1


async def test_what_is_kept_of_a_body_is_short_where_nobody_looks(redis: Redis) -> None:
    org_id, device_id = uuid4(), uuid4()
    async with recording(redis) as recorder:
        recorder.tell(org_id, device_id, "HTTP", "QUARANTINED", body=b"x" * 9000, is_problem=True)
        await InspectorLog(redis).watch(org_id, device_id)
        await until(lambda: recorder.is_watched(device_id))
        recorder.tell(org_id, device_id, "HTTP", "QUARANTINED", body=b"x" * 9000, is_problem=True)
    told = await lines(redis, problems_of(org_id, device_id))
    assert [(line.bytes, len(line.payload or "")) for line in told] == [
        (9000, SHORT_PAYLOAD_BYTES),
        (9000, PAYLOAD_MAX_BYTES),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ""),
        (b'{"t": 1}', '{"t": 1}'),
        ("é".encode() * 2000, "é" * 1024),
        (b"x" + "€".encode() * 2000, "x" + "€" * 682),
        (b"PAR1\x00\xff\xfe" + bytes(100), None),
        (b"\xff" + b"x" * 5000, None),
    ],
)
def test_a_body_is_shown_where_it_is_text(body: bytes, expected: str | None) -> None:
    assert shown(body) == expected


def test_a_line_has_an_end_whatever_its_payload_takes_in_json() -> None:
    body = b"\x01" * PAYLOAD_MAX_BYTES
    entry = InspectorEntry(
        datetime.now(UTC), "UP", "PUBLISH", "t" * 200, 9, shown(body), "REFUSED", "r" * 9000
    )
    assert len(encoded(entry)) <= ENTRY_MAX_BYTES
    assert TRAFFIC_MAX * ENTRY_MAX_BYTES < 2 * 1024 * 1024
