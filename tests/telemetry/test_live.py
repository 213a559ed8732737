"""Live readings: what is committed is told, to those who may know, once."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import pytest

from tests.make.devices import connect, provision_device, reading, register_device
from tests.make.live import streaming
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key


def sensor_of(organization: Organization, device_id: str, key: str = "t") -> str:
    """A sensor's id; it is born with a reading from long ago."""
    send(organization, [by_key(device_id, key, at(-10_000), 20.5)])
    return str(sensors_by_key(organization, device_id)[key]["id"])


def tell(organization: Organization, sensor_id: str, *readings: tuple[datetime, Any]) -> None:
    receipt = send(
        organization,
        [
            {"sensorId": sensor_id, "timestamp": ts.isoformat(), "value": value}
            for ts, value in readings
        ],
    )
    assert receipt["accepted"] == len(readings), receipt


def test_first_the_newest_of_each_sensor_then_every_reading(
    tenant: Organization, device_id: str
) -> None:
    sensor = sensor_of(tenant, device_id)
    with streaming(tenant, sensorIds=sensor) as stream:
        stream.until_ready()
        assert [one.name for one in stream.told] == ["selection", "snapshot"]
        assert stream.told[0].data == {"sensors": 1, "missing": []}
        assert stream.told[1].readings == [(sensor, at(-10_000), 20.5)]
        assert stream.told[1].data["complete"] is True
        tell(tenant, sensor, (at(1), 1.5), (at(2), 2.5))
        tell(tenant, sensor, (at(3), 3.5))
        stream.until_seen({(sensor, at(second)) for second in (1, 2, 3)})
        assert stream.readings == [(sensor, at(n), n + 0.5) for n in (1, 2, 3)]
        assert all(one.id for one in stream.of("readings"))
        assert stream.retry


def test_every_kind_of_value_comes_as_it_was_sent(tenant: Organization, device_id: str) -> None:
    values = {
        "double": 21.25,
        "whole": 2**53 + 1,
        "boolean": False,
        "text": 'wörds\n"quoted" \u2028',
    }
    with streaming(tenant, deviceId=device_id) as stream:
        stream.until_ready()
        send(tenant, [by_key(device_id, key, at(1), value) for key, value in values.items()])
        stream.until(lambda: len(stream.readings) == 4)
    ids = {sensor["id"]: key for key, sensor in sensors_by_key(tenant, device_id).items()}
    assert {ids[sensor]: value for sensor, _, value in stream.readings} == values


def test_a_device_tells_over_mqtt(platform: RunningPlatform, organization: Organization) -> None:
    device = provision_device(organization, "live")
    session = connect(platform, device)
    with streaming(organization) as stream:
        stream.until_ready()
        session.publish_all([reading("t", at(second), second + 0.5) for second in range(20)])
        stream.until(lambda: len(stream.readings) == 20)
        assert [value for _, _, value in stream.readings] == [second + 0.5 for second in range(20)]
    session.close()


def test_a_new_sensor_of_a_selected_device_is_told_from_its_first_reading(
    tenant: Organization, device_id: str
) -> None:
    other = register_device(tenant, "another device")["deviceId"]
    with streaming(tenant, deviceId=device_id) as stream:
        stream.until_ready()
        assert stream.told[0].data["sensors"] == 0
        send(tenant, [by_key(other, "born", at(1), 1.5), by_key(device_id, "born", at(2), 2.5)])
        send(
            tenant, [by_key(device_id, "born", at(3), 3.5), by_key(device_id, "later", at(3), 4.5)]
        )
        stream.until(lambda: len(stream.readings) >= 3)
        assert [(ts, value) for _, ts, value in stream.readings] == [
            (at(2), 2.5),
            (at(3), 3.5),
            (at(3), 4.5),
        ]


def test_a_late_reading_is_told_with_its_own_time(tenant: Organization, device_id: str) -> None:
    sensor = sensor_of(tenant, device_id)
    with streaming(tenant, sensorIds=sensor) as stream:
        stream.until_ready()
        for second in (5, 3, 6, 1):
            tell(tenant, sensor, (at(second), second + 0.5))
        stream.until(lambda: len(stream.readings) == 4)
        assert [ts for _, ts, _ in stream.readings] == [at(second) for second in (5, 3, 6, 1)]


