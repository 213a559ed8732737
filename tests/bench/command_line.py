"""How long somebody waits who types `holdfast`: until its help is there, and until a command's first
byte is on the wire. Held against a Python that does nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence

from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand

HELP, REQUEST = "cli-help", "cli-request"
NAMES = (HELP, REQUEST)
TIMES = 9  # in each repetition; the median counts


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        nothing = _median(lambda: _run("-c", "pass"))
        titles = {HELP: "holdfast --help", REQUEST: "holdfast devices list: to the first byte sent"}
        measures = {HELP: _median(_help), REQUEST: _median(_request)}
        yield [
            Pair(name, titles[name], "ms", measures[name], "python -c pass", nothing, True)
            for name in NAMES
        ]

    return Topic(list(NAMES), stand.sizes.repetitions, pairs)


def _median(take: Callable[[], float]) -> Measure:
    async def measure() -> Run:
        took = await asyncio.to_thread(lambda: [take() for _ in range(TIMES)])
        return Run(statistics.median(took) * 1e3)

    return measure


def _help() -> float:
    return _run("-m", "holdfast_client", "--help")


def _run(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _request() -> float:
    """Seconds until somebody who listens has the first byte; nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = {**os.environ, "HOLDFAST_URL": url, "HOLDFAST_API_KEY": "sk_live_x"}
        command = [sys.executable, "-m", "holdfast_client", "devices", "list"]
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            connection, _ = listening.accept()
            with connection:
                assert connection.recv(1)
            took = time.perf_counter() - began
            process.kill()
    return took
