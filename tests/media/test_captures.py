"""Captures: wanted in the transaction of an event, by the events' times, and kept beyond the
footage."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.make.clips import (
    fetch,
    make_camera,
    recorded_camera,
    seconds,
    wait_for_clip,
)
from tests.make.devices import register_device
from tests.make.fleet import make_device, make_sensor
from tests.make.footage import numbers_in
from tests.make.found_alerts import fire
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


def make_rule(organization: Organization, **fields: Any) -> str:
    """A rule about doors, without a cooldown; its id."""
    body = {
        "name": f"rule {uuid4()}",
        "match": {"sources": ["X_DOOR"]},
        "preRollSeconds": 1,
        "postRollSeconds": 2,
        "cooldownSeconds": 0,
        **fields,
    }
    answer = organization.http.post("/media-capture-rules", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def happen(organization: Organization, moment: datetime, **fields: Any) -> str:
    """A door was opened; the event's id."""
    body = {"type": "X_DOOR", "title": "Door opened", "occurredAt": moment.isoformat(), **fields}
    answer = organization.http.post("/events", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def captures(organization: Organization, **filters: str) -> list[dict[str, Any]]:
    answer = organization.http.get("/captures", params=filters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def begins(organization: Organization, rule_id: str) -> list[float]:
    """Of all captures of a rule, in seconds after the footage's begin, with the pre-roll."""
    return sorted(
        (datetime.fromisoformat(one["from"]) - seconds(0)).total_seconds()
        for one in captures(organization, ruleId=rule_id)
    )


def suppressed(platform: RunningPlatform, rule_id: str) -> int:
    with psycopg.connect(admin_address(platform)) as admin:
        row = admin.execute(
            "SELECT suppressed FROM platform.media_capture_state WHERE rule_id = %s", [rule_id]
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_what_happened_is_seen_with_what_came_before_and_outlives_the_footage(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    rule_id = make_rule(organization, cameraIds=[camera_id])
    event_id = happen(organization, seconds(4))
    (wanted,) = captures(organization, eventId=event_id)  # there when the event's answer is
    assert (wanted["ruleId"], wanted["cameraId"]) == (rule_id, camera_id)
    capture = wait_for_clip(organization, f"/captures/{wanted['id']}")
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute("DELETE FROM platform.dvr_segment WHERE camera_id = %s", [camera_id])
    assert organization.http.delete(f"/media-capture-rules/{rule_id}").status_code == 204
    answer = organization.http.get(f"/captures/{capture['id']}/download")
    assert numbers_in(fetch(answer.json()["downloadUrl"])) == [*range(75, 150)]
    assert numbers_in(fetch(capture["thumbnailUrl"])) == [75]


def test_an_event_of_a_device_is_seen_by_its_own_cameras(organization: Organization) -> None:
    device_id = register_device(organization, f"door {uuid4()}")["deviceId"]
    own = make_camera(organization, deviceId=device_id)
    make_camera(organization)
    rule_id = make_rule(organization)
    happen(organization, seconds(4), deviceId=device_id)
    assert [one["cameraId"] for one in captures(organization, ruleId=rule_id)] == [own]
    assert captures(organization, deviceId=device_id)[0]["deviceId"] == device_id


def test_cooldown_is_by_the_events_times_in_whatever_order_they_come(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization)
    rule_id = make_rule(organization, cameraIds=[camera_id], cooldownSeconds=60)
    for count in (100, 130, 160, 50, 41, 40):
        happen(organization, seconds(count))
    assert begins(organization, rule_id) == [39, 99, 159]
    assert suppressed(platform, rule_id) == 3


def test_no_hour_of_events_has_more_captures_than_may_be(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization)
    rule_id = make_rule(organization, cameraIds=[camera_id], maxPerHour=2)
    for count in (0, -1800, -900, -3600, 10):
        happen(organization, seconds(count))
    assert begins(organization, rule_id) == [-3601, -1801, -1]
    assert suppressed(platform, rule_id) == 2


@pytest.mark.parametrize(
    "match",
    [
        {"sources": ["X_WINDOW"]},
        {"severities": ["CRITICAL"]},
        {"sources": ["X_DOOR"], "severities": ["WARNING", "CRITICAL"]},
    ],
)
def test_what_a_rule_does_not_mean_is_not_captured(
    organization: Organization, match: dict[str, Any]
) -> None:
    camera_id = make_camera(organization)
    rule_id = make_rule(organization, cameraIds=[camera_id], match=match)
    happen(organization, seconds(4))
    assert captures(organization, ruleId=rule_id) == []


def test_a_rule_that_is_off_or_gone_captures_nothing(organization: Organization) -> None:
    camera_id = make_camera(organization)
    rule_id = make_rule(organization, cameraIds=[camera_id], enabled=False)
    happen(organization, seconds(4))
    path = f"/media-capture-rules/{rule_id}"
    assert organization.http.patch(path, json={"enabled": True}).status_code == 200
    happen(organization, seconds(5))
    assert organization.http.delete(path).status_code == 204
    happen(organization, seconds(6))
    assert begins(organization, rule_id) == [4]


def test_a_capture_waits_for_what_comes_after(organization: Organization) -> None:
    camera_id = make_camera(organization)
    make_rule(organization, cameraIds=[camera_id], postRollSeconds=600)
    happen(organization, seconds(3600))
    (capture,) = captures(organization, cameraId=camera_id)
    assert capture["status"] == "PENDING"
    path = f"/captures/{capture['id']}"
    assert_problem(organization.http.get(f"{path}/download"), 409, code="NOT_READY")
    assert organization.http.delete(path).status_code == 204
    assert_problem(organization.http.get(path), 404)


def test_an_alert_tells_what_cameras_saw_of_it(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization)
    make_rule(organization, cameraIds=[camera_id], match={"sources": ["ALERT"]})
    sensor_id = make_sensor(organization, make_device(organization, "room"), "warmth")["id"]
    path = f"/alerts/{fire(organization, sensor_id, 'warm')['id']}"
    [capture] = organization.http.get(path).json()["captures"]
    assert capture == captures(organization, cameraId=camera_id)[0]
    made = organization.http.post("/api-keys", json={"name": "no media", "scopes": ["alerts:read"]})
    with platform.client(made.json()["key"]) as blind:
        assert blind.get(path).json()["captures"] == []


def test_a_rule_names_nothing_of_a_neighbours_nor_what_no_event_says(
    organization: Organization, neighbour: Organization
) -> None:
    camera_id = make_camera(organization)
    device_id = register_device(organization, f"door {uuid4()}")["deviceId"]

    def refused(http: httpx.Client, **fields: Any) -> httpx.Response:
        return http.post("/media-capture-rules", json={"name": "x", "match": {}, **fields})

    assert_problem(refused(neighbour.http, cameraIds=[camera_id]), 404)
    assert_problem(refused(neighbour.http, match={"deviceIds": [device_id]}), 404)
    target = {"type": "DEVICE_GROUP", "id": str(uuid4())}
    assert_problem(refused(organization.http, match={"target": target}), 422)
    assert_problem(refused(organization.http, preRollSeconds=0, postRollSeconds=0), 422)


def test_one_neighbours_events_capture_nothing_of_anothers(
    organization: Organization, neighbour: Organization
) -> None:
    camera_id = make_camera(organization)
    make_rule(organization, cameraIds=[camera_id], match={})
    happen(neighbour, seconds(0) + timedelta(seconds=1))
    assert captures(organization, cameraId=camera_id) == []
    assert captures(neighbour) == []
