"""Customers of an organization: what people of theirs can do. What they can't see is tested in
tests/isolation/test_customers.py."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.make.customers import CustomerStand, customer_of, fleet_of, give
from tests.make.exports import download, opened, wait_until
from tests.make.fleet import made, make_device, make_site
from tests.make.letters import letter_to, token_in
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at, by_key, send

PASSWORD = "a wholly new sentence"
INVITATIONS = "/organizations/current/invitations"
RANGE = {"from": at(-60).isoformat(), "to": at(60).isoformat()}


@pytest.fixture(scope="module")
def customer(platform: RunningPlatform, tenant: Organization) -> Iterator[CustomerStand]:
    with customer_of(platform, tenant, "with a small fleet") as stand:
        yield stand


@pytest.fixture(scope="module")
def ids(tenant: Organization, customer: CustomerStand) -> dict[str, str]:
    return fleet_of(tenant, customer, "a small fleet")


def test_a_customer_is_made_changed_and_deleted(tenant: Organization) -> None:
    http = tenant.http
    customer = made(tenant, "/customers", name="Van Dijk", description="Since 2024")
    path = f"/customers/{customer['id']}"
    assert (customer["devices"], customer["sites"], customer["members"]) == (0, 0, 0)
    assert_problem(http.post("/customers", json={"name": "Van Dijk"}), 409, code="ALREADY_EXISTS")
    changed = http.patch(path, json={"name": "Van Dijk & Sons", "description": None}).json()
    assert (changed["name"], changed["description"]) == ("Van Dijk & Sons", None)
    site = make_site(tenant, "cold store")["id"]
    site_path = f"/sites/{site}"
    assert http.put(f"{site_path}/customer", json={"customerId": customer["id"]}).is_success
    assert http.get(path).json()["sites"] == 1
    of_customer = http.get("/sites", params={"customerId": customer["id"]}).json()["items"]
    assert [each["id"] for each in of_customer] == [site]
    assert http.delete(path).status_code == 204
    assert_problem(http.get(path), 404)
    assert http.get(site_path).json()["customerId"] is None


def test_nothing_is_given_to_a_customer_who_is_not_there(
    tenant: Organization, ids: dict[str, str]
) -> None:
    body = {"customerId": ids["device_id"]}
    for path in (f"/devices/{ids['device_id']}", f"/sites/{ids['site_id']}"):
        assert_problem(tenant.http.put(f"{path}/customer", json=body), 404)


def test_who_is_invited_for_a_customer_sees_what_they_have(
    platform: RunningPlatform, organization: Organization
) -> None:
    with (
        customer_of(platform, organization, "who invites") as customer,
        platform.client(organization.access_token) as owner,
        platform.client() as http,
    ):
        ids = fleet_of(organization, customer, "who invites")
        email = f"{secrets.token_hex(8)}@example.com"
        body = {"email": email, "role": "MEMBER", "customerId": customer.id}
        invitation = owner.post(INVITATIONS, json=body).json()
        assert invitation["customerId"] == customer.id
        token = token_in(letter_to(platform, email, "Invitation"))
        assert http.get(f"/invitations/{token}").json()["customerName"] == "who invites"
        answer = {"password": PASSWORD, "name": "Grace"}
        session = http.post(f"/invitations/{token}/accept", json=answer).json()
        refreshed = http.post("/auth/refresh", json={"refreshToken": session["refreshToken"]})
        for access in (session["accessToken"], refreshed.json()["accessToken"]):
            with platform.client(access) as grace:
                [device] = grace.get("/devices").json()["items"]
                assert device["id"] == ids["device_id"]
                assert grace.get("/auth/me").json()["email"] == email
                assert len(grace.get("/auth/sessions").json()["items"]) == 1
        members = owner.get("/organizations/current/members").json()["items"]
        assert {each["email"]: each["customerId"] for each in members}[email] == customer.id
        user_id = next(each["userId"] for each in members if each["email"] == email)
        path = f"/organizations/current/members/{user_id}"
        assert_problem(owner.patch(path, json={"role": "OWNER"}), 422)
        assert owner.patch(path, json={"role": "ADMIN"}).json()["role"] == "ADMIN"


def test_people_of_a_customer_work_with_what_they_have(
    tenant: Organization, customer: CustomerStand, ids: dict[str, str]
) -> None:
    http = customer.http
    command = {"method": "REBOOT"}
    assert http.post(f"/devices/{ids['device_id']}/commands", json=command).status_code == 201
    kind = made(tenant, "/annotation-classes", name="leak", scopes=["SENSOR"])["id"]
    annotation = {"classId": kind, "scopeType": "SENSOR", "scopeId": ids["sensor_id"], **RANGE}
    noted = http.post("/annotations", json={**annotation, "values": {}})
    assert noted.status_code == 201, noted.text
    dashboard = http.post("/dashboards", json={"name": "ours"}).json()
    assert dashboard["customerId"] == customer.id
    titles = [each["title"] for each in http.get("/events").json()["items"]]
    assert "An annotation was made" in titles


def test_an_export_of_everything_holds_what_the_customer_has(
    tenant: Organization, customer: CustomerStand, ids: dict[str, str]
) -> None:
    other = make_device(tenant, "not theirs")
    assert send(tenant, [by_key(other, "level", at(6), 1.5)])["accepted"] == 1
    asked = customer.http.post("/exports", json={"scopeType": "ORGANIZATION", **RANGE})
    assert asked.status_code == 201, asked.text
    path = f"/exports/{asked.json()['id']}"

    def ready() -> dict[str, object] | None:
        export = customer.http.get(path).json()
        return export if export["status"] == "READY" else None

    readings, _, manifest = opened(download(wait_until(ready, "the export is ready", 90)))
    assert [each["id"] for each in manifest["sensors"]] == [ids["sensor_id"]]
    assert readings.num_rows == 1


def test_a_dashboard_that_is_given_shows_a_customer_what_they_have(
    tenant: Organization, customer: CustomerStand
) -> None:
    dashboard = f"/dashboards/{made(tenant, '/dashboards', name='for everybody')['id']}"
    assert_problem(customer.http.get(dashboard), 404)
    give(tenant, dashboard, customer)
    assert customer.http.get(dashboard).json()["name"] == "for everybody"
    give(tenant, dashboard, None)
    assert_problem(customer.http.get(dashboard), 404)
