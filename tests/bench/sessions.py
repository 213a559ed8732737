"""Sessions as such: what an idle one takes, how many devices can connect in a second, and how long
it takes until all are there again after a storm.

Aims: 100 KB, 100 a second, 60 seconds for 2,000 devices at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.control.certificates.authority import load_authority
from app.core.keys import Keys
from app.core.pki import Authority, issue_device_certificate, read_request
from db.connections.sessions import open_database
from db.ids import new_id
from ingest.mqtt.gate import TRIM_SECONDS
from tests.bench.results import Measure, Pair, Run, Topic, aim
from tests.bench.sessions_load import Outcome, Plan
from tests.bench.stand import Stand
from tests.make.devices import new_key, signing_request

IDLE, CONNECTS, STORM = "mqtt-idle-session", "mqtt-connects", "mqtt-storm"
NAMES = (IDLE, CONNECTS, STORM)
AIM_KILOBYTES, AIM_CONNECTS, AIM_SECONDS = 100, 100, 60
CALM = 50  # connects at once where nobody is in a hurry
# What ended connections and handshakes have left is given back by then, and not in between.
SETTLE_SECONDS = TRIM_SECONDS + 2
GONE_SECONDS = 60

Ask = Callable[[str], Awaitable[Outcome]]


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        with tempfile.TemporaryDirectory(prefix="holdfast-bench-sessions-") as folder:
            idle = await _plan(stand, Path(folder), "idle", stand.sizes.idle_sessions)
            storm = await _plan(stand, Path(folder), "storm", stand.sizes.storm_devices)
            yield [
                Pair(
                    IDLE,
                    f"{len(idle.certificates):,} idle sessions, memory of the broker",
                    "KB each",
                    _idle(stand, idle),
                    "aim",
                    aim(AIM_KILOBYTES),
                    is_lower_better=True,
                ),
                Pair(
                    CONNECTS,
                    f"devices that connect, {CALM} at once",
                    "connects/s",
                    _connects(stand, idle),
                    "aim",
                    aim(AIM_CONNECTS),
                ),
                Pair(
                    STORM,
                    f"{len(storm.certificates):,} devices that are cut off and come at once",
                    "s until all are there",
                    _storm(stand, storm),
                    "aim",
                    aim(AIM_SECONDS),
                    is_lower_better=True,
                ),
            ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _idle(stand: Stand, plan: Plan) -> Measure:
    async def measure() -> Run:
        broker = stand.platform.program("broker")
        async with _crowd(stand, plan) as ask:
            await asyncio.sleep(SETTLE_SECONDS)
            before = broker.memory_info().rss
            outcome = await ask(f"connect {CALM}")
            await asyncio.sleep(SETTLE_SECONDS)
            grown = broker.memory_info().rss - before
        return Run(grown / 1000 / outcome.connected, {"broker_mb": (before + grown) / 1e6})

    return measure


def _connects(stand: Stand, plan: Plan) -> Measure:
    async def measure() -> Run:
        async with _crowd(stand, plan) as ask:
            return _connects_of(await ask(f"connect {CALM}"))

    return measure


def _connects_of(outcome: Outcome) -> Run:
    details = {
        "attempts": float(outcome.attempts),
        "client_cpu_percent": 100 * outcome.cpu_seconds / outcome.seconds,
    }
    return Run(outcome.connected / outcome.seconds, details)


def _storm(stand: Stand, plan: Plan) -> Measure:
    async def measure() -> Run:
        everybody = f"connect {len(plan.certificates)}"
        async with _crowd(stand, plan) as ask:
            await ask(f"connect {CALM}")
            await ask("drop")
            outcome = await ask(everybody)
        return Run(outcome.seconds, _connects_of(outcome).details)

    return measure


@contextlib.asynccontextmanager
async def _crowd(stand: Stand, plan: Plan) -> AsyncIterator[Ask]:
    """The devices of the plan in a process of their own; they are gone when the block has ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.sessions_load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    words, lines = process.stdin, process.stdout

    async def ask(what: str) -> Outcome:
        words.write(what.encode() + b"\n")
        return msgspec.json.decode(await lines.readline(), type=Outcome)

    try:
        words.write(msgspec.json.encode(plan) + b"\n")
        yield ask
    finally:
        process.kill()
        await process.wait()
        await _gone(stand, list(plan.certificates))


async def _gone(stand: Stand, device_ids: Sequence[str]) -> None:
    async with asyncio.timeout(GONE_SECONDS):
        while await stand.admin.fetchval(  # noqa: ASYNC110 - nobody is told
            "SELECT count(*) FROM platform.device WHERE id = ANY ($1::uuid[]) AND is_connected",
            device_ids,
        ):
            await asyncio.sleep(0.1)


async def _plan(stand: Stand, folder: Path, name: str, devices: int) -> Plan:
    """That many devices with certificates, all of one key: signing is what takes time."""
    key = new_key()
    request = read_request(signing_request(key))
    org_id, made = stand.tenants[0].org_id, {}
    authority = await _authority(stand)
    for number in range(devices):
        device_id = new_id()
        issued = issue_device_certificate(
            authority,
            request,
            org_id=org_id,
            device_id=device_id,
            public_url="http://x",
            revocation_list_url="http://x/crl",
            days=30,
        )
        file = folder / f"{device_id}.pem"
        file.write_text(issued.pem)
        made[str(device_id)] = str(file)
        await stand.admin.execute(
            "INSERT INTO platform.device (org_id, id, name) VALUES ($1, $2, $3)",
            org_id,
            device_id,
            f"{name} {number}",
        )
        await stand.admin.execute(
            "INSERT INTO platform.certificate (org_id, serial, device_id, fingerprint, pem, "
            "not_before, not_after) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            org_id,
            issued.serial,
            device_id,
            issued.fingerprint,
            issued.pem,
            issued.not_before,
            issued.not_after,
        )
    key_file = folder / f"{name}.key"
    key_file.write_bytes(_private(key))
    return Plan(stand.platform.mqtt_port, stand.platform.ca_file, str(key_file), made)


def _private(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


async def _authority(stand: Stand) -> Authority:
    url = stand.platform.secret_urls()["database_url"]
    async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
        return await load_authority(database.pool, Keys.derive(stand.platform.secret_key()))
