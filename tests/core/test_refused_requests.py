"""A request that is refused must leave nothing behind: no transaction, no connection."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

# More than the service has connections (Settings.database_pool_size).
TIMES = 25
ID = "0190d3a0-0000-7000-8000-00000000dead"
NOBODYS = f"/devices/{ID}"
REFUSED: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "a limit that is none": ("GET", "/devices", {"params": {"limit": "x"}}, 400),
    "a cursor that is none": ("GET", "/devices", {"params": {"cursor": "x"}}, 400),
    "a sort that is none": ("GET", "/sensors", {"params": {"sort": "x"}}, 400),
    "a filter that is none": ("GET", "/sensors", {"params": {"deviceId": "x"}}, 400),
    "a reason that is none": ("GET", "/admin/quarantine", {"params": {"reason": "x"}}, 400),
    "two things at once": ("GET", "/devices", {"params": {"limit": "x", "status": "x"}}, 400),
    "a body that is none": ("PATCH", NOBODYS, {"content": b"{"}, 400),
    "a body that does not fit": ("POST", "/devices/registration/tokens", {"json": {"deviceName": ""}}, 400),
    "a body over the limit": ("POST", "/devices/registration/tokens", {"content": b" " * 1_000_001}, 413),
    "a retry key that is none": (
        "POST", "/devices/registration/tokens", {"json": {"deviceName": "x"}, "headers": {"Idempotency-Key": "a b"}}, 400
    ),
    "what nobody has": ("GET", NOBODYS, {}, 404),
    "a reading range that is none": ("GET", f"/readings/sensor/{ID}", {"params": {"from": "x", "to": "y"}}, 400),
    "a window that is none": ("GET", f"/readings/sensor/{ID}/window", {"params": {"last": "x"}}, 400),
    "readings of what nobody has": ("GET", f"/readings/sensor/{ID}/latest", {}, 404),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_requests_hold_no_connection(
    platform: RunningPlatform, organization: Organization, name: str
) -> None:
    method, path, request, status = REFUSED[name]
    for _ in range(TIMES):
        assert_problem(organization.http.request(method, path, timeout=5, **request), status)
    assert organization.http.get("/devices", timeout=5).status_code == 200
    with psycopg.connect(admin_address(platform)) as admin:
        left = admin.execute(
            "SELECT query FROM pg_stat_activity WHERE usename = 'app' AND state LIKE 'idle in transaction%%'"
        ).fetchall()
    assert left == []
