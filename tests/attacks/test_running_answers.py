"""What lasts ends with its key, its session or its person, and nobody takes it for the whole."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import psycopg
import pytest

from tests.make.devices import register_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import NOW, at, by_key, send, sensors_by_key

READINGS = 400_000
BEGIN = NOW - timedelta(days=2)
STEP = timedelta(milliseconds=100)


@pytest.fixture
def long_answer(platform: RunningPlatform, organization: Organization) -> dict[str, object]:
    """A question whose answer is larger than all buffers between us and a client."""
    device = register_device(organization, "long")["deviceId"]
    send(organization, [by_key(device, "s", at(0), 0.5)])
    sensor = str(sensors_by_key(organization, device)["s"]["id"])
    end = BEGIN + READINGS * STEP
    with psycopg.connect(admin_address(platform), autocommit=True) as database:
        database.execute("SELECT tsd.ensure_partitions(ARRAY[%s, %s]::date[])", [BEGIN, end])
        database.execute(
            "INSERT INTO tsd.reading (org_id, sensor_id, ts, value_double) "
            "SELECT %s, %s, ts, extract(epoch FROM ts) "
            "FROM generate_series(%s::timestamptz, %s::timestamptz - interval '1 us', %s::interval)"
            " ts",
            [organization.id, sensor, BEGIN, end, STEP],
        )
    return {
        "url": f"/readings/sensor/{sensor}",
        "params": {"from": BEGIN.isoformat(), "to": end.isoformat()},
        "headers": {"Accept": "application/x-ndjson"},
    }


def wait_until_none_runs(platform: RunningPlatform) -> None:
    """Each long answer has a connection to the database of its own."""
    deadline = time.monotonic() + 10
    with psycopg.connect(admin_address(platform), autocommit=True) as database:
        while database.execute(
            "SELECT FROM pg_stat_activity WHERE application_name = 'holdfast answer' "
            "AND datname = current_database() AND leader_pid IS NULL"
        ).fetchall():
            assert time.monotonic() < deadline, "it goes on"
            time.sleep(0.05)


def assert_cut_soon(
    platform: RunningPlatform, http: httpx.Client, asked: dict[str, object], end: object
) -> None:
    """It is under way, then `end` is called, and what comes has no end of its own."""
    with http.stream("GET", **asked) as answer:  # type: ignore[arg-type]
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        next(pieces)
        end()  # type: ignore[operator]
        wait_until_none_runs(platform)  # though the client reads nothing
        with pytest.raises(httpx.TransportError):
            for _ in pieces:
                pass


def test_an_answer_ends_when_its_key_is_revoked(
    platform: RunningPlatform, organization: Organization, long_answer: dict[str, object]
) -> None:
    made = organization.http.post(
        "/api-keys", json={"name": "a", "scopes": ["readings:read"]}
    ).json()
    with platform.client(made["key"]) as http:
        assert_cut_soon(
            platform, http, long_answer, lambda: organization.http.delete(f"/api-keys/{made['id']}")
        )


def test_an_answer_ends_when_its_person_signs_out(
    platform: RunningPlatform, organization: Organization, long_answer: dict[str, object]
) -> None:
    with platform.client() as http:
        session = http.post(
            "/auth/login", json={"email": organization.email, "password": organization.password}
        ).json()

        def sign_out() -> None:
            http.post("/auth/logout", json={"refreshToken": session["refreshToken"]})

        with platform.client(session["accessToken"]) as person:
            assert_cut_soon(platform, person, long_answer, sign_out)


def test_an_answer_goes_on_when_another_key_is_revoked(
    organization: Organization, long_answer: dict[str, object]
) -> None:
    other = organization.http.post("/api-keys", json={"name": "b"}).json()
    with organization.http.stream("GET", **long_answer) as answer:  # type: ignore[arg-type]
        pieces = answer.iter_raw()
        lines = next(pieces).count(b"\n")
        organization.http.delete(f"/api-keys/{other['id']}")
        assert lines + sum(piece.count(b"\n") for piece in pieces) == READINGS
