"""How long others wait for their PUBACK while one device uploads thirty days that it could not send."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

from tests.bench.fleet import SENSOR_KEYS, STEP
from tests.bench.mqtt_ingest import load_client
from tests.bench.mqtt_load import Plan, Publisher
from tests.bench.results import Measure, Pair, Run, Topic
from tests.bench.stand import Stand

NAME = "backlog"
OTHERS = 20
OTHERS_READINGS = 20  # a message, every PACE_SECONDS
PACE_SECONDS = 0.1
UPLOAD = timedelta(days=30)
UPLOAD_READINGS = 1_000  # a message

_uploads = itertools.count()


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        yield [
            Pair(
                NAME,
                f"PUBACK of {OTHERS} devices, another uploads {UPLOAD.days} days",
                "ms p95",
                _measure(stand, with_upload=True),
                "without the upload",
                _measure(stand, with_upload=False),
                is_lower_better=True,
            )
        ]

    return Topic([NAME], stand.sizes.repetitions, pairs)


def _measure(stand: Stand, *, with_upload: bool) -> Measure:
    async def measure() -> Run:
        await stand.clear()
        devices = [gateway.device for tenant in stand.tenants for gateway in tenant.gateways]
        publishers = [
            Publisher(device.id, device.topic, str(device.certificate_file), str(device.key_file))
            for device in devices
        ]
        async with contextlib.AsyncExitStack() as stack:
            go = await stack.enter_async_context(
                load_client(_others(stand, publishers[1 : OTHERS + 1]))
            )
            if not with_upload:
                others, more = await go(), {}
            else:
                upload = await stack.enter_async_context(load_client(_upload(stand, publishers[0])))
                others, uploaded = await asyncio.gather(go(), upload())
                rate = uploaded.acknowledged * UPLOAD_READINGS / uploaded.seconds
                more = {"upload_readings_per_second": rate}
        waits = {"puback_p50_ms": others.p50_ms, "puback_p95_ms": others.p95_ms}
        return Run(others.p95_ms, waits | more)

    return measure


def _others(stand: Stand, publishers: Sequence[Publisher]) -> Plan:
    messages = stand.sizes.backlog_paces
    return Plan(
        port=stand.platform.mqtt_port,
        ca_file=stand.platform.ca_file,
        publishers=list(publishers),
        sensors=list(SENSOR_KEYS),
        start=stand.timeline.take(messages),
        step_seconds=STEP.total_seconds(),
        messages=messages,
        readings=OTHERS_READINGS,
        is_disordered=False,
        pace_seconds=PACE_SECONDS,
    )


def _upload(stand: Stand, publisher: Publisher) -> Plan:
    """Of a sensor that has nothing yet: it was away for all that time."""
    messages = stand.sizes.backlog_readings // UPLOAD_READINGS
    return Plan(
        port=stand.platform.mqtt_port,
        ca_file=stand.platform.ca_file,
        publishers=[publisher],
        sensors=[f"upload-{next(_uploads)}"],
        start=datetime.now(UTC).replace(microsecond=0) - UPLOAD,
        step_seconds=UPLOAD.total_seconds() / stand.sizes.backlog_readings,
        messages=messages,
        readings=UPLOAD_READINGS,
        is_disordered=False,
    )
