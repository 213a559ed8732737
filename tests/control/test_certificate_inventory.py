"""Which devices' certificates end soon: as the fleet's list says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.make.devices import connect, provision_device, register_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.renewals import renew_device


def ending(organization: Organization, days: float) -> set[str]:
    moment = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    answer = organization.http.get("/devices", params={"certificateExpiresBefore": moment})
    assert answer.status_code == 200, answer.text
    return {item["name"] for item in answer.json()["items"]}


def expiry(organization: Organization, device_id: str) -> Any:
    return organization.http.get(f"/devices/{device_id}").json()["certificateExpiresAt"]


def test_devices_are_found_by_the_end_of_the_certificate_that_they_use(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    soon, later = (provision_device(organization, name) for name in ("soon", "later"))
    waiting = register_device(organization, "waiting")["deviceId"]
    provision_device(neighbour, "a neighbour's")
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.certificate SET not_after = now() + interval '9 days' "
            "WHERE serial = %s",
            [soon.serial],
        )
    assert ending(organization, 10) == {"soon"}
    assert ending(organization, 400) == {"soon", "later"}
    assert expiry(organization, later.id) == later.provisioned["expiresAt"]
    assert expiry(organization, waiting) is None
    new = renew_device(platform, soon)
    assert ending(organization, 10) == {"soon"}, "the new one may not have arrived"
    connect(platform, new).close()
    assert ending(organization, 10) == set()
    assert expiry(organization, soon.id) == new.provisioned["expiresAt"]
    path = f"/devices/{soon.id}/certificates/{new.serial}/revoke"
    assert organization.http.post(path).status_code == 204
    assert expiry(organization, soon.id) is None
    assert ending(organization, 400) == {"later"}


def test_what_is_no_moment_is_400(organization: Organization) -> None:
    answer = organization.http.get("/devices", params={"certificateExpiresBefore": "soon"})
    assert_problem(answer, 400)
