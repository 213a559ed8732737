"""Customers of an organization, and who signs in for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.make.fleet import made, make_device, make_sensor, make_site
from tests.make.people import new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at, by_key, send


@dataclass
class CustomerStand:
    """A customer, and a person of theirs with all that their role may."""

    id: str
    token: str
    http: httpx.Client


@contextmanager
def customer_of(
    platform: RunningPlatform, organization: Organization, name: str, role: str = "ADMIN"
) -> Iterator[CustomerStand]:
    """Who has nothing yet; deleted when the block ends, with which all that they have is the
    organization's again."""
    customer = made(organization, "/customers", name=name)
    token = new_member(platform, organization, role, customer_id=customer["id"])
    with platform.client(token) as http:
        yield CustomerStand(customer["id"], token, http)
    organization.http.delete(f"/customers/{customer['id']}")


def give(organization: Organization, path: str, customer: CustomerStand | None) -> None:
    """`path` is of a device, a site, a dashboard."""
    body = {"customerId": customer and customer.id}
    answer = organization.http.put(f"{path}/customer", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["customerId"] == body["customerId"]


def fleet_of(organization: Organization, customer: CustomerStand, name: str) -> dict[str, str]:
    """Ids of a site and a device of the customer's, with a sensor that has a reading."""
    site = make_site(organization, f"site of {name}")["id"]
    device = make_device(organization, f"device of {name}", siteId=site)
    give(organization, f"/devices/{device}", customer)
    give(organization, f"/sites/{site}", customer)
    sensor = make_sensor(organization, device, "level")["id"]
    assert send(organization, [by_key(device, "level", at(5), 4.5)])["accepted"] == 1
    return {"site_id": site, "device_id": device, "sensor_id": sensor}
