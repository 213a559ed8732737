"""The MQTT load client, a process of its own: raw connections, prepared packets, a window of unacknowledged ones.

It reads its plan from the first line of standard input, connects, writes "ready", waits for another line,
publishes, and writes what came of it.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
import uvloop

from tests.bench.disorder import disordered
from tests.bench.fleet import value
from tests.bench.results import quantile
from tests.ingest.mqtt_client import connect_packet, publish_packet

PUBACK = 0x40
CONNACK_BYTES = PUBACK_BYTES = 4
DISCONNECT = b"\xe0\x00"


class Publisher(msgspec.Struct):
    client_id: str
    topic: str
    certificate_file: str
    key_file: str


class Plan(msgspec.Struct):
    """Every publisher sends `messages` of `readings` each, the sensors in turn, one step of time after another."""

    port: int
    ca_file: str
    publishers: list[Publisher]
    sensors: list[str]
    start: datetime
    step_seconds: float
    messages: int
    readings: int
    window: int = 100
    is_disordered: bool = True
    pace_seconds: float = 0
    """Where given, each publisher sends so often, whatever was acknowledged."""
    at_once: int = 1
    """So many messages at each pace."""


class Outcome(msgspec.Struct):
    acknowledged: int
    duplicates: int
    seconds: float
    cpu_seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


def packets(plan: Plan, publisher: Publisher) -> tuple[list[bytes], int]:
    """The PUBLISH packets of one publisher, numbered from 1, and how many readings in them are duplicates."""
    count = plan.messages * plan.readings
    readings, duplicates = list(_readings(plan, count)), 0
    if plan.is_disordered:
        readings, duplicates = disordered(readings, count, publisher.client_id)
    bodies = (
        readings
        if plan.readings == 1
        else [readings[at : at + plan.readings] for at in range(0, len(readings), plan.readings)]
    )
    return [
        publish_packet(publisher.topic, msgspec.json.encode(body), packet_id=number)
        for number, body in enumerate(bodies, 1)
    ], duplicates


def _readings(plan: Plan, count: int) -> Iterator[dict[str, Any]]:
    sensors = len(plan.sensors)
    for number in range(count):
        at = plan.start + timedelta(seconds=plan.step_seconds) * (number // sensors)
        yield {
            "sensor": plan.sensors[number % sensors],
            "timestamp": at.isoformat(),
            "value": value(),
        }


class Session(asyncio.Protocol):
    """One device. Keeps `window` packets in flight and notes how long each waits for its PUBACK."""

    def __init__(self, client_id: str, packets: list[bytes], plan: Plan) -> None:
        self._client_id = client_id
        self._packets = packets
        self._window = plan.window
        self._pace = plan.pace_seconds
        self._at_once = plan.at_once
        self._sent_at = [0.0] * (len(packets) + 1)
        self._sent = 0
        self._rest = b""
        loop = asyncio.get_running_loop()
        self.connected: asyncio.Future[None] = loop.create_future()
        self.done: asyncio.Future[None] = loop.create_future()
        self.waits: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(connect_packet(self._client_id))

    def begin(self) -> None:
        if self._pace:
            asyncio.get_running_loop().call_later(random.random() * self._pace, self._tick)
        else:
            self._send(self._window)

    def _tick(self) -> None:
        self._send(self._at_once)
        if self._sent < len(self._packets):
            asyncio.get_running_loop().call_later(self._pace, self._tick)

    def _send(self, count: int) -> None:
        first, last = self._sent, min(self._sent + count, len(self._packets))
        if first < last:
            self._sent_at[first + 1 : last + 1] = [time.perf_counter()] * (last - first)
            self.transport.write(b"".join(self._packets[first:last]))
            self._sent = last

    def data_received(self, data: bytes) -> None:
        if not self.connected.done():
            self._connack(data)
            return
        if self._rest:
            data = self._rest + data
        whole = len(data) // PUBACK_BYTES * PUBACK_BYTES
        self._rest = data[whole:]
        self._pubacks(data[:whole])

    def _connack(self, data: bytes) -> None:
        if len(data) == CONNACK_BYTES and data[3] == 0:
            self.connected.set_result(None)
        else:
            self.connected.set_exception(ConnectionError(f"CONNACK {data.hex()}"))

    def _pubacks(self, data: bytes) -> None:
        now, sent_at = time.perf_counter(), self._sent_at
        if data[::PUBACK_BYTES].count(PUBACK) * PUBACK_BYTES != len(data):
            self.done.set_exception(ConnectionError("something else than PUBACKs came"))
            return
        self.waits += [
            now - sent_at[high << 8 | low] for high, low in zip(data[2::4], data[3::4], strict=True)
        ]
        if len(self.waits) == len(self._packets):
            self.done.set_result(None)
        elif not self._pace:
            self._send(len(data) // PUBACK_BYTES)

    def connection_lost(self, error: Exception | None) -> None:
        for waiter in (self.connected, self.done):
            if not waiter.done():
                waiter.set_exception(error or ConnectionError("the broker closed the connection"))


@dataclass(frozen=True)
class Crowd:
    sessions: list[Session]
    duplicates: int

    @classmethod
    async def connect(cls, plan: Plan) -> Crowd:
        prepared = [packets(plan, publisher) for publisher in plan.publishers]
        sessions = [
            await _connect(plan, publisher, own)
            for publisher, (own, _) in zip(plan.publishers, prepared, strict=True)
        ]
        return cls(sessions, sum(duplicates for _, duplicates in prepared))

    async def publish_all(self) -> Outcome:
        began, cpu_before = time.perf_counter(), time.process_time()
        for session in self.sessions:
            session.begin()
        await asyncio.gather(*(session.done for session in self.sessions))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_before
        waits = [wait for session in self.sessions for wait in session.waits]
        p50, p95, p99 = (quantile(waits, share) * 1000 for share in (0.5, 0.95, 0.99))
        return Outcome(len(waits), self.duplicates, seconds, cpu_seconds, p50, p95, p99)

    def close(self) -> None:
        for session in self.sessions:
            session.transport.write(DISCONNECT)
            session.transport.close()


async def _connect(plan: Plan, publisher: Publisher, own: list[bytes]) -> Session:
    tls = ssl.create_default_context(cafile=plan.ca_file)
    tls.load_cert_chain(publisher.certificate_file, publisher.key_file)
    session = Session(publisher.client_id, own, plan)
    await asyncio.get_running_loop().create_connection(
        lambda: session, "127.0.0.1", plan.port, ssl=tls, server_hostname="localhost"
    )
    await session.connected
    return session


async def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    crowd = await Crowd.connect(plan)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.readline)
    outcome = await crowd.publish_all()
    print(msgspec.json.encode(outcome).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.buffer.readline)  # its disconnections aren't part of the run
    crowd.close()
    await asyncio.sleep(0.05)


if __name__ == "__main__":
    uvloop.run(main())
