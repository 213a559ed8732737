"""What is appended to the live log fills no Valkey, in which jobs and limits stand, too."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import numpy as np
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.embedded.process import Child
from app.embedded.valkey import Valkey
from ingest.live.log import LINES_PER_ENTRY_BYTES, SHARE_BYTES_MIN, Columns, LiveLog
from ingest.live.publisher import WAITING_TEXT_BYTES_MAX, Committed, LivePublisher, entries_of


class Sensor(NamedTuple):
    id: UUID
    org_id: UUID


MEGABYTE = 1024 * 1024
LARGE: Columns = (bytes(16), bytes(8), b"x" * LINES_PER_ENTRY_BYTES)
SMALL: Columns = (bytes(16), bytes(8), b"x" * 100)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Redis]:
    valkey = Valkey(tmp_path / "data", tmp_path / "run", tmp_path / "valkey.log")
    valkey.prepare()
    child = Child(valkey.program())
    async with asyncio.timeout(10):
        while not await valkey.is_ready():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with Redis.from_url(valkey.url) as redis:
        yield redis
    await child.stop(time.monotonic() + 3)


async def _used(redis: Redis, *orgs: UUID) -> int:
    """Bytes of memory."""
    return sum([await redis.memory_usage(f"live:log:{org}") or 0 for org in orgs])


async def test_a_log_is_bounded_by_bytes_and_whoever_falls_out_finds_a_gap(redis: Redis) -> None:
    log, org = LiveLog(redis, bytes_max=MEGABYTE), uuid4()
    begin = await log.watch(org)
    for number in range(1, 101):
        await log.append("publisher", number, [(org, LARGE)])
    assert await _used(redis, org) < 1.3 * MEGABYTE
    assert await log.read({org: begin}, count=1) == [None]
    newest = await log.watch(org)
    await log.append("publisher", 101, [(org, SMALL)] * 3)
    [found] = await log.read({org: newest}, count=10)
    assert found is not None
    assert len(found) == 3


async def test_small_entries_stay_for_as_long_as_they_fit(redis: Redis) -> None:
    log, org = LiveLog(redis, bytes_max=MEGABYTE), uuid4()
    begin = await log.watch(org)
    await log.append("publisher", 1, [(org, SMALL)] * 3000)
    [found] = await log.read({org: begin}, count=5000)
    assert found is not None
    assert len(found) == 3000


async def test_all_organizations_share_what_there_is(redis: Redis) -> None:
    log, orgs = LiveLog(redis, bytes_max=4 * MEGABYTE), [uuid4() for _ in range(8)]
    for number, org in enumerate(orgs, 1):
        await log.watch(org)
        await log.append("publisher", number, [(org, LARGE)] * 100)
    for number, org in enumerate(orgs, 9):
        await log.append("publisher", number, [(org, LARGE)])
    assert await _used(redis, *orgs) < 1.3 * 4 * MEGABYTE
    assert min([await _used(redis, org) for org in orgs]) > SHARE_BYTES_MIN


async def test_a_full_valkey_refuses_and_loses_nothing(redis: Redis) -> None:
    log, org = LiveLog(redis), uuid4()
    await log.watch(org)
    await redis.set("a job", "waits", ex=1000)
    await redis.config_set("maxmemory", MEGABYTE)
    with pytest.raises(RedisError, match="maxmemory"):
        await log.append("publisher", 1, [(org, LARGE)])
    assert await redis.get("a job") == b"waits"


def test_an_entry_is_bounded_by_its_lines() -> None:
    org, count = uuid4(), 500
    committed = Committed(
        [Sensor(org, org)],
        np.zeros(count, np.intp),
        np.arange(count, dtype=np.int64),
        lambda _: "\x01" * 1000,
        count * 1000,
    )
    entries = [columns for _, columns in entries_of([committed], {org})]
    assert max(len(lines) for _, _, lines in entries) <= LINES_PER_ENTRY_BYTES
    assert np.frombuffer(b"".join(times for _, times, _ in entries), "q").tolist() == list(
        range(count)
    )


async def test_what_waits_for_valkey_is_bounded_by_its_texts(redis: Redis) -> None:
    publisher, org = LivePublisher(redis), uuid4()
    one = Committed(
        [Sensor(org, org)],
        np.zeros(1, np.intp),
        np.zeros(1, np.int64),
        lambda _: "x",
        WAITING_TEXT_BYTES_MAX // 4,
    )
    for _ in range(4):
        publisher.put(one)
    assert publisher.waiting_readings == 4
    publisher.put(one)
    assert publisher.waiting_readings == 0, "all is dropped, and a gap is written"
