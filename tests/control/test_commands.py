"""Commands are asked for, checked, written down with their message and their event, called off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest

from ingest.devices.command_queue import CommandOrder, queue_commands
from tests.make.fleet import make_device
from tests.make.messages import as_tenant, states_of_messages
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem

SET_INTERVAL = {
    "method": "SET_INTERVAL",
    "params": {
        "type": "object",
        "properties": {"seconds": {"type": "integer", "minimum": 1}},
        "required": ["seconds"],
        "additionalProperties": False,
    },
}


def tell(organization: Organization, device_id: str, method: str, **body: Any) -> httpx.Response:
    path = f"/devices/{device_id}/commands"
    return organization.http.post(path, json={"method": method, **body})


def events_of(
    platform: RunningPlatform, organization: Organization, device_id: str
) -> list[tuple[str, str]]:
    """What the journal says of its commands: who, and what they became."""
    with as_tenant(platform, organization.id) as connection:
        rows = connection.execute(
            "SELECT actor, details ->> 'status' FROM platform.event "
            "WHERE type = 'COMMAND' AND device_id = %s ORDER BY recorded_at, id",
            [device_id],
        )
        return [(actor, status) for actor, status in rows]


def bodies_of(
    platform: RunningPlatform, organization: Organization, device_id: str
) -> list[dict[str, Any]]:
    """Its messages, in their order."""
    with as_tenant(platform, organization.id) as connection:
        rows = connection.execute(
            "SELECT body FROM platform.device_message WHERE device_id = %s ORDER BY id", [device_id]
        )
        return [msgspec.json.decode(body) for (body,) in rows]


def test_a_command_waits_with_its_message_and_its_event(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "pump")
    answer = tell(organization, device, "REBOOT", params={"delay_seconds": 5})
    assert answer.status_code == 201, answer.text
    command = answer.json()
    assert answer.headers["location"].endswith(f"/devices/{device}/commands/{command['id']}")
    assert command | {"result": None, "error": None, "sentAt": None, "completedAt": None} == command
    assert (command["status"], command["timeoutSeconds"]) == ("PENDING", 60)
    assert (
        organization.http.get(answer.headers["location"].removeprefix("/api/v1")).json() == command
    )
    [body] = bodies_of(platform, organization, device)
    assert body == {
        "id": command["id"],
        "method": "REBOOT",
        "params": {"delay_seconds": 5},
        "timestamp": command["createdAt"],
    }
    assert events_of(platform, organization, device) == [(command["requestedBy"], "PENDING")]


@pytest.mark.parametrize(
    ("method", "params", "places"),
    [
        ("REBOOT", {"delay_seconds": -1}, ["$.params.delay_seconds"]),
        ("REBOOT", {"delay_seconds": "5"}, ["$.params.delay_seconds"]),
        ("REBOOT", {"after": 5}, ["$.params"]),
        ("BIND_CONFIG", {}, ["$.params", "$.params"]),
        ("UNBIND_CONFIG", {"name": ""}, ["$.params.name"]),
        ("UPDATE_CONFIG", {"version": "new"}, ["$.params.version"]),
        ("CERTIFICATE_RENEW", {"serial": 5}, ["$.params.serial"]),
        ("UPDATE_FIRMWARE", {"version": "1", "url": "x", "sizeBytes": 1}, ["$.params"]),
    ],
)
def test_the_platforms_own_methods_have_schemas(
    organization: Organization, method: str, params: dict[str, Any], places: list[str]
) -> None:
    device = make_device(organization, "pump")
    refused = tell(organization, device, method, params=params)
    assert_problem(refused, 422, code="COMMAND_PARAMS_INVALID")
    assert [error["path"] for error in refused.json()["errors"]] == places


def test_a_device_takes_what_its_profile_declares(organization: Organization) -> None:
    make_sensor_profile(organization)
    nothing = {"method": "BLINK"}
    profile = make_device_profile(organization, commands=[SET_INTERVAL, nothing])
    kind = {"name": profile["name"], "version": profile["version"]}
    device = make_device(organization, "pump", deviceProfile=kind)
    assert tell(organization, device, "SET_INTERVAL", params={"seconds": 3}).status_code == 201
    assert tell(organization, device, "BLINK").status_code == 201
    for method, params in [("SET_INTERVAL", {"seconds": 0}), ("BLINK", {"seconds": 3})]:
        refused = tell(organization, device, method, params=params)
        assert_problem(refused, 422, code="COMMAND_PARAMS_INVALID")
    assert_problem(tell(organization, device, "SELF_DESTRUCT"), 422, code="UNKNOWN_METHOD")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"params": {"name": "x" * 70_000}}, 422, "COMMAND_PARAMS_INVALID"),
        ({"params": {"name": "a\0b"}}, 400, "MALFORMED"),
        ({"params": []}, 400, "MALFORMED"),
        ({"method": "unbind config"}, 400, "MALFORMED"),
        ({"timeoutSeconds": 0}, 400, "MALFORMED"),
        ({"timeoutSeconds": 604_801}, 400, "MALFORMED"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422, "UNPROCESSABLE"),
        ({"expiresAt": "2100-01-01T00:00:00Z"}, 422, "UNPROCESSABLE"),
        ({"wait": 5}, 400, "MALFORMED"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    organization: Organization, body: dict[str, Any], status: int, code: str
) -> None:
    device = make_device(organization, "pump")
    whole = {"method": "UNBIND_CONFIG", "params": {"name": "sampling"}, **body}
    answer = organization.http.post(f"/devices/{device}/commands", json=whole)
    assert_problem(answer, status, code=code)
    assert organization.http.get(f"/devices/{device}/commands").json()["items"] == []


def test_the_same_key_asks_once(platform: RunningPlatform, organization: Organization) -> None:
    device = make_device(organization, "pump")
    path, headers = f"/devices/{device}/commands", {"Idempotency-Key": "once"}
    body = {"method": "REBOOT"}
    first, second = (
        organization.http.post(path, json=body, headers=headers).json() for _ in range(2)
    )
    assert first == second
    assert len(bodies_of(platform, organization, device)) == 1


def test_what_is_called_off_is_not_sent_and_can_not_be_called_off_again(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "pump")
    command = tell(organization, device, "REBOOT").json()
    path = f"/devices/{device}/commands/{command['id']}"
    canceled = organization.http.post(f"{path}/cancel").json()
    assert (canceled["status"], canceled["error"]) == ("FAILED", "canceled")
    assert canceled["completedAt"] is not None
    assert states_of_messages(platform, organization.id, device) == ["EXPIRED"]
    assert [status for _, status in events_of(platform, organization, device)] == [
        "PENDING",
        "FAILED",
    ]
    assert_problem(organization.http.post(f"{path}/cancel"), 409, code="COMMAND_ENDED")


def test_another_devices_command_is_not_found_below_a_device(organization: Organization) -> None:
    pump, fan = (make_device(organization, name) for name in ("pump", "fan"))
    command = tell(organization, pump, "REBOOT").json()["id"]
    for method, path in [("GET", command), ("POST", f"{command}/cancel")]:
        answer = organization.http.request(method, f"/devices/{fan}/commands/{path}")
        assert_problem(answer, 404, code="NOT_FOUND")


def test_commands_are_listed_by_status_and_method(organization: Organization) -> None:
    device = make_device(organization, "pump")
    reboot, update = (
        tell(organization, device, method).json()["id"] for method in ("REBOOT", "UPDATE_CONFIG")
    )
    organization.http.post(f"/devices/{device}/commands/{reboot}/cancel")

    def found(**query: str) -> list[str]:
        answer = organization.http.get(f"/devices/{device}/commands", params=query)
        return [item["id"] for item in answer.json()["items"]]

    assert found() == [update, reboot]
    assert found(status="FAILED,SUCCESS") == [reboot]
    assert found(status="PENDING", method="UPDATE_CONFIG") == [update]
    assert found(method="BIND_CONFIG") == []
    first = organization.http.get(f"/devices/{device}/commands", params={"limit": 1}).json()
    assert found(limit="1", cursor=first["nextCursor"]) == [reboot]


def test_what_is_open_ends_with_its_device(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "pump")
    tell(organization, device, "REBOOT")
    assert organization.http.delete(f"/devices/{device}").status_code == 204
    with as_tenant(platform, organization.id) as connection:
        [found] = connection.execute(
            "SELECT status, error FROM platform.command WHERE device_id = %s", [device]
        ).fetchall()
    assert found == ("FAILED", "the device was deleted")
    assert_problem(tell(organization, device, "REBOOT"), 404, code="NOT_FOUND")


async def test_a_worker_queues_in_its_own_transaction_and_at_most_so_many(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = UUID(make_device(organization, "pump"))
    gone = UUID(make_device(organization, "gone"))
    organization.http.delete(f"/devices/{gone}")
    orders = [
        CommandOrder(org_id=UUID(organization.id), device_id=id_, method="REBOOT", params={})
        for id_ in (device, gone, device, device)
    ]
    async with (
        asyncpg.create_pool(
            platform.secret_urls()["ingest_database_url"], min_size=1, max_size=1
        ) as pool,
        pool.acquire() as connection,
        connection.transaction(),
    ):
        rows = await queue_commands(connection, orders, open_max=2)
    assert [row.error for row in rows] == [
        None,
        "the device was deleted",
        None,
        "1,000 commands wait for this device already",
    ]
    waiting = [body["id"] for body in bodies_of(platform, organization, str(device))]
    assert waiting == [str(rows[0].id), str(rows[2].id)]
    found = events_of(platform, organization, str(device))
    assert sorted(found) == [
        ("platform", "FAILED"),
        ("platform", "PENDING"),
        ("platform", "PENDING"),
    ]


async def test_a_command_follows_one_that_a_clock_ahead_has_made(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "pump")
    ahead = UUID(
        int=UUID(tell(organization, device, "REBOOT").json()["id"]).int + (3_600_000 << 80)
    )
    with as_tenant(platform, organization.id) as connection:
        connection.execute(
            "INSERT INTO platform.command (id, device_id, method, params, timeout_seconds, "
            "expires_at, due_at, requested_by) VALUES (%s, %s, 'REBOOT', '{}', 60, %s, %s, 'x')",
            [ahead, device, *[datetime.now(UTC) + timedelta(days=1)] * 2],
        )
    assert tell(organization, device, "REBOOT").json()["id"] == str(UUID(int=ahead.int + 1))


def test_of_many_at_once_none_is_lost_and_their_ids_are_in_the_order_of_commits(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "pump")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: tell(organization, device, "REBOOT"), range(40)))
    assert {answer.status_code for answer in answers} == {201}
    with as_tenant(platform, organization.id) as connection:
        rows = connection.execute(
            "SELECT id, created_at FROM platform.command WHERE device_id = %s ORDER BY id", [device]
        ).fetchall()
    assert [at for _, at in rows] == sorted(at for _, at in rows)
    assert len(rows) == 40
