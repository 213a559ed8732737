"""What operators look at: all roll-outs, the devices of one, all runs of commands, all drift."""

from __future__ import annotations

from typing import Any

import pytest

from tests.make.configuration import put_binding, sampling
from tests.make.fleet import make_device, make_group
from tests.make.platform import Organization
from tests.make.profiles import CLIMATE, SETTABLE, make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem

PHASES = [{"count": 2, "onSuccess": "PAUSE"}, {"percent": 100}]


@pytest.fixture
def rollout(organization: Organization) -> dict[str, Any]:
    """Of a version to a group of five devices that were never heard of; it begins in a year."""
    profile = make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])
    make_device_profile(organization)
    for number in range(5):
        body = {"deviceProfile": {"name": "station", "version": "1.0"}, "tags": ["fleet"]}
        make_device(organization, f"d{number}", **body)
    group = make_group(organization, "the fleet", "fleet")["id"]
    target = {"type": "DEVICE_GROUP", "id": group}
    artefact = sampling(organization, profile, 60)
    binding = put_binding(organization, target, artefact, held=True)["id"]
    path = f"/desired-state-bindings/{binding}/rollouts"
    body = {"phases": PHASES, "startAt": "2099-01-01T00:00:00Z"}
    answer = organization.http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "target": target, "path": f"{path}/{answer.json()['id']}"}


def test_all_rollouts_are_listed_by_their_state_and_to_nobody_else(
    organization: Organization, neighbour: Organization, rollout: dict[str, Any]
) -> None:
    [item] = organization.http.get("/rollouts", params={"state": "SCHEDULED,PAUSED"}).json()[
        "items"
    ]
    assert item["id"] == rollout["id"]
    assert (item["name"], item["version"], item["target"]) == ("sampling", 1, rollout["target"])
    assert (item["phase"], item["phaseCount"], item["state"]) == (0, 2, "SCHEDULED")
    assert organization.http.get("/rollouts", params={"state": "RUNNING"}).json()["items"] == []
    assert_problem(organization.http.get("/rollouts", params={"state": "GONE"}), 400)
    assert neighbour.http.get("/rollouts").json()["items"] == []


def test_the_devices_of_a_rollout_are_told_page_by_page_with_the_phase_of_each(
    organization: Organization, neighbour: Organization, rollout: dict[str, Any]
) -> None:
    path = f"{rollout['path']}/devices"
    found, query = [], {"limit": 2}
    for _ in range(3):
        page = organization.http.get(path, params=query).json()
        found += page["items"]
        query = {"limit": 2, "cursor": page["nextCursor"]}
    assert page["nextCursor"] is None
    assert sorted(each["name"] for each in found) == ["d0", "d1", "d2", "d3", "d4"]
    assert [each["phase"] for each in found] == [0, 0, 1, 1, 1]
    counts = organization.http.get(rollout["path"]).json()["phases"]
    standings = {each["standing"] for each in found}
    assert standings <= {"WAITING", "UNREACHABLE"}
    assert sum(phase["waiting"] + phase["unreachable"] for phase in counts) == 5
    failed = organization.http.get(path, params={"standing": "FAILED"}).json()
    assert (failed["items"], failed["nextCursor"]) == ([], None)
    for cursor in ("x", "WyIwMCJd", "WyJ6eiJd"):
        assert_problem(organization.http.get(path, params={"cursor": cursor}), 400)
    assert_problem(neighbour.http.get(path), 404)


def test_all_runs_of_commands_are_listed_and_to_nobody_else(
    organization: Organization, neighbour: Organization
) -> None:
    make_device(organization, "d1", tags=["one", "two"])
    for tag in ("one", "two"):
        group = make_group(organization, f"group {tag}", tag)["id"]
        path = f"/device-groups/{group}/commands"
        assert organization.http.post(path, json={"method": "REBOOT"}).status_code == 201
    items = organization.http.get("/command-runs").json()["items"]
    assert [each["total"] for each in items] == [1, 1]
    assert len({each["groupId"] for each in items}) == 2
    assert neighbour.http.get("/command-runs").json()["items"] == []


def test_drift_is_told_by_configuration_with_the_names_of_devices(
    organization: Organization,
) -> None:
    profile = make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])
    device = make_device(organization, "cold-room-1")
    part = {"key": "probe", "sensorProfileId": profile["id"]}
    organization.http.post(f"/devices/{device}/components", json=part)
    artefact = sampling(organization, profile, 60)
    put_binding(organization, {"type": "DEVICE", "id": device}, artefact)
    drift = "/desired-state-bindings/drift"
    [item] = organization.http.get(drift, params={"name": "sampling"}).json()["items"]
    assert (item["deviceName"], item["desiredVersion"]) == ("cold-room-1", 1)
    assert organization.http.get(drift, params={"name": "other"}).json()["items"] == []
