"""What a device is sent: receipts for what it published, and messages, though the broker dies."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import msgspec
import psutil
import pytest

from tests.make.devices import Device, Session, connect, provision_device, reading
from tests.make.messages import put_message, states_of_messages
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.workers import wait_until

WAIT_SECONDS = 60


def send(platform: RunningPlatform, device: Device, body: bytes) -> None:
    topic = device.provisioned["mqtt"]["topics"]["commands"]
    put_message(platform, device.org_id, device.id, topic, body)


def until_states(platform: RunningPlatform, device: Device, *expected: str) -> None:
    deadline, found = time.monotonic() + WAIT_SECONDS, []
    while found != list(expected):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
        found = states_of_messages(platform, device.org_id, device.id)


def reasons(organization: Organization, device: Device) -> list[str | None]:
    """Why its connections have ended, the newest first."""
    page = organization.http.get(f"/devices/{device.id}/connections").json()
    return [item["reason"] for item in page["items"]]


def listen(platform: RunningPlatform, device: Device) -> Session:
    """Connect, however long that takes, and subscribe; nothing is acknowledged by itself."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            session = connect(platform, device)
            break
        except OSError:
            assert time.monotonic() < deadline, "the broker did not come back"
            time.sleep(0.1)
    session.client.manual_ack_set(True)
    for topic in ("commands", "receipts"):
        session.client.subscribe(device.provisioned["mqtt"]["topics"][topic], 1)
    return session


def acknowledge(session: Session, body: bytes) -> None:
    """The next message, which is this one."""
    message = session.received.get(timeout=WAIT_SECONDS)
    assert message.payload == body
    session.client.ack(message.mid, message.qos)


@pytest.mark.timeout(240)
def test_messages_outlive_the_broker_and_receipts_tell_of_what_was_stored() -> None:
    with running_platform() as platform:
        organization = platform.new_organization()
        device = provision_device(organization, "listener", directory=platform.state)
        send(platform, device, b"while it was away")
        session = listen(platform, device)
        acknowledge(session, b"while it was away")

        session.publish(reading("temperature", datetime.now(UTC), 21.5, receipt="r1"))
        receipt = session.received.get(timeout=WAIT_SECONDS)
        assert msgspec.json.decode(receipt.payload) == {
            "id": "r1",
            "accepted": 1,
            "duplicates": 0,
            "quarantined": [],
        }
        session.client.ack(receipt.mid, receipt.qos)

        send(platform, device, b"acknowledged")
        acknowledge(session, b"acknowledged")
        until_states(platform, device, "ACKNOWLEDGED", "ACKNOWLEDGED")
        send(platform, device, b"in flight")
        assert session.received.get(timeout=WAIT_SECONDS).payload == b"in flight"
        broker = platform.program("broker")
        broker.kill()
        psutil.wait_procs([broker], timeout=10)
        session.close()
        send(platform, device, b"while it was dead")

        session = listen(platform, device)
        wait_until(lambda: reasons(organization, device) == [None, "BROKER_DIED"], "it is told")
        acknowledge(session, b"in flight")
        acknowledge(session, b"while it was dead")
        until_states(platform, device, *["ACKNOWLEDGED"] * 4)
        session.close()
