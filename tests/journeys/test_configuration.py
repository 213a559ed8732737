"""Configuration from the binding to the device and back, with devices that speak MQTT by paho."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg
import pytest

from tests.make.configuration import effective, put_binding, sampling
from tests.make.devices import WAIT_SECONDS, Device, Session, connect, provision_device
from tests.make.fleet import make_group
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE, SETTABLE, make_sensor_profile
from tests.make.readings import assert_problem


@pytest.fixture
def profile(organization: Organization) -> dict[str, Any]:
    return make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])


@pytest.fixture
def device(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any]
) -> Device:
    """With a component that can be set."""
    made = provision_device(organization, "sampler", directory=platform.state)
    part = {"key": "probe", "sensorProfileId": profile["id"]}
    assert organization.http.post(f"/devices/{made.id}/components", json=part).status_code == 201
    return made


def topic(device: Device, kind: str) -> str:
    return str(device.provisioned["mqtt"]["topics"][kind])


def listen(platform: RunningPlatform, device: Device) -> Session:
    session = connect(platform, device)
    session.client.subscribe(topic(device, "configDesired"), qos=1)
    return session


def next_document(session: Session) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(
        session.received.get(timeout=WAIT_SECONDS).payload
    )
    return document


def report(session: Session, document: dict[str, Any], status: str, **more: Any) -> None:
    """Of all that is desired."""
    names = ("target", "artefactId", "version", "hash")
    targets = [
        {name: each[name] for name in names} | {"status": status, **more}
        for each in document["targets"]
    ]
    sent = session.client.publish(
        topic(session.device, "configReported"),
        msgspec.json.encode({"targets": targets}),
        qos=1,
        retain=True,
    )
    sent.wait_for_publish(WAIT_SECONDS)
    assert sent.is_published()


def drift(organization: Organization, device: Device) -> list[dict[str, Any]]:
    answer = organization.http.get("/desired-state-bindings/drift", params={"deviceId": device.id})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_what_is_bound_arrives_and_what_is_reported_ends_the_drift(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any], device: Device
) -> None:
    session = listen(platform, device)
    target = {"type": "DEVICE", "id": device.id}
    binding = put_binding(organization, target, sampling(organization, profile, 60))
    document = next_document(session)
    assert document["version"] == 1
    assert document["hash"] == effective(organization, device.id)["hash"]
    [told] = document["targets"]
    assert told == {
        "target": "probe",
        "artefactId": binding["artefactId"],
        "name": "sampling",
        "version": 1,
        "hash": binding["sha256"],
        "content": {"interval": 60},
    }
    [item] = drift(organization, device)
    assert (item["desiredVersion"], item["reportedVersion"], item["status"]) == (1, None, None)

    report(session, document, "IN_PROGRESS")
    [still] = drift(organization, device)
    assert (still["status"], still["since"]) == ("IN_PROGRESS", item["since"])
    report(session, document, "REJECTED", message="battery is low")
    assert drift(organization, device)[0]["message"] == "battery is low"
    report(session, document, "ACCEPTED")
    assert drift(organization, device) == []
    said = organization.http.get(f"/desired-state-bindings/{binding['id']}").json()
    assert (said["reported"]["status"], said["reported"]["version"]) == ("ACCEPTED", 1)
    assert said["counts"]["accepted"] == 1
    assert effective(organization, device.id)["entries"][0]["reported"] == said["reported"]

    organization.http.delete(f"/desired-state-bindings/{binding['id']}")
    empty = next_document(session)
    assert (empty["version"], empty["targets"]) == (2, [])
    [left] = drift(organization, device)
    assert (left["desiredVersion"], left["reportedVersion"]) == (None, 1)
    report(session, empty, "ACCEPTED")
    assert drift(organization, device) == []
    session.close()


def test_who_was_away_gets_the_newest_document_alone(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any], device: Device
) -> None:
    target = {"type": "DEVICE", "id": device.id}
    for interval in (1, 2, 3):
        put_binding(organization, target, sampling(organization, profile, interval))
    for _ in range(2):  # each time that it comes back
        session = listen(platform, device)
        document = next_document(session)
        assert document["version"] == 3
        assert document["targets"][0]["content"] == {"interval": 3}
        report(session, document, "ACCEPTED")
        assert session.received.empty()
        session.close()
    assert drift(organization, device) == []


def test_joining_a_group_is_told_to_the_device(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any], device: Device
) -> None:
    session = listen(platform, device)
    group = make_group(organization, "cold rooms", "cold")["id"]
    target = {"type": "DEVICE_GROUP", "id": group}
    put_binding(organization, target, sampling(organization, profile, 30))
    organization.http.patch(f"/devices/{device.id}", json={"tags": ["cold"]})
    assert next_document(session)["targets"][0]["content"] == {"interval": 30}
    put_binding(organization, target, sampling(organization, profile, 31))
    document = next_document(session)
    assert (document["version"], document["targets"][0]["version"]) == (2, 2)
    organization.http.patch(f"/device-groups/{group}", json={"tags": ["warm"]})
    assert next_document(session)["targets"] == []
    session.close()


def test_a_report_that_is_none_waits_in_quarantine_with_the_reason(
    platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    session = connect(platform, device)
    bodies = [b"\xff", b"[]", b'{"targets": [{"target": "device"}]}', b'{"targets": 5}']
    for body in bodies:
        sent = session.publish(body, topic=topic(device, "configReported"))
        sent.wait_for_publish(WAIT_SECONDS)
    params = {"deviceId": device.id}
    found = organization.http.get("/admin/quarantine", params=params).json()["items"]
    assert [entry["reason"] for entry in found] == ["MALFORMED"] * len(bodies)
    assert all("not a report of configuration" in entry["message"] for entry in found)
    session.close()


def test_what_changes_is_in_the_journal(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any], device: Device
) -> None:
    session = listen(platform, device)
    target = {"type": "DEVICE", "id": device.id}
    put_binding(organization, target, sampling(organization, profile, 60))
    document = next_document(session)
    for status in ("IN_PROGRESS", "FAILED", "FAILED"):
        report(session, document, status)
    session.close()
    found = events(platform, organization)
    assert found == [
        ("Configuration sampling has version 1", "INFO"),
        ("sampling 1 is bound to a device", "INFO"),
        ("sampling 1 of probe: IN_PROGRESS", "INFO"),
        ("sampling 1 of probe: FAILED", "WARNING"),
    ]


def events(platform: RunningPlatform, organization: Organization) -> list[tuple[str, str]]:
    with psycopg.connect(platform.secret_urls()["admin_database_url"]) as connection:
        return connection.execute(
            "SELECT title, severity FROM platform.event WHERE org_id = %s AND type = 'CONFIG' "
            "ORDER BY recorded_at, id",
            [organization.id],
        ).fetchall()


def test_a_neighbours_report_means_nothing_here(
    platform: RunningPlatform,
    organization: Organization,
    neighbour: Organization,
    profile: dict[str, Any],
    device: Device,
) -> None:
    target = {"type": "DEVICE", "id": device.id}
    binding = put_binding(organization, target, sampling(organization, profile, 60))
    other = provision_device(neighbour, "other", directory=platform.state)
    session = connect(platform, other)
    entry = {"target": "device", "artefactId": binding["artefactId"], "version": 1}
    report(session, {"targets": [entry | {"hash": binding["sha256"]}]}, "ACCEPTED")
    session.close()
    assert drift(neighbour, other) == []
    assert len(drift(organization, device)) == 1
    answer = neighbour.http.get(f"/devices/{device.id}/effective-config")
    assert_problem(answer, 404, code="NOT_FOUND")
