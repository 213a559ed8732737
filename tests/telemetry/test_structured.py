"""Structured elements on a running platform, by HTTP and by MQTT, and what a change of a profile does to them."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.make.devices import connect, provision_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.profiles import CLIMATE, make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem, at, by_key, errors_of, send, stored
from tests.make.workers import wait_until

pytestmark = ON_EITHER_BACKEND

CHANGE_SECONDS = 1.0


@pytest.fixture
def profile(organization: Organization) -> dict[str, Any]:
    """Climate 1.0 and a station of it, which itself has a battery."""
    made = make_sensor_profile(organization)
    make_device_profile(organization, fields=[{"key": "battery", "type": "DOUBLE", "max": 100}])
    return made


@pytest.fixture
def station(organization: Organization, profile: dict[str, Any]) -> str:
    """A device with a component "probe" that is bound to the profile."""
    body = {"deviceName": "station", "deviceProfile": {"name": "station", "version": "1.0"}}
    answer = organization.http.post("/devices/registration/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["deviceId"])


def payload(
    device_id: str, second: float, component: str | None = "probe", **values: Any
) -> dict[str, Any]:
    said = {"component": component} if component else {}
    return {"deviceId": device_id, **said, "timestamp": at(second).isoformat(), "values": values}


def sensors(organization: Organization, device_id: str) -> dict[tuple[bool, str], dict[str, Any]]:
    """By whether they belong to a component, and key."""
    items = organization.http.get("/sensors", params={"deviceId": device_id, "limit": 500}).json()[
        "items"
    ]
    return {(item["componentId"] is not None, item["key"]): item for item in items}


def component_of(organization: Organization, device_id: str) -> str:
    [found] = organization.http.get(f"/devices/{device_id}/components").json()["items"]
    return str(found["id"])


def soon(attempt: Callable[[], Any]) -> Any:
    """What it gives as soon as that is something: what was changed by one request reaches the pipeline in a moment."""
    return wait_until(attempt, "a change is known", CHANGE_SECONDS)


def test_structured_elements_that_come_compressed_are_the_same(
    organization: Organization, station: str
) -> None:
    elements = [
        payload(station, 0, temperature=21.5, humidity=40) | {"metadata": {"batch": 7}},
        payload(station, 1, temperature=21.5, smell=1),
        payload(station, 2, temperature=22.5),
    ]
    answer = organization.http.post(
        "/readings/batch",
        content=gzip.compress(json.dumps(elements).encode()),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    receipt = answer.json()
    assert (receipt["accepted"], errors_of(receipt)) == (3, [(1, "UNKNOWN_SENSOR")])
    assert send(organization, elements)["duplicates"] == 3
    [entry] = organization.http.get("/admin/quarantine", params={"limit": 1}).json()["items"]
    assert json.loads(entry["payload"]) == elements[1]


def test_a_structured_element_is_stored_as_a_reading_for_each_value(
    organization: Organization, station: str
) -> None:
    one = organization.http.post("/readings", json=payload(station, 0, temperature=21, humidity=40))
    assert one.json() == {"accepted": 2, "duplicates": 0, "quarantined": 0, "errors": []}
    receipt = send(
        organization,
        [
            payload(station, 0, temperature=21.0, humidity=40),
            payload(station, 1, temperature=99, humidity="wet", smell=1),
            by_key(station, "humidity", at(1), 41, component="probe"),
            payload(station, 1, None, battery=80),
        ],
    )  # fmt: skip
    assert (receipt["accepted"], receipt["duplicates"], receipt["quarantined"]) == (2, 2, 1)
    [error] = receipt["errors"]
    assert (error["index"], error["code"]) == (1, "OUT_OF_RANGE")
    assert error["message"] == (
        "temperature is above 85; humidity takes DOUBLE, not a text; smell is no field of the profile"
    )
    found = sensors(organization, station)
    assert {
        key: (item["valueType"], item["unit"], item["latestValue"]) for key, item in found.items()
    } == {
        (True, "temperature"): ("DOUBLE", "°C", 21.0),
        (True, "humidity"): ("DOUBLE", "%", 41.0),
        (False, "battery"): ("DOUBLE", None, 80.0),
    }
    assert stored(organization, found[True, "humidity"]["id"]) == [(at(0), 40.0), (at(1), 41.0)]
    [entry] = organization.http.get("/admin/quarantine").json()["items"]
    assert (entry["message"], entry["payloadIndex"], entry["deviceId"]) == (
        error["message"],
        1,
        station,
    )
    assert json.loads(entry["payload"]) == payload(
        station, 1, temperature=99, humidity="wet", smell=1
    )


def test_ndjson_and_columns_name_components_too(organization: Organization, station: str) -> None:
    lines = [payload(station, n, temperature=20 + n, humidity=50) for n in range(3)]
    lines.append(payload(station, 3, humidity=50))
    body = "\n".join(map(json.dumps, lines))
    answer = organization.http.post(
        "/readings/batch", content=body, headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.json()["accepted"] == 6, answer.text
    assert errors_of(answer.json()) == [(3, "MISSING_FIELD")]
    columns = {
        "deviceId": station, "component": "probe", "sensor": ["temperature", "humidity"],
        "timestamp": [at(4).isoformat()] * 2, "value": [25, 101],
    }  # fmt: skip
    receipt = organization.http.post("/readings/batch", json=columns).json()
    assert (receipt["accepted"], errors_of(receipt)) == (1, [(1, "OUT_OF_RANGE")])
    csv = f"timestamp,deviceId,component,sensor,value\n{at(5).isoformat()},{station},probe,temperature,26\n"
    answer = organization.http.post(
        "/readings/batch", content=csv, headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["accepted"] == 1, answer.text
    temperature = sensors(organization, station)[True, "temperature"]["id"]
    assert [value for _, value in stored(organization, temperature)] == [
        20.0,
        21.0,
        22.0,
        25.0,
        26.0,
    ]


def test_values_count_towards_what_a_request_may_hold(
    organization: Organization, station: str
) -> None:
    values = dict.fromkeys(map(str, range(1_000)), 1)
    body = [payload(station, n, **values) for n in range(101)]
    answer = organization.http.post("/readings/batch", json=body)
    assert_problem(answer, 413)
    assert organization.http.get("/admin/quarantine").json()["items"] == []


def test_a_device_reports_structured_payloads_beside_single_readings(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any]
) -> None:
    device = provision_device(organization, "gateway")
    answer = organization.http.post(
        f"/devices/{device.id}/components", json={"key": "probe", "sensorProfileId": profile["id"]}
    )
    assert answer.status_code == 201, answer.text
    session = connect(platform, device)
    own = {"sensor": "own", "timestamp": at(0).isoformat(), "value": 1.5}
    claimed = payload("another device", 0, temperature=20, humidity=50)
    session.publish_all(
        [
            claimed,
            [payload(device.id, 1, temperature=21), own],
            payload(device.id, 2, temperature=90),
        ]
    )
    session.close()
    found = sensors(organization, device.id)
    assert found.keys() == {(True, "temperature"), (True, "humidity"), (False, "own")}
    assert stored(organization, found[True, "temperature"]["id"]) == [(at(0), 20.0), (at(1), 21.0)]
    [entry] = organization.http.get("/admin/quarantine").json()["items"]
    assert (entry["reason"], entry["deviceId"]) == ("OUT_OF_RANGE", device.id)


def test_every_change_of_a_binding_reaches_broker_and_api_within_a_second(
    platform: RunningPlatform, organization: Organization, profile: dict[str, Any]
) -> None:
    http = organization.http
    device = provision_device(organization, "gateway")
    made = http.post(
        f"/devices/{device.id}/components", json={"key": "probe", "sensorProfileId": profile["id"]}
    )
    component = f"/components/{made.json()['id']}"
    newer = make_sensor_profile(
        organization, version="1.1", fields=[CLIMATE[0] | {"max": 125}, CLIMATE[1]]
    )
    other = make_device_profile(organization, "hub", fields=[{"key": "load", "type": "DOUBLE"}])
    session = connect(platform, device)
    numbers = iter(range(10_000))
    hot: dict[str, Any] = {"component": "probe", "values": {"temperature": 100}}

    def by_mqtt(element: dict[str, Any]) -> bool:
        moment = at(next(numbers))
        session.publish_all([{**element, "timestamp": moment.isoformat()}])
        refused = http.get("/admin/quarantine", params={"deviceId": device.id, "limit": 1}).json()[
            "items"
        ]
        return not refused or json.loads(refused[0]["payload"])["timestamp"] != moment.isoformat()

    def by_http(element: dict[str, Any]) -> bool:
        receipt = send(
            organization,
            [{**element, "deviceId": device.id, "timestamp": at(next(numbers)).isoformat()}],
        )
        return bool(receipt["accepted"] == 1)

    def becomes(change: Callable[[], Any], element: dict[str, Any], *, is_good: bool) -> None:
        answer = change()
        assert answer.status_code in (200, 201, 204), answer.text
        deadline = time.monotonic() + CHANGE_SECONDS
        for accepted in (by_mqtt, by_http):
            while accepted(element) is not is_good:
                assert time.monotonic() < deadline, (
                    f"{accepted.__name__}: not known after {CHANGE_SECONDS} s"
                )

    assert not by_mqtt(hot)
    assert not by_http(hot)
    upgrade = {"sensorProfileId": newer["id"]}
    becomes(lambda: http.patch(component, json=upgrade), hot, is_good=True)
    becomes(lambda: http.patch(component, json={"sensorProfileId": None}), hot, is_good=False)
    becomes(lambda: http.patch(component, json=upgrade), hot, is_good=True)
    becomes(lambda: http.patch(component, json={"key": "renamed"}), hot, is_good=False)
    becomes(lambda: http.patch(component, json={"key": "probe"}), hot, is_good=True)
    becomes(lambda: http.delete(component), hot, is_good=False)
    load = {"values": {"load": 0.5}}
    reference = {"deviceProfile": {"name": other["name"], "version": other["version"]}}
    becomes(lambda: http.patch(f"/devices/{device.id}", json=reference), load, is_good=True)
    becomes(
        lambda: http.patch(f"/devices/{device.id}", json={"deviceProfile": None}),
        load,
        is_good=False,
    )
    session.close()


def test_a_faulty_payload_is_stored_by_its_replay_after_the_profile_was_upgraded(
    organization: Organization, station: str
) -> None:
    http = organization.http
    hot, unknown = (
        payload(station, 0, temperature=100, humidity=5),
        payload(station, 1, temperature=20, co2=400),
    )
    assert send(organization, [hot, unknown])["quarantined"] == 2
    entries = http.get("/admin/quarantine", params={"sort": "receivedAt"}).json()["items"]
    by_payload = {entry["payload"]: entry["id"] for entry in entries}
    assert {json.loads(text)["timestamp"] for text in by_payload} == {
        hot["timestamp"],
        unknown["timestamp"],
    }

    def replay(entry_id: str) -> dict[str, Any]:
        answer = http.post(f"/admin/quarantine/{entry_id}/replay")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    before = {entry["id"]: entry for entry in entries}
    for entry_id, entry in before.items():  # nothing was mended yet
        outcome = replay(entry_id)
        assert (outcome["isResolved"], outcome["accepted"], outcome["message"]) == (
            False,
            0,
            entry["message"],
        )
        assert http.get(f"/admin/quarantine/{entry_id}").json() == entry

    newer = make_sensor_profile(
        organization, version="1.1", fields=[*CLIMATE, {"key": "co2", "type": "DOUBLE"}]
    )
    preview = http.post(f"/sensor-profiles/{newer['id']}/upgrade-preview").json()
    assert (preview["components"], preview["faults"]) == (1, [])
    component = component_of(organization, station)
    assert (
        http.patch(f"/components/{component}", json={"sensorProfileId": newer["id"]}).status_code
        == 200
    )

    def replay_all() -> dict[str, Any]:
        answer: dict[str, Any] = http.post(
            "/admin/quarantine/replay", json={"deviceId": station}
        ).json()
        return answer if answer["resolved"] else {}

    outcome = soon(replay_all)
    assert (outcome["resolved"], outcome["accepted"], outcome["nextCursor"]) == (1, 2, None)
    assert sorted(item["isResolved"] for item in outcome["items"]) == [False, True]
    assert stored(organization, sensors(organization, station)[True, "co2"]["id"]) == [
        (at(1), 400.0)
    ]
    [left] = http.get("/admin/quarantine").json()["items"]
    assert json.loads(left["payload"]) == hot
    assert (left["occurrences"], left["lastReceivedAt"]) == (
        1,
        before[left["id"]]["lastReceivedAt"],
    )

    wider = make_sensor_profile(
        organization,
        version="1.2",
        fields=[CLIMATE[0] | {"max": 125}, CLIMATE[1], {"key": "co2", "type": "DOUBLE"}],
    )
    assert (
        http.patch(f"/components/{component}", json={"sensorProfileId": wider["id"]}).status_code
        == 200
    )

    def replay_left() -> dict[str, Any]:
        outcome = replay(left["id"])
        return outcome if outcome["isResolved"] else {}

    assert soon(replay_left) == {
        "id": left["id"], "isResolved": True, "accepted": 2, "duplicates": 0, "reason": None, "message": None,
        "payload": None,
    }  # fmt: skip
    assert http.get("/admin/quarantine").json()["items"] == []
    assert_problem(http.post(f"/admin/quarantine/{left['id']}/replay"), 404)


def test_entries_are_replayed_in_pages_and_what_can_not_be_read_stays_as_it_is(
    organization: Organization, station: str
) -> None:
    http = organization.http
    # The component is not there yet; and a row of CSV makes no sense without its header.
    for n in range(4):
        sent = payload(station, n, component="later", temperature=20 + n)
        assert send(organization, [sent])["quarantined"] == 1
    csv = f"timestamp,deviceId,sensor,value\nyesterday,{station},a,1\n"
    http.post("/readings/batch", content=csv, headers={"Content-Type": "text/csv"})
    first = http.get("/admin/quarantine", params={"sort": "receivedAt"}).json()["items"][0]["id"]
    profile_id = http.get("/sensor-profiles").json()["items"][0]["id"]
    body = {"key": "later", "sensorProfileId": profile_id}
    assert http.post(f"/devices/{station}/components", json=body).status_code == 201
    soon(lambda: http.post(f"/admin/quarantine/{first}/replay").json()["isResolved"])
    assert (
        send(organization, [payload(station, 2, component="later", temperature=-5)])["accepted"]
        == 1
    )
    outcomes, cursor = [], None
    for _ in range(4):
        page = http.post("/admin/quarantine/replay", json={"limit": 1, "cursor": cursor}).json()
        outcomes += [(item["isResolved"], item["reason"]) for item in page["items"]]
        cursor = page["nextCursor"]
    assert cursor is None
    assert outcomes == [
        (True, None),
        (False, "CONFLICTING_VALUE"),
        (True, None),
        (False, "BAD_TIMESTAMP"),
    ]
    left = http.get("/admin/quarantine", params={"sort": "receivedAt"}).json()["items"]
    assert [entry["reason"] for entry in left] == ["CONFLICTING_VALUE", "BAD_TIMESTAMP"]
    none = http.post(
        "/admin/quarantine/replay", json={"to": (at(0) - timedelta(days=1)).isoformat()}
    ).json()
    assert (none["items"], none["resolved"]) == ([], 0)
    assert_problem(http.post("/admin/quarantine/replay", json={"limit": 501}), 400)


def test_another_organization_replays_nothing_of_ours(
    organization: Organization, neighbour: Organization, station: str
) -> None:
    assert send(organization, [payload(station, 0, temperature=99)])["quarantined"] == 1
    [entry] = organization.http.get("/admin/quarantine").json()["items"]
    assert_problem(neighbour.http.post(f"/admin/quarantine/{entry['id']}/replay"), 404)
    assert neighbour.http.post("/admin/quarantine/replay", json={}).json()["items"] == []
    assert organization.http.get("/admin/quarantine").json()["items"] == [entry]
