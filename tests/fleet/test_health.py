"""What devices say of their health, over MQTT, as the API shows it; and what people may say of their status."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import psycopg
import pytest

from ingest.devices.health import WINDOW_SECONDS
from tests.make.devices import Session, connect, provision_device
from tests.make.fleet import make_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

T = TypeVar("T")
NOTHING = {
    "recordedAt": None,
    "uptimeSeconds": None,
    "freeHeapBytes": None,
    "signalStrengthDbm": None,
    "connectionType": None,
    "readingsSent": None,
    "readingsDropped": None,
}


def soon(ask: Callable[[], T], holds: Callable[[T], bool], *, seconds: float = 20) -> T:
    """The first answer that holds; fails with the last one. Health is QoS 0: there is no event to wait for."""
    deadline = time.monotonic() + seconds
    while not holds(answer := ask()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer


@pytest.fixture
def session(platform: RunningPlatform, organization: Organization) -> Iterator[Session]:
    session = connect(platform, provision_device(organization, "gateway"))
    yield session
    session.close()


def health_of(organization: Organization, session: Session, **parameters: Any) -> dict[str, Any]:
    answer = organization.http.get(f"/devices/{session.device.id}/health", params=parameters)
    assert answer.status_code == 200, answer.text
    health: dict[str, Any] = answer.json()
    return health


def tell(session: Session, body: Any, *, qos: int = 0) -> None:
    topic = session.device.provisioned["mqtt"]["topics"]["health"]
    session.publish(body, topic=topic, qos=qos).wait_for_publish(20)


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def test_a_snapshot_is_shown_as_it_was_sent(organization: Organization, session: Session) -> None:
    assert health_of(organization, session) == NOTHING
    sent = {
        "uptimeSeconds": 86_400,
        "freeHeapBytes": 2**40,
        "signalStrengthDbm": -67.5,
        "connectionType": "WIFI",
        "readingsSent": 10,
        "readingsDropped": 0,
    }
    tell(session, {**sent, "recordedAt": "2026-01-01T00:00:00+25:00"})  # refused, and kept aside
    tell(session, {**sent, "ours": "ignored"})
    shown = soon(
        lambda: health_of(organization, session), lambda health: health["recordedAt"] is not None
    )
    assert {name: shown[name] for name in sent} == sent
    assert ago(minutes=1) < datetime.fromisoformat(shown["recordedAt"]) <= ago(seconds=-10)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "MALFORMED"),
        ([1], "MALFORMED"),
        ({"uptimeSeconds": -1}, "MALFORMED"),
        ({"uptimeSeconds": 2**63}, "MALFORMED"),
        ({"connectionType": "a\0b"}, "MALFORMED"),
        ({"connectionType": "x" * 51}, "MALFORMED"),
        ({"recordedAt": "yesterday"}, "MALFORMED"),
        ({"recordedAt": "2001-01-01T00:00:00Z"}, "BAD_TIMESTAMP"),
        ({"recordedAt": "2199-01-01T00:00:00Z"}, "BAD_TIMESTAMP"),
    ],
)
def test_what_is_no_snapshot_is_kept_aside(
    organization: Organization, session: Session, body: Any, reason: str
) -> None:
    tell(session, body, qos=1)
    entries = organization.http.get(
        "/admin/quarantine", params={"deviceId": session.device.id}
    ).json()["items"]
    assert [entry["reason"] for entry in entries] == [reason]
    assert health_of(organization, session) == NOTHING


def test_a_device_that_talks_without_pause_costs_two_rows_a_window_and_shows_its_newest(
    platform: RunningPlatform, organization: Organization, session: Session
) -> None:
    for n in range(300):
        tell(session, {"uptimeSeconds": n, "recordedAt": ago(seconds=400 - n).isoformat()})
    soon(
        lambda: health_of(organization, session),
        lambda health: health["uptimeSeconds"] == 299,
        seconds=WINDOW_SECONDS + 20,
    )
    with psycopg.connect(admin_address(platform)) as admin:
        [rows] = admin.execute(  # type: ignore[misc]
            "SELECT count(*) FROM platform.device_health WHERE device_id = %s", [session.device.id]
        ).fetchone()
    assert 1 <= rows <= 6  # one where a slow machine brings all of them at once


def test_history_is_a_range_newest_first_and_in_pages(
    platform: RunningPlatform, organization: Organization, session: Session
) -> None:
    start = ago(days=2).replace(microsecond=0)
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "SELECT tsd.ensure_health_partitions(ARRAY(SELECT current_date - n FROM generate_series(0, 3) n))"
        )
        admin.execute(
            "INSERT INTO platform.device_health (org_id, device_id, recorded_at, uptime_seconds) "
            "SELECT %s, %s, %s + n * interval '6 hours', n FROM generate_series(0, 7) n",
            [organization.id, session.device.id, start],
        )

    def uptimes(**parameters: Any) -> list[int]:
        return [
            item["uptimeSeconds"]
            for item in health_of(organization, session, **parameters)["items"]
        ]

    assert "items" not in health_of(organization, session)
    assert health_of(organization, session)["uptimeSeconds"] == 7
    assert uptimes(**{"from": start.isoformat()}) == [7, 6, 5, 4, 3, 2, 1, 0]
    assert uptimes(to=(start + timedelta(hours=12)).isoformat()) == [1, 0]
    span = {"from": start.isoformat(), "to": (start + timedelta(hours=42)).isoformat(), "limit": 3}
    seen, cursor = [], None
    while True:
        page = health_of(organization, session, **span, **({"cursor": cursor} if cursor else {}))
        seen += [item["uptimeSeconds"] for item in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    path = f"/devices/{session.device.id}/health"
    for wrong in (
        {"from": span["to"], "to": span["from"]},
        {"from": "x"},
        {"to": span["to"], "cursor": "x"},
    ):
        assert_problem(organization.http.get(path, params=wrong), 400)


def test_a_range_is_shown_as_a_chart(platform: RunningPlatform, organization: Organization) -> None:
    device = make_device(organization, "charted")
    start = ago(days=1).replace(minute=0, second=0, microsecond=0)
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "SELECT tsd.ensure_health_partitions(ARRAY(SELECT current_date - n "
            "FROM generate_series(0, 3) n))"
        )
        admin.execute(
            "INSERT INTO platform.device_health "
            "(org_id, device_id, recorded_at, uptime_seconds, signal_strength_dbm) "
            "SELECT %s, %s, %s + n * interval '20 minutes', n, CASE WHEN n < 2 THEN -60.5 END "
            "FROM generate_series(0, 8) n",
            [organization.id, device, start],
        )

    def chart(**query: Any) -> httpx.Response:
        return organization.http.get(f"/devices/{device}/health", params=query)

    span = {"from": start.isoformat(), "to": (start + timedelta(minutes=150)).isoformat()}
    answer = chart(**span, interval="PT1H").json()
    assert (answer["uptimeSeconds"], "items" in answer) == (8, False)
    found = [
        (datetime.fromisoformat(bucket["from"]), bucket["count"], bucket["uptimeSeconds"])
        for bucket in answer["buckets"]
    ]
    assert found == [
        (start + timedelta(hours=hour), count, {"min": low, "avg": mean, "max": high})
        for hour, count, low, mean, high in ((0, 3, 0, 1, 2), (1, 3, 3, 4, 5), (2, 2, 6, 6.5, 7))
    ]
    signal = [bucket["signalStrengthDbm"] for bucket in answer["buckets"]]
    assert signal == [{"min": -60.5, "avg": -60.5, "max": -60.5}, None, None]
    assert answer["buckets"][0]["freeHeapBytes"] is None
    assert_problem(chart(interval="PT1H"), 400)
    assert_problem(chart(**span, interval="PT2M"), 400)
    month = {**span, "from": (start - timedelta(days=30)).isoformat()}
    assert_problem(chart(**month, interval="PT1M"), 422, code="TOO_MANY_BUCKETS")


def test_health_beyond_its_retention_is_dropped_by_the_day(platform: RunningPlatform) -> None:
    def days(admin: psycopg.Connection) -> set[str]:
        found = admin.execute(
            "SELECT right(inhrelid::regclass::text, 8) FROM pg_inherits "
            "WHERE inhparent = 'platform.device_health'::regclass"
        )
        return {day for (day,) in found}

    with psycopg.connect(platform.secret_urls()["ingest_database_url"], autocommit=True) as ingest:
        ingest.execute(
            "SELECT tsd.ensure_health_partitions(ARRAY['2001-01-01', '2001-01-02']::date[])"
        )
        assert {"20010101", "20010102"} <= days(ingest)
        ingest.execute("SELECT tsd.drop_health_partitions('2001-01-02')")
        assert "20010101" not in days(ingest)
        ingest.execute("SELECT tsd.drop_health_partitions('2001-01-03')")
        assert "20010102" not in days(ingest)
        assert datetime.now(UTC).strftime("%Y%m%d") in days(ingest), "the worker makes them ahead"


def status_of(organization: Organization, device_id: str) -> tuple[str, bool]:
    device = organization.http.get(f"/devices/{device_id}").json()
    return device["status"], device["connected"]


def say(organization: Organization, device_id: str, status: str) -> None:
    answer = organization.http.patch(f"/devices/{device_id}", json={"status": status})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("word", ["MAINTENANCE", "INACTIVE"])
def test_what_people_say_of_a_device_survives_its_coming_and_going(
    platform: RunningPlatform, organization: Organization, word: str
) -> None:
    device = provision_device(organization, "gateway")

    def reaches(status: str, connected: bool) -> None:
        soon(lambda: status_of(organization, device.id), lambda found: found == (status, connected))

    for _ in range(2):
        session = connect(platform, device)
        reaches("ACTIVE", True)
        session.close()
        reaches("OFFLINE", False)
    say(organization, device.id, word)
    session = connect(platform, device)
    reaches(word, True)
    session.close()
    reaches(word, False)
    say(organization, device.id, "ACTIVE")
    assert status_of(organization, device.id) == (
        "OFFLINE",
        False,
    )  # as it is, when people say nothing more
    session = connect(platform, device)
    reaches("ACTIVE", True)
    say(organization, device.id, word)
    assert status_of(organization, device.id) == (word, True)
    say(organization, device.id, "ACTIVE")
    assert status_of(organization, device.id) == ("ACTIVE", True)
    session.close()


@pytest.mark.parametrize("word", ["OFFLINE", "PENDING", "active", None])
def test_people_can_not_say_what_only_the_platform_knows(
    tenant: Organization, word: str | None, request: pytest.FixtureRequest
) -> None:
    device = make_device(tenant, request.node.name)
    assert_problem(tenant.http.patch(f"/devices/{device}", json={"status": word}), 400)
    assert status_of(tenant, device) == ("PENDING", False)
