"""When a device was connected, from where, and why that ended."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.make.devices import connect, provision_device
from tests.make.fleet import make_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until


def connections(organization: Organization, device_id: str, **query: Any) -> list[dict[str, Any]]:
    answer = organization.http.get(f"/devices/{device_id}/connections", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def events(platform: RunningPlatform, device_id: str) -> list[tuple[str, str]]:
    with psycopg.connect(admin_address(platform)) as admin:
        return admin.execute(
            "SELECT title, details ->> 'status' FROM platform.event "
            "WHERE device_id = %s AND type = 'DEVICE_STATUS' ORDER BY occurred_at",
            [device_id],
        ).fetchall()


def test_a_connection_is_told_from_its_beginning_to_its_end(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "gateway")
    session = connect(platform, device)
    wait_until(lambda: bool(connections(organization, device.id)), "the connection is told")
    [lasting] = connections(organization, device.id)
    assert {name: lasting[name] for name in ("disconnectedAt", "reason", "serial", "attempts")} == {
        "disconnectedAt": None,
        "reason": None,
        "serial": device.serial,
        "attempts": 1,
    }
    assert (lasting["address"], lasting["tlsVersion"]) == ("127.0.0.1", "TLSv1.3")
    session.close()
    wait_until(
        lambda: connections(organization, device.id)[0]["reason"] == "DISCONNECT", "it has ended"
    )
    [ended] = connections(organization, device.id)
    assert ended["disconnectedAt"] > ended["connectedAt"] == lasting["connectedAt"]
    assert events(platform, device.id) == [
        ("gateway connected", "ACTIVE"),
        ("gateway disconnected", "OFFLINE"),
    ]


def test_what_is_refused_is_told_of_the_device_whose_certificate_it_was(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "gateway")
    with pytest.raises(ConnectionError):
        connect(platform, device, client_id="gateway")
    session = connect(platform, device)
    revoke = f"/devices/{device.id}/certificates/{device.serial}/revoke"
    assert organization.http.post(revoke).status_code == 204
    assert session.disconnected.wait(10)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            connect(platform, device)
    expected = {
        ("CERTIFICATE_REVOKED", "ACCEPTED", 1),
        ("CERTIFICATE_REVOKED", "REFUSED", 2),
        ("CLIENT_ID_REFUSED", "REFUSED", 1),
    }

    def told() -> set[tuple[str, str, int]]:
        """Attempts of two minutes are two lines."""
        items = connections(organization, device.id)
        return {
            (
                item["reason"],
                item["outcome"],
                sum(
                    each["attempts"]
                    for each in items
                    if (each["reason"], each["outcome"]) == (item["reason"], item["outcome"])
                ),
            )
            for item in items
        }

    wait_until(lambda: told() == expected, "all of it is told")


def test_connections_come_in_pages_newest_first(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "old hand")
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "INSERT INTO platform.device_connection (org_id, id, device_id, broker_id, "
            "connected_at, disconnected_at, address, reason) "
            "SELECT org_id, gen_random_uuid(), id, gen_random_uuid(), '2026-11-01Z', "
            "timestamptz '2026-11-01Z' + n * interval '1 minute', n::text, 'DISCONNECT' "
            "FROM platform.device, generate_series(1, 7) n WHERE id = %s",
            [device],
        )
        admin.execute(
            "UPDATE platform.device_connection SET connected_at = disconnected_at "
            "WHERE device_id = %s AND address::integer > 3",
            [device],
        )
    path, found, query = f"/devices/{device}/connections", [], {"limit": "2"}
    while True:
        page = organization.http.get(path, params=query).json()
        found += [item["address"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
    assert found[:4] == ["7", "6", "5", "4"]
    assert sorted(found[4:]) == ["1", "2", "3"], "those of the same moment come once each"
    assert_problem(organization.http.get(path, params={"cursor": "nonsense"}), 400)
