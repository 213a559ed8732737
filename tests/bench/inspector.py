"""What the inspector costs ingest: at nobody, and at one of the devices that send.

With nobody looking the pipeline asks one question a batch; so that is measured where it happens, in
this process, with the observer and without it. With a device watched, its every publish is told:
that is the broker's own time, over MQTT, against the same load when nobody looks.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from db.connections.pools import open_ingest_pool
from db.connections.types import Pool
from ingest.inspector.log import WATCHED, InspectorLog
from ingest.inspector.outcomes import observer
from ingest.inspector.recorder import Recorder
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest
from tests.bench.fleet import SENSOR_KEYS, STEP
from tests.bench.mqtt_ingest import SINGLES, publish
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand
from tests.make.ingest import AGE

IDLE, WATCHING = "inspector-idle", "inspector-watching"
NAMES = (IDLE, WATCHING)
BATCHES, MESSAGES = 150, 400
STEPS = MESSAGES // len(SENSOR_KEYS)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        start = stand.timeline.take((BATCHES + 1) * STEPS)
        url = stand.platform.secret_urls()["ingest_database_url"]
        valkey = stand.platform.program("api").environ()["HOLDFAST_REDIS_URL"]
        async with open_ingest_pool(url, pool_size=1) as pool, Redis.from_url(valkey) as redis:
            yield [
                Pair(
                    IDLE,
                    "Pipeline, 1 reading a message: the inspector at nobody",
                    "µs CPU",
                    _measure_pipeline(stand, start, pool, redis),
                    "no inspector",
                    _measure_pipeline(stand, start, pool, None),
                    is_lower_better=True,
                ),
                Pair(
                    WATCHING,
                    f"{SINGLES.title}: the inspector at one of them",
                    "µs CPU",
                    _measure_broker(stand, redis, is_watched=True),
                    "at nobody",
                    _measure_broker(stand, redis, is_watched=False),
                    is_lower_better=True,
                ),
            ]

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _measure_pipeline(stand: Stand, start: datetime, pool: Pool, redis: Redis | None) -> Measure:
    """Of this process, for each reading. Each run begins with nothing stored, and sends the
    same."""

    async def measure() -> Run:
        await stand.clear()
        registry = Registry(pool, sensors_per_device=100)
        deps = Deps(pool, registry, lambda: datetime.now(UTC), AGE)
        if redis is not None:
            deps.observers.append(observer(Recorder(redis, deps.clock)))
        batches = [_batch(stand, start + n * STEPS * STEP) for n in range(BATCHES + 1)]
        await ingest(batches[0], deps)  # what is learned once
        began = time.process_time()
        for batch in batches[1:]:
            await ingest(batch, deps)
        return Run((time.process_time() - began) * 1e6 / BATCHES / MESSAGES)

    return measure


def _batch(stand: Stand, start: datetime) -> list[Message]:
    tenant = stand.tenants[0]
    device = UUID(tenant.gateways[0].device.id)
    bodies = [
        msgspec.json.encode({"sensor": key, "timestamp": start + step * STEP, "value": 20.5})
        for step in range(STEPS)
        for key in SENSOR_KEYS
    ]
    return [
        Message(tenant.org_id, device, Via.MQTT, body, time.perf_counter(), decode(body))
        for body in bodies
    ]


def _measure_broker(stand: Stand, redis: Redis, *, is_watched: bool) -> Measure:
    """Of the broker, for each reading."""

    async def measure() -> Run:
        tenant = stand.tenants[0]
        await redis.delete(WATCHED, f"{WATCHED}:{tenant.org_id}")
        await redis.publish(WATCHED, "")
        if is_watched:
            device = UUID(tenant.gateways[0].device.id)
            await InspectorLog(redis).watch(tenant.org_id, device)
        outcome, spent = await publish(stand, SINGLES)
        details = spent.details(outcome.acknowledged) | {"puback_p95_ms": outcome.p95_ms}
        return Run(spent.server * 1e6 / outcome.acknowledged, details)

    return measure
