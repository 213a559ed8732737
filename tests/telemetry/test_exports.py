"""Exports: the seed's example to the letter, what is in the file, and whose it is."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.make.annotations import make_annotation, make_class
from tests.make.devices import provision_device, register_device
from tests.make.exports import (
    START,
    count_stored,
    create_export,
    download,
    export_of,
    fill,
    opened,
    wait_for_export,
    whole_range,
)
from tests.make.fleet import make_device, make_group, make_sensor, make_site
from tests.make.objects import files_of
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import assert_problem, by_key, send, sensors_by_key
from tests.make.workers import wait_until

SEED = json.loads(Path(__file__).with_name("seed.json").read_text())


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def shape(value: Any) -> Any:
    """The kind of a value, as far as the seed's example tells it."""
    if isinstance(value, str):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return "link" if value.startswith("http") else "text"
        return "time" if value.endswith("Z") else value
    return type(value).__name__


def test_the_seeds_example_works_to_the_letter(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = provision_device(organization, "warehouse-gateway-01")
    send(organization, [by_key(device.id, "t", at(n), 20 + n) for n in range(3)])
    body = {**SEED["request"], "scopeId": device.id, **whole_range()}

    def curl(*arguments: str) -> Any:
        """As the seed has it."""
        done = subprocess.run(
            ["curl", "-sS", "-H", f"Authorization: Bearer {organization.key}", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    url = f"{platform.base_url}/api/v1/exports"
    created = curl(
        "-X", "POST", url, "-H", "Content-Type: application/json", "-d", json.dumps(body)
    )
    assert list(created) == list(SEED["created"])
    assert {name: shape(value) for name, value in created.items()} == {
        name: shape(value) for name, value in SEED["created"].items()
    }
    assert (created["status"], created["includes"]) == ("PENDING", ["READINGS", "ANNOTATIONS"])
    ready = wait_until(
        lambda: found if (found := curl(f"{url}/{created['id']}"))["status"] == "READY" else None,
        "READY",
    )
    assert SEED["ready"].keys() <= ready.keys()
    for name, value in SEED["ready"].items():
        assert shape(ready[name]) == shape(value), name
    assert f"/exports/{created['id']}" in ready["downloadUrl"]
    assert ".zip?" in ready["downloadUrl"]
    assert ready["readingCount"] == 3
    lifetime = datetime.fromisoformat(ready["expiresAt"]) - datetime.fromisoformat(
        ready["completedAt"]
    )
    assert lifetime == timedelta(hours=24)
    again = curl(f"{url}/{created['id']}")
    data = download(again)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (ready["sizeBytes"], ready["sha256"])


@ON_EITHER_BACKEND
def test_the_file_holds_every_kind_of_value_as_it_was_stored(organization: Organization) -> None:
    device = register_device(organization, "all kinds")["deviceId"]
    values: dict[str, list[Any]] = {
        "double": [20.5, -1e300, 5e-324],
        "bigint": [1, -(2**63), 2**63 - 1],
        "boolean": [True, False, True],
        "text": ["", "grün\n🙂", "x" * 500],
        "widened": [7, 7.5, 8],
    }
    for n in range(3):
        send(
            organization, [by_key(device, key, at(n), series[n]) for key, series in values.items()]
        )
    export = wait_for_export(
        organization, create_export(organization, scopeType="DEVICE", scopeId=device)["id"]
    )
    readings, annotations, manifest = opened(download(export))
    sensors = sensors_by_key(organization, device)
    column = {
        "DOUBLE": "value_double",
        "BIGINT": "value_bigint",
        "BOOLEAN": "value_boolean",
        "TEXT": "value_text",
    }
    found: dict[str, list[tuple[datetime, Any]]] = {key: [] for key in values}
    for row in readings.to_pylist():
        assert row["sensor_id"] == sensors[row["key"]]["id"]
        assert (row["device_id"], row["component_id"]) == (device, None)
        [value] = [row[name] for name in column.values() if row[name] is not None]
        found[row["key"]].append((row["timestamp"], value))
    assert found == {
        key: [(at(n), value) for n, value in enumerate(series)] for key, series in values.items()
    }
    assert manifest["counts"] == {"readings": 15, "annotations": 0, "sensors": 5}
    assert {sensor["key"]: sensor["readings"] for sensor in manifest["sensors"]} == dict.fromkeys(
        values, 3
    )
    assert annotations.num_rows == 0
    assert {"id", "class_id", "from", "to", "source", "values"} <= set(annotations.column_names)
    assert str(readings.schema.field("timestamp").type) == "timestamp[us, tz=UTC]"


def _minutes(start: float, end: float) -> dict[str, str]:
    return {"from": at(start).isoformat(), "to": at(end).isoformat()}


@ON_EITHER_BACKEND
def test_annotations_are_in_the_file_of_what_they_are_about(organization: Organization) -> None:
    site_id = make_site(organization, "store")["id"]
    device_id, other_id = (make_device(organization, name, siteId=site_id) for name in "ab")
    sensor_id = make_sensor(organization, device_id, "temperature")["id"]
    class_id = make_class(organization, "door")["id"]
    about = {"SITE": site_id, "DEVICE": device_id, "SENSOR": sensor_id}
    for scope, id_ in about.items():
        more = {"scopeType": scope, "scopeId": id_, "values": {"of": scope}}
        make_annotation(organization, class_id, sensor_id, **more, **_minutes(0, 60))
    make_annotation(organization, class_id, sensor_id, **_minutes(-60, 0))
    window = _minutes(30, 40)
    expected = {
        ("SITE", site_id): {"SITE", "DEVICE", "SENSOR"},
        ("DEVICE", device_id): {"DEVICE", "SENSOR"},
        ("SENSOR", sensor_id): {"SENSOR"},
        ("DEVICE", other_id): set(),
    }
    exports = {
        scope: create_export(organization, scopeType=scope[0], scopeId=scope[1], **window)
        for scope in expected
    }
    for scope, wanted in expected.items():
        export = wait_for_export(organization, exports[scope]["id"])
        _, annotations, manifest = opened(download(export))
        rows = annotations.to_pylist()
        assert {json.loads(row["values"])["of"] for row in rows} == wanted
        assert export["annotationCount"] == manifest["counts"]["annotations"] == len(wanted)
        for row in rows:
            assert (row["from"], row["to"], row["class_name"]) == (at(0), at(60), "door")


@pytest.fixture(scope="module")
def archive(platform: RunningPlatform) -> Organization:
    organization = platform.new_organization()
    fill(platform, organization, readings=60_000)
    return organization


@ON_EITHER_BACKEND
def test_counts_equal_a_query_over_the_same_window(
    platform: RunningPlatform, archive: Organization
) -> None:
    sensors = archive.http.get("/sensors", params={"limit": 500}).json()["items"]
    sensor = sensors[3]
    window = {"from": at(1_234.5).isoformat(), "to": at(5_432.1).isoformat()}
    queried = archive.http.get(
        f"/readings/sensor/{sensor['id']}", params={**window, "limit": 10_000}
    ).json()
    assert queried["nextCursor"] is None
    for scope, expected in (
        ({"scopeType": "SENSOR", "scopeId": sensor["id"], **window}, len(queried["items"])),
        ({"scopeType": "DEVICE", "scopeId": sensor["deviceId"]}, 60_000),
        ({"scopeType": "ORGANIZATION"}, 60_000),
    ):
        export = wait_for_export(archive, create_export(archive, **scope)["id"])
        readings, _, manifest = opened(download(export))
        assert (
            export["readingCount"]
            == readings.num_rows
            == manifest["counts"]["readings"]
            == expected
        )
        files = {file["name"]: file["sha256"] for file in manifest["files"]}
        assert set(files) == {"readings.parquet", "annotations.parquet"}
    assert count_stored(platform, archive) == 60_000


@ON_EITHER_BACKEND
def test_silence_before_and_between_readings_is_passed_over(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = register_device(organization, "seldom")["deviceId"]
    moments = [
        at(0) - timedelta(days=days, minutes=days) for days in (380, 379, 200, 199, 90, 3, 2, 0)
    ]
    send(organization, [by_key(device, "t", moment, 20.5) for moment in moments])
    long = {"from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
    export = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION", **long)["id"]
    )
    readings, _, _ = opened(download(export))
    assert readings["timestamp"].to_pylist() == moments


def test_a_component_is_exported_alone(organization: Organization) -> None:
    token = organization.http.post(
        "/devices/registration/tokens", json={"deviceName": "two", "components": [{"key": "probe"}]}
    ).json()
    component = organization.http.get("/components").json()["items"][0]["id"]
    export = create_export(
        organization, scopeType="COMPONENT", scopeId=component, includes=["READINGS"]
    )
    assert wait_for_export(organization, export["id"])["readingCount"] == 0
    assert token["deviceId"]


def test_a_scope_that_is_gone_fails_with_the_reason(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = register_device(organization, "short-lived")["deviceId"]
    platform.program("worker").suspend()
    try:
        export = create_export(organization, scopeType="DEVICE", scopeId=device)
        organization.http.delete(f"/devices/{device}").raise_for_status()
    finally:
        platform.program("worker").resume()
    failed = wait_for_export(organization, export["id"], "FAILED")
    assert failed["failureReason"] == "what was to be exported is gone"
    assert "downloadUrl" not in failed
    [job] = organization.http.get("/admin/jobs", params={"kind": "export"}).json()["items"]
    assert (job["state"], job["error"]) == ("DEAD", failed["failureReason"])


def test_a_deleted_export_takes_its_file_with_it(
    platform: RunningPlatform, organization: Organization
) -> None:
    export = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    assert [path for path in files_of(platform) if export["id"] in path.name]
    link = export["downloadUrl"]
    organization.http.delete(f"/exports/{export['id']}").raise_for_status()
    assert_problem(organization.http.get(f"/exports/{export['id']}"), 404)
    wait_until(
        lambda: not [path for path in files_of(platform) if export["id"] in path.name],
        "the file is gone",
    )
    assert organization.http.get(link).status_code == 404


def test_exports_are_listed_newest_first(organization: Organization) -> None:
    made = [create_export(organization, scopeType="ORGANIZATION")["id"] for _ in range(3)]
    page = organization.http.get("/exports", params={"limit": 2, "includeTotal": "true"}).json()
    assert ([item["id"] for item in page["items"]], page["total"]) == (made[:0:-1], 3)


def test_the_same_idempotency_key_starts_one_export(organization: Organization) -> None:
    body = {"scopeType": "ORGANIZATION", **whole_range()}
    ids = {
        organization.http.post("/exports", json=body, headers={"Idempotency-Key": "one"}).json()[
            "id"
        ]
        for _ in range(3)
    }
    assert len(ids) == 1
    assert len(organization.http.get("/exports").json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"scopeType": "PLANET"}, 400, "MALFORMED"),
        ({"scopeType": "DEVICE"}, 422, "UNPROCESSABLE"),
        ({"scopeType": "DEVICE", "scopeId": str(uuid4())}, 404, "NOT_FOUND"),
        ({"scopeId": str(uuid4())}, 404, "NOT_FOUND"),
        ({"from": "2024-02-01T00:00:00Z", "to": "2024-01-01T00:00:00Z"}, 400, "MALFORMED"),
        ({"from": "2024-02-01"}, 400, "MALFORMED"),
        ({"includes": []}, 400, "MALFORMED"),
        ({"includes": ["READINGS", "SECRETS"]}, 400, "MALFORMED"),
        ({"format": "csv"}, 400, "MALFORMED"),
    ],
)
def test_what_makes_no_sense_is_refused(
    organization: Organization, change: dict[str, Any], status: int, code: str
) -> None:
    body = {"scopeType": "ORGANIZATION", **whole_range(), **change}
    assert_problem(organization.http.post("/exports", json=body), status, code=code)


def test_a_neighbours_scope_and_link_are_no_ones(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    device = register_device(neighbour, "theirs")["deviceId"]
    body = {"scopeType": "DEVICE", "scopeId": device, **whole_range()}
    assert_problem(organization.http.post("/exports", json=body), 404, code="NOT_FOUND")
    foreign = {"scopeType": "ORGANIZATION", "scopeId": neighbour.id, **whole_range()}
    assert_problem(organization.http.post("/exports", json=foreign), 404, code="NOT_FOUND")
    theirs = wait_for_export(neighbour, create_export(neighbour, scopeType="ORGANIZATION")["id"])
    ours = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    assert_problem(organization.http.get(f"/exports/{theirs['id']}"), 404)
    path, _, query = ours["downloadUrl"].partition("?")
    their_path = theirs["downloadUrl"].partition("?")[0]
    for forged in (
        f"{their_path}?{query}",
        path,
        f"{path}?{query.replace('expires=', 'expires=1')}",
    ):
        assert_problem(organization.http.get(forged), 403, code="LINK_INVALID")
    assert export_of(organization, ours["id"])["sha256"] == ours["sha256"]
    assert datetime.fromisoformat(ours["expiresAt"]) > datetime.now(UTC)


@pytest.mark.parametrize("scope", ["SITE", "DEVICE_GROUP", "DEVICE", "COMPONENT", "SENSOR"])
def test_nothing_of_a_neighbours_can_be_a_scope(
    organization: Organization, neighbour: Organization, scope: str
) -> None:
    token = neighbour.http.post(
        "/devices/registration/tokens",
        json={"deviceName": "theirs", "components": [{"key": "probe"}]},
    ).json()
    sensor = neighbour.http.post(
        "/sensors", json={"deviceId": token["deviceId"], "key": "t", "valueType": "DOUBLE"}
    ).json()
    theirs = {
        "SITE": make_site(neighbour, "hall")["id"],
        "DEVICE_GROUP": make_group(neighbour, "tagged", "a")["id"],
        "DEVICE": token["deviceId"],
        "COMPONENT": neighbour.http.get("/components").json()["items"][0]["id"],
        "SENSOR": sensor["id"],
    }
    body = {"scopeType": scope, "scopeId": theirs[scope], **whole_range()}
    assert_problem(organization.http.post("/exports", json=body), 404, code="NOT_FOUND")
    assert neighbour.http.post("/exports", json=body).status_code == 201
    # An id of another kind is no way around it.
    wrong = {**body, "scopeType": "SENSOR" if scope != "SENSOR" else "DEVICE"}
    assert_problem(neighbour.http.post("/exports", json=wrong), 404, code="NOT_FOUND")


def test_a_key_does_what_its_scopes_say(
    platform: RunningPlatform, organization: Organization
) -> None:
    made = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    body = {"scopeType": "ORGANIZATION", **whole_range()}
    for scopes, reads, writes in ((["exports:read"], 200, 403), (["devices:read"], 403, 403)):
        key = organization.http.post("/api-keys", json={"name": "narrow", "scopes": scopes}).json()[
            "key"
        ]
        with platform.client(key) as http:
            assert http.get(f"/exports/{made['id']}").status_code == reads
            assert http.get("/exports").status_code == reads
            assert http.post("/exports", json=body).status_code == writes
            assert http.delete(f"/exports/{made['id']}").status_code == writes


@pytest.mark.parametrize(("match", "expected"), [("ANY", 2), ("ALL", 1)])
def test_a_site_and_a_group_are_exported_as_they_are_at_the_moment(
    organization: Organization, match: str, expected: int
) -> None:
    site = make_site(organization, "hall")
    for name, tags, site_id in (
        ("both", ["a", "b"], site["id"]),
        ("one", ["a"], None),
        ("none", [], None),
    ):
        device = register_device(organization, name)["deviceId"]
        changed = organization.http.patch(
            f"/devices/{device}", json={"tags": tags, "siteId": site_id}
        )
        assert changed.status_code == 200, changed.text
        send(organization, [by_key(device, "t", at(0), 20)])
    group = make_group(organization, "tagged", "a", "b", match=match)
    for scope, scope_id, count in (
        ("SITE", site["id"], 1),
        ("DEVICE_GROUP", group["id"], expected),
    ):
        export = create_export(organization, scopeType=scope, scopeId=scope_id)
        assert wait_for_export(organization, export["id"])["readingCount"] == count