def test_what_was_stored_already_or_refused_is_not_told(
    tenant: Organization, device_id: str
) -> None:
    sensor = sensor_of(tenant, device_id)
    with streaming(tenant, sensorIds=sensor) as stream:
        stream.until_ready()
        tell(tenant, sensor, (at(1), 1.5))
        for value in (1.5, 9.5):  # a duplicate and a conflict
            send(tenant, [{"sensorId": sensor, "timestamp": at(1).isoformat(), "value": value}])
        tell(tenant, sensor, (at(2), 2.5))
        stream.until_seen({(sensor, at(2))})
        assert stream.readings == [(sensor, at(1), 1.5), (sensor, at(2), 2.5)]


def test_who_comes_back_gets_exactly_what_was_missed(tenant: Organization, device_id: str) -> None:
    sensor = sensor_of(tenant, device_id)
    with streaming(tenant, sensorIds=sensor) as before:
        before.until_ready()
        tell(tenant, sensor, (at(1), 1.5))
        before.until_seen({(sensor, at(1))})
    tell(tenant, sensor, (at(2), 2.5))
    tell(tenant, sensor, (at(0), 0.5))
    for query in ({"last_id": before.last_id}, {"lastEventId": before.last_id}):
        with streaming(tenant, sensorIds=sensor, **query) as after:
            after.until_seen({(sensor, at(2)), (sensor, at(0))})
            assert [one.name for one in after.told if one.name != "readings"] == ["selection"]
            assert after.keys == [(sensor, at(2)), (sensor, at(0))]
    tell(tenant, sensor, (at(3), 3.5))
    with streaming(tenant, sensorIds=sensor, last_id=after.last_id) as again:
        again.until_seen({(sensor, at(3))})
        assert again.keys == [(sensor, at(3))]


@pytest.mark.parametrize(
    "last_id", ["1-0", "99999999999999-0", "0-0", "nonsense", "1", "-", "9" * 99, "1-1'"]
)
def test_an_id_that_is_not_in_the_log_leads_to_a_reset(
    tenant: Organization, device_id: str, last_id: str
) -> None:
    sensor = sensor_of(tenant, device_id)
    with streaming(tenant, sensorIds=sensor, last_id=last_id) as stream:
        stream.until_told("snapshot")
        # Where the machine is slow, the reading that is there comes out of the log, too.
        assert [one.name for one in stream.told[:3]] == ["selection", "reset", "snapshot"]
        assert stream.told[1].data == {"reason": "TOO_OLD"}
        assert stream.told[2].readings == [(sensor, at(-10_000), 20.5)]
        tell(tenant, sensor, (at(1), 1.5))
        stream.until_seen({(sensor, at(1))})


def test_a_neighbours_readings_are_never_told(
    organization: Organization, neighbour: Organization
) -> None:
    ours = register_device(organization, "ours")["deviceId"]
    theirs = register_device(neighbour, "theirs")["deviceId"]
    sensor, secret = sensor_of(organization, ours), sensor_of(neighbour, theirs)
    site = neighbour.http.post("/sites", json={"name": "theirs"}).json()["id"]
    group = neighbour.http.post(
        "/device-groups", json={"name": "theirs", "tags": ["t"], "match": "ANY"}
    ).json()
    for device in ((neighbour, theirs), (organization, ours)):
        device[0].http.patch(f"/devices/{device[1]}", json={"tags": ["t"]})
    neighbour.http.patch(f"/devices/{theirs}", json={"siteId": site})

    with streaming(neighbour) as their_stream:
        their_stream.until_ready()
        tell(neighbour, secret, (at(1), 666.5))
        their_stream.until_seen({(secret, at(1))})

    foreign = {
        "sensorIds": f"{sensor},{secret}",
        "deviceId": theirs,
        "siteId": site,
        "groupId": group["id"],
    }
    streams: list[dict[str, Any]] = [{}, foreign, foreign | {"last_id": their_stream.last_id}]
    for query in streams:
        with streaming(organization, **query) as stream:
            stream.until_told("snapshot")
            if query:
                assert set(stream.told[0].data["missing"]) == {secret, theirs, site, group["id"]}
            tell(neighbour, secret, (at(2 + streams.index(query)), 667.5))
            tell(organization, sensor, (at(2 + streams.index(query)), 1.5))
            stream.until_seen({(sensor, at(2 + streams.index(query)))})
            told = [item for one in stream.told for item in one.data.get("items", [])]
            assert {item["sensorId"] for item in told} == {sensor}

    for query in (
        {"sensorIds": secret},
        {"deviceId": theirs},
        {"siteId": site},
        {"groupId": group["id"]},
        {"sensorIds": str(uuid.uuid4())},
    ):
        answer = organization.http.get("/readings/stream", params=query)
        assert_problem(answer, 404, code="NOT_FOUND")


