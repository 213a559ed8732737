"""Devices that publish at a fixed rate, and screens that show it, in one process: a reading's value is the moment at
which it was sent, on the clock that reads it.

It reads its plan from the first line of standard input, connects everything, writes "ready", waits for another line,
publishes, and writes what came of it.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
import time
from datetime import datetime, timedelta
from typing import cast

import msgspec
import uvloop

from tests.bench.mqtt_load import CONNACK_BYTES, DISCONNECT, PUBACK_BYTES, Publisher
from tests.bench.results import quantile
from tests.ingest.mqtt_client import connect_packet, publish_packet

_FIRST = re.compile(rb'event: readings\ndata: \{"items":\[\{[^}]*?"value":([\d.e+-]+)')
_STORE_SECONDS = 10


class Screen(msgspec.Struct):
    request: bytes
    readings_per_round: int


class Plan(msgspec.Struct):
    """In each round every publisher sends one message with a reading of each sensor, evenly spread over it."""

    host: str
    http_port: int
    mqtt_port: int
    ca_file: str
    publishers: list[Publisher]
    screens: list[Screen]
    sensors: list[str]
    start: datetime
    step_seconds: float
    rounds: int
    round_seconds: float


class Outcome(msgspec.Struct):
    """`screen` is of the oldest reading of each event: how long it took from its sending."""

    acknowledged: int
    shown: int
    conflated: int
    seconds: float
    cpu_seconds: float
    puback_p50_ms: float
    puback_p95_ms: float
    screen_p50_ms: float
    screen_p95_ms: float


class DeviceSession(asyncio.Protocol):
    def __init__(self, client_id: str) -> None:
        loop = asyncio.get_running_loop()
        self._client_id = client_id
        self._sent_at = [0.0]
        self._rest = b""
        self.connected: asyncio.Future[None] = loop.create_future()
        self.waits: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(connect_packet(self._client_id))

    def publish(self, topic: str, body: bytes) -> None:
        self._sent_at.append(time.perf_counter())
        self.transport.write(publish_packet(topic, body, packet_id=len(self._sent_at) - 1))

    def data_received(self, data: bytes) -> None:
        if not self.connected.done():
            assert len(data) == CONNACK_BYTES
            assert data[3] == 0
            self.connected.set_result(None)
            return
        data = self._rest + data
        whole = len(data) // PUBACK_BYTES * PUBACK_BYTES
        now, self._rest = time.perf_counter(), data[whole:]
        for high, low in zip(data[2:whole:4], data[3:whole:4], strict=True):
            self.waits.append(now - self._sent_at[high << 8 | low])


class ScreenSession(asyncio.Protocol):
    def __init__(self, request: bytes) -> None:
        self._request = request
        self._rest = b""
        self.snapshot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.shown = self.conflated = 0
        self.waits: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now, data = time.perf_counter(), self._rest + data
        end = data.rfind(b"\n\n")
        whole, self._rest = data[:end], data[end:]
        if not self.snapshot.done():
            if b'"complete":true' in whole:
                self.snapshot.set_result(None)
            elif data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200"):
                self.snapshot.set_exception(ConnectionError(data[:500].decode()))
            return
        self.shown += whole.count(b'"value":')
        self.conflated += whole.count(b'"conflated":true')
        self.waits += [now - float(sent) for sent in _FIRST.findall(whole)]


async def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    devices = [await _device(plan, publisher) for publisher in plan.publishers]
    screens = [await _screen(plan, screen) for screen in plan.screens]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.readline)
    began, cpu_before = time.perf_counter(), time.process_time()
    await _publish(plan, devices, began)
    await _settle(plan, devices, screens)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_before
    pubacks = [wait for device in devices for wait in device.waits]
    shown = [wait for screen in screens for wait in screen.waits] or [0.0]
    outcome = Outcome(
        len(pubacks),
        sum(screen.shown for screen in screens),
        sum(screen.conflated for screen in screens),
        seconds,
        cpu_seconds,
        *(quantile(waits, share) * 1000 for waits in (pubacks, shown) for share in (0.5, 0.95)),
    )
    print(msgspec.json.encode(outcome).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.buffer.readline)
    for device in devices:
        device.transport.write(DISCONNECT)
    for session in (*devices, *screens):
        session.transport.close()
    await asyncio.sleep(0.05)


async def _device(plan: Plan, publisher: Publisher) -> DeviceSession:
    tls = ssl.create_default_context(cafile=plan.ca_file)
    tls.load_cert_chain(publisher.certificate_file, publisher.key_file)
    session = DeviceSession(publisher.client_id)
    await asyncio.get_running_loop().create_connection(
        lambda: session, "127.0.0.1", plan.mqtt_port, ssl=tls, server_hostname="localhost"
    )
    await session.connected
    return session


async def _screen(plan: Plan, screen: Screen) -> ScreenSession:
    session = ScreenSession(screen.request)
    await asyncio.get_running_loop().create_connection(lambda: session, plan.host, plan.http_port)
    await session.snapshot
    return session


async def _publish(plan: Plan, devices: list[DeviceSession], began: float) -> None:
    encoder = msgspec.json.Encoder()
    due = began
    for number in range(plan.rounds):
        moment = (plan.start + timedelta(seconds=plan.step_seconds) * number).isoformat()
        for device, publisher in zip(devices, plan.publishers, strict=True):
            now = time.perf_counter()
            if due > now:
                await asyncio.sleep(due - now)
                now = time.perf_counter()
            body = [
                {"sensor": sensor, "timestamp": moment, "value": now} for sensor in plan.sensors
            ]
            device.publish(publisher.topic, encoder.encode(body))
            due += plan.round_seconds / len(devices)


async def _settle(plan: Plan, devices: list[DeviceSession], screens: list[ScreenSession]) -> None:
    """Until everything is acknowledged and shown, or for so long."""
    expected = plan.rounds * sum(screen.readings_per_round for screen in plan.screens)
    messages = plan.rounds * len(devices)
    deadline = time.perf_counter() + _STORE_SECONDS
    while time.perf_counter() < deadline and (  # noqa: ASYNC110 - an event at each reading would cost more
        sum(len(device.waits) for device in devices) < messages
        or sum(screen.shown for screen in screens) < expected
    ):
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    uvloop.run(main())
