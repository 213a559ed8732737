"""Things are found by the beginnings of the words of their names, the likeliest first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app.dashboards.search.pages import PAGES
from tests.dashboards.test_dashboards import make_dashboard
from tests.make.fleet import make_device, make_sensor, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

CONSOLE = Path(__file__).parents[2] / "app/console/web/src/App.svelte"


@pytest.fixture
def cold_rooms(organization: Organization) -> Organization:
    site = make_site(organization, "Cold store West")
    room = make_device(organization, "Cold room 7", siteId=site["id"])
    make_device(organization, "Hall beside the cold room 7b")
    make_device(organization, "cold")
    make_sensor(organization, room, "temperature", name="Cold air", valueType="DOUBLE")
    make_dashboard(organization, name="Cold rooms")
    return organization


def found(organization: Organization, q: str, **query: Any) -> list[tuple[str, str]]:
    answer = organization.http.get("/search", params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    return [(item["type"], item["name"]) for item in answer.json()["items"]]


def test_the_name_itself_stands_before_its_beginning_and_that_before_words_of_it(
    cold_rooms: Organization,
) -> None:
    assert found(cold_rooms, "COLD") == [
        ("DEVICE", "cold"),
        ("DASHBOARD", "Cold rooms"),
        ("SITE", "Cold store West"),
        ("DEVICE", "Cold room 7"),
        ("SENSOR", "Cold air"),
        ("DEVICE", "Hall beside the cold room 7b"),
    ]
    assert found(cold_rooms, "cold", limit=1) == [("DEVICE", "cold")]


def test_each_word_must_begin_one_in_any_order(cold_rooms: Organization) -> None:
    assert found(cold_rooms, "7 ro co") == [
        ("DEVICE", "Cold room 7"),
        ("DEVICE", "Hall beside the cold room 7b"),
    ]
    assert found(cold_rooms, "old") == []
    assert found(cold_rooms, "room 8") == []


def test_things_are_told_with_where_they_are(cold_rooms: Organization) -> None:
    query = {"q": "cold", "type": "DEVICE,SENSOR"}
    items = cold_rooms.http.get("/search", params=query).json()["items"]
    by_name = {item["name"]: item for item in items}
    room, air = by_name["Cold room 7"], by_name["Cold air"]
    assert (room["place"], room["page"]) == ("Cold store West", f"devices/{room['id']}")
    assert (air["place"], air["page"]) == ("Cold room 7", f"sensors/{air['id']}")


def test_pages_of_the_console_are_found_by_what_people_call_them(
    organization: Organization,
) -> None:
    assert found(organization, "refused") == [("PAGE", "Quarantine")]
    assert found(organization, "alert") == [("PAGE", "Alert rules"), ("PAGE", "Alerts")]


def test_every_page_that_is_found_is_one_of_the_console() -> None:
    [pages] = re.findall(r"PAGES: Record<string, Page> = \{(.*?)\};", CONSOLE.read_text(), re.S)
    there = set(re.findall(r"^\s*\"?([\w/:]*)\"?: \(\) =>", pages, re.M))
    assert {page.path for page in PAGES} <= there


def test_what_a_key_may_not_read_it_does_not_find(
    platform: RunningPlatform, cold_rooms: Organization
) -> None:
    body = {"name": "devices alone", "scopes": ["devices:read"]}
    key = cold_rooms.http.post("/api-keys", json=body).json()["key"]
    with platform.client(key) as http:
        items = http.get("/search", params={"q": "cold"}).json()["items"]
        assert {item["type"] for item in items} == {"SITE", "DEVICE", "SENSOR"}
        assert http.get("/search", params={"q": "alerts"}).json()["items"] == []


def test_nothing_of_a_neighbour_is_found(cold_rooms: Organization, neighbour: Organization) -> None:
    assert found(neighbour, "cold") == []


def test_of_what_is_no_word_nothing_is_found(cold_rooms: Organization) -> None:
    assert found(cold_rooms, "%") == found(cold_rooms, "-.*") == []


@pytest.mark.parametrize(
    "query",
    [{}, {"q": ""}, {"q": "x" * 201}, {"q": "a b c d e f g h i"}, {"q": "x", "type": "CAMERA"}],
    ids=str,
)
def test_what_can_not_be_looked_for_is_refused(
    organization: Organization, query: dict[str, str]
) -> None:
    assert_problem(organization.http.get("/search", params=query), 400, code="MALFORMED")