@pytest.mark.parametrize("kind", ["siteId", "groupId"])
def test_a_site_or_a_group_is_told_as_devices_come_and_go(
    organization: Organization, kind: str
) -> None:
    inside, outside = (
        register_device(organization, name)["deviceId"] for name in ("inside", "outside")
    )
    ours, other = sensor_of(organization, inside), sensor_of(organization, outside)
    path, body = {
        "siteId": ("/sites", {"name": "Hall"}),
        "groupId": ("/device-groups", {"name": "Cold", "tags": ["cold", "new"], "match": "ALL"}),
    }[kind]
    place = organization.http.post(path, json=body)
    assert place.status_code == 201, place.text
    there = (
        {"siteId": place.json()["id"]} if kind == "siteId" else {"tags": ["cold", "new", "more"]}
    )
    away = {"siteId": None} if kind == "siteId" else {"tags": ["cold"]}

    def put(device: str, where: dict[str, Any]) -> None:
        assert organization.http.patch(f"/devices/{device}", json=where).status_code == 200

    put(inside, there)
    with streaming(organization, **{kind: place.json()["id"]}) as stream:
        stream.until_told("snapshot")
        assert stream.told[0].data == {"sensors": 1, "missing": []}
        tell(organization, ours, (at(1), 1.5))
        tell(organization, other, (at(1), 1.5))
        stream.until_seen({(ours, at(1))})
        put(outside, there)
        assert stream.until_told("selection", 2).data == {"sensors": 2, "missing": []}
        assert {sensor for sensor, _, _ in stream.until_told("snapshot", 2).readings} == {
            ours,
            other,
        }
        put(inside, away)
        assert stream.until_told("selection", 3).data == {"sensors": 1, "missing": []}
        stream.until_told("snapshot", 3)
        tell(organization, ours, (at(2), 2.5))
        tell(organization, other, (at(2), 2.5))
        stream.until_seen({(other, at(2))})
        assert (ours, at(2)) not in stream.keys
        assert (other, at(1)) not in stream.keys
        assert organization.http.delete(f"{path}/{place.json()['id']}").status_code in (204, 409)


def test_a_deleted_device_leaves_the_selection(organization: Organization) -> None:
    first, second = (
        register_device(organization, name)["deviceId"] for name in ("first", "second")
    )
    sensor_of(organization, first)
    sensor_of(organization, second)
    with streaming(organization, deviceId=f"{first},{second}") as stream:
        stream.until_told("snapshot")
        assert organization.http.delete(f"/devices/{first}").status_code == 204
        assert stream.until_told("selection", 2).data == {"sensors": 1, "missing": [first]}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"siteId": "1"},
        {"sensorIds": "x"},
        {"deviceId": "1,2"},
        {"all": "true", "deviceId": str(uuid.uuid4())},
        {"all": "perhaps"},
        {"sensorIds": ""},
        {"lastEventId": "1" * 101, "all": "true"},
    ],
)
def test_a_selection_that_says_nothing_is_refused(
    tenant: Organization, query: dict[str, str]
) -> None:
    assert_problem(tenant.http.get("/readings/stream", params=query), 400, code="MALFORMED")
