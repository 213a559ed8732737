"""No organization has without end what costs the platform something, by whatever way it is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.make.devices import new_key, register_device, signing_request
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.profiles import CLIMATE, pack
from tests.make.readings import assert_problem, at, by_key, send

# Beside what every organization begins with: the key with which the tests ask.
SETTINGS = {
    "HOLDFAST_QUOTA_DEVICES": "5",
    "HOLDFAST_QUOTA_COMPONENTS": "4",
    "HOLDFAST_QUOTA_SENSORS": "6",
    "HOLDFAST_QUOTA_SITES": "2",
    "HOLDFAST_QUOTA_DEVICE_GROUPS": "2",
    "HOLDFAST_QUOTA_API_KEYS": "3",
    "HOLDFAST_QUOTA_REGISTRATION_TOKENS": "3",
    "HOLDFAST_QUOTA_PROFILES": "3",
    "HOLDFAST_QUOTA_PACKS": "2",
    "HOLDFAST_QUOTA_CONFIG_ARTEFACTS": "2",
    "HOLDFAST_QUOTA_QUARANTINE_BYTES": "3000",
    "HOLDFAST_QUOTA_DAYS_OPENED": "3",
}


@pytest.fixture(scope="module")
def small() -> Iterator[RunningPlatform]:
    """A platform on which everything has a near end."""
    with running_platform(SETTINGS) as platform:
        yield platform


@pytest.fixture
def tenant(small: RunningPlatform) -> Iterator[Organization]:
    organization = small.new_organization()
    yield organization
    organization.http.close()


def unique() -> str:
    return secrets.token_hex(4)


UPLOAD = {"sizeBytes": 3, "sha256": "0" * 64, "contentType": "text/plain"}


def make_device(http: httpx.Client) -> httpx.Response:
    operations = [{"op": "create", "data": {"name": unique()}}]
    return http.post("/devices/bulk", json={"operations": operations})


# By kind: how one more is made, and how many an organization may make.
Make = Callable[[httpx.Client], httpx.Response]
MAKERS: dict[str, tuple[Make, int]] = {
    "sites": (lambda http: http.post("/sites", json={"name": unique()}), 2),
    "device groups": (
        lambda http: http.post("/device-groups", json={"name": unique(), "tags": [unique()]}),
        2,
    ),
    "API keys": (
        lambda http: http.post("/api-keys", json={"name": unique(), "scopes": []}),
        2,
    ),
    "registration tokens": (
        lambda http: http.post("/devices/registration/tokens", json={"deviceName": unique()}),
        3,
    ),
    "profiles": (
        lambda http: http.post(
            "/sensor-profiles", json={"name": f"p-{unique()}", "version": "1.0", "fields": CLIMATE}
        ),
        3,
    ),
    "packs": (lambda http: http.post("/packs", json=pack(f"p-{unique()}")), 2),
    "config artefacts": (
        lambda http: http.post(
            "/config-artefacts/upload-url", json=UPLOAD | {"name": f"c{unique()}"}
        ),
        2,
    ),
}


def is_full(answer: httpx.Response, kind: str) -> bool:
    problem = assert_problem(answer, 409, code="QUOTA_EXCEEDED")
    return kind in problem["detail"]


@pytest.mark.parametrize("kind", MAKERS)
def test_there_is_an_end_to_each_and_a_neighbour_has_an_own(
    small: RunningPlatform, tenant: Organization, kind: str
) -> None:
    make, most = MAKERS[kind]
    assert [make(tenant.http).status_code for _ in range(most)] == [201] * most
    assert is_full(make(tenant.http), kind)
    other = small.new_organization()
    assert make(other.http).status_code == 201
    other.http.close()


@pytest.mark.parametrize("kind", ["sites", "API keys", "registration tokens"])
def test_of_many_who_ask_at_once_no_more_get_one(
    small: RunningPlatform, tenant: Organization, kind: str
) -> None:
    make, most = MAKERS[kind]

    def ask(_: int) -> int:
        with small.client(tenant.key) as http:
            return make(http).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(12))) == [201] * most + [409] * (12 - most)


def test_what_is_deleted_makes_room(tenant: Organization) -> None:
    make, _ = MAKERS["sites"]
    first = make(tenant.http).json()
    assert make(tenant.http).status_code == 201
    for _ in range(3):
        assert is_full(make(tenant.http), "sites")
    assert tenant.http.delete(f"/sites/{first['id']}").status_code == 204
    assert make(tenant.http).status_code == 201
    assert is_full(make(tenant.http), "sites")


def test_a_revoked_key_and_a_used_token_make_room(
    small: RunningPlatform, tenant: Organization
) -> None:
    make, most = MAKERS["API keys"]
    keys = [make(tenant.http).json() for _ in range(most)]
    assert is_full(make(tenant.http), "API keys")
    assert tenant.http.delete(f"/api-keys/{keys[0]['id']}").status_code == 204
    assert make(tenant.http).status_code == 201

    tokens = [register_device(tenant, unique()) for _ in range(3)]
    another = {"deviceName": unique()}
    assert is_full(
        tenant.http.post("/devices/registration/tokens", json=another), "registration tokens"
    )
    body = {"token": tokens[0]["token"], "csr": signing_request(new_key())}
    with small.client() as http:
        assert http.post("/devices/provision", json=body).status_code == 200
    assert tenant.http.post("/devices/registration/tokens", json=another).status_code == 201


def test_devices_have_an_end_in_bulk_in_csv_and_by_tokens(tenant: Organization) -> None:
    names = [unique() for _ in range(4)]
    operations = [{"op": "create", "data": {"name": name}} for name in names]
    answer = tenant.http.post("/devices/bulk", json={"operations": operations}).json()
    assert [result["status"] for result in answer["results"]] == [201] * 4
    csv = "name\r\n" + "".join(f"{unique()}\r\n" for _ in range(2))
    imported = tenant.http.post(
        "/devices/import", content=csv, headers={"Content-Type": "text/csv"}
    )
    assert is_full(imported, "devices")
    batch = {"deviceNames": [unique(), unique()]}
    assert is_full(tenant.http.post("/devices/registration/tokens/bulk", json=batch), "devices")
    # What was refused was refused whole: there is room for one.
    operations = [{"op": "create", "data": {"name": unique()}} for _ in range(3)]
    answer = tenant.http.post("/devices/bulk", json={"operations": operations}).json()
    assert [result["status"] for result in answer["results"]] == [201, 409, 409]
    assert answer["results"][1]["problem"]["code"] == "QUOTA_EXCEEDED"
    assert len(tenant.http.get("/devices").json()["items"]) == 5


def test_components_have_an_end(tenant: Organization) -> None:
    device_id = register_device(tenant, unique())["deviceId"]

    def make() -> httpx.Response:
        return tenant.http.post(f"/devices/{device_id}/components", json={"key": f"k{unique()}"})

    assert [make().status_code for _ in range(4)] == [201] * 4
    assert is_full(make(), "components")


def sensors_of(tenant: Organization) -> int:
    return len(tenant.http.get("/sensors", params={"limit": 500}).json()["items"])


def test_sensors_that_devices_make_by_reporting_have_an_end_and_cost_no_other_reading(
    tenant: Organization,
) -> None:
    devices = [register_device(tenant, unique())["deviceId"] for _ in range(2)]
    readings = [by_key(device, f"s{n}", at(n), n + 0.5) for device in devices for n in range(5)]
    receipt = send(tenant, readings)
    assert (receipt["accepted"], receipt["quarantined"]) == (6, 4)
    assert {error["code"] for error in receipt["errors"]} == {"SENSOR_LIMIT"}
    assert all("organization" in error["message"] for error in receipt["errors"])
    assert sensors_of(tenant) == 6
    known = [by_key(devices[0], "s0", at(20), 1.5), by_key(devices[0], "new", at(20), 1.5)]
    receipt = send(tenant, known)
    assert (receipt["accepted"], receipt["quarantined"]) == (1, 1)
    body = {"deviceId": devices[0], "key": "more", "valueType": "DOUBLE"}
    assert is_full(tenant.http.post("/sensors", json=body), "sensors")
    # A device that is deleted takes its sensors with it.
    assert tenant.http.delete(f"/devices/{devices[0]}").status_code == 204
    receipt = send(tenant, [by_key(devices[1], f"t{n}", at(n), 0.5) for n in range(6)])
    assert (receipt["accepted"], receipt["quarantined"]) == (5, 1)
    assert sensors_of(tenant) == 6


def test_a_full_quarantine_keeps_no_more_and_costs_no_good_reading(
    small: RunningPlatform, tenant: Organization
) -> None:
    device = register_device(tenant, unique())["deviceId"]

    def bad(n: int) -> dict[str, Any]:
        return by_key(device, "s", at(n), ["x" * 900, n])

    receipt = send(tenant, [by_key(device, "s", at(0), 1.5), *map(bad, range(1, 9))])
    assert (receipt["accepted"], receipt["quarantined"]) == (1, 8)
    kept = tenant.http.get("/admin/quarantine").json()["items"]
    assert 0 < len(kept) < 8
    with psycopg.connect(admin_address(small)) as admin:
        [(size,)] = admin.execute(
            "SELECT sum(octet_length(payload)) FROM platform.quarantine_entry WHERE org_id = %s",
            [tenant.id],
        ).fetchall()
    assert size <= 3000
    receipt = send(tenant, [by_key(device, "s", at(20), 2.5), bad(21)])
    assert (receipt["accepted"], receipt["quarantined"]) == (1, 1)
    assert len(tenant.http.get("/admin/quarantine").json()["items"]) == len(kept)
    assert tenant.http.delete(f"/admin/quarantine/{kept[0]['id']}").status_code == 204
    assert send(tenant, [bad(22)])["quarantined"] == 1
    assert len(tenant.http.get("/admin/quarantine").json()["items"]) == len(kept)


def test_readings_of_many_days_open_so_many_a_day_and_cost_no_other(
    small: RunningPlatform, tenant: Organization
) -> None:
    device = register_device(tenant, unique())["deviceId"]
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)

    def of(days_ago: int, value: float = 1.5) -> dict[str, Any]:
        return by_key(device, "s", noon - timedelta(days=days_ago), value)

    def partitions() -> int:
        with psycopg.connect(admin_address(small)) as admin:
            [(found,)] = admin.execute(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'tsd_chunks'::regnamespace "
                "AND relkind = 'r' AND relname ~ '^reading_[0-9]{8}$'"
            ).fetchall()
            return int(found)

    before = partitions()
    receipt = send(tenant, [of(1), *(of(100 + n) for n in range(10))])
    assert (receipt["accepted"], receipt["quarantined"]) == (4, 7)
    assert {error["code"] for error in receipt["errors"]} == {"BAD_TIMESTAMP"}
    assert partitions() == before + 3
    # What is open is open, to everybody; another organization opens days of its own.
    assert send(tenant, [of(100, 2.5), of(120)])["quarantined"] == 2  # conflicting, and too many
    other = small.new_organization()
    device = register_device(other, unique())["deviceId"]
    receipt = send(other, [*(of(100 + n) for n in range(10))])
    assert (receipt["accepted"], receipt["quarantined"]) == (6, 4)
    other.http.close()


def test_who_had_more_before_there_were_quotas_keeps_it(
    small: RunningPlatform, tenant: Organization
) -> None:
    with psycopg.connect(admin_address(small)) as admin:
        for _ in range(4):  # as the superuser restores: counted, and not refused
            admin.execute(
                "INSERT INTO platform.site (org_id, id, name) VALUES (%s, gen_random_uuid(), %s)",
                [tenant.id, unique()],
            )
    make, _ = MAKERS["sites"]
    assert len(tenant.http.get("/sites").json()["items"]) == 4
    assert is_full(make(tenant.http), "sites")
