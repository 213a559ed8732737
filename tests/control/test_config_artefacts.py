"""/config-artefacts: versions that never change, checked against what a profile lets them set."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import msgspec
import pytest

from tests.make.configuration import make_artefact
from tests.make.platform import Organization
from tests.make.profiles import CLIMATE, SETTABLE, make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem


@pytest.fixture
def profile(organization: Organization) -> str:
    return str(make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])["id"])


def test_a_version_is_added_never_changed_and_its_hash_is_that_of_its_canonical_form(
    organization: Organization, profile: str
) -> None:
    content = {"offsets": [0.5, 1], "interval": 60}
    first = make_artefact(organization, "counted", content, profile)
    second = make_artefact(organization, "counted", {"interval": 61}, profile)
    data = b'{"interval":60,"offsets":[0.5,1]}'
    assert first["sha256"] == hashlib.sha256(data).hexdigest()
    assert (first["version"], first["sizeBytes"], first["inline"]) == (1, len(data), True)
    assert (second["version"], second["contentType"]) == (2, "application/json")
    got = organization.http.get(f"/config-artefacts/{first['id']}").json()
    assert got == first | {"content": content}
    listed = organization.http.get("/config-artefacts", params={"name": "counted"}).json()["items"]
    assert [item["version"] for item in listed] == [2, 1]
    assert organization.http.patch(f"/config-artefacts/{first['id']}", json={}).status_code == 405


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        ({"interval": 0}, "$.content.interval", "OUT_OF_RANGE"),
        ({"interval": 1.5}, "$.content.interval", "WRONG_TYPE"),
        ({"interval": "60"}, "$.content.interval", "WRONG_TYPE"),
        ({"mode": "SLOW"}, "$.content.mode", "OUT_OF_RANGE"),
        ({"offsets": [1.0]}, "$.content.offsets", "ARRAY_SIZE"),
        ({"offsets": 1.0}, "$.content.offsets", "WRONG_TYPE"),
        ({"temperature": 20}, "$.content.temperature", "NOT_WRITABLE"),
        ({"nothing": 20}, "$.content.nothing", "UNKNOWN_FIELD"),
        ({}, "$.content", "MISSING_FIELD"),
    ],
)
def test_each_field_that_the_profile_does_not_let_it_set_is_named(
    organization: Organization, profile: str, content: dict[str, Any], path: str, code: str
) -> None:
    body = {"name": "refused", "sensorProfileId": profile, "content": content}
    answer = organization.http.post("/config-artefacts", json=body)
    problem = assert_problem(answer, 422, code="CONFIG_INVALID")
    assert [(fault["path"], fault["code"]) for fault in problem["errors"]] == [(path, code)]


def test_every_fault_is_told_at_once(organization: Organization, profile: str) -> None:
    content = {"interval": -1, "mode": 3, "humidity": 4}
    body = {"name": "refused", "sensorProfileId": profile, "content": content}
    problem = organization.http.post("/config-artefacts", json=body).json()
    assert {fault["path"] for fault in problem["errors"]} == {
        "$.content.interval",
        "$.content.mode",
        "$.content.humidity",
    }


def test_it_is_for_one_profile_that_is_there(organization: Organization, profile: str) -> None:
    make_sensor_profile(organization, "part")
    station = make_device_profile(organization, sensor_profile="part", fields=SETTABLE)["id"]
    body = {"name": "of-a-device", "content": {"interval": 60}}
    for ids, code in (
        ({}, "UNPROCESSABLE"),
        ({"sensorProfileId": profile, "deviceProfileId": station}, "UNPROCESSABLE"),
        ({"sensorProfileId": station}, "UNKNOWN_PROFILE"),
    ):
        assert_problem(organization.http.post("/config-artefacts", json=body | ids), 422, code=code)
    made = organization.http.post("/config-artefacts", json=body | {"deviceProfileId": station})
    assert made.status_code == 201, made.text
    in_use = organization.http.delete(f"/device-profiles/{station}")
    assert_problem(in_use, 409, code="PROFILE_IN_USE")
    assert organization.http.delete(f"/config-artefacts/{made.json()['id']}").status_code == 204
    assert organization.http.delete(f"/device-profiles/{station}").status_code == 204


def test_more_than_64_kib_is_to_be_uploaded(organization: Organization) -> None:
    long_texts = [{"key": f"k{n}", "type": "TEXT", "writable": True} for n in range(70)]
    profile = make_sensor_profile(organization, "long", fields=long_texts)["id"]
    content = {f"k{n}": "x" * 1000 for n in range(70)}
    body = {"name": "long", "sensorProfileId": profile, "content": content}
    assert_problem(organization.http.post("/config-artefacts", json=body), 413, code="TOO_LARGE")
    data = msgspec.json.encode(content)
    made = upload(organization, data, name="long", sensorProfileId=profile)
    done = organization.http.post(f"/config-artefacts/{made['artefactId']}/complete")
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["inline"]) == ("READY", False)
    again = organization.http.post(f"/config-artefacts/{made['artefactId']}/complete")
    assert again.json() == done.json()


def announce(organization: Organization, data: bytes, **more: Any) -> dict[str, Any]:
    body = {"name": "large", "sizeBytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    answer = organization.http.post("/config-artefacts/upload-url", json=body | more)
    assert answer.status_code == 201, answer.text
    announced: dict[str, Any] = answer.json()
    return announced


def put(announced: dict[str, Any], data: bytes) -> httpx.Response:
    with httpx.Client(trust_env=False) as anybody:
        return anybody.request(
            announced["method"],
            announced["uploadUrl"],
            content=data,
            headers=announced["headers"],
        )


def upload(organization: Organization, data: bytes, **more: Any) -> dict[str, Any]:
    announced = announce(organization, data, **more)
    assert put(announced, data).status_code < 300
    return announced


def test_what_was_not_sent_or_is_something_else_is_not_completed(
    organization: Organization, profile: str
) -> None:
    announced = announce(organization, b"firm words", contentType="text/plain")
    path = f"/config-artefacts/{announced['artefactId']}"
    assert_problem(organization.http.post(f"{path}/complete"), 409, code="NOT_UPLOADED")
    assert put(announced, b"other word").status_code == 422
    assert_problem(organization.http.post(f"{path}/complete"), 409, code="NOT_UPLOADED")
    assert organization.http.get(path).json()["status"] == "UPLOADING"
    wrong = upload(organization, b'{"interval": 0}', sensorProfileId=profile)
    answer = organization.http.post(f"/config-artefacts/{wrong['artefactId']}/complete")
    assert_problem(answer, 422, code="CONFIG_INVALID")
    no_json = upload(organization, b"\xff", sensorProfileId=profile)
    answer = organization.http.post(f"/config-artefacts/{no_json['artefactId']}/complete")
    assert_problem(answer, 422, code="CONFIG_INVALID")


def test_the_number_of_a_version_that_was_deleted_does_not_come_again(
    organization: Organization, profile: str
) -> None:
    versions = [make_artefact(organization, "gone", {"interval": n}, profile) for n in (1, 2)]
    for made in versions:
        assert organization.http.delete(f"/config-artefacts/{made['id']}").status_code == 204
        assert organization.http.get(f"/config-artefacts/{made['id']}").status_code == 404
    listed = organization.http.get("/config-artefacts", params={"name": "gone"}).json()
    assert listed["items"] == []
    assert make_artefact(organization, "gone", {"interval": 3}, profile)["version"] == 3
