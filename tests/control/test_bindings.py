"""/desired-state-bindings and what follows from them for a device: the most specific one holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.make.configuration import effective, make_artefact, put_binding, sampling
from tests.make.devices import WAIT_SECONDS
from tests.make.fleet import make_component, make_device, make_group
from tests.make.platform import Organization
from tests.make.profiles import CLIMATE, SETTABLE, make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem


@pytest.fixture
def profile(organization: Organization) -> dict[str, Any]:
    return make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])


@pytest.fixture
def station(organization: Organization, profile: dict[str, Any]) -> dict[str, Any]:
    return make_device_profile(organization, fields=SETTABLE)


@pytest.fixture
def device(organization: Organization, station: dict[str, Any]) -> str:
    """With a component `probe`, in no group."""
    body = {"deviceProfile": {"name": "station", "version": "1.0"}, "tags": ["alone"]}
    return make_device(organization, "a station", **body)


def entries(organization: Organization, device: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = effective(organization, device)["entries"]
    return found


def until(ask: Callable[[], Any], expected: object) -> None:
    """A worker does it."""
    deadline, found = time.monotonic() + WAIT_SECONDS, ask()
    while found != expected:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
        found = ask()


def test_the_most_specific_binding_holds_and_it_is_told_why(
    organization: Organization, profile: dict[str, Any], station: dict[str, Any], device: str
) -> None:
    group = make_group(organization, "lonely ones", "alone")
    [component] = organization.http.get(f"/devices/{device}/components").json()["items"]
    targets = [
        ({"type": "SENSOR_PROFILE", "name": "climate"}, "bound to the sensor profile climate"),
        (
            {"type": "DEVICE_PROFILE", "id": station["id"]},
            "bound to the device profile station 1.0",
        ),
        ({"type": "DEVICE_GROUP", "id": group["id"]}, "bound to the device group lonely ones"),
        ({"type": "DEVICE", "id": device}, "bound to this device"),
        ({"type": "COMPONENT", "id": component["id"]}, "bound to this component"),
    ]
    bindings: list[str] = []
    for number, (target, because) in enumerate(targets, 1):
        put = put_binding(organization, target, sampling(organization, profile, number))
        assert put["target"] == target
        assert (put["name"], put["version"], put["reported"]) == ("sampling", number, None)
        until(lambda: [each["version"] for each in entries(organization, device)], [number])
        [entry] = entries(organization, device)
        assert (entry["target"], entry["because"]) == ("probe", because)
        assert (entry["content"], entry["overrides"]) == ({"interval": number}, bindings[::-1])
        bindings.append(put["id"])
    versions = [effective(organization, device)["version"]]
    for number in (4, 3, 2, 1, 0):
        answer = organization.http.delete(f"/desired-state-bindings/{bindings.pop()}")
        assert answer.status_code == 204
        until(
            lambda: [each["version"] for each in entries(organization, device)],
            [number] if number else [],
        )
        until(lambda: effective(organization, device)["version"], versions[-1] + 1)
        versions.append(versions[-1] + 1)


def test_of_two_alike_the_newer_holds(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    organization.http.patch(f"/devices/{device}", json={"tags": ["a", "b"]})
    groups = [make_group(organization, f"group {tag}", tag)["id"] for tag in ("a", "b")]
    for number, group in enumerate([*groups, groups[0]], 1):
        target = {"type": "DEVICE_GROUP", "id": group}
        put_binding(organization, target, sampling(organization, profile, number))
        until(lambda: [each["version"] for each in entries(organization, device)], [number])


def test_who_joins_a_group_has_what_is_bound_to_it_in_the_same_moment(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    group = make_group(organization, "cold", "cold")
    target = {"type": "DEVICE_GROUP", "id": group["id"]}
    binding = put_binding(organization, target, sampling(organization, profile, 60))
    assert entries(organization, device) == []
    organization.http.patch(f"/devices/{device}", json={"tags": ["cold"]})
    assert [each["bindingId"] for each in entries(organization, device)] == [binding["id"]]
    assert effective(organization, device)["version"] == 1
    organization.http.patch(f"/devices/{device}", json={"tags": ["cold", "more"]})
    assert effective(organization, device)["version"] == 1
    part = {"key": "second", "sensorProfileId": profile["id"]}
    organization.http.post(f"/devices/{device}/components", json=part)
    assert [each["target"] for each in entries(organization, device)] == ["probe", "second"]
    assert effective(organization, device)["version"] == 2
    body = {"deviceProfile": {"name": "station", "version": "1.0"}, "tags": ["cold"]}
    other = make_device(organization, "born into it", **body)
    assert [each["target"] for each in entries(organization, other)] == ["probe"]
    organization.http.patch(f"/devices/{device}", json={"tags": []})
    assert entries(organization, device) == []
    assert effective(organization, device)["version"] == 3


def test_a_group_that_changes_or_goes_takes_its_configuration_along(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    group = make_group(organization, "cold", "cold")
    target = {"type": "DEVICE_GROUP", "id": group["id"]}
    binding = put_binding(organization, target, sampling(organization, profile, 60))["id"]
    organization.http.patch(f"/device-groups/{group['id']}", json={"tags": ["alone"]})
    until(lambda: effective(organization, device)["version"], 1)
    until(
        lambda: organization.http.get(f"/desired-state-bindings/{binding}").json()["counts"],
        {"total": 1, "accepted": 0, "inProgress": 0, "rejected": 0, "failed": 0, "silent": 1},
    )
    assert organization.http.delete(f"/device-groups/{group['id']}").status_code == 204
    assert organization.http.get(f"/desired-state-bindings/{binding}").status_code == 404
    until(lambda: effective(organization, device)["version"], 2)
    assert entries(organization, device) == []


def test_a_configuration_is_for_the_major_version_that_it_was_checked_against(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    more = [*CLIMATE, *SETTABLE, {"key": "co2", "type": "DOUBLE"}]
    minor = make_sensor_profile(organization, version="1.1", fields=more)
    major = make_sensor_profile(organization, version="2.0", fields=SETTABLE)
    for version in (minor, major):
        answer = organization.http.put(
            "/desired-state-bindings",
            json={
                "target": {"type": "DEVICE", "id": device},
                "artefactId": sampling(organization, version, 60),
            },
        )
        assert_problem(answer, 422, code="CONFIG_NOT_FITTING")
    target = {"type": "SENSOR_PROFILE", "name": "climate"}
    put_binding(organization, target, sampling(organization, profile, 61))
    until(lambda: [each["target"] for each in entries(organization, device)], ["probe"])
    [component] = organization.http.get(f"/devices/{device}/components").json()["items"]
    path = f"/components/{component['id']}"
    organization.http.patch(path, json={"sensorProfileId": minor["id"]})
    assert [each["target"] for each in entries(organization, device)] == ["probe"]
    organization.http.patch(path, json={"sensorProfileId": major["id"]})
    assert entries(organization, device) == []


def test_what_is_not_for_one_another_is_not_bound(
    organization: Organization,
    neighbour: Organization,
    profile: dict[str, Any],
    station: dict[str, Any],
    device: str,
) -> None:
    plain = make_device(organization, "plain")
    part = make_component(organization, plain, "nothing")["id"]
    of_parts = sampling(organization, profile, 60)
    of_devices = make_artefact(organization, "mode", {"mode": "ECO"}, station["id"], kind="device")[
        "id"
    ]
    theirs = make_device(neighbour, "theirs")
    nobody = profile["id"]
    for target, artefact, status in (
        ({"type": "DEVICE", "id": plain}, of_parts, 422),
        ({"type": "DEVICE", "id": plain}, of_devices, 422),
        ({"type": "COMPONENT", "id": part}, of_parts, 422),
        ({"type": "COMPONENT", "id": part}, of_devices, 422),
        ({"type": "SENSOR_PROFILE", "name": "climate"}, of_devices, 422),
        ({"type": "ORGANIZATION", "id": organization.id}, of_devices, 422),
        ({"type": "DEVICE"}, of_devices, 422),
        ({"type": "DEVICE", "id": device, "name": "both"}, of_devices, 422),
        ({"type": "DEVICE", "id": theirs}, of_devices, 404),
        ({"type": "DEVICE_PROFILE", "name": "unknown"}, of_devices, 404),
        ({"type": "DEVICE", "id": device}, nobody, 404),
    ):
        answer = organization.http.put(
            "/desired-state-bindings", json={"target": target, "artefactId": artefact}
        )
        assert answer.status_code == status, (target, answer.text)
    assert organization.http.get("/desired-state-bindings").json()["items"] == []


def test_putting_the_same_again_changes_nothing_and_what_is_bound_is_not_deleted(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    target, artefact = {"type": "DEVICE", "id": device}, sampling(organization, profile, 60)
    first = put_binding(organization, target, artefact)
    assert put_binding(organization, target, artefact) == first
    assert effective(organization, device)["version"] == 1
    answer = organization.http.delete(f"/config-artefacts/{artefact}")
    assert_problem(answer, 409, code="CONFIG_IN_USE")
    second = put_binding(organization, target, sampling(organization, profile, 61))
    assert second["id"] == first["id"]
    assert organization.http.delete(f"/config-artefacts/{artefact}").status_code == 204
    assert effective(organization, device)["version"] == 2


def test_binding_and_unbinding_one_device_is_a_command_too(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    target, artefact = {"type": "DEVICE", "id": device}, sampling(organization, profile, 60)
    binding = put_binding(organization, target, artefact)["id"]
    assert organization.http.delete(f"/desired-state-bindings/{binding}").status_code == 204
    commands = organization.http.get(f"/devices/{device}/commands").json()["items"]
    assert [each["method"] for each in commands] == ["UNBIND_CONFIG", "BIND_CONFIG"]
    assert commands[1]["params"]["artefactId"] == artefact


def test_what_is_bound_to_a_device_or_a_part_of_it_ends_with_it(
    organization: Organization, profile: dict[str, Any], device: str
) -> None:
    [component] = organization.http.get(f"/devices/{device}/components").json()["items"]
    artefact = sampling(organization, profile, 60)
    put_binding(organization, {"type": "COMPONENT", "id": component["id"]}, artefact)
    put_binding(organization, {"type": "DEVICE", "id": device}, artefact)
    organization.http.delete(f"/components/{component['id']}")
    assert len(organization.http.get("/desired-state-bindings").json()["items"]) == 1
    assert entries(organization, device) == []
    organization.http.delete(f"/devices/{device}")
    assert organization.http.get("/desired-state-bindings").json()["items"] == []
    assert organization.http.get("/desired-state-bindings/drift").json()["items"] == []
