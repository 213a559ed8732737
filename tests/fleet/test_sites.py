"""Sites: what they hold, and what becomes of devices that are there, move, or lose theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.make.fleet import make_device, make_site
from tests.make.platform import Organization
from tests.make.readings import assert_problem


def names(organization: Organization, path: str, **parameters: Any) -> list[str]:
    answer = organization.http.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_a_site_keeps_what_it_is_given_and_a_patch_changes_only_what_it_names(
    tenant: Organization,
) -> None:
    given = {
        "name": "Kathmandu",
        "description": "On the roof",
        "latitude": 27.7,
        "longitude": 85.3,
        "address": "Ring Road",
        "timezone": "Asia/Kathmandu",
        "tags": ["roof"],
        "metadata": {"a": 1, "b": {"c": 2}},
    }
    site = make_site(tenant, **given)
    assert {name: site[name] for name in given} == given
    changed = tenant.http.patch(
        f"/sites/{site['id']}",
        json={"address": None, "metadata": {"b": {"c": None}}, "timezone": "Asia/Tokyo"},
    ).json()
    different = {name for name in site if changed[name] != site[name]}
    assert different == {"address", "metadata", "timezone", "updatedAt"}
    assert changed["metadata"] == {"a": 1, "b": {}}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"timezone": "Europe/Amsterdamm"}, 422, "UNKNOWN_TIMEZONE"),
        ({"timezone": "../../etc/passwd"}, 422, "UNKNOWN_TIMEZONE"),
        ({"timezone": "+01:00"}, 422, "UNKNOWN_TIMEZONE"),
        ({"latitude": 1}, 422, "UNPROCESSABLE"),
        ({"latitude": 91, "longitude": 0}, 400, "MALFORMED"),
        ({"latitude": None, "longitude": 3}, 422, "UNPROCESSABLE"),
        ({"metadata": {"x": "y" * 70_000}}, 422, "METADATA_TOO_LARGE"),
        ({"nmae": "x"}, 400, "MALFORMED"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    tenant: Organization, body: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(
        tenant.http.post("/sites", json={"name": str(uuid4()), **body}), status, code=code
    )
    site = make_site(tenant, str(uuid4()))
    assert_problem(tenant.http.patch(f"/sites/{site['id']}", json=body), status, code=code)
    assert tenant.http.get(f"/sites/{site['id']}").json() == site


def test_sites_are_found_by_tag_and_text_and_sorted(organization: Organization) -> None:
    for name, tags in (
        ("Bremen", ["port"]),
        ("Amsterdam West", ["port", "cold"]),
        ("Basel", ["cold"]),
    ):
        make_site(organization, name, tags=tags)
    assert names(organization, "/sites") == ["Basel", "Amsterdam West", "Bremen"]
    assert names(organization, "/sites", sort="name") == ["Amsterdam West", "Basel", "Bremen"]
    assert names(organization, "/sites", tag="port,cold") == ["Amsterdam West"]
    assert names(organization, "/sites", q="WEST") == ["Amsterdam West"]
    assert (
        organization.http.get("/sites", params={"includeTotal": "true", "limit": 1}).json()["total"]
        == 3
    )


def test_a_site_with_devices_is_deleted_only_when_told_to_leave_them(
    organization: Organization,
) -> None:
    site = make_site(organization, "here")
    device = make_device(organization, "one", siteId=site["id"])
    path = f"/sites/{site['id']}"
    assert_problem(organization.http.delete(path), 409, code="SITE_IN_USE")
    assert organization.http.get(f"/devices/{device}").json()["siteId"] == site["id"]
    assert organization.http.delete(path, params={"detach": "true"}).status_code == 204
    assert organization.http.get(f"/devices/{device}").json()["siteId"] is None
    assert_problem(organization.http.get(path), 404)
    assert_problem(organization.http.get("/devices", params={"siteId": site["id"]}), 404)
    assert_problem(organization.http.patch(f"/devices/{device}", json={"siteId": site["id"]}), 404)
    # Its name is free again, and the history still knows the old one.
    make_site(organization, "here")
    [stay] = organization.http.get(f"/devices/{device}/site-history").json()["items"]
    assert (stay["siteId"], stay["siteName"]) == (site["id"], "here")
    assert stay["toAt"] is not None


def test_a_site_is_empty_when_its_device_is_deleted(organization: Organization) -> None:
    site = make_site(organization, "here")
    device = make_device(organization, "one", siteId=site["id"])
    organization.http.delete(f"/devices/{device}")
    assert organization.http.delete(f"/sites/{site['id']}").status_code == 204


def test_moving_a_device_keeps_where_it_was(organization: Organization) -> None:
    first, second = (make_site(organization, name)["id"] for name in ("first", "second"))
    device = make_device(organization, "wanderer", siteId=first)
    for site in (second, second, None, first):
        answer = organization.http.patch(f"/devices/{device}", json={"siteId": site})
        assert (answer.status_code, answer.json()["siteId"]) == (200, site)
    history = organization.http.get(f"/devices/{device}/site-history").json()["items"]
    assert [(stay["siteId"], stay["toAt"] is None) for stay in history] == [
        (first, True),
        (second, False),
        (first, False),
    ]
    times = [
        datetime.fromisoformat(at)
        for stay in history[::-1]
        for at in (stay["fromAt"], stay["toAt"])
        if at
    ]
    assert times == sorted(times)
    assert history[2]["toAt"] == history[1]["fromAt"]
    assert names(organization, "/devices", siteId=first) == ["wanderer"]
    assert names(organization, "/devices", siteId=second) == []


def test_a_site_of_nobody_or_a_neighbour_is_404_wherever_it_is_named(
    organization: Organization, neighbour: Organization
) -> None:
    theirs = make_site(neighbour, "theirs")["id"]
    device = make_device(organization, "ours")
    for site in (theirs, str(uuid4())):
        token = {"deviceName": "new", "siteId": site}
        batch = {"deviceNames": ["new"], "siteId": site}
        http = organization.http
        assert_problem(http.post("/devices/registration/tokens", json=token), 404, code="NOT_FOUND")
        assert_problem(
            http.post("/devices/registration/tokens/bulk", json=batch), 404, code="NOT_FOUND"
        )
        assert_problem(
            http.patch(f"/devices/{device}", json={"siteId": site}), 404, code="NOT_FOUND"
        )
        for path in ("/devices", "/devices/export", "/sensors"):
            assert_problem(http.get(path, params={"siteId": site}), 404, code="NOT_FOUND")
        operation = {"op": "create", "data": {"name": "new", "siteId": site}}
        [result] = http.post("/devices/bulk", json={"operations": [operation]}).json()["results"]
        assert result["status"] == 404
    assert names(organization, "/devices") == ["ours"]
