"""Every attack succeeds against stock amqtt, though its plugin checks certificate and topic correctly.

A test that fails here is good news: amqtt has mended something, and an override of ours may be dropped.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin

from .attacks import ATTACKS, Party, Target, enroll
from .certificates import Authority

PARTIES: dict[bytes, Party] = {}
HEARD: list[str] = []


class CertificatePlugin(BaseAuthPlugin, BaseTopicPlugin):  # type: ignore[misc]
    """Correct as far as a plugin can be: the certificate names the device, the device has its own topics."""

    @dataclass
    class Config:
        """amqtt asks for one."""

    async def authenticate(self, *, session: Any) -> bool:
        der = session.ssl_object.getpeercert(binary_form=True)
        party = PARTIES.get(hashlib.sha256(der).digest()) if der else None
        return party is not None and session.client_id == party.client_id

    async def topic_filtering(self, *, session: Any, topic: str, action: Any) -> bool:
        own = next(party for party in PARTIES.values() if party.client_id == session.client_id)
        return f"/{own.org_id}/{own.id}" in topic and "#" not in topic and "+" not in topic

    async def on_broker_message_received(self, *, client_id: str, message: Any) -> None:
        HEARD.append(message.topic)


@pytest.fixture
async def stock(authority: Authority) -> AsyncIterator[Target]:
    server = authority.issue("localhost", is_server=True)
    victim, attacker = enroll(authority), enroll(authority)
    PARTIES.update({party.leaf.fingerprint: party for party in (victim, attacker)})
    HEARD.clear()
    listener = {
        "type": "tcp",
        "bind": "127.0.0.1:0",
        "ssl": True,
        "cafile": str(authority.file),
        "certfile": str(server.certificate_file),
        "keyfile": str(server.key_file),
    }
    plugin = f"{__name__}.{CertificatePlugin.__name__}"
    broker = Broker({"listeners": {"default": listener}, "plugins": {plugin: {}}})
    await broker.start()
    port = broker._servers["default"].instance.sockets[0].getsockname()[1]

    async def send(_: UUID, topic: str, body: bytes) -> None:
        await broker.internal_message_broadcast(topic, body)

    yield Target(port, victim, attacker, send, lambda: len(broker._sessions), HEARD)
    with suppress(Exception):
        await asyncio.wait_for(broker.shutdown(), 5)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_against_the_stock_broker(
    attack: Callable[[Target], Awaitable[bool]], stock: Target
) -> None:
    assert await attack(stock)
