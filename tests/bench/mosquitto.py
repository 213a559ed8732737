"""PUBACKs of single readings against mosquitto's, which stores nothing: the limit of a broker that does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.control.certificates.authority import load_authority
from app.core.keys import Keys
from app.core.pki import issue_server_certificate
from db.connections.sessions import open_database
from tests.bench.cpu import metered
from tests.bench.mqtt_ingest import SINGLES, load_client, plan_of, publish
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand

NAME = "mosquitto"
TITLE = "PUBACKs of single readings, 50 clients"
START_SECONDS = 10

# Nothing that it could do less of: no files, no log, no queue. As root it keeps root's rights to read its key.
CONFIGURATION = """\
listener {port} 127.0.0.1
cafile {ca_file}
certfile {certificate_file}
keyfile {key_file}
require_certificate true
allow_anonymous true
persistence false
log_dest none
set_tcp_nodelay true
user root
"""


@dataclass(frozen=True)
class Mosquitto:
    port: int
    process: psutil.Process


def find_mosquitto() -> str | None:
    """The program, installed now where this machine lets us."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    found = shutil.which("mosquitto", path=path)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            ["apt-get", "install", "-y", "mosquitto"],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=180,
            check=False,
        )
        found = shutil.which("mosquitto", path=path)
    return found


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        program = await asyncio.to_thread(find_mosquitto)
        if program is None:
            yield [
                Pair(NAME, TITLE, "PUBACKs/s", None, "mosquitto", skipped="skipped: no mosquitto")
            ]
            return
        async with _running(stand, program) as mosquitto:
            yield [
                Pair(
                    NAME,
                    TITLE,
                    "PUBACKs/s",
                    _platform(stand),
                    "mosquitto",
                    _limit(stand, mosquitto),
                ),
            ]

    return Topic([NAME], stand.sizes.repetitions, pairs)


def _platform(stand: Stand) -> Measure:
    async def measure() -> Run:
        outcome, spent = await publish(stand, SINGLES)
        waits = {"puback_p50_ms": outcome.p50_ms, "puback_p95_ms": outcome.p95_ms}
        return Run(
            outcome.acknowledged / outcome.seconds, spent.details(outcome.acknowledged) | waits
        )

    return measure


def _limit(stand: Stand, mosquitto: Mosquitto) -> Measure:
    async def measure() -> Run:
        plan = plan_of(stand, SINGLES, mosquitto.port, stand.platform.ca_file)
        async with load_client(plan) as go, metered(stand.admin, mosquitto.process) as spent:
            outcome = await go()
        spent.client, spent.wall = outcome.cpu_seconds, outcome.seconds
        return Run(outcome.acknowledged / outcome.seconds, spent.details(outcome.acknowledged))

    return measure


@contextlib.asynccontextmanager
async def _running(stand: Stand, program: str) -> AsyncIterator[Mosquitto]:
    """mosquitto on a free port, with a certificate of the platform's authority and its devices let in."""
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-mosquitto-") as folder:
        directory = Path(folder)
        await _issue_certificate(stand, directory)
        port = _free_port()
        (directory / "mosquitto.conf").write_text(
            CONFIGURATION.format(
                port=port,
                ca_file=stand.platform.ca_file,
                certificate_file=directory / "certificate.pem",
                key_file=directory / "key.pem",
            )
        )
        with _process([program, "-c", str(directory / "mosquitto.conf")]) as process:
            await _until_it_listens(port, process)
            yield Mosquitto(port, psutil.Process(process.pid))


async def _issue_certificate(stand: Stand, directory: Path) -> None:
    url = stand.platform.secret_urls()["database_url"]
    async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
        authority = await load_authority(database.pool, Keys.derive(stand.platform.secret_key()))
    made = issue_server_certificate(authority, ["localhost"])
    (directory / "certificate.pem").write_bytes(made.certificate)
    (directory / "key.pem").write_bytes(made.key)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def _process(arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


async def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(ConnectionError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)
    raise RuntimeError("mosquitto does not start")
