"""What ends a process that reads costs one body; nothing is left of it, and nothing it says is
believed."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats import crossing
from ingest.formats.crossing import FaultAnswer, NotAnAnswer
from ingest.formats.parsed import Sent
from ingest.formats.reader_processes import (
    PROGRAM,
    WAITING_PER_ORGANIZATION,
    ReaderProcesses,
    ReadersBusy,
)
from ingest.formats.reading import Bounds, read
from ingest.pipeline.decode import NotReadings
from tests.make.hostile_bodies import ARROW, CSV, JSON, LINES, arrow_of, table_of

BOUNDS = Bounds(readings_max=100_000, bytes_max=32_000_000)
GOOD = Sent(b"timestamp,sensorId,value\n2026-01-01T00:00:00Z,s,1\n", CSV)
ENVIRONMENT = {
    *("PATH", "PYTHONPATH", "LC_ALL", "PYTHONUNBUFFERED"),
    *("ARROW_DEFAULT_MEMORY_POOL", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
}
# It takes a second: time to look at the process, or to end it.
SLOW = Sent(b"".join(b"m,deviceId=d f=%d %d\n" % (n, n) for n in range(100_000)), LINES)


@contextlib.asynccontextmanager
async def reading(count: int) -> AsyncIterator[ReaderProcesses]:
    readers = ReaderProcesses(count, BOUNDS)
    async with readers.running():
        yield readers


def processes() -> list[psutil.Process]:
    """Those that read for this one."""
    return [
        each
        for each in psutil.Process().children()
        if "ingest.formats.reader_process" in each.cmdline()
    ]


async def started() -> psutil.Process:
    """The one that reads, as soon as it is busy with a body."""
    while True:
        for each in processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if each.cpu_times().user > 0.1:
                    return each
        await asyncio.sleep(0)


@pytest.mark.parametrize("sent", [signal.SIGSEGV, signal.SIGKILL])
async def test_a_process_that_ends_costs_its_body_alone(sent: signal.Signals) -> None:
    async with reading(1) as readers:
        slow = asyncio.ensure_future(readers.read(uuid4(), SLOW))
        (await started()).send_signal(sent)
        with pytest.raises(NotReadings, match="ends the process"):
            await slow
        assert len((await readers.read(uuid4(), GOOD)).rows or ()) == 1


async def test_who_goes_in_the_middle_leaves_no_answer_to_the_next() -> None:
    async with reading(1) as readers:
        slow = asyncio.ensure_future(readers.read(uuid4(), SLOW))
        await started()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert len((await readers.read(uuid4(), GOOD)).rows or ()) == 1
        assert readers.waiting_bytes == 0


async def test_a_process_knows_no_secret_has_a_limit_and_outlives_signals_to_all_of_its_group() -> (
    None
):
    async with reading(1) as readers:
        await readers.read(uuid4(), GOOD)
        [process] = processes()
        assert process.environ().keys() <= ENVIRONMENT
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        [memory] = [line for line in limits.splitlines() if line.startswith("Max address space")]
        assert "unlimited" not in memory.split()[3]
        files = [each.name for each in Path(f"/proc/{process.pid}/fd").iterdir()]
        assert sorted(files) == ["0", "1", "2"]
        for sent in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(sent)
        await readers.read(uuid4(), GOOD)
        assert processes() == [process]


async def test_nothing_is_left_at_the_end_not_even_in_the_middle_of_a_body() -> None:
    async with reading(2) as readers:
        slow = asyncio.ensure_future(readers.read(uuid4(), SLOW))
        await started()
        assert processes()
    assert not processes()
    with pytest.raises(NotReadings):
        await slow


NATIVE_READERS = [
    f"ingest.formats.{name}" for name in ("compression", "parquet", "sheets", "streams", "tables")
]


def test_whoever_serves_strangers_has_no_native_reader_of_what_they_send() -> None:
    serving = f"import sys, app.main; print(*sys.modules.keys() & {NATIVE_READERS!r})"
    found = subprocess.run([sys.executable, "-c", serving], check=True, capture_output=True)
    assert found.stdout.split() == []


def test_a_process_ends_with_the_one_that_asks_however_that_ended() -> None:
    ours, theirs = socket.socketpair()
    with subprocess.Popen([sys.executable, "-m", PROGRAM], stdin=theirs) as process:
        theirs.close()
        ours.close()
        assert process.wait(30) == 0


async def test_a_process_that_ran_out_of_memory_is_not_asked_again() -> None:
    empties = b'[{"timestamp":"2026-01-01T00:00:00Z","value":1,"metadata":{"a":['
    hungry = Sent(gzip.compress(empties + b'{"a":0},' * 990_000 + b"{}]}}]", 1), JSON, "gzip")
    readers = ReaderProcesses(1, Bounds(readings_max=100, bytes_max=8_000_000))
    async with readers.running():
        await readers.read(uuid4(), GOOD)
        [process] = processes()
        with pytest.raises(NotReadings):  # it says so, or ends where a library expects memory
            await readers.read(uuid4(), hungry)
        await readers.read(uuid4(), GOOD)
        assert process not in processes()


async def test_organizations_get_a_place_in_turns_and_none_fills_the_queue() -> None:
    many, other = uuid4(), uuid4()
    order: list[UUID] = []

    async def one(readers: ReaderProcesses, org_id: UUID) -> None:
        await readers.read(org_id, GOOD)
        order.append(org_id)

    async with reading(1) as readers:
        waiting = [
            asyncio.ensure_future(one(readers, many)) for _ in range(WAITING_PER_ORGANIZATION + 1)
        ]
        await asyncio.sleep(0)
        with pytest.raises(ReadersBusy):
            await readers.read(many, GOOD)
        waiting.append(asyncio.ensure_future(one(readers, other)))
        await asyncio.gather(*waiting)
        assert order.index(other) <= 2
        assert readers.waiting_bytes == 0


async def test_an_organization_that_gives_up_its_place_gives_it_to_the_next() -> None:
    async with reading(1) as readers:
        first = asyncio.ensure_future(readers.read(uuid4(), SLOW))
        second = asyncio.ensure_future(readers.read(uuid4(), SLOW))
        third = asyncio.ensure_future(readers.read(uuid4(), GOOD))
        await started()
        second.cancel()
        first.cancel()
        assert len((await third).rows or ()) == 1


def answers() -> list[bytes]:
    bodies = (GOOD, Sent(arrow_of(table_of(3)), ARROW), Sent(b'[{"values":{"a":[1]}}, 5]', JSON))
    return [
        crossing.encode(crossing.columns_of(read(sent, BOUNDS), is_encoded=True)) for sent in bodies
    ]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(answers()), st.data())
def test_nothing_that_a_process_says_is_believed(answer: bytes, data: st.DataObject) -> None:
    made = bytearray(answer)
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotAnAnswer, NotReadings):
        found = crossing.parsed_of(bytes(made), GOOD, readings_max=BOUNDS.readings_max)
        if not isinstance(found, FaultAnswer):
            assert found.rows is not None
            assert not len(found.rows) or found.rows.sensor.max() < len(found.rows.sensors)
            for row in range(len(found.rows)):
                found.rows.value_sent(row)
                found.texts.get(row)


def test_an_answer_of_another_kind_is_none() -> None:
    for said in ([], {}, 5, None, ["TableAnswer"], ["TableAnswer", 2**40]):
        with pytest.raises(NotAnAnswer):
            crossing.parsed_of(msgspec.msgpack.encode(said), GOOD, readings_max=10)
