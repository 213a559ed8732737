"""One command for all devices of a group: a result each, at a rate, whoever is killed meanwhile."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.make.commands import listening
from tests.make.devices import provision_device
from tests.make.fleet import make_device, make_group
from tests.make.live import eventually
from tests.make.messages import as_tenant
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem

COUNTS = ("pending", "sent", "acknowledged", "success", "failed", "timeout")


def start(organization: Organization, group_id: str, method: str, **body: Any) -> httpx.Response:
    path = f"/device-groups/{group_id}/commands"
    return organization.http.post(path, json={"method": method, **body})


def counts(run: dict[str, Any]) -> dict[str, int]:
    """Those that aren't nought. They add up."""
    found = {name: run[name] for name in COUNTS if run[name]}
    assert sum(found.values()) == run["total"]
    return found


def until_counts(organization: Organization, path: str, **expected: int) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def holds() -> bool:
        found.update(organization.http.get(path, params={"limit": 500}).json())
        return counts(found) == expected

    eventually(holds, f"{expected}")
    return found


def ids_of(run: dict[str, Any]) -> list[str]:
    return sorted(item["deviceId"] for item in run["items"])


@pytest.fixture
def fleet(organization: Organization) -> list[str]:
    return sorted(make_device(organization, f"device {n}", tags=["fleet"]) for n in range(12))


def test_every_device_of_the_group_gets_a_command_of_its_own_and_a_result(
    platform: RunningPlatform, organization: Organization
) -> None:
    devices = [provision_device(organization, f"device {n}") for n in range(3)]
    for device in devices:
        organization.http.patch(f"/devices/{device.id}", json={"tags": ["fleet"]})
    group = make_group(organization, "fleet", "fleet")["id"]
    with listening(platform, devices[0]), listening(platform, devices[1]):
        answer = start(organization, group, "REBOOT", params={"delay_seconds": 1})
        assert answer.status_code == 201, answer.text
        assert counts(answer.json()) == {"pending": 3}
        location = answer.headers["location"].removeprefix("/api/v1")
        run = until_counts(organization, location, success=2, pending=1)
    assert ids_of(run) == sorted(device.id for device in devices)
    only = organization.http.get(location, params={"status": "PENDING"}).json()["items"]
    assert [item["deviceId"] for item in only] == [devices[2].id]
    listed = organization.http.get(f"/device-groups/{group}/commands").json()["items"]
    assert [counts(item) for item in listed] == [{"success": 2, "pending": 1}]
    canceled = organization.http.post(f"{location}/cancel").json()
    assert counts(canceled) == {"success": 2, "failed": 1}
    assert organization.http.post(f"{location}/cancel").json() == canceled


def test_who_comes_later_gets_none_and_who_has_gone_has_failed(
    organization: Organization, fleet: list[str]
) -> None:
    group = make_group(organization, "fleet", "fleet")["id"]
    run = start(organization, group, "REBOOT", ratePerSecond=4).json()
    make_device(organization, "late", tags=["fleet"])
    gone = fleet[-1]  # the last to have its turn, which is three seconds from now
    assert organization.http.delete(f"/devices/{gone}").status_code == 204
    path = f"/device-groups/{group}/commands/{run['id']}"
    ended = until_counts(organization, path, pending=11, failed=1)
    assert ids_of(ended) == fleet
    [failed] = [item for item in ended["items"] if item["status"] == "FAILED"]
    assert (failed["deviceId"], failed["error"]) == (gone, "the device was deleted")


def test_a_run_that_is_called_off_tells_no_further_device(
    platform: RunningPlatform, organization: Organization, fleet: list[str]
) -> None:
    group = make_group(organization, "fleet", "fleet")["id"]
    run = start(organization, group, "REBOOT", ratePerSecond=1).json()
    path = f"/device-groups/{group}/commands/{run['id']}"
    eventually(lambda: organization.http.get(path).json()["items"] != [], "the first command")
    canceled = organization.http.post(f"{path}/cancel").json()
    assert counts(canceled) == {"failed": 12}
    assert canceled["canceledAt"] is not None

    def is_over() -> bool:
        jobs = organization.http.get("/admin/jobs").json()["items"]
        return [job["state"] for job in jobs if job["kind"] == "command-run"] == ["SUCCEEDED"]

    eventually(is_over, "the job's end")
    with as_tenant(platform, organization.id) as connection:
        [(waiting,)] = connection.execute(
            "SELECT count(*) FROM platform.device_message WHERE ended_at IS NULL"
        ).fetchall()
    assert waiting == 0


def test_a_device_whose_profile_does_not_take_it_has_failed_and_others_get_it(
    organization: Organization, fleet: list[str]
) -> None:
    make_sensor_profile(organization)
    profile = make_device_profile(organization, commands=[{"method": "BLINK"}])
    kind = {"name": profile["name"], "version": profile["version"]}
    blinking = make_device(organization, "blinking", tags=["fleet"], deviceProfile=kind)
    group = make_group(organization, "fleet", "fleet")["id"]
    refused = start(organization, group, "BLINK", params={"often": True})
    assert_problem(refused, 422, code="COMMAND_PARAMS_INVALID")
    assert_problem(start(organization, group, "FLY"), 422, code="UNKNOWN_METHOD")
    run = start(organization, group, "BLINK", ratePerSecond=1000).json()
    path = f"/device-groups/{group}/commands/{run['id']}"
    ended = until_counts(organization, path, pending=1, failed=12)
    assert [each["deviceId"] for each in ended["items"] if each["error"] is None] == [blinking]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"ratePerSecond": 0}, 400, "MALFORMED"),
        ({"ratePerSecond": 1001}, 400, "MALFORMED"),
        ({"params": {"delay_seconds": "soon"}}, 422, "COMMAND_PARAMS_INVALID"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422, "UNPROCESSABLE"),
    ],
)
def test_what_no_device_takes_is_refused(
    organization: Organization, body: dict[str, Any], status: int, code: str
) -> None:
    make_device(organization, "device", tags=["fleet"])
    group = make_group(organization, "fleet", "fleet")["id"]
    assert_problem(start(organization, group, "REBOOT", **body), status, code=code)
    assert organization.http.get(f"/device-groups/{group}/commands").json()["items"] == []


def test_a_group_without_devices_has_a_run_that_is_over(organization: Organization) -> None:
    group = make_group(organization, "nobody", "nobody")["id"]
    run = start(organization, group, "REBOOT").json()
    assert (run["total"], counts(run)) == (0, {})


def test_a_worker_that_is_killed_in_a_run_is_followed_by_one_that_tells_each_device_once(
    platform: RunningPlatform, organization: Organization, fleet: list[str]
) -> None:
    group = make_group(organization, "fleet", "fleet")["id"]
    run = start(organization, group, "REBOOT", ratePerSecond=3).json()
    path = f"/device-groups/{group}/commands/{run['id']}"
    eventually(lambda: len(organization.http.get(path).json()["items"]) > 2, "some commands")
    worker = platform.program("worker")
    worker.kill()
    worker.wait(30)
    eventually(lambda: len(organization.http.get(path).json()["items"]) == 12, "the others")
    ended = organization.http.get(path).json()
    assert (ids_of(ended), counts(ended)) == (fleet, {"pending": 12})
