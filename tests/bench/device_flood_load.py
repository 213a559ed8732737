"""Devices that publish as fast as they are acknowledged, a process of its own.

It reads its plan from the first line of standard input, connects, sends what is to be there before,
floods, writes "ready" once it does, and at the next line stops and writes how many messages were
acknowledged since.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from typing import cast

import msgspec
import uvloop

from tests.bench.mqtt_load import Publisher
from tests.ingest.mqtt_client import connect_packet, publish_packet

CONNACK_BYTES = PUBACK_BYTES = 4
SETTLE_SECONDS = 1.0


class Plan(msgspec.Struct):
    """Every publisher sends `before` once, and then has all of `bodies` in flight for ever."""

    port: int
    ca_file: str
    publishers: list[Publisher]
    before: list[bytes]
    bodies: list[bytes]


class Outcome(msgspec.Struct):
    acknowledged: int
    seconds: float


class Flooder(asyncio.Protocol):
    """Sends a body again as soon as it was acknowledged."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._packets: list[bytes] = []
        self._rest = b""
        self._waiting = 0
        self._is_flooding = False
        self.acknowledged = 0
        loop = asyncio.get_running_loop()
        self.connected: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._all_acknowledged = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(connect_packet(self._publisher.client_id))

    async def send(self, bodies: list[bytes]) -> None:
        """Once each."""
        self._all_acknowledged.clear()
        self._begin(bodies)
        await self._all_acknowledged.wait()

    def flood(self, bodies: list[bytes]) -> None:
        self._is_flooding = True
        self._begin(bodies)

    def stop(self) -> None:
        self._transport.abort()

    def _begin(self, bodies: list[bytes]) -> None:
        topic = self._publisher.topic
        self._packets = [
            publish_packet(topic, body, packet_id=number) for number, body in enumerate(bodies, 1)
        ]
        self._waiting = len(bodies)
        self._transport.write(b"".join(self._packets))

    def data_received(self, data: bytes) -> None:
        if not self.connected.done():
            assert len(data) == CONNACK_BYTES
            assert data[3] == 0
            self.connected.set_result(None)
            return
        data = self._rest + data
        whole = len(data) // PUBACK_BYTES * PUBACK_BYTES
        self._rest = data[whole:]
        ids = [int.from_bytes(data[at + 2 : at + 4], "big") for at in range(0, whole, PUBACK_BYTES)]
        self.acknowledged += len(ids)
        self._waiting -= len(ids)
        if self._is_flooding:
            self._transport.write(b"".join([self._packets[id_ - 1] for id_ in ids]))
        elif not self._waiting:
            self._all_acknowledged.set()

    def connection_lost(self, error: Exception | None) -> None:
        for waiter in (self.connected, self.gone):
            if not waiter.done():
                waiter.set_result(None)


async def _connect(plan: Plan, publisher: Publisher) -> Flooder:
    tls = ssl.create_default_context(cafile=plan.ca_file)
    tls.load_cert_chain(publisher.certificate_file, publisher.key_file)
    flooder = Flooder(publisher)
    await asyncio.get_running_loop().create_connection(
        lambda: flooder, "127.0.0.1", plan.port, ssl=tls, server_hostname="localhost"
    )
    await flooder.connected
    return flooder


async def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    flooders = [await _connect(plan, publisher) for publisher in plan.publishers]
    if plan.before:
        await asyncio.gather(*(flooder.send(plan.before) for flooder in flooders))
    for flooder in flooders:
        flooder.flood(plan.bodies)
    await asyncio.sleep(SETTLE_SECONDS)
    before, began = sum(flooder.acknowledged for flooder in flooders), time.perf_counter()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.readline)
    acknowledged = sum(flooder.acknowledged for flooder in flooders) - before
    outcome = Outcome(acknowledged, time.perf_counter() - began)
    assert not any(flooder.gone.done() for flooder in flooders), "a flooder was cut off"
    for flooder in flooders:
        flooder.stop()
    print(msgspec.json.encode(outcome).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
