"""Alerts: from a device's publish to the webhook that its receiver has.

What it is held against is wanted, not measured: nothing else on the machine does the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import count

from tests.bench.results import Measure, Pair, Run, Topic, aim, quantile
from tests.bench.stand import Stand
from tests.make.alert_rules import make_rule
from tests.make.channels import make_webhook
from tests.make.devices import Session, connect, provision_device, reading
from tests.make.found_alerts import await_watching
from tests.make.platform import Organization
from tests.make.readings import sensors_by_key
from tests.make.receivers import receiver, status

NAME = "alerting-webhook"
WANTED_MS = 500.0
TRIPS = 40
WAIT_SECONDS = 60
COLD, WARM = 20.5, 40.5


@dataclass
class _Room:
    organization: Organization
    session: Session
    channel_id: str
    arrivals: queue.Queue[float] = field(default_factory=queue.Queue)
    numbers: count[int] = field(default_factory=count)


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        arrivals: queue.Queue[float] = queue.Queue()
        taken = status(204)

        def arrived(handler: BaseHTTPRequestHandler, number: int) -> None:
            arrivals.put(time.perf_counter())
            taken(handler, number)

        with receiver(arrived) as here:
            room = await asyncio.to_thread(_room, stand, here.url("/alerts"), arrivals)
            yield [
                Pair(
                    NAME,
                    "alert: publish to webhook received",
                    "ms p95",
                    _trips(room),
                    "wanted",
                    aim(WANTED_MS),
                    is_lower_better=True,
                )
            ]
            room.session.close()

    return Topic([NAME], stand.sizes.short_repetitions, pairs)


def _room(stand: Stand, url: str, arrivals: queue.Queue[float]) -> _Room:
    organization = stand.platform.new_organization()
    device = provision_device(organization, "rooms", directory=stand.platform.state)
    channel = make_webhook(organization, url, max_per_hour=1_000)
    return _Room(organization, connect(stand.platform, device), channel["id"], arrivals)


def _trips(room: _Room) -> Measure:
    async def measure() -> Run:
        took = await asyncio.to_thread(_take_trips, room)
        return Run(quantile(took, 0.95), {"p50_ms": quantile(took, 0.5), "max_ms": max(took)})

    return measure


def _take_trips(room: _Room) -> list[float]:
    """Milliseconds, each of a sensor of its own: one whose alerts come and go isn't told."""
    keys = [f"temperature-{next(room.numbers)}" for _ in range(TRIPS)]
    _watch(room, keys)
    return [_trip(room, key) for key in keys]


def _watch(room: _Room, keys: Sequence[str]) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    room.session.publish_all([reading(key, before, COLD) for key in keys])
    sensors = sensors_by_key(room.organization, room.session.device.id)
    notify = [{"channelId": room.channel_id, "on": ["FIRED"]}]
    for key in keys:
        more = {"levels": [{"severity": "WARNING"}], "notify": notify, "groupSeconds": 0}
        rule = make_rule(room.organization, sensors[key]["id"], f"{key} is warm", **more)
        await_watching(room.organization, sensors[key]["id"], rule["id"])


def _trip(room: _Room, key: str) -> float:
    began = time.perf_counter()
    room.session.publish(reading(key, datetime.now(UTC), WARM))
    return (room.arrivals.get(timeout=WAIT_SECONDS) - began) * 1e3
