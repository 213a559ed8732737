"""One device of the demonstration: how it stays the same, stays connected, and hands over what it
has."""

from __future__ import annotations

import asyncio
import itertools
import math
import ssl
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiomqtt
import aiomqtt.exceptions
import httpx
import msgspec

from app.demo.home import Home, Identity
from app.demo.outbox import Acknowledgements, Outbox
from app.demo.registrar import Registrar
from app.demo.together import together

FIRMWARE = "demo 1.0"
SENDERS = 4  # messages of a device on their way at once
CONNECT_SECONDS = 5.0
LEAVE_SECONDS = 0.2
KEEP_ALIVE_SECONDS = 20
HEALTH_SECONDS = 30.0
PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)
FAILURES_BEFORE_DOUBT = 4  # to connect, until a device asks whether its certificate is still good


Report = Callable[["DemoDevice"], Coroutine[Any, Any, None]]


class BrokerAddress(NamedTuple):
    """Where devices connect."""

    host: str
    port: int


class DemoDevice:
    """A device. `report` is what it measures: it runs as long as the device is the same, connected
    or not."""

    def __init__(
        self,
        name: str,
        home: Home,
        registrar: Registrar,
        broker: BrokerAddress,
        acknowledgements: Acknowledgements,
        report: Report,
    ) -> None:
        self.name = name
        self.home = home
        self.outbox = Outbox()
        self.is_connected = False
        self.handed_over = 0  # readings acknowledged, the refused and repeated ones too
        self.latest = ""  # what it shows at its front
        self.device_id: str | None = None
        self._started = time.monotonic()
        self._registrar = registrar
        self._broker = broker
        self._acknowledgements = acknowledgements
        self._report = report

    async def run(self) -> None:
        """Be a device until cancelled."""
        while True:
            identity = await self._identity()
            self.device_id = identity.device_id
            await together(self._report(self), self._stay_connected(identity))
            self.home.forget()
            await asyncio.sleep(PAUSES_SECONDS[0])

    async def _identity(self) -> Identity:
        for pause in _pauses():
            with suppress(httpx.HTTPError):
                return self.home.identity() or await self._registrar.provision(self.name, self.home)
            self.latest = "waits for the API"
            await asyncio.sleep(pause)
        raise AssertionError  # there is always another pause

    async def _stay_connected(self, identity: Identity) -> None:
        """Returns when this identity is no longer accepted."""
        failures = 0
        pauses = _pauses()
        while True:
            try:
                tls = self.home.tls()
            except OSError:
                return
            try:
                async with self._session(identity, tls) as client:
                    failures, pauses = 0, _pauses()
                    await self._hand_over(client, identity)
            except aiomqtt.exceptions.MqttConnectError:
                failures = FAILURES_BEFORE_DOUBT  # the broker itself said no
            except aiomqtt.MqttError:
                failures += 1
            if failures >= FAILURES_BEFORE_DOUBT and await self._is_refused(identity):
                return
            await asyncio.sleep(next(pauses))

    async def _is_refused(self, identity: Identity) -> bool:
        try:
            return not await self._registrar.accepts(identity)
        except httpx.HTTPError:
            return False  # nobody knows

    @asynccontextmanager
    async def _session(
        self, identity: Identity, tls: ssl.SSLContext
    ) -> AsyncIterator[aiomqtt.Client]:
        """Connected by mutual TLS. Raises aiomqtt.MqttError when that fails or ends."""
        client = aiomqtt.Client(
            *self._broker,
            identifier=identity.device_id,
            tls_context=tls,
            will=aiomqtt.Will(identity.status_topic, _status("OFFLINE"), qos=1, retain=True),
            keepalive=KEEP_ALIVE_SECONDS,
            timeout=CONNECT_SECONDS,
        )
        await client.__aenter__()
        self.is_connected = True
        try:
            yield client
        finally:
            self.is_connected = False
            self.outbox.take_back()
            # Not `async with`: its time-out would take the place of a cancellation.
            client.timeout = LEAVE_SECONDS
            with suppress(aiomqtt.MqttError):
                await client.__aexit__(None, None, None)

    async def _hand_over(self, client: aiomqtt.Client, identity: Identity) -> None:
        senders = (self._send(client, identity) for _ in range(SENDERS - 1))
        await together(
            _until_disconnected(client),
            self._announce_and_send(client, identity),
            self._tell_health(client, identity),
            *senders,
        )

    async def _announce_and_send(self, client: aiomqtt.Client, identity: Identity) -> None:
        await _publish(client, identity.status_topic, _status("ONLINE"), retain=True)
        await self._send(client, identity)

    async def _tell_health(self, client: aiomqtt.Client, identity: Identity) -> None:
        """With QoS 0: the next one comes soon."""
        while True:
            health = {
                "recordedAt": datetime.now(UTC),
                "uptimeSeconds": int(time.monotonic() - self._started),
                "connectionType": "ETHERNET",
                "readingsSent": self.handed_over,
                "readingsDropped": 0,
            }
            await client.publish(identity.health_topic, msgspec.json.encode(health), qos=0)
            await asyncio.sleep(HEALTH_SECONDS)

    async def _send(self, client: aiomqtt.Client, identity: Identity) -> None:
        while True:
            number, parcel = await self.outbox.take()
            began = time.monotonic()
            await _publish(client, identity.readings_topic, parcel.body)
            self.outbox.acknowledge(number)
            self._acknowledgements.add(began)
            self.handed_over += parcel.readings


async def _publish(
    client: aiomqtt.Client, topic: str, body: bytes, *, retain: bool = False
) -> None:
    """Returns at the PUBACK, however long that takes: while its database is away the platform keeps
    it back."""
    await client.publish(topic, body, qos=1, retain=retain, timeout=math.inf)


async def _until_disconnected(client: aiomqtt.Client) -> None:
    async for _ in client.messages:
        pass  # nothing is subscribed to: this is how aiomqtt tells the end of a connection


def _status(status: str) -> bytes:
    return msgspec.json.encode(
        {"status": status, "timestamp": datetime.now(UTC), "firmwareVersion": FIRMWARE}
    )


def _pauses() -> Iterator[float]:
    return itertools.chain(PAUSES_SECONDS, itertools.repeat(PAUSES_SECONDS[-1]))
