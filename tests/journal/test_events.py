"""One timeline: what people note, what they ask for, and whose it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.make.fleet import made, make_component, make_device, make_sensor, make_site
from tests.make.journal import journal_writer, titles, write_event
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


def note(organization: Organization, title: str, **more: Any) -> dict[str, Any]:
    return made(organization, "/events", **{"type": "NOTE", "title": title, **more})


def test_a_note_about_a_sensor_names_its_component_device_and_site(
    organization: Organization,
) -> None:
    site = make_site(organization, "Depot")["id"]
    device = make_device(organization, "gate", siteId=site)
    component = make_component(organization, device, "probe")["id"]
    sensor = make_sensor(organization, device, "warmth", componentId=component)["id"]
    noted = note(organization, "replaced", sensorId=sensor, details={"ticket": 4711})
    place = {"siteId": site, "deviceId": device, "componentId": component, "sensorId": sensor}
    assert {name: noted[name] for name in place} == place
    assert (noted["severity"], noted["details"]) == ("INFO", {"ticket": 4711})
    assert noted["actor"].startswith("key_")
    for name, id_ in place.items():
        assert titles(organization, **{name: id_}) == ["replaced"]
        assert titles(organization, **{name: str(uuid4())}) == []


def test_a_note_may_tell_of_what_was_long_ago_and_stands_there(organization: Organization) -> None:
    long_ago = datetime(2020, 2, 29, 12, tzinfo=UTC)
    note(organization, "now")
    old = note(organization, "then", occurredAt=long_ago.isoformat())
    assert old["occurredAt"] == "2020-02-29T12:00:00Z"
    assert titles(organization) == ["now", "then"]
    assert titles(organization, sort="occurredAt") == ["then", "now"]
    assert titles(organization, sort="-recordedAt") == ["then", "now"]
    assert titles(organization, to="2020-02-29T12:00:00Z") == []
    assert titles(
        organization, **{"from": "2020-02-29T12:00:00Z", "to": "2021-01-01T00:00:00Z"}
    ) == ["then"]
    assert titles(organization, recordedFrom=old["recordedAt"]) == ["then"]


async def test_filters_add_up(platform: RunningPlatform, organization: Organization) -> None:
    note(organization, "Filter changed", severity="WARNING")
    made(organization, "/events", type="X_SHIFT", title="Night shift")
    async with journal_writer(platform) as writer:
        await write_event(writer, organization.id, "offline", severity="CRITICAL")
    assert titles(organization, type="NOTE,X_SHIFT") == ["Night shift", "Filter changed"]
    assert titles(organization, severity=["WARNING", "CRITICAL"]) == ["offline", "Filter changed"]
    assert titles(organization, q="SHIFT") == ["Night shift"]
    assert titles(organization, actor="platform") == ["offline"]
    assert titles(organization, actor="platform", type="NOTE") == []
    assert_problem(organization.http.get("/events", params={"severity": "LOUD"}), 400)


NOBODYS = "0193f1a0-0000-7000-8000-000000000000"
AHEAD = (datetime.now(UTC) + timedelta(days=1)).isoformat()
REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "the platform's type": ({"type": "DEVICE_STATUS"}, 400),
    "a type without a name": ({"type": "X_"}, 400),
    "a type in small letters": ({"type": "x_small"}, 400),
    "no title": ({"title": ""}, 400),
    "a long title": ({"title": "x" * 301}, 400),
    "a NUL in the title": ({"title": "a\0b"}, 400),
    "a NUL in the details": ({"details": {"a": "\0"}}, 400),
    "no severity of ours": ({"severity": "LOUD"}, 400),
    "a time without a zone": ({"occurredAt": "2026-11-23T09:15:00"}, 400),
    "a time ahead": ({"occurredAt": AHEAD}, 422),
    "large details": ({"details": {"a": "x" * 16_380}}, 422),
    "no device": ({"deviceId": NOBODYS}, 404),
    "no site": ({"siteId": NOBODYS}, 404),
    "no sensor": ({"sensorId": NOBODYS}, 404),
    "another actor": ({"actor": "somebody else"}, 400),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_can_not_be_noted_is_told(organization: Organization, what: str) -> None:
    body, status = REFUSED[what]
    answer = organization.http.post("/events", json={"type": "NOTE", "title": "x", **body})
    assert_problem(answer, status)
    assert titles(organization) == []


def test_what_does_not_belong_together_is_refused(organization: Organization) -> None:
    one, other = (make_device(organization, name) for name in ("one", "other"))
    sensor = make_sensor(organization, one, "warmth")["id"]
    body = {"type": "NOTE", "title": "x", "sensorId": sensor, "deviceId": other}
    assert_problem(organization.http.post("/events", json=body), 422)


def test_a_neighbours_things_can_not_be_noted_about_nor_its_events_read(
    organization: Organization, neighbour: Organization
) -> None:
    theirs = make_device(neighbour, "theirs")
    event = note(neighbour, "secret", deviceId=theirs)["id"]
    body = {"type": "NOTE", "title": "x", "deviceId": theirs}
    assert_problem(organization.http.post("/events", json=body), 404)
    assert_problem(organization.http.get(f"/events/{event}"), 404)
    assert titles(organization, deviceId=theirs) == []


def test_of_a_device_that_is_gone_the_history_stays(organization: Organization) -> None:
    device = make_device(organization, "gate")
    note(organization, "repaired", deviceId=device)
    assert organization.http.delete(f"/devices/{device}").status_code == 204
    assert "repaired" in titles(organization, deviceId=device)
