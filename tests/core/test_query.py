"""What a query may say, and how it is told what it may not: by the names that clients know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization
from tests.make.readings import NOW, assert_problem, at, by_key, send, sensors_by_key

SENSOR = "0190d3a0-0000-7000-8000-00000000dead"
RANGE = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}


@pytest.mark.parametrize(
    ("path", "params", "faults"),
    [
        ("/devices", {"stauts": "ACTIVE"}, [("stauts", "UNKNOWN")]),
        ("/devices", {"x": "1", "y": "2"}, [("x", "UNKNOWN"), ("y", "UNKNOWN")]),
        (f"/devices/{SENSOR}", {"expand": "site"}, [("expand", "UNKNOWN")]),
        (f"/readings/sensor/{SENSOR}", {"from": RANGE["from"]}, [("to", "MISSING")]),
        (
            f"/readings/sensor/{SENSOR}",
            {"start": RANGE["from"], "end": RANGE["to"]},
            [("from", "MISSING"), ("to", "MISSING"), ("end", "UNKNOWN"), ("start", "UNKNOWN")],
        ),
        (f"/readings/sensor/{SENSOR}/aggregated", RANGE, [("interval", "MISSING")]),
        (
            f"/readings/sensor/{SENSOR}",
            {**RANGE, "from": "2026-11-20T00:00:00 02:00"},
            [("from", "INVALID")],
        ),
        (
            f"/readings/sensor/{SENSOR}",
            {**RANGE, "to": "2026-99-20T00:00:00Z"},
            [("to", "INVALID")],
        ),
        (f"/readings/sensor/{SENSOR}", {**RANGE, "limit": "x"}, [("limit", "INVALID")]),
        ("/devices", {"includeTotal": "perhaps"}, [("includeTotal", "INVALID")]),
    ],
)
def test_a_query_is_refused_by_the_names_that_were_written(
    organization: Organization, path: str, params: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    answer = organization.http.get(path, params=params)
    assert_problem(answer, 400, "MALFORMED")
    assert [(each["path"], each["code"]) for each in answer.json()["errors"]] == faults


def test_a_name_that_is_near_is_offered(organization: Organization) -> None:
    answer = organization.http.post("/devices/import", params={"dryrun": "true"}, content=b"name\n")
    assert_problem(answer, 400, "MALFORMED")
    assert "dryRun" in answer.json()["detail"]
    told = organization.http.get("/devices", params={"x" * 5000: "1"}).json()
    assert len(told["detail"]) < 600


def test_of_thousands_of_wrong_names_and_values_some_are_told(organization: Organization) -> None:
    for path, query in (
        ("/devices", "&".join(f"{n:x}=" for n in range(6000))),
        (f"/readings/sensor/{SENSOR}", "&".join(["from=x"] * 4000)),
    ):
        answer = organization.http.get(f"{path}?{query}")
        assert_problem(answer, 400, "MALFORMED")
        assert len(answer.json()["errors"]) == 10


def test_a_plus_that_became_a_blank_is_explained(organization: Organization) -> None:
    answer = organization.http.get(
        f"/readings/sensor/{SENSOR}?from=2026-11-20T00:00:00+02:00&to=2026-11-29T00:00:00Z"
    )
    assert_problem(answer, 400, "MALFORMED")
    assert "%2B" in answer.json()["detail"]


def test_an_empty_body_is_called_empty(organization: Organization) -> None:
    answer = organization.http.post(
        "/sites", content=b"", headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 400, "MALFORMED")
    assert answer.json()["detail"] == "the body is empty"


def test_a_zone_is_one_of_the_list_and_not_of_the_machine(organization: Organization) -> None:
    zones = ("localtime", "Factory", "posixrules", "local")
    for zone in zones:
        params = {**RANGE, "interval": "P1D", "timezone": zone}
        answer = organization.http.get(f"/readings/sensor/{SENSOR}/aggregated", params=params)
        assert_problem(answer, 422, "UNKNOWN_TIMEZONE")
        answer = organization.http.post("/sites", json={"name": zone, "timezone": zone})
        assert_problem(answer, 422, "UNKNOWN_TIMEZONE")


def test_the_newest_of_thousands_of_sensors_are_one_question(organization: Organization) -> None:
    device = register_device(organization, "one")["deviceId"]
    send(organization, [by_key(device, f"s{n}", at(n), float(n)) for n in range(3)])
    ids = [sensor["id"] for sensor in sensors_by_key(organization, device).values()]
    unknown = [f"{n:08x}-0000-7000-8000-000000000000" for n in range(9_997)]
    answer = organization.http.post("/readings/latest", json={"sensorIds": [*ids, *unknown]})
    assert answer.status_code == 200, answer.text
    assert {item["sensorId"] for item in answer.json()["items"]} == set(ids)
    assert answer.json()["nextCursor"] is None
    for wrong in ([], [*ids, *unknown, SENSOR], ["x"], None):
        answer = organization.http.post("/readings/latest", json={"sensorIds": wrong})
        assert_problem(answer, 400, "MALFORMED")


HEADS: list[tuple[str, dict[str, Any]]] = [
    ("/devices", {}),
    ("/health/ready", {}),
    ("/readings/sensor/{sensor}", {"params": {"from": "2020-01-01T00:00:00Z", "to": "{now}"}}),
    ("/readings/sensor/{sensor}/latest", {}),
    ("/devices/{sensor}", {}),
]


@pytest.mark.parametrize("accept", ["*/*", "text/csv"])
def test_head_is_get_without_its_content(organization: Organization, accept: str) -> None:
    device = register_device(organization, "one")["deviceId"]
    send(organization, [by_key(device, "t", at(0), 1.5)])
    sensor = sensors_by_key(organization, device)["t"]["id"]
    until = (NOW + timedelta(days=1)).isoformat()
    for template, how in HEADS:
        path = template.replace("{sensor}", sensor)
        params = {
            name: text.replace("{now}", until) for name, text in how.get("params", {}).items()
        }
        headers = {"Accept": accept, "Range": "bytes=0-1"}
        got = organization.http.get(path, params=params, headers=headers)
        head = organization.http.head(path, params=params, headers=headers)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-type") == got.headers.get("content-type"), path
    refused = organization.http.put("/devices")
    assert refused.status_code == 405
    assert {"GET", "HEAD"} <= set(refused.headers["Allow"].split(", "))


def test_head_of_a_stream_ends_at_once(organization: Organization) -> None:
    head = organization.http.head("/readings/stream", params={"all": "true"}, timeout=10)
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")
