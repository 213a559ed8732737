"""Why a session ended is told in one word, the same one that docs/devices.md explains."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.fleet.connections.schemas import END_REASONS
from ingest.mqtt.session import CertificateHolder, EndReason
from ingest.mqtt.topics import Topic

from .attacks import Party
from .mqtt_client import CLOSED, Client, Will, publish_packet
from .running_broker import RunningBroker

ROOT = Path(__file__).parents[2]
End = Callable[[RunningBroker, Party, Client], Awaitable[object]]


async def _disconnect(_: RunningBroker, _party: Party, client: Client) -> None:
    await client.disconnect()


async def _vanish(_: RunningBroker, _party: Party, client: Client) -> None:
    client.vanish()


async def _connect_again(broker: RunningBroker, party: Party, _: Client) -> None:
    async with await party.connect(broker.port) as second:
        assert await second.ping()
        await second.disconnect()


async def _wrong_topic(broker: RunningBroker, party: Party, client: Client) -> None:
    client.send(publish_packet(broker.enroll().topic(Topic.READINGS), b"{}"))


async def _no_mqtt(_: RunningBroker, _party: Party, client: Client) -> None:
    client.send(b"\xf0\x00")


async def _too_large(broker: RunningBroker, party: Party, client: Client) -> None:
    client.send(publish_packet(party.topic(Topic.READINGS), bytes(256 * 1024 + 1)))


async def _far_too_large(_: RunningBroker, _party: Party, client: Client) -> None:
    client.send(b"\x32\xff\xff\xff\x7f")


async def _revoke(broker: RunningBroker, party: Party, _: Client) -> None:
    broker.server.cut(fingerprint=party.leaf.fingerprint)


async def _delete(broker: RunningBroker, party: Party, _: Client) -> None:
    broker.server.cut(EndReason.DEVICE_DELETED, device_id=party.id)


async def _stop(broker: RunningBroker, _party: Party, _client: Client) -> None:
    await broker.server.close()


ENDS: dict[str, tuple[End, EndReason, str]] = {
    "goodbye": (_disconnect, EndReason.DISCONNECT, ""),
    "a broken line": (_vanish, EndReason.CONNECTION_LOST, ""),
    "another one": (_connect_again, EndReason.TAKEN_OVER, "by a connection from 127.0.0.1"),
    "another's topic": (_wrong_topic, EndReason.TOPIC_REFUSED, "may not publish to v1/readings/"),
    "no MQTT": (_no_mqtt, EndReason.PROTOCOL_ERROR, "packet of type 15"),
    "a large message": (_too_large, EndReason.MESSAGE_TOO_LARGE, "message of 262145 bytes"),
    "a huge packet": (_far_too_large, EndReason.MESSAGE_TOO_LARGE, "packet of 268435455 bytes"),
    "revocation": (_revoke, EndReason.CERTIFICATE_REVOKED, "cut off"),
    "deletion": (_delete, EndReason.DEVICE_DELETED, "cut off"),
    "the broker's stop": (_stop, EndReason.BROKER_STOPPED, ""),
}


@pytest.mark.parametrize("name", ENDS)
async def test_a_session_ends_for_its_reason(name: str, broker: RunningBroker) -> None:
    end, reason, text = ENDS[name]
    party = broker.enroll()
    async with await party.connect(broker.port) as client:
        assert await client.ping()
        await end(broker, party, client)
        await broker.until(lambda: bool(broker.ends))
    [(device_id, told, more)] = broker.ends[:1]
    assert (device_id, told) == (party.id, reason)
    assert more.startswith(text)


async def test_a_session_ends_by_its_silence(broker: RunningBroker) -> None:
    party = broker.enroll()
    async with await Client.open(broker.port, party.leaf.tls()) as client:
        assert await client.connect(party.client_id, keep_alive=1) == 0
        await broker.until(lambda: bool(broker.ends))
    assert broker.ends == [
        (party.id, EndReason.KEEP_ALIVE, "silent for 1.5 times its keep-alive of 1 s")
    ]


@pytest.mark.parametrize("reason", ["CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED"])
async def test_of_a_refused_certificate_its_holder_is_told(
    broker: RunningBroker, reason: str
) -> None:
    party = broker.enroll()
    broker.revoke(party.leaf)
    broker.holders[party.leaf.fingerprint] = CertificateHolder(
        party.org_id, party.id, EndReason(reason)
    )
    async with await Client.open(broker.port, party.leaf.tls()) as client:
        assert await client.connect(party.client_id) == 5
    [attempt] = broker.refusals
    assert (attempt.device_id, attempt.reason) == (party.id, reason)
    assert attempt.peer.serial in attempt.text
    assert attempt.peer.tls_version == "TLSv1.3"


async def test_a_certificate_that_was_never_ours_is_nobodys(broker: RunningBroker) -> None:
    party = broker.enroll()
    broker.revoke(party.leaf)
    async with await Client.open(broker.port, party.leaf.tls()) as client:
        assert await client.connect(party.client_id) == 5
    assert broker.refusals == []


@pytest.mark.parametrize(
    ("client_id", "will", "reason"),
    [
        ("somebody else", None, EndReason.CLIENT_ID_REFUSED),
        (None, Will("v1/elsewhere", b"gone"), EndReason.WILL_REFUSED),
        (None, bytes(5000), EndReason.WILL_REFUSED),
    ],
)
async def test_what_is_wrong_with_a_connect_is_told_of_its_device(
    broker: RunningBroker, client_id: str | None, will: Will | bytes | None, reason: EndReason
) -> None:
    party = broker.enroll()
    if isinstance(will, bytes):
        will = Will(party.topic(Topic.STATUS), will)
    async with await Client.open(broker.port, party.leaf.tls()) as client:
        assert await client.connect(client_id or party.client_id, will=will) not in (0, CLOSED)
    assert [(each.device_id, each.reason) for each in broker.refusals] == [(party.id, reason)]


def test_every_reason_is_explained() -> None:
    assert set(END_REASONS) == {reason.value for reason in EndReason}
    page = (ROOT / "docs" / "devices.md").read_text()
    assert [reason for reason in EndReason if f"`{reason}`" not in page] == []
