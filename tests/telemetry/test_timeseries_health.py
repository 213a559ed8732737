"""What those who run the platform see of the time-series core, and what an organization says about retention."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from app.operations.timeseries_health import exposition, findings, lags
from tests.make.chunks import run_columnstore_job
from tests.make.devices import register_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import assert_problem, by_key, send, sensors_by_key
from tests.make.workers import wait_until

SETTLE = timedelta(seconds=60)
NOW = datetime(2026, 11, 23, 12, 7, 31, tzinfo=UTC)


def health(**changed: Any) -> dict[str, Any]:
    """Of a platform that is well, but for what a test changes."""
    marks = {"15M": (900, "12:00:00"), "1H": (3600, "12:00:00"), "1D": (86_400, "00:00:00")}
    return {
        "now": NOW.isoformat(),
        "backend": "plain",
        "server": "18.6",
        "marks": [
            {
                "tier": tier,
                "widthSeconds": width,
                "logBelow": f"2026-11-23T{to}Z",
                "materialisedTo": f"2026-11-23T{to}Z",
            }
            for tier, (width, to) in marks.items()
        ],
        "rawFrom": "2025-09-19T00:00:00Z",
        "invalidations": {"pending": 2, "oldestSeconds": 3.5},
        "partitions": {
            "count": 433,
            "oldest": "2025-09-19",
            "newest": "2026-11-26",
            "leaving": 0,
            "missingAhead": 0,
        },
        "unpackedDays": 1,
        "packedAt": "2026-11-23T02:17:00+00:00",
        "tables": [{"name": "latest", "bytes": 1000, "rows": 10, "deadRows": 3}],
        "readings": {"bytes": 100_000, "rows": 1_000_000, "deadRows": 0},
    } | changed


def wrong(changed: dict[str, Any], over: int = 0) -> list[str]:
    found = findings(
        health(**changed), settle=SETTLE, retention=timedelta(days=430), tenants_over_retention=over
    )
    return [finding.what for finding in found]


def test_a_platform_that_is_well_has_no_findings() -> None:
    assert wrong({}) == wrong({"backend": "timescale", "timescale": TIMESCALE}) == []


_WELL = health()
TIMESCALE = {
    "version": "2.29.2",
    "licence": "timescale",
    "openInternals": 0,
    "columnar": 400,
    "waiting": 2,
    "waitingSince": "2026-11-22T13:00:00+00:00",
    "columnstoreSeconds": 43_200,
}
FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "no worker": (
        {"marks": [_WELL["marks"][0] | {"materialisedTo": "2026-11-23T11:30:00Z"}]}, 0, "15M are 0:30:00 behind"),
    "the clock went back": (
        {"marks": [_WELL["marks"][0] | {"materialisedTo": "2026-11-23T15:00:00Z"}]}, 0, "ahead of the database's clock"),
    "no repair": ({"invalidations": {"pending": 7, "oldestSeconds": 4000}}, 0, "7 entries of late readings"),
    "no partitions": ({"partitions": _WELL["partitions"] | {"missingAhead": 2}}, 0, "2 of the partitions"),
    "no retention": ({"partitions": _WELL["partitions"] | {"oldest": "2025-01-01"}}, 0, "2025-01-01 are still kept"),
    "half detached": ({"partitions": _WELL["partitions"] | {"leaving": 1}}, 0, "1 partitions are half detached"),
    "bloat": ({"readings": {"bytes": 1, "rows": 10, "deadRows": 200_000}}, 0, "tsd.reading holds 200,000 dead rows"),
    "no packing": ({"unpackedDays": 9, "packedAt": "2026-11-20T02:17:00+00:00"}, 0, "the keys of 9 days"),
    "tenants over retention": ({}, 3, "3 organizations"),
    "a licence less": ({"backend": "timescale", "timescale": TIMESCALE | {"licence": "apache"}}, 0, "community licence"),
    "open internals": ({"timescale": TIMESCALE | {"openInternals": 2}}, 0, "internal functions are open"),
    "no columns": ({"timescale": TIMESCALE | {"waiting": 9, "waitingSince": "2026-11-22T12:00:00+00:00"}}, 0,
                   "9 days that should be columns are not, the first since 2026-11-22T12"),
    "no columns on the first day": (
        {"timescale": TIMESCALE | {"waiting": 1, "waitingSince": "2026-11-20T12:00:00+00:00"}}, 0, "1 days that"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_found_and_nothing_else(fault: str) -> None:
    changed, over, expected = FAULTS[fault]
    [found] = wrong(changed, over)
    assert expected in found


def test_a_tier_is_behind_only_by_what_has_settled() -> None:
    just_after = health(now="2026-11-23T12:15:59Z")
    assert [lag.behind_seconds for lag in lags(just_after, settle=SETTLE)] == [0, 0, 0]
    a_minute_after = health(now="2026-11-23T12:16:01Z")
    assert [lag.behind_seconds for lag in lags(a_minute_after, settle=SETTLE)] == [900, 0, 0]


def test_the_figures_are_prometheus_text() -> None:
    text = exposition(health(), settle=SETTLE).decode()
    assert 'holdfast_rollup_behind_seconds{tier="15M"} 0.0' in text
    assert "holdfast_rollup_invalidations 2.0" in text


@ON_EITHER_BACKEND
def test_metrics_tell_of_the_database(platform: RunningPlatform) -> None:
    def metrics() -> str:
        return httpx.get(platform.metrics_url, trust_env=False).text

    before = metrics()
    text = wait_until(lambda: (now := metrics()) != before and now, "an answer made anew")
    told = re.findall(r"^# TYPE (\S+)", text, re.M)
    assert sorted(set(told)) == sorted(told), "a figure is told twice"
    assert 'holdfast_rollup_behind_seconds{tier="1D"}' in text
    assert "holdfast_reading_partitions_missing 0.0" in text
    assert "holdfast_readings_total" in text or "holdfast_ingest" in text


def _doctor(platform: RunningPlatform, *options: str) -> subprocess.CompletedProcess[str]:
    environment = platform.program("api").environ()
    return subprocess.run(
        [sys.executable, "-m", "app", "doctor", *options],
        env={**environment, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )


@ON_EITHER_BACKEND
def test_the_doctor_finds_a_platform_well_and_ends_with_0(
    platform: RunningPlatform, organization: Organization
) -> None:
    """Whatever days have readings: after what happens at night nothing is left to mend."""
    device = register_device(organization, "of long ago")["deviceId"]
    days = [datetime.now(UTC) - timedelta(days=days) for days in range(20, 26)]
    assert send(organization, [by_key(device, "t", day, 1.5) for day in days])["accepted"] == 6
    run_columnstore_job(platform.secret_urls()["owner_database_url"])
    shown = _doctor(platform)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "All is well" in shown.stdout
    told = json.loads(_doctor(platform, "--json").stdout)
    assert told["isWell"]
    assert {mark["tier"] for mark in told["health"]["marks"]} == {"15M", "1H", "1D"}


def test_the_doctor_says_that_the_database_is_away_and_ends_with_1(
    platform: RunningPlatform,
) -> None:
    environment = platform.program("api").environ()
    away = {
        **environment,
        "HOLDFAST_DATABASE_URL": "postgresql://app:secret-word@127.0.0.1:1/holdfast",
    }
    shown = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "--json"],
        env=away,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 1
    assert "can't be asked" in json.loads(shown.stdout)["findings"][0]["what"]
    assert "secret-word" not in shown.stdout + shown.stderr


def test_an_organization_keeps_readings_for_as_long_as_it_says(organization: Organization) -> None:
    path = "/organizations/current"
    assert organization.http.get(path).json()["retentionDays"] is None
    answer = organization.http.patch(path, json={"retentionDays": 30})
    assert (answer.status_code, answer.json()["retentionDays"]) == (200, 30)
    assert organization.http.patch(path, json={"name": "Other"}).json()["retentionDays"] == 30
    assert (
        organization.http.patch(path, json={"retentionDays": None}).json()["retentionDays"] is None
    )


def test_a_reading_older_than_the_organization_keeps_is_refused_as_soon_as_it_says_so(
    organization: Organization,
) -> None:
    device = register_device(organization, "late")["deviceId"]
    times = (datetime.now(UTC) - timedelta(days=31, seconds=second) for second in count())

    def stored(outcome: str) -> dict[str, Any] | None:
        reading = {
            "deviceId": device,
            "sensor": "t",
            "timestamp": next(times).isoformat(),
            "value": 1.5,
        }
        receipt: dict[str, Any] = organization.http.post("/readings/batch", json=[reading]).json()
        return receipt if receipt[outcome] else None

    assert stored("accepted")
    organization.http.patch("/organizations/current", json={"retentionDays": 30}).raise_for_status()
    [error] = wait_until(lambda: stored("quarantined"), "refusal")["errors"]
    assert error["code"] == "BAD_TIMESTAMP"
    assert "30 days" in error["message"]
    organization.http.patch(
        "/organizations/current", json={"retentionDays": None}
    ).raise_for_status()
    wait_until(lambda: stored("accepted"), "acceptance")


@pytest.mark.parametrize(
    ("days", "status"), [(0, 400), (-1, 400), (1.5, 400), ("x", 400), (431, 422), (10**12, 422)]
)
def test_a_retention_that_makes_no_sense_is_refused(
    organization: Organization, days: Any, status: int
) -> None:
    answer = organization.http.patch("/organizations/current", json={"retentionDays": days})
    assert_problem(answer, status)
    assert organization.http.get("/organizations/current").json()["retentionDays"] is None


@ON_EITHER_BACKEND
def test_answers_come_from_rollups_and_stay_exact_when_late_readings_arrive(
    platform: RunningPlatform, organization: Organization
) -> None:
    import psycopg

    device = register_device(organization, "tiers")["deviceId"]
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)
    readings = [
        by_key(device, "t", start + timedelta(minutes=10 * n), 20 + n % 7) for n in range(288)
    ]
    assert send(organization, readings)["accepted"] == 288
    sensor = sensors_by_key(organization, device)["t"]["id"]

    def told() -> dict[str, Any]:
        parameters = {"from": start.isoformat(), "to": (start + timedelta(days=2)).isoformat()}
        answer: dict[str, Any] = organization.http.get(
            f"/readings/sensor/{sensor}/stats", params=parameters
        ).json()
        return answer

    assert told()["count"] == 288
    _until(platform, "SELECT count(*) = 0 FROM tsd.invalidation")
    _until(
        platform,
        f"SELECT watermark > '{start + timedelta(days=2)}' FROM tsd.rollup_watermark WHERE tier = '1D'",
    )
    assert (told()["count"], told()["tiers"]) == (288, ["1D"])
    late = by_key(device, "t", start + timedelta(minutes=5), 99.5)
    assert send(organization, [late])["accepted"] == 1
    assert (told()["count"], told()["max"]) == (289, 99.5)
    _until(platform, "SELECT count(*) = 0 FROM tsd.invalidation")
    assert (told()["count"], told()["max"], told()["tiers"]) == (289, 99.5, ["1D"])
    with psycopg.connect(admin_address(platform)) as admin:
        assert admin.execute(
            "SELECT count(*) FROM tsd.rollup_1h WHERE sensor_id = %s", [sensor]
        ).fetchone() == (48,)


def _until(platform: RunningPlatform, question: str) -> None:
    """Until the worker, which wakes up every two seconds, has made it so."""
    import time

    import psycopg

    deadline = time.monotonic() + 60
    with psycopg.connect(admin_address(platform), autocommit=True) as admin:
        while admin.execute(question.encode()).fetchone() != (True,):
            assert time.monotonic() < deadline, question
            time.sleep(0.1)
