"""From the request that revokes a certificate to the end of the device's connection, held against
a commit that tells a listener of the same PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Sequence

import asyncpg

from tests.bench.results import Measure, Pair, Run, Topic, quantile
from tests.bench.stand import Stand
from tests.make.devices import WAIT_SECONDS, connect, provision_device
from tests.make.platform import Organization

NAME = "revocation-to-cut"
REVOCATIONS = 10
CHANNEL = "bench_revocation"


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        url = stand.platform.secret_urls()["database_url"]
        organization = await asyncio.to_thread(stand.platform.new_organization)
        listener = await asyncpg.connect(url)
        try:
            yield [
                Pair(
                    NAME,
                    "From a revocation's request to the cut",
                    "ms",
                    _revoke(stand, organization),
                    "NOTIFY that is heard",
                    _notify(stand, listener),
                    is_lower_better=True,
                )
            ]
        finally:
            await listener.close()
            organization.http.close()

    return Topic([NAME], stand.sizes.short_repetitions, pairs)


def _revoke(stand: Stand, organization: Organization) -> Measure:
    async def measure() -> Run:
        cuts, answers = [], []
        for _ in range(REVOCATIONS):
            cut, answer = await asyncio.to_thread(_once, stand, organization)
            cuts.append(cut)
            answers.append(answer)
        details = {"p95_ms": quantile(cuts, 0.95), "answer_ms": statistics.median(answers)}
        return Run(statistics.median(cuts), details)

    return measure


def _once(stand: Stand, organization: Organization) -> tuple[float, float]:
    """Milliseconds to the cut, and to the answer."""
    device = provision_device(organization, f"revoked {time.monotonic_ns()}")
    session = connect(stand.platform, device)
    ended: list[float] = []
    session.client.on_disconnect = lambda *_: (
        ended.append(time.perf_counter()),
        session.disconnected.set(),
    )
    began = time.perf_counter()
    path = f"/devices/{device.id}/certificates/{device.serial}/revoke"
    assert organization.http.post(path).status_code == 204
    answered = time.perf_counter()
    assert session.disconnected.wait(WAIT_SECONDS), "the session wasn't cut"
    session.client.loop_stop()
    return (ended[0] - began) * 1000, (answered - began) * 1000


def _notify(stand: Stand, listener: asyncpg.Connection[asyncpg.Record]) -> Measure:
    async def measure() -> Run:
        heard: asyncio.Queue[float] = asyncio.Queue()

        def hear(*_: object) -> None:
            heard.put_nowait(time.perf_counter())

        await listener.add_listener(CHANNEL, hear)
        times = []
        for _ in range(REVOCATIONS):
            began = time.perf_counter()
            await stand.admin.execute("SELECT pg_notify($1, '')", CHANNEL)
            times.append((await heard.get() - began) * 1000)
        await listener.remove_listener(CHANNEL, hear)
        return Run(statistics.median(times))

    return measure
