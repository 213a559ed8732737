"""Our broker, running, with everything it handed out."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace as replace_struct

from ingest.mqtt.broker import Broker, CertificateFiles, Delivery, Device, Limits, server_tls
from ingest.mqtt.downlink import Downlink
from ingest.mqtt.sender import DeviceSender
from ingest.mqtt.session import CertificateHolder, DeviceSession, EndReason, RefusedAttempt
from ingest.mqtt.topics import topic_of

from .attacks import Party, enroll
from .certificates import Authority, Leaf

QUICK = Limits(connect_timeout_seconds=0.5)


class RunningBroker:
    server: Broker
    tls: ssl.SSLContext

    def __init__(self, authority: Authority, downlink: Downlink | None) -> None:
        self._authority = authority
        self._downlink = downlink
        self._devices: dict[bytes, Device] = {}
        self._changed = asyncio.Event()
        self.deliveries: list[Delivery] = []
        self.heard: list[str] = []
        self.presence: list[tuple[UUID, bool]] = []
        self.ends: list[tuple[UUID, EndReason, str]] = []
        self.refusals: list[RefusedAttempt] = []
        self.holders: dict[bytes, CertificateHolder] = {}
        self.is_acknowledging = True
        self.on_each: Callable[[], object] = lambda: None
        self.lookup_gate: asyncio.Event | None = None
        self.lookups = 0

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def bodies(self) -> list[bytes]:
        return [delivery.body for delivery in self.deliveries]

    @property
    def held_bytes(self) -> int:
        """What the broker counts as not acknowledged."""
        return self.server.held_bytes

    def enroll(self, *, expires_at: datetime | None = None) -> Party:
        """A device the broker will know."""
        party = enroll(self._authority)
        self.know(party, party.leaf, expires_at)
        return party

    def renew(self, party: Party) -> Party:
        """The same device with a second certificate; both are good."""
        renewed = replace(party, leaf=self._authority.issue(party.client_id))
        self.know(renewed, renewed.leaf)
        return renewed

    def know(self, party: Party, leaf: Leaf, expires_at: datetime | None = None) -> None:
        self._devices[leaf.fingerprint] = Device(
            party.org_id, party.id, leaf.fingerprint, expires_at or leaf.expires_at
        )

    def revoke(self, leaf: Leaf) -> None:
        del self._devices[leaf.fingerprint]

    async def find_device(self, fingerprint: bytes) -> Device | None:
        device = self._devices.get(fingerprint)
        self.lookups += 1
        self._changed.set()
        if self.lookup_gate:
            await self.lookup_gate.wait()
        return device

    def on_delivery(self, delivery: Delivery) -> None:
        # One by one: what is read together is up to the network.
        self.deliveries += [replace_struct(delivery, bodies=[body]) for body in delivery.bodies]
        topic = topic_of(delivery.topic, delivery.device.org_id, delivery.device.id)
        self.heard += [topic] * len(delivery.bodies)
        self._changed.set()
        self.on_each()
        if self.is_acknowledging:
            delivery.acknowledge()

    def began(self, session: DeviceSession) -> None:
        self.presence.append((session.device.id, True))
        self._changed.set()

    def ended(self, session: DeviceSession, reason: EndReason, text: str) -> None:
        self.ends.append((session.device.id, reason, text))
        if reason is not EndReason.TAKEN_OVER:
            self.presence.append((session.device.id, False))
            if self._downlink:
                self._downlink.disconnected(session.device.id)
        self._changed.set()

    def refused(self, attempt: RefusedAttempt) -> None:
        self.refusals.append(attempt)
        self._changed.set()

    async def find_holder(self, fingerprint: bytes) -> CertificateHolder | None:
        return self.holders.get(fingerprint)

    def on_subscription(self, device: Device, sender: DeviceSender) -> None:
        if self._downlink:
            self._downlink.subscribed(device, sender)

    def acknowledge_all(self) -> None:
        for delivery in self.deliveries:
            delivery.acknowledge()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Woken by everything the broker hands out."""
        async with asyncio.timeout(10):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def delivered(self, count: int) -> None:
        await self.until(lambda: len(self.deliveries) >= count)

    async def absent(self, party: Party) -> None:
        await self.until(lambda: (party.id, False) in self.presence)


@asynccontextmanager
async def running_broker(
    authority: Authority,
    limits: Limits = QUICK,
    downlink: Downlink | None = None,
    second: CertificateFiles | None = None,
) -> AsyncIterator[RunningBroker]:
    broker = RunningBroker(authority, downlink)
    leaf = authority.issue("localhost", is_server=True)
    listener = socket.create_server(("127.0.0.1", 0))
    broker.tls = server_tls(leaf.certificate_file, leaf.key_file, authority.pem, second=second)
    async with Broker.running(
        listener=listener,
        tls=broker.tls,
        find_device=broker.find_device,
        deliver=broker.on_delivery,
        sessions=broker,
        find_holder=broker.find_holder,
        subscribed=broker.on_subscription,
        limits=limits,
    ) as broker.server:
        yield broker
