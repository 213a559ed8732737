"""Dashboards are kept as people made them, and refused where they can't be shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.make.platform import Organization
from tests.make.readings import assert_problem

SERIES = {"input": {"sensorProfile": "climate", "field": "temperature"}}
CLIMATE = {
    "id": "climate",
    "type": "LINE_CHART",
    "title": "Temperature",
    "x": 0,
    "y": 0,
    "width": 12,
    "height": 6,
    "series": [SERIES],
}


def make_dashboard(organization: Organization, **body: Any) -> dict[str, Any]:
    answer = organization.http.post("/dashboards", json={"name": "Cold rooms", **body})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_dashboard_is_kept_as_it_was_said(organization: Organization) -> None:
    said = {
        "name": "Cold rooms",
        "description": "What must stay cold",
        "variables": [{"name": "device", "kind": "DEVICE"}],
        "range": {"last": "P1D"},
        "timezone": "SITE",
        "refreshSeconds": 30,
        "widgets": [CLIMATE],
    }
    made = make_dashboard(organization, **said)
    assert {key: made[key] for key in said} == said
    path = f"/dashboards/{made['id']}"
    assert organization.http.get(path).json() == made
    [listed] = organization.http.get("/dashboards", params={"q": "cold"}).json()["items"]
    assert (listed["id"], listed["widgetCount"]) == (made["id"], 1)
    assert "widgets" not in listed


def test_what_is_answered_makes_the_same_dashboard_elsewhere(
    organization: Organization, neighbour: Organization
) -> None:
    made = make_dashboard(organization, widgets=[CLIMATE], range={"last": "PT1H"})
    ours = ("id", "customerId", "createdBy", "createdAt", "updatedAt", "source")
    body = {key: value for key, value in made.items() if key not in ours}
    again = make_dashboard(neighbour, **body)
    assert {**again, **{key: made[key] for key in ours}} == made


def test_put_replaces_all_and_patch_what_is_sent(organization: Organization) -> None:
    made = make_dashboard(organization, widgets=[CLIMATE], timezone="Europe/Amsterdam")
    path = f"/dashboards/{made['id']}"
    patched = organization.http.patch(path, json={"timezone": None, "range": {"last": "P7D"}})
    assert patched.status_code == 200, patched.text
    assert (patched.json()["timezone"], patched.json()["widgets"]) == (None, [CLIMATE])
    tag = patched.headers["ETag"]
    replaced = organization.http.put(path, json={"name": "Empty"}, headers={"If-Match": tag})
    assert replaced.status_code == 200, replaced.text
    assert (replaced.json()["widgets"], replaced.json()["range"]) == ([], {"last": "PT6H"})
    stale = organization.http.put(path, json={"name": "Late"}, headers={"If-Match": tag})
    assert_problem(stale, 412)
    assert organization.http.delete(path).status_code == 204
    assert_problem(organization.http.get(path), 404)


def test_the_name_is_unique_while_the_dashboard_is_there(organization: Organization) -> None:
    made = make_dashboard(organization)
    again = organization.http.post("/dashboards", json={"name": "Cold rooms"})
    assert_problem(again, 409, "ALREADY_EXISTS")
    organization.http.delete(f"/dashboards/{made['id']}")
    make_dashboard(organization)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"widgets": [{**CLIMATE, "x": 13}]}, 422),
        ({"widgets": [CLIMATE, CLIMATE]}, 422),
        ({"widgets": [{**CLIMATE, "type": "PIE"}]}, 400),
        ({"widgets": [{**CLIMATE, "series": [{"input": {}}]}]}, 400),
        ({"widgets": [{**CLIMATE, "series": [{"input": {"field": "x"}}]}]}, 400),
        ({"widgets": [{**CLIMATE, "options": {"text": "x" * 5000}}]}, 422),
        ({"widgets": [{**CLIMATE, "series": [{**SERIES, "interval": "1h"}]}]}, 400),
        ({"variables": [{"name": "a", "kind": "SITE"}, {"name": "b", "kind": "SITE"}]}, 422),
        ({"range": {"last": "6 hours"}}, 400),
        ({"range": {}}, 400),
        ({"range": {"from": "2026-11-24T00:00:00Z", "to": "2026-11-23T00:00:00Z"}}, 400),
        ({"timezone": "Europe/Atlantis"}, 422),
        ({"source": {"pack": "x", "version": "1.0", "template": "y"}}, 400),
        ({"fromTemplate": {"pack": "cold-chain", "template": "cold-room"}}, 422),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else str(value),
)
def test_what_can_not_be_shown_is_refused(
    organization: Organization, body: dict[str, Any], status: int
) -> None:
    answer = organization.http.post("/dashboards", json={"name": "Odd", **body})
    assert_problem(answer, status)


def test_every_template_of_the_shipped_packs_makes_a_dashboard(organization: Organization) -> None:
    made = 0
    for listed in organization.http.get("/packs").json()["items"]:
        pack = listed["name"]
        assert organization.http.post(f"/packs/{pack}/install").status_code == 200
        content = organization.http.get(f"/packs/{pack}").json()["content"]
        for template in content.get("dashboards", []):
            reference = {"pack": pack, "template": template["name"]}
            dashboard = make_dashboard(
                organization, name=f"{pack} {template['name']}", fromTemplate=reference
            )
            assert dashboard["source"] == {**reference, "version": content["version"]}
            assert len(dashboard["widgets"]) == len(template["widgets"])
            made += 1
    assert made >= 4
