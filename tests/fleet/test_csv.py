"""Devices in and out as CSV, and tokens for a production line, over HTTP."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.make.fleet import make_device, make_site
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import make_device_profile, make_sensor_profile
from tests.make.readings import assert_problem, at, send
from tests.make.workers import wait_until


def import_csv(organization: Organization, text: str | bytes, **parameters: str) -> dict[str, Any]:
    answer = post_csv(organization, text, **parameters)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def post_csv(organization: Organization, text: str | bytes, **parameters: str) -> httpx.Response:
    return organization.http.post(
        "/devices/import",
        params=parameters,
        content=text,
        headers={"Content-Type": "text/csv; charset=utf-8"},
    )


def counts(result: dict[str, Any]) -> tuple[int, ...]:
    return tuple(result[name] for name in ("created", "updated", "unchanged", "failed"))


def exported(organization: Organization, **parameters: str) -> str:
    answer = organization.http.get("/devices/export", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "devices.csv" in answer.headers["content-disposition"]
    return answer.text


def rows_of(text: str) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_what_is_exported_can_be_imported_into_another_organization_and_is_the_same(
    organization: Organization, neighbour: Organization
) -> None:
    for tenant in (organization, neighbour):
        make_site(tenant, "=Site, 'quoted'")
    site = organization.http.get("/sites").json()["items"][0]["id"]
    place = {"latitude": -33.86, "longitude": 151.2}
    make_device(
        organization, "=cmd|' /C calc'!A0", siteId=site, location=place, tags=["+1", "a|b", "c\\d"],
        metadata={"x": [1, {"y": "é\n"}]},
    )  # fmt: skip
    make_device(organization, "'=already quoted")
    make_device(organization, "plain")
    text = exported(organization)
    assert "\n=" not in text
    assert ",=" not in text
    assert counts(import_csv(neighbour, text)) == (3, 0, 0, 0)

    def without_ids(tenant: Organization) -> list[dict[str, Any]]:
        own = {"id", "createdAt", "updatedAt", "siteId"}
        items = tenant.http.get("/devices", params={"sort": "name"}).json()["items"]
        return [{name: value for name, value in item.items() if name not in own} for item in items]

    assert without_ids(neighbour) == without_ids(organization)
    # Nothing changes by importing what is there.
    before = organization.http.get("/devices").json()
    assert counts(import_csv(organization, text)) == (0, 0, 3, 0)
    assert organization.http.get("/devices").json() == before


def test_good_lines_are_stored_and_bad_ones_told_by_line_and_column(
    organization: Organization,
) -> None:
    make_site(organization, "here")
    make_device(organization, "there already", tags=["old"], metadata={"keep": 1})
    text = (
        "name,site,tags\r\n"
        "new,here,a|b\r\n"
        "there already,here,new\r\n"
        "lost,nowhere,\r\n"
        "bad,here\r\n"
        "new,here,\r\n"
        f"{'x' * 201},here,\r\n"
    )
    result = import_csv(organization, text)
    assert counts(result) == (1, 1, 0, 4)
    assert [(error["line"], error["column"], error["code"]) for error in result["errors"]] == [
        (4, "site", "NOT_FOUND"),
        (5, None, "MALFORMED"),
        (6, "name", "ALREADY_EXISTS"),
        (7, "name", "INVALID"),
    ]
    devices = {item["name"]: item for item in organization.http.get("/devices").json()["items"]}
    assert devices.keys() == {"new", "there already"}
    assert devices["new"]["status"] == "PENDING"
    changed = devices["there already"]
    assert (changed["tags"], changed["metadata"]) == (["new"], {"keep": 1})  # no column, no change
    assert changed["siteId"] is not None


def test_lines_name_device_profiles_and_new_devices_get_their_components(
    organization: Organization, neighbour: Organization
) -> None:
    for tenant in (organization, neighbour):
        make_sensor_profile(tenant)
        for version in ("1.0", "1.1"):
            make_device_profile(
                tenant, version=version, fields=[{"key": "battery", "type": "DOUBLE"}]
            )
    make_device(organization, "old")
    text = "name,deviceProfile\nnew,station:1.0\nold,station:1.1\nfree,\nlost,station:9.9\nbad,station\nodd,a b:1.0\n"
    result = import_csv(organization, text)
    assert counts(result) == (2, 1, 0, 3)
    assert [(error["line"], error["column"], error["code"]) for error in result["errors"]] == [
        (5, "deviceProfile", "NOT_FOUND"),
        (6, "deviceProfile", "INVALID"),
        (7, "deviceProfile", "INVALID"),
    ]
    text = exported(organization)
    rows = rows_of(text)
    assert {name: row["deviceProfile"] for name, row in rows.items()} == {
        "new": "station:1.0",
        "old": "station:1.1",
        "free": "",
    }
    parts = {
        name: [
            part["key"]
            for part in organization.http.get(f"/devices/{row['id']}/components").json()["items"]
        ]
        for name, row in rows.items()
    }
    assert parts == {"new": ["probe"], "old": [], "free": []}
    assert counts(import_csv(organization, text)) == (0, 0, 3, 0)
    assert counts(import_csv(neighbour, text)) == (3, 0, 0, 0)
    assert {name: row["deviceProfile"] for name, row in rows_of(exported(neighbour)).items()} == {
        name: row["deviceProfile"] for name, row in rows.items()
    }
    assert counts(import_csv(organization, "name,deviceProfile\nnew,\n")) == (0, 1, 0, 0)
    assert rows_of(exported(organization))["new"]["deviceProfile"] == ""


def test_a_profile_that_a_file_binds_reaches_the_pipeline_within_a_second(
    organization: Organization,
) -> None:
    make_sensor_profile(organization)
    make_device_profile(organization, fields=[{"key": "battery", "type": "DOUBLE"}])
    device = make_device(organization, "gateway")
    seconds = iter(range(1000))

    def is_stored() -> bool:
        moment = at(next(seconds)).isoformat()
        receipt = send(
            organization, [{"deviceId": device, "timestamp": moment, "values": {"battery": 80}}]
        )
        return bool(receipt["accepted"] == 1)

    assert not is_stored()
    assert counts(import_csv(organization, "name,deviceProfile\ngateway,station:1.0\n")) == (
        0,
        1,
        0,
        0,
    )
    wait_until(is_stored, "the profile is known", 1)


def test_a_dry_run_says_the_same_and_keeps_nothing(organization: Organization) -> None:
    make_device(organization, "one")
    text = "name,tags\none,x\ntwo,y\nthree,\n" + "z" * 201 + ",\n"
    tried = import_csv(organization, text, dryRun="true")
    assert counts(tried) == (2, 1, 0, 1)
    assert [item["name"] for item in organization.http.get("/devices").json()["items"]] == ["one"]
    assert {**import_csv(organization, text), "dryRun": True} == tried
    assert organization.http.get("/devices", params={"tag": "x"}).json()["items"] != []


def test_create_only_refuses_names_that_are_taken(organization: Organization) -> None:
    make_device(organization, "one", tags=["old"])
    result = import_csv(organization, "name,tags\none,new\ntwo,new\n", mode="CREATE")
    assert counts(result) == (1, 0, 0, 1)
    assert (result["errors"][0]["line"], result["errors"][0]["code"]) == (2, "ALREADY_EXISTS")
    assert organization.http.get("/devices", params={"tag": "old"}).json()["items"] != []


@pytest.mark.parametrize(
    ("text", "headers", "status"),
    [
        ("", {"Content-Type": "text/csv"}, 400),
        ("colour\nred\n", {"Content-Type": "text/csv"}, 400),
        ("name\nx\n", {"Content-Type": "application/json"}, 415),
        ("name\nx\n", {"Content-Type": "text/csv", "Content-Encoding": "gzip"}, 415),
        ("name\n" + "".join(f"d{n}\n" for n in range(10_001)), {"Content-Type": "text/csv"}, 413),
        ("name,metadata\n" + "x," + "y" * 17_000_000, {"Content-Type": "text/csv"}, 413),
    ],
)
def test_what_can_not_be_a_file_of_devices_is_refused(
    organization: Organization, text: str, headers: dict[str, str], status: int
) -> None:
    answer = organization.http.post("/devices/import", content=text, headers=headers)
    assert_problem(answer, status)
    assert organization.http.get("/devices").json()["items"] == []


def test_ten_thousand_devices_come_in_and_out(organization: Organization) -> None:
    text = "name,tags,metadata\n" + "".join(
        f'device {n:05},a|b,"{{""n"":{n}}}"\n' for n in range(10_000)
    )
    assert counts(import_csv(organization, text)) == (10_000, 0, 0, 0)
    rows = rows_of(exported(organization))
    assert len(rows) == 10_000
    assert rows["device 07777"]["metadata"] == '{"n":7777}'
    found = organization.http.get(
        "/devices", params={"tag": "b", "q": "07777", "includeTotal": "true"}
    ).json()
    assert found["total"] == 1


def test_an_export_takes_the_conditions_of_the_list(organization: Organization) -> None:
    make_device(organization, "a", tags=["x"])
    make_device(organization, "b", tags=["y"])
    assert rows_of(exported(organization, tag="x")).keys() == {"a"}
    assert rows_of(exported(organization, q="b")).keys() == {"b"}
    assert_problem(organization.http.get("/devices/export", params={"status": "BROKEN"}), 400)
    assert_problem(organization.http.get("/devices/export", params={"tag": ""}), 400)


def test_a_batch_of_tokens_has_a_result_for_every_name(organization: Organization) -> None:
    site = make_site(organization, "line 3")["id"]
    make_device(organization, "taken")
    body = {
        "deviceNames": ["one", "taken", "two", "one"],
        "siteId": site,
        "tags": ["batch-7"],
        "components": [{"key": "probe"}],
        "expiresInSeconds": 3600,
    }
    answer = organization.http.post("/devices/registration/tokens/bulk", json=body)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [(item["deviceName"], item["status"]) for item in items] == [
        ("one", 201), ("taken", 409), ("two", 201), ("one", 409),
    ]  # fmt: skip
    assert {item["problem"]["code"] for item in items if item["status"] == 409} == {
        "ALREADY_EXISTS"
    }
    for item in items[::2]:
        assert item["token"].split(".")[1] == item["deviceId"]
        device = organization.http.get(f"/devices/{item['deviceId']}").json()
        assert (device["status"], device["siteId"], device["tags"]) == (
            "PENDING",
            site,
            ["batch-7"],
        )
        [part] = organization.http.get(f"/devices/{item['deviceId']}/components").json()["items"]
        assert part["key"] == "probe"
    pending = organization.http.get("/devices/registration/tokens").json()["items"]
    assert {token["deviceName"] for token in pending} == {"one", "two"}


def test_a_batch_sent_again_with_its_key_gives_the_same_tokens_in_either_format(
    platform: RunningPlatform, organization: Organization
) -> None:
    def ask(accept: str) -> httpx.Response:
        headers = {"Idempotency-Key": "batch-7", "Accept": accept}
        body = {"deviceNames": ["=one", "two"]}
        answer = organization.http.post(
            "/devices/registration/tokens/bulk", json=body, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return answer

    first = ask("application/json").json()["items"]
    again = ask("text/csv")
    assert again.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(again.text, newline="")))
    assert [row["deviceName"] for row in rows] == ["'=one", "two"]
    assert [(row["deviceId"], row["token"]) for row in rows] == [
        (item["deviceId"], item["token"]) for item in first
    ]
    assert organization.http.get("/devices", params={"includeTotal": "true"}).json()["total"] == 2
    # What is kept for the answer to be given again is encrypted.
    with psycopg.connect(admin_address(platform)) as admin:
        kept = admin.execute("SELECT answer FROM platform.idempotency_record").fetchall()
    assert all(item["token"].encode() not in answer for item in first for (answer,) in kept)


def test_more_than_a_thousand_names_are_refused(organization: Organization) -> None:
    body = {"deviceNames": [str(uuid4()) for _ in range(1001)]}
    assert_problem(organization.http.post("/devices/registration/tokens/bulk", json=body), 400)
    assert_problem(
        organization.http.post("/devices/registration/tokens/bulk", json={"deviceNames": []}), 400
    )
