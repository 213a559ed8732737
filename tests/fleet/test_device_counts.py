"""How many devices there are of each state and at each site."""

from __future__ import annotations

import uuid
from typing import Any

from tests.make.fleet import make_device, make_group, make_site
from tests.make.platform import Organization
from tests.make.readings import assert_problem


def counts(organization: Organization, **conditions: Any) -> dict[str, Any]:
    answer = organization.http.get("/devices/counts", params=conditions)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_devices_are_counted_by_state_and_by_site(organization: Organization) -> None:
    site = make_site(organization, "Amsterdam West")["id"]
    for number in range(3):
        make_device(organization, f"dock-{number}", siteId=site, tags=["cold-chain"])
    away = make_device(organization, "away", tags=["cold-chain", "spare"])
    found = counts(organization)
    assert (found["total"], found["statuses"], found["truncated"]) == (4, {"PENDING": 4}, False)
    assert {each["siteId"]: each["statuses"] for each in found["sites"]} == {
        site: {"PENDING": 3},
        None: {"PENDING": 1},
    }
    organization.http.delete(f"/devices/{away}")
    assert counts(organization)["total"] == 3


def test_what_is_counted_is_what_the_list_with_the_same_conditions_has(
    organization: Organization,
) -> None:
    site = make_site(organization, "Amsterdam West")["id"]
    group = make_group(organization, "Cold", "cold-chain")["id"]
    make_device(organization, "dock one", siteId=site, tags=["cold-chain"])
    make_device(organization, "dock two", tags=["cold-chain", "spare"])
    make_device(organization, "gate", siteId=site)
    conditions: list[dict[str, Any]] = [
        {}, {"siteId": site}, {"groupId": group}, {"tag": "cold-chain,spare"}, {"q": "do tw"},
        {"status": "PENDING"}, {"status": "ACTIVE"}, {"connected": "true"}, {"q": "nobody"},
    ]  # fmt: skip
    for each in conditions:
        listed = organization.http.get("/devices", params={**each, "includeTotal": "true"}).json()
        found = counts(organization, **each)
        assert found["total"] == listed["total"], each
        assert sum(sum(of["statuses"].values()) for of in found["sites"]) == listed["total"]


def test_a_site_that_is_not_there_is_404(organization: Organization) -> None:
    answer = organization.http.get("/devices/counts", params={"siteId": str(uuid.uuid4())})
    assert_problem(answer, 404)
