"""Readings for a neighbour: over MQTT on its topic or in the body, and over HTTP."""

from __future__ import annotations

import contextlib
import queue
from typing import Any

import pytest

from tests.make.devices import WAIT_SECONDS, Session, connect
from tests.make.platform import RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import at, by_key, errors_of, send, sensors_by_key, span, stored
from tests.make.resources import World

pytestmark = ON_EITHER_BACKEND


def everything_of(world: World) -> dict[str, Any]:
    """All that a foreign write could have changed."""
    http = world.organization.http
    return {
        "sensors": http.get("/sensors", params={"limit": 500}).json()["items"],
        "readings": stored(world.organization, world.sensor_id),
        "quarantine": http.get("/admin/quarantine", params={"limit": 500}).json()["items"],
        "devices": [
            {
                name: value
                for name, value in device.items()
                if name not in ("connected", "lastSeenAt", "status")
            }
            for device in http.get("/devices").json()["items"]
        ],
    }


def attack(session: Session, topic: str, payload: Any) -> None:
    session.publish(payload, topic=topic)
    assert session.disconnected.wait(WAIT_SECONDS), (
        "the broker kept a session that left its own topics"
    )
    with contextlib.suppress(Exception):
        session.close()


TOPICS = {
    "the neighbour's readings": "v1/readings/{their_org}/{their_device}",
    "its device under the neighbour's organization": "v1/readings/{their_org}/{our_device}",
    "the neighbour's device under its own organization": "v1/readings/{our_org}/{their_device}",
    "the neighbour's status": "v1/gateways/{their_org}/{their_device}/status",
    "every device": "v1/readings/{our_org}/+",
    "everything": "#",
    "its own topic in capitals": "V1/READINGS/{our_org}/{our_device}",
    "its own topic and more": "v1/readings/{our_org}/{our_device}/x",
    "its own commands": "v1/gateways/{our_org}/{our_device}/commands",
    "the broker's own": "$SYS/broker",
}


@pytest.mark.parametrize(
    "topic", [name for name in TOPICS if name not in ("every device", "everything")]
)
def test_a_device_that_publishes_elsewhere_is_cut_off_and_nothing_is_stored(
    platform: RunningPlatform, ours: World, theirs: World, topic: str
) -> None:
    before = everything_of(theirs), stored(ours.organization, ours.sensor_id)
    session = connect(platform, ours.device)
    where = TOPICS[topic].format(
        our_org=ours.organization.id,
        our_device=ours.device.id,
        their_org=theirs.organization.id,
        their_device=theirs.device.id,
    )
    attack(
        session,
        where,
        {"sensorId": theirs.sensor_id, "timestamp": at(50).isoformat(), "value": 66.6},
    )
    assert (everything_of(theirs), stored(ours.organization, ours.sensor_id)) == before


@pytest.mark.parametrize("topic", ["v1/readings/{org}/{device}", "v1/readings/#", "#", "+/+/+/+"])
def test_a_device_that_listens_to_a_neighbour_hears_nothing(
    platform: RunningPlatform, ours: World, theirs: World, topic: str
) -> None:
    listener = connect(platform, ours.device)
    answered: queue.Queue[list[bool]] = queue.Queue()
    listener.client.on_subscribe = lambda _c, _d, _m, reasons, _p: answered.put(
        [r.is_failure for r in reasons]
    )
    on_disconnect = listener.client.on_disconnect
    listener.client.on_disconnect = lambda *_: (
        on_disconnect and on_disconnect(*_),
        answered.put([True]),
    )
    listener.client.subscribe(
        topic.format(org=theirs.organization.id, device=theirs.device.id), qos=1
    )
    assert answered.get(timeout=WAIT_SECONDS) == [True], "the subscription was granted"
    speaker = connect(platform, theirs.device)
    speaker.publish_all(
        [{"sensor": "label", "timestamp": at(1).isoformat(), "value": "secret of theirs"}]
    )
    speaker.close()
    assert listener.received.empty()
    with contextlib.suppress(Exception):
        listener.close()


def test_a_certificate_does_not_open_a_neighbours_session(
    platform: RunningPlatform, ours: World, theirs: World
) -> None:
    with pytest.raises(ConnectionError):
        connect(platform, ours.device, client_id=theirs.device.id)


def test_what_a_device_claims_in_its_body_is_ignored_or_refused(
    platform: RunningPlatform, ours: World, theirs: World
) -> None:
    before = everything_of(theirs)
    session = connect(platform, ours.device)
    session.publish_all(
        [
            [
                {"sensorId": theirs.sensor_id, "timestamp": at(60).isoformat(), "value": 1.5},
                {
                    "sensor": "claimed",
                    "deviceId": theirs.device.id,
                    "organizationId": theirs.organization.id,
                    "timestamp": at(60).isoformat(),
                    "value": 2.5,
                },
                {
                    "sensorId": theirs.sensor_id,
                    "deviceId": theirs.device.id,
                    "timestamp": at(61).isoformat(),
                    "value": 3.5,
                },
            ]
        ]
    )
    session.close()
    assert everything_of(theirs) == before
    # The device in the topic is the truth: the reading under a claimed device is its own.
    claimed = sensors_by_key(ours.organization, ours.device.id)["claimed"]
    assert stored(ours.organization, claimed["id"]) == [(at(60), 2.5)]
    refused = ours.organization.http.get(
        "/admin/quarantine", params={"deviceId": ours.device.id, "reason": "UNKNOWN_SENSOR"}
    ).json()["items"]
    assert {entry["payloadIndex"] for entry in refused} == {0, 2}


def test_an_http_client_can_not_name_a_neighbours_sensor_or_device(
    ours: World, theirs: World
) -> None:
    before = everything_of(theirs)
    readings = [
        by_key(ours.device.id, "temperature", at(70), 1.5),
        {"sensorId": theirs.sensor_id, "timestamp": at(70).isoformat(), "value": 1.5},
        by_key(theirs.device.id, "temperature", at(71), 1.5),
        by_key(theirs.device.id, "new sensor", at(71), 1.5),
        {
            "sensorId": theirs.sensor_id,
            "deviceId": ours.device.id,
            "timestamp": at(72).isoformat(),
            "value": 1,
        },
        {
            "sensorId": ours.sensor_id,
            "deviceId": theirs.device.id,
            "timestamp": at(73).isoformat(),
            "value": 1,
        },
        {
            "sensorId": ours.sensor_id,
            "deviceId": "nonsense",
            "timestamp": at(74).isoformat(),
            "value": 1,
        },
        {
            "sensorId": ours.sensor_id,
            "deviceId": ours.device.id,
            "timestamp": at(75).isoformat(),
            "value": 7.5,
        },
    ]
    receipt = send(ours.organization, readings)
    assert (receipt["accepted"], receipt["quarantined"]) == (2, 6)
    assert errors_of(receipt) == [(index, "UNKNOWN_SENSOR") for index in range(1, 7)]
    assert everything_of(theirs) == before


def test_the_same_sensor_key_and_time_in_two_organizations_are_two_readings(
    ours: World, theirs: World
) -> None:
    for world, value in ((ours, 100.25), (theirs, 200.25)):
        receipt = send(world.organization, [by_key(world.device.id, "shared name", at(80), value)])
        assert receipt["accepted"] == 1
    for world, value in ((ours, 100.25), (theirs, 200.25)):
        sensor = sensors_by_key(world.organization, world.device.id)["shared name"]["id"]
        shown = world.organization.http.get(
            f"/readings/sensor/{sensor}/stats", params=span()
        ).json()
        assert (shown["count"], shown["sum"]) == (1, value)
