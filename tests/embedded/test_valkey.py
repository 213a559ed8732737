"""Valkey alone: what it keeps, and that two never serve one directory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from app.embedded.leftovers import running_in
from app.embedded.process import Child
from app.embedded.valkey import EXECUTABLE, Valkey

from .outside import kill

Start = Callable[[], Awaitable[Child]]


@pytest.fixture
def valkey(tmp_path: Path) -> Valkey:
    return Valkey(tmp_path / "data", tmp_path / "run", tmp_path / "valkey.log")


@pytest_asyncio.fixture
async def start(valkey: Valkey) -> AsyncIterator[Start]:
    children: list[Child] = []

    async def start() -> Child:
        valkey.prepare()
        child = Child(valkey.program())
        children.append(child)
        async with asyncio.timeout(5):
            while not await valkey.is_ready():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return child

    yield start
    for child in children:
        await child.stop(time.monotonic() + 3)


async def _say(valkey: Valkey, command: str, *, lines: int = 1) -> str:
    """The last of the lines that a command is answered with."""
    reader, writer = await asyncio.open_unix_connection(str(valkey.socket))
    writer.write(f"{command}\r\n".encode())
    answer = [await reader.readline() for _ in range(lines)]
    writer.close()
    return answer[-1].decode().strip()


async def test_what_was_written_survives_a_kill(valkey: Valkey, start: Start) -> None:
    child = await start()
    assert await _say(valkey, "SET job waiting") == "+OK"
    kill([child.pid])
    assert await child.exited() == -9
    await start()
    assert await _say(valkey, "GET job", lines=2) == "waiting"


async def test_a_server_left_over_is_ended_before_the_next_one(
    valkey: Valkey, start: Start
) -> None:
    left = await start()
    assert await _say(valkey, "SET job waiting") == "+OK"
    new = await start()
    assert await left.exited() == 0
    assert running_in(valkey.directory, EXECUTABLE) == [new.pid]
    assert await _say(valkey, "GET job", lines=2) == "waiting"


async def test_it_has_no_port_and_a_private_socket(valkey: Valkey, start: Start) -> None:
    await start()
    assert valkey.socket.stat().st_mode & 0o777 == 0o700
    assert valkey.sockets.stat().st_mode & 0o777 == 0o700
    assert await _say(valkey, "CONFIG GET port", lines=5) == "0"
