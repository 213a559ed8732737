"""Nobody fills the disk with log lines, and a full disk ends nothing."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.logs import LineWriter, OncePerSecond, cut
from app.core.refusals import BURST, LinesOfAKind
from app.embedded.log_rotation import LOG_MAX_BYTES, keep_rotated
from db.connections.background import TaskOwner
from tests.attacks.conftest import Strangers
from tests.make.edge import until

REQUESTS = 200


def test_long_addresses_and_refusals_leave_few_and_short_lines(strangers: Strangers) -> None:
    platform, local = strangers.platform, threading.local()
    log = platform.state / "state" / "logs" / "api.log"
    before = log.stat().st_size

    def ask(number: int) -> int:
        if not hasattr(local, "http"):
            local.http = httpx.Client(base_url=platform.base_url, trust_env=False, verify=False)
        return int(local.http.get(f"/api/v1/packs/{'A' * 30_000}{number}").status_code)

    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(ask, range(REQUESTS)))
    assert statuses <= {401, 429}
    lines = log.read_bytes()[before:].splitlines()
    assert len(lines) < REQUESTS / 2
    assert max(map(len, lines)) < 1000
    text = httpx.get(platform.metrics_url, trust_env=False).text
    counted = [
        float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line.startswith("holdfast_refused_requests_total")
    ]
    assert sum(counted) >= REQUESTS


def test_of_a_kind_a_burst_is_written_and_then_one_a_second_that_says_how_many_were_not() -> None:
    now, written = [0.0], list[dict[str, Any]]()
    lines = LinesOfAKind(lambda **words: written.append(words), clock=lambda: now[0])
    for _ in range(1000):
        lines.add(path="/a")
    assert written == [{"path": "/a"}] * BURST
    now[0] = 1.0
    lines.add(path="/b")
    assert written[-1] == {"path": "/b", "more": 1000 - BURST}


async def test_the_last_of_a_flood_are_told_though_nobody_asks_any_more() -> None:
    written: list[dict[str, Any]] = []
    lines = LinesOfAKind(lambda **words: written.append(words))
    for _ in range(BURST + 7):
        lines.add()
    await until(lambda: written[-1] == {"more": 7})


def test_what_a_client_chose_is_cut_and_what_is_ours_is_not() -> None:
    event = {"event": "request", "path": "x" * 5000, "status": 200, "exception": "y" * 5000}
    done = cut(None, "", {**event, "found": ["z" * 5000], "nothing": None})
    assert (len(done["path"]), len(done["found"])) == (200, 200)
    assert (done["status"], done["nothing"], len(done["exception"])) == (200, None, 5000)


def test_a_full_disk_ends_nothing_and_the_next_line_begins_anew() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        write = LineWriter(full)
        for _ in range(3):
            write(b"lost")
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            os.write(full, b"x")
        reading, writing = os.pipe()
        os.dup2(writing, full)
        write(b'{"event":"kept"}')
        found = os.read(reading, 1000).splitlines()
        os.close(reading)
        os.close(writing)
    finally:
        os.close(full)
    assert json.loads(found[0]) == {"event": "kept"}
    assert json.loads(found[1]) == {"event": "log lines were lost", "count": 3}


def test_what_a_library_repeats_is_told_once_a_second() -> None:
    now = [0.0]
    filter_ = OncePerSecond(clock=lambda: now[0])

    def said(text: str, *arguments: object) -> str | None:
        record = logging.LogRecord("library", logging.WARNING, "", 0, text, arguments, None)
        return record.getMessage() if filter_.filter(record) else None

    assert [said("no %s", n) for n in range(5)] == ["no 0", None, None, None, None]
    assert said("another") == "another"
    now[0] = 1.5
    assert said("no %s", 9) == "no 9 (and 4 like it)"


async def test_a_log_is_cut_while_its_program_writes_and_the_older_part_is_kept(
    tmp_path: Path,
) -> None:
    log = tmp_path / "program.log"
    with log.open("ab", buffering=0) as program:
        program.write(b"x" * (LOG_MAX_BYTES + 1))
        async with TaskOwner("rotation") as owner:
            rotation = owner.start(keep_rotated(tmp_path))
            await until(lambda: log.stat().st_size == 0)
            rotation.cancel()
            await asyncio.wait([rotation])
        program.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "program.log.1").stat().st_size == LOG_MAX_BYTES + 1
