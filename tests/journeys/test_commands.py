"""Commands from a script to a device and back, with clients that nobody here wrote."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.make.apis import SecondApi, second_api
from tests.make.commands import Listener, listening, succeed, tell
from tests.make.debian import program
from tests.make.devices import Device, provision_device
from tests.make.live import eventually, streaming
from tests.make.messages import as_tenant
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


def test_one_call_asks_and_gets_the_result(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    with listening(platform, device) as pump:
        answer = tell(organization, device.id, "REBOOT", params={"delay_seconds": 5}, wait=30)
    assert answer.status_code == 201, answer.text
    command = answer.json()
    assert (command["status"], command["result"]) == ("SUCCESS", {"did": "REBOOT"})
    assert command["createdAt"] <= command["sentAt"] <= command["acknowledgedAt"]
    assert command["acknowledgedAt"] <= command["completedAt"]
    assert [told["params"] for told in pump.told] == [{"delay_seconds": 5}]
    assert (
        organization.http.get(answer.headers["location"].removeprefix("/api/v1")).json() == command
    )


def test_who_waits_for_a_device_that_is_away_gets_the_command_as_it_is(
    organization: Organization,
) -> None:
    device = provision_device(organization, "pump")
    began = time.monotonic()
    command = tell(organization, device.id, "REBOOT", wait=1).json()
    assert time.monotonic() - began >= 1
    assert command["status"] == "PENDING"
    path = f"/devices/{device.id}/commands/{command['id']}"
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(organization.http.get, path, params={"wait": 30}, timeout=60)
        assert organization.http.post(f"{path}/cancel").json()["status"] == "FAILED"
        assert waiting.result().json()["error"] == "canceled"
    for wait in (31, -1):
        assert_problem(organization.http.get(path, params={"wait": wait}), 400, code="MALFORMED")


def test_what_was_asked_for_while_a_device_was_away_comes_in_its_order(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    names = [f"step {number}" for number in range(40)]
    for name in names:
        told = tell(organization, device.id, "UNBIND_CONFIG", params={"name": name})
        assert told.status_code == 201
    canceled = organization.http.get(f"/devices/{device.id}/commands").json()["items"][0]["id"]
    organization.http.post(f"/devices/{device.id}/commands/{canceled}/cancel")
    with listening(platform, device) as pump:
        done = {"status": "SUCCESS", "limit": 500}

        def all_done() -> bool:
            found = organization.http.get(f"/devices/{device.id}/commands", params=done)
            return len(found.json()["items"]) == 39

        eventually(all_done, "39 results")
    assert [told["params"]["name"] for told in pump.told] == names[:-1]


def test_what_a_lost_connection_swallowed_is_sent_again_and_recorded_once(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    with listening(platform, device, lambda _: []) as pump:
        pump.session.client.manual_ack_set(True)
        command = tell(organization, device.id, "REBOOT").json()
        eventually(lambda: pump.ids == [command["id"]], "the command")
        path = f"/devices/{device.id}/commands/{command['id']}"
        eventually(lambda: organization.http.get(path).json()["status"] == "SENT", "SENT")
    with listening(platform, device, lambda told: [*succeed(told), *succeed(told)]) as pump:
        ended = organization.http.get(path, params={"wait": 30}, timeout=60).json()
        assert ended["status"] == "SUCCESS"
        pump.answer(command["id"], status="FAILED", error="too late")
        assert pump.ids == [command["id"]]
    assert organization.http.get(path).json() == ended


def test_a_broker_that_is_killed_loses_no_command_and_doubles_no_result(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    path, count = f"/devices/{device.id}/commands", 40
    with listening(platform, device) as pump:
        for number in range(count):
            tell(organization, device.id, "UNBIND_CONFIG", params={"name": f"step {number}"})
            if number == count // 2:
                platform.program("broker").kill()
        before = set(pump.ids)
    with contextlib.ExitStack() as stack:
        back: list[Listener] = []

        def is_back() -> bool:
            try:
                back.append(stack.enter_context(listening(platform, device)))
            except OSError:
                return False
            return True

        eventually(is_back, "the broker")
        for id_ in before:  # as firmware does whose answers had no PUBACK
            back[0].answer(id_, status="SUCCESS", result={"did": "UNBIND_CONFIG"})

        def results() -> int:
            done = {"status": "SUCCESS", "limit": 500}
            return len(organization.http.get(path, params=done).json()["items"])

        eventually(lambda: results() == count, f"{count} results")
    assert before
    with as_tenant(platform, organization.id) as connection:
        rows = connection.execute(
            "SELECT details ->> 'commandId' FROM platform.event "
            "WHERE device_id = %s AND details ->> 'status' = 'SUCCESS'",
            [device.id],
        ).fetchall()
    assert len(rows) == len(set(rows)) == count


def test_what_is_not_answered_in_time_is_a_timeout_and_what_comes_later_changes_nothing(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    with listening(platform, device, lambda _: [{"status": "ACKNOWLEDGED"}]) as pump:
        ended = tell(organization, device.id, "REBOOT", timeoutSeconds=1, wait=30).json()
        assert (ended["status"], ended["error"]) == ("TIMEOUT", "not answered within 1 s")
        pump.answer(ended["id"], status="SUCCESS")
    path = f"/devices/{device.id}/commands/{ended['id']}"
    assert organization.http.get(path).json() == ended


def test_answers_that_are_none_are_kept_aside_and_cost_no_connection(
    platform: RunningPlatform, organization: Organization
) -> None:
    device, other = (provision_device(organization, name) for name in ("pump", "fan"))
    theirs = tell(organization, other.id, "REBOOT").json()["id"]
    with listening(platform, device) as pump:
        pump.answer(theirs, status="SUCCESS")
        pump.answer("no id", status="SUCCESS")
        assert tell(organization, device.id, "REBOOT", wait=30).json()["status"] == "SUCCESS"
        assert not pump.session.disconnected.is_set()
    items = organization.http.get("/admin/quarantine").json()["items"]
    assert {item["reason"] for item in items} == {"UNKNOWN_COMMAND", "MALFORMED"}
    path = f"/devices/{other.id}/commands/{theirs}"
    assert organization.http.get(path).json()["status"] == "PENDING"


def test_a_stream_tells_of_each_step_and_what_ended_meanwhile(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    path = f"/devices/{device.id}/commands/stream"
    first = tell(organization, device.id, "UPDATE_CONFIG").json()["id"]

    def statuses(stream: Any, command_id: str) -> list[str]:
        events = stream.of("command")
        return [one.data["status"] for one in events if one.data["id"] == command_id]

    with streaming(organization, path) as stream:
        stream.until(lambda: statuses(stream, first) == ["PENDING"], "what is open")
        with listening(platform, device, lambda _: []) as pump:
            stream.until(lambda: "SENT" in statuses(stream, first), "SENT")
            pump.answer(first, status="ACKNOWLEDGED")
            stream.until(lambda: statuses(stream, first)[-1] == "ACKNOWLEDGED", "ACKNOWLEDGED")
        last_id = stream.told[-1].id
    with listening(platform, device) as pump:
        pump.answer(first, status="SUCCESS", result=1)
        second = tell(organization, device.id, "REBOOT", wait=30).json()["id"]
    with streaming(organization, path, last_id=last_id) as stream:
        stream.until(lambda: statuses(stream, second) == ["SUCCESS"], "what ended meanwhile")
        assert statuses(stream, first) == ["SUCCESS"]


@pytest.fixture
def another(platform: RunningPlatform) -> Any:
    with second_api(platform) as api:
        yield api


def test_any_process_tells_what_another_was_asked_and_a_gap_loses_nothing(
    platform: RunningPlatform, organization: Organization, another: SecondApi
) -> None:
    device = provision_device(organization, "pump")
    http = httpx.Client(
        base_url=another.base_url, headers=organization.http.headers, timeout=60, trust_env=False
    )
    with http, listening(platform, device, lambda _: []) as pump:
        command = tell(organization, device.id, "REBOOT").json()["id"]
        path = f"/devices/{device.id}/commands/{command}"
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(http.get, path, params={"wait": 30})
            eventually(lambda: pump.ids == [command], "the command")
            pump.answer(command, status="SUCCESS", result="there")
            assert waiting.result().json()["result"] == "there"


def test_who_leaves_has_asked_all_the_same_and_waits_hold_no_connection_to_the_database(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    path = f"/devices/{device.id}/commands"
    with (
        httpx.Client(
            base_url=organization.http.base_url,
            headers=organization.http.headers,
            timeout=0.5,
            trust_env=False,
        ) as impatient,
        pytest.raises(httpx.ReadTimeout),
    ):
        impatient.post(path, params={"wait": 30}, json={"method": "REBOOT"})
    [command] = organization.http.get(path).json()["items"]
    with ThreadPoolExecutor(60) as threads:
        ready = threading.Barrier(61)

        def wait() -> str:
            with platform.client(organization.key) as http:
                ready.wait(60)
                answer = http.get(f"{path}/{command['id']}", params={"wait": 30}, timeout=60)
                return str(answer.json()["status"])

        waiting = [threads.submit(wait) for _ in range(60)]
        ready.wait(60)
        for _ in range(20):  # more than there are connections
            assert organization.http.get(path).status_code == 200
        with listening(platform, device):
            assert {each.result() for each in waiting} == {"SUCCESS"}


def test_whose_session_or_key_ends_is_told_so_and_not_the_command(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "pump")
    command = tell(organization, device.id, "REBOOT").json()["id"]
    path = f"/devices/{device.id}/commands/{command}"
    key = organization.http.post("/api-keys", json={"name": "script"}).json()
    with platform.client(key["key"]) as http, ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(http.get, path, params={"wait": 30}, timeout=60)
        with pytest.raises(TimeoutError):
            waiting.result(1)
        assert organization.http.delete(f"/api-keys/{key['id']}").status_code == 204
        assert_problem(waiting.result(), 401, code="UNAUTHENTICATED")
    with platform.client(organization.access_token) as person:
        assert person.delete("/auth/sessions").status_code == 204
        answer = person.get(path, params={"wait": 30}, timeout=60)
        assert_problem(answer, 401, code="UNAUTHENTICATED")


def _mosquitto(name: str, platform: RunningPlatform, device: Device, *more: str) -> list[str]:
    return [
        program(name, "mosquitto-clients"),
        *("-h", "localhost", "-p", str(platform.mqtt_port), "-i", device.id, "-q", "1"),
        *("--cafile", str(device.ca_file), "--cert", str(device.certificate_file)),
        *("--key", str(device.key_file), *more),
    ]


def test_a_shell_script_takes_a_command_with_mosquitto_sub_and_answers_with_mosquitto_pub(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "shell script")
    topics = device.provisioned["mqtt"]["topics"]
    command = tell(organization, device.id, "REBOOT").json()
    heard = subprocess.run(
        _mosquitto("mosquitto_sub", platform, device, "-C", "1", "-t", topics["commands"]),
        capture_output=True,
        timeout=60,
        check=True,
    )
    told = json.loads(heard.stdout)
    assert (told["id"], told["method"]) == (command["id"], "REBOOT")
    answer = json.dumps({"id": told["id"], "status": "SUCCESS", "result": "rebooting"})
    arguments = ("-t", topics["commandResponse"], "-m", answer)
    subprocess.run(
        _mosquitto("mosquitto_pub", platform, device, *arguments), timeout=60, check=True
    )
    path = f"/devices/{device.id}/commands/{command['id']}"
    ended = organization.http.get(path, params={"wait": 30}, timeout=60).json()
    assert (ended["status"], ended["result"]) == ("SUCCESS", "rebooting")
