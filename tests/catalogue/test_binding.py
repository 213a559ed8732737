"""Devices and components bound to versions of profiles."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.queries.profiles import fields_of_profiles, parts_of_devices
from ingest.pipeline.profiles import Profile
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE, make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem

STATION = {"name": "station", "version": "1.0"}


def register(organization: Organization, name: str, **more: Any) -> str:
    answer = organization.http.post(
        "/devices/registration/tokens", json={"deviceName": name, **more}
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["deviceId"])


@pytest.fixture
def profile(organization: Organization) -> dict[str, Any]:
    """Climate 1.0 and a station of it."""
    made = make_sensor_profile(organization)
    make_device_profile(organization, fields=[{"key": "battery", "type": "DOUBLE", "max": 100}])
    return made


def test_a_new_device_has_the_components_of_its_profile_in_their_newest_version(
    organization: Organization, profile: dict[str, Any]
) -> None:
    newer = make_sensor_profile(
        organization, version="1.1", fields=[*CLIMATE, {"key": "co2", "type": "DOUBLE"}]
    )
    make_sensor_profile(organization, version="2.0", fields=[CLIMATE[0]])
    extra = {"key": "extra", "sensorProfileId": profile["id"]}
    device = register(
        organization, "new", deviceProfile=STATION, components=[extra, {"key": "plain"}]
    )
    assert organization.http.get(f"/devices/{device}").json()["deviceProfile"] == STATION
    components = organization.http.get(f"/devices/{device}/components").json()["items"]
    assert {part["key"]: part["sensorProfileId"] for part in components} == {
        "probe": newer["id"],
        "extra": profile["id"],
        "plain": None,
    }
    [result] = organization.http.post(
        "/devices/bulk",
        json={"operations": [{"op": "create", "data": {"name": "bulk", "deviceProfile": STATION}}]},
    ).json()["results"]
    components = organization.http.get(f"/devices/{result['id']}/components").json()["items"]
    assert [part["sensorProfileId"] for part in components] == [newer["id"]]


def test_devices_are_found_by_their_profile_and_can_change_it(
    organization: Organization, profile: dict[str, Any]
) -> None:
    make_device_profile(
        organization,
        version="1.1",
        commands=[{"method": "GO"}],
        fields=[{"key": "battery", "type": "DOUBLE", "max": 100}],
    )
    http = organization.http
    one = register(organization, "one", deviceProfile=STATION)
    two = register(organization, "two")

    def found(wanted: str) -> list[str]:
        items = http.get("/devices", params={"deviceProfile": wanted}).json()["items"]
        return sorted(item["name"] for item in items)

    assert found("station") == found("station:1.0") == ["one"]
    assert found("station:1.1") == found("stat") == []
    changed = http.patch(
        f"/devices/{two}", json={"deviceProfile": {"name": "station", "version": "1.1"}}
    )
    assert changed.json()["deviceProfile"] == {"name": "station", "version": "1.1"}
    assert (found("station"), found("station:1.1")) == (["one", "two"], ["two"])
    assert (
        http.patch(f"/devices/{two}", json={"tags": ["x"]}).json()["deviceProfile"]["version"]
        == "1.1"
    )
    assert (
        http.patch(f"/devices/{one}", json={"deviceProfile": None}).json()["deviceProfile"] is None
    )
    assert found("station") == ["two"]


def test_a_profile_that_is_not_there_is_refused(
    organization: Organization, neighbour: Organization, profile: dict[str, Any]
) -> None:
    http = neighbour.http
    for body in (
        {"deviceProfile": STATION},
        {"components": [{"key": "a", "sensorProfileId": profile["id"]}]},
        {"components": [{"key": "a", "sensorProfileId": str(uuid4())}]},
    ):
        answer = http.post("/devices/registration/tokens", json={"deviceName": "d", **body})
        assert_problem(answer, 422, code="UNKNOWN_PROFILE")
    assert http.get("/devices").json()["items"] == []
    device = register(neighbour, "d")
    answer = http.patch(f"/devices/{device}", json={"deviceProfile": STATION})
    assert_problem(answer, 422, code="UNKNOWN_PROFILE")


async def test_the_pipeline_can_load_the_profiles_of_a_device(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any]
) -> None:
    device = register(organization, "loaded", deviceProfile=STATION, components=[{"key": "plain"}])
    async with (
        asyncpg.create_pool(platform.secret_urls()["ingest_database_url"], min_size=1) as pool,
        pool.acquire() as connection,
    ):
        found = await parts_of_devices(connection, [UUID(device)])
        fields = await fields_of_profiles(connection, found)
    by_component = {part.component_key: part for part in found}
    assert by_component.keys() == {None, "probe", "plain"}
    assert str(by_component["probe"].profile_id) == profile["id"]
    assert by_component["plain"].profile_id is None
    compiled = {
        key: Profile.from_stored(fields[part.profile_id])
        for key, part in by_component.items()
        if part.profile_id
    }
    assert compiled["probe"].structured({"temperature": 21}) == ([("temperature", 21.0)], [])
    assert compiled["probe"].structured({"temperature": 99})[1]
    assert compiled[None].single("battery", 50) == 50.0


def test_a_component_is_bound_and_set_free(
    organization: Organization, profile: dict[str, Any]
) -> None:
    http = organization.http
    device = register(organization, "d")
    made = http.post(
        f"/devices/{device}/components", json={"key": "a", "sensorProfileId": profile["id"]}
    )
    assert made.json()["sensorProfileId"] == profile["id"]
    path = f"/components/{made.json()['id']}"
    assert http.patch(path, json={"name": "A"}).json()["sensorProfileId"] == profile["id"]
    assert http.patch(path, json={"sensorProfileId": None}).json()["sensorProfileId"] is None
    assert (
        http.patch(path, json={"sensorProfileId": profile["id"]}).json()["sensorProfileId"]
        == profile["id"]
    )
    answer = http.patch(path, json={"sensorProfileId": str(uuid4())})
    assert_problem(answer, 422, code="UNKNOWN_PROFILE")


def test_a_batch_of_devices_has_the_components_of_its_profile(
    organization: Organization, profile: dict[str, Any]
) -> None:
    body = {"deviceNames": ["b1", "b2"], "deviceProfile": STATION, "components": [{"key": "more"}]}
    answer = organization.http.post("/devices/registration/tokens/bulk", json=body)
    assert answer.status_code == 200, answer.text
    for item in answer.json()["items"]:
        assert (
            organization.http.get(f"/devices/{item['deviceId']}").json()["deviceProfile"] == STATION
        )
        parts = organization.http.get(f"/devices/{item['deviceId']}/components").json()["items"]
        assert {part["key"]: part["sensorProfileId"] for part in parts} == {
            "probe": profile["id"],
            "more": None,
        }
