"""Annotations: what they may say, which of them a window shows, and who may change them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.make.annotations import annotation, make_annotation, make_class
from tests.make.fleet import make_component, make_device, make_sensor, make_site
from tests.make.platform import Organization
from tests.make.readings import assert_problem, at

CAUSES = {
    "type": "object",
    "properties": {"cause": {"enum": ["door", "power"]}},
    "required": ["cause"],
}


@pytest.fixture
def device_id(organization: Organization) -> str:
    return make_device(organization, "logger")


@pytest.fixture
def sensor_id(organization: Organization, device_id: str) -> str:
    return str(make_sensor(organization, device_id, "temperature")["id"])


def listed(organization: Organization, **parameters: Any) -> list[dict[str, Any]]:
    answer = organization.http.get("/annotations", params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def notes(organization: Organization, **parameters: Any) -> list[str]:
    return [item["note"] for item in listed(organization, **parameters)]


def test_an_annotation_is_kept_as_it_was_said(organization: Organization, sensor_id: str) -> None:
    class_id = make_class(organization, "excursion", fields=CAUSES)["id"]
    said = {
        "values": {"cause": "door"},
        "note": "Loading",
        "source": "EXTERNAL",
        "confidence": 0.5,
    }
    made = make_annotation(organization, class_id, sensor_id, **said)
    assert {name: made[name] for name in said} == said
    assert datetime.fromisoformat(made["from"]) == at(0)
    assert [made[name] for name in ("runId", "alertId", "withdrawnAt")] == [None] * 3
    path = f"/annotations/{made['id']}"
    patched = organization.http.patch(path, json={"to": None, "values": {"cause": "power"}})
    assert patched.status_code == 200, patched.text
    assert (patched.json()["to"], patched.json()["values"]) == (None, {"cause": "power"})
    assert organization.http.delete(path).status_code == 204
    assert_problem(organization.http.get(path), 404)


def test_values_that_the_class_does_not_take_are_refused_with_their_places(
    organization: Organization, sensor_id: str
) -> None:
    class_id = make_class(organization, "excursion", fields=CAUSES)["id"]
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    refused = organization.http.post(
        "/annotations", json=annotation(ids, "why", values={"cause": "rain"})
    )
    problem = assert_problem(refused, 422, code="ANNOTATION_INVALID")
    assert [fault["path"] for fault in problem["errors"]] == ["$.values.cause"]
    backwards = annotation(ids, "when", values={"cause": "door"}, to=at(-1).isoformat())
    problem = assert_problem(organization.http.post("/annotations", json=backwards), 422)
    assert [fault["path"] for fault in problem["errors"]] == ["$.to"]
    large = annotation(ids, "how", values={"cause": "door", "text": "x" * 17_000})
    problem = assert_problem(organization.http.post("/annotations", json=large), 422)
    assert [fault["code"] for fault in problem["errors"]] == ["TOO_LARGE"]


def test_a_class_says_what_its_annotations_may_be_about(
    organization: Organization, device_id: str, sensor_id: str
) -> None:
    class_id = make_class(organization, "of devices", scopes=["DEVICE"])["id"]
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    refused = organization.http.post("/annotations", json=annotation(ids, "about"))
    problem = assert_problem(refused, 422, code="ANNOTATION_INVALID")
    assert [fault["path"] for fault in problem["errors"]] == ["$.scopeType"]
    made = make_annotation(organization, class_id, sensor_id, scopeType="DEVICE", scopeId=device_id)
    assert [item["id"] for item in listed(organization, scopeType="DEVICE")] == [made["id"]]


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "array"},
        {"type": "object", "properties": {"a": {"type": "nothing"}}},
        {"$ref": "https://example.com/schema"},
        {"type": "object", "description": "x" * 17_000},
    ],
)
def test_fields_that_are_no_schema_of_an_object_are_refused(
    organization: Organization, fields: dict[str, Any]
) -> None:
    body = {"name": "no schema", "scopes": ["SENSOR"], "fields": fields}
    refused = organization.http.post("/annotation-classes", json=body)
    assert assert_problem(refused, 422, code="CLASS_INVALID")["errors"]


def test_a_class_goes_only_when_there_is_nothing_of_it(
    organization: Organization, sensor_id: str
) -> None:
    made = make_class(organization)
    noted = make_annotation(organization, made["id"], sensor_id)
    path = f"/annotation-classes/{made['id']}"
    assert_problem(organization.http.delete(path), 409, code="CLASS_IN_USE")
    changed = organization.http.patch(path, json={"color": "#123456", "fields": CAUSES})
    assert (changed.json()["color"], changed.json()["fields"]) == ("#123456", CAUSES)
    assert organization.http.delete(f"/annotations/{noted['id']}").status_code == 204
    assert organization.http.delete(path).status_code == 204
    assert make_class(organization)["id"] != made["id"]


# (from, to) in seconds, and whether [100, 200) shows it.
WINDOW = [
    ((50, 99), False),
    ((50, 100), False),
    ((50, 101), True),
    ((-400_000_000, 150), True),
    ((-400_000_000, 100), False),
    ((-40, 900_000), True),
    ((100, None), True),
    ((99, None), False),
    ((199, None), True),
    ((200, None), False),
    ((150, 160), True),
    ((198, 900), True),
    ((200, 300), False),
]


def test_a_window_shows_what_overlaps_it_wherever_that_begins(
    organization: Organization, sensor_id: str
) -> None:
    class_id = make_class(organization)["id"]
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    operations = [
        {
            "op": "create",
            "data": annotation(
                ids,
                str(span),
                **{"from": at(span[0]).isoformat()},
                to=None if span[1] is None else at(span[1]).isoformat(),
            ),
        }
        for span, _ in WINDOW
    ]
    answer = organization.http.post("/annotations/bulk", json={"operations": operations})
    assert {result["status"] for result in answer.json()["results"]} == {201}
    window = {"from": at(100).isoformat(), "to": at(200).isoformat()}
    shown = [span for span, is_shown in WINDOW if is_shown]
    in_order = [str(span) for span in sorted(shown, key=lambda span: -span[0])]
    assert notes(organization, **window) == in_order
    assert notes(organization, **window, scopeId=sensor_id, sort="from") == in_order[::-1]
    total = organization.http.get("/annotations", params={**window, "includeTotal": True})
    assert total.json()["total"] == len(shown)


def test_pages_of_a_window_are_the_whole(organization: Organization, sensor_id: str) -> None:
    class_id = make_class(organization)["id"]
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    operations = [
        {
            "op": "create",
            "data": annotation(
                ids, str(number), **{"from": at(-(2**number)).isoformat()}, to=at(1).isoformat()
            ),
        }
        for number in range(25)
    ]
    organization.http.post("/annotations/bulk", json={"operations": operations})
    seen: list[str] = []
    parameters = {"from": at(0).isoformat(), "limit": 7}
    while True:
        page = organization.http.get("/annotations", params=parameters).json()
        seen += [item["note"] for item in page["items"]]
        if page["nextCursor"] is None:
            break
        parameters["cursor"] = page["nextCursor"]
    assert seen == [str(number) for number in range(25)]


def test_what_is_about_a_device_is_about_its_parts_too(
    organization: Organization, device_id: str, sensor_id: str
) -> None:
    class_id = make_class(organization)["id"]
    site_id = make_site(organization, "store")["id"]
    component_id = make_component(organization, device_id, "probe")["id"]
    about = {"SITE": site_id, "DEVICE": device_id, "COMPONENT": component_id, "SENSOR": sensor_id}
    for scope, id_ in about.items():
        make_annotation(organization, class_id, sensor_id, scopeType=scope, scopeId=id_, note=scope)
    assert set(notes(organization, deviceId=device_id)) == {"DEVICE", "COMPONENT", "SENSOR"}
    chosen = f"{site_id},{sensor_id}"
    assert set(notes(organization, scopeId=chosen)) == {"SITE", "SENSOR"}
    assert notes(organization, classId=class_id, scopeType="COMPONENT") == ["COMPONENT"]


def test_annotations_are_listed_by_their_source(organization: Organization, sensor_id: str) -> None:
    class_id = make_class(organization)["id"]
    for source in ("MANUAL", "ML", "EXTERNAL"):
        make_annotation(organization, class_id, sensor_id, source=source, note=source)
    answer = organization.http.get("/annotations/by-source", params={"source": "ML"})
    assert [item["note"] for item in answer.json()["items"]] == ["ML"]
    assert set(notes(organization, source="ML,EXTERNAL")) == {"ML", "EXTERNAL"}
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    for source in ("RULE", "JOB"):
        refused = organization.http.post("/annotations", json=annotation(ids, "no", source=source))
        assert_problem(refused, 400)


def test_each_change_of_an_annotation_is_an_event(
    organization: Organization, sensor_id: str
) -> None:
    made = make_annotation(organization, make_class(organization)["id"], sensor_id)
    organization.http.patch(f"/annotations/{made['id']}", json={"note": "again"})
    organization.http.delete(f"/annotations/{made['id']}")
    events = organization.http.get(
        "/events", params={"type": "ANNOTATION", "sensorId": sensor_id, "sort": "recordedAt"}
    ).json()["items"]
    told = [(event["details"]["change"], event["details"]["annotationId"]) for event in events]
    assert told == [(what, made["id"]) for what in ("CREATED", "CHANGED", "DELETED")]


def test_a_bulk_request_does_what_it_can(organization: Organization, sensor_id: str) -> None:
    class_id = make_class(organization)["id"]
    there = make_annotation(organization, class_id, sensor_id)
    ids = {"class_id": class_id, "sensor_id": sensor_id}
    operations = [
        {"op": "create", "data": annotation(ids, "new")},
        {"op": "create", "data": annotation(ids, "bad", to=at(-9).isoformat())},
        {"op": "patch", "id": there["id"], "data": {"note": "patched"}},
        {"op": "tag", "id": there["id"]},
        {"op": "delete", "id": class_id},
    ]
    answer = organization.http.post("/annotations/bulk", json={"operations": operations})
    statuses = [result["status"] for result in answer.json()["results"]]
    assert statuses == [201, 422, 200, 400, 404]
    assert set(notes(organization)) == {"new", "patched"}
