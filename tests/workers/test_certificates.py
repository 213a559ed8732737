"""Certificates are renewed in time: devices are told to, each day until they have, and the broker's
is while it runs."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.make.devices import (
    WAIT_SECONDS,
    Device,
    Session,
    connect,
    provision_device,
    reading,
)
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.renewals import renew_device
from tests.make.workers import wait_until

TASK = "certificate renewals"


def shown(platform: RunningPlatform) -> str:
    return ssl.get_server_certificate(("127.0.0.1", platform.mqtt_port))


def lived(platform: RunningPlatform, serial: str, *, days: float, of: float) -> None:
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.certificate SET not_before = now() - %s * interval '1 day', "
            "not_after = now() + %s * interval '1 day' WHERE serial = %s",
            [days, of - days, serial],
        )


def a_day_passes(platform: RunningPlatform) -> None:
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.certificate SET renewal_asked_at = renewal_asked_at - interval '1 day'"
        )


def look(platform: RunningPlatform, task: str = TASK) -> None:
    """The task runs now, once, and to its end."""
    with psycopg.connect(admin_address(platform), autocommit=True) as admin:
        [[before]] = admin.execute(
            "UPDATE platform.clock SET due_at = now() WHERE name = %s RETURNING now()", [task]
        ).fetchall()

        def is_done() -> Any:
            return admin.execute(
                "SELECT FROM platform.clock WHERE name = %s AND last_run_at > %s", [task, before]
            ).fetchone()

        wait_until(lambda: is_done() is not None, "the devices are told")


@contextmanager
def listening(platform: RunningPlatform, device: Device) -> Iterator[Session]:
    session = connect(platform, device)
    session.client.subscribe(device.provisioned["mqtt"]["topics"]["commands"], qos=1)
    yield session
    session.close()


def commands_of(organization: Organization, device: Device) -> list[dict[str, Any]]:
    answer = organization.http.get(f"/devices/{device.id}/commands")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_device_is_told_from_seventy_percent_on_and_each_day_until_it_has_renewed(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "to be renewed")
    lived(platform, device.serial, days=6.9, of=10)
    look(platform)
    assert commands_of(organization, device) == []
    lived(platform, device.serial, days=7.1, of=10)
    with listening(platform, device) as session:
        look(platform)
        told = json.loads(session.received.get(timeout=WAIT_SECONDS).payload)
        assert told["method"] == "CERTIFICATE_RENEW"
        assert told["params"]["serial"] == device.serial
        look(platform)
        assert len(commands_of(organization, device)) == 1, "not twice within a day"
        a_day_passes(platform)
        look(platform)
        assert len(commands_of(organization, device)) == 2
    new = renew_device(platform, device)
    connect(platform, new).close()
    a_day_passes(platform)
    look(platform)
    assert len(commands_of(organization, device)) == 2


def test_the_brokers_certificate_is_renewed_while_it_runs_and_no_session_is_cut(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "connected all the time")
    session = connect(platform, device)
    before = shown(platform)
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.broker_certificate SET not_after = now() + interval '100 days'"
        )
    look(platform, "certificates")
    wait_until(lambda: shown(platform) != before, "another certificate is shown")
    session.publish_all([[reading("temperature", datetime.now(UTC), 20.5)]])
    later = provision_device(organization, "connected later")
    connect(platform, later).close()
    session.close()


def test_who_is_revoked_or_expired_is_not_told(
    platform: RunningPlatform, organization: Organization
) -> None:
    revoked, expired = (provision_device(organization, name) for name in ("revoked", "expired"))
    lived(platform, revoked.serial, days=8, of=10)
    lived(platform, expired.serial, days=11, of=10)
    path = f"/devices/{revoked.id}/certificates/{revoked.serial}/revoke"
    assert organization.http.post(path).status_code == 204
    look(platform)
    assert commands_of(organization, revoked) == commands_of(organization, expired) == []
