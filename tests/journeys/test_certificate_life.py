"""The life of a device's certificate, with a client nobody here wrote: provisioned, used, renewed,
used, revoked, and cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.make.devices import Session, connect, provision_device, reading
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import sensors_by_key
from tests.make.renewals import renew_device

START = datetime.now(UTC) - timedelta(hours=1)


def publish(session: Session, minutes: range) -> None:
    session.publish_all(
        [[reading("temperature", START + timedelta(minutes=n), 20 + n / 8)] for n in minutes]
    )


def test_provision_publish_renew_go_on_revoke(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "long lived")
    old = connect(platform, device)
    publish(old, range(10))
    renewed = renew_device(platform, device)
    publish(old, range(10, 20))
    assert old.client.is_connected(), "renewing cuts nothing"
    new = connect(platform, renewed)
    assert old.disconnected.wait(10), "the new one takes the session over"
    publish(new, range(20, 30))

    path = f"/devices/{device.id}/certificates/{renewed.serial}/revoke"
    assert organization.http.post(path).status_code == 204
    assert new.disconnected.wait(10), "it is cut"
    for each in (device, renewed):
        with pytest.raises(ConnectionError):
            connect(platform, each)
    sensor = sensors_by_key(organization, device.id)["temperature"]["id"]
    window = {
        "from": START.isoformat(),
        "to": (START + timedelta(hours=1)).isoformat(),
        "limit": 100,
    }
    items = organization.http.get(f"/readings/sensor/{sensor}", params=window).json()["items"]
    assert sorted(item["value"] for item in items) == [20 + n / 8 for n in range(30)]
    for session in (old, new):
        session.close()
