"""Quarantine: what was refused is kept as it came, once, and is found by its device, reason and time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.pipeline.kept import kept
from tests.make.devices import Device, Session, connect, provision_device, register_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import assert_problem, at, by_key, send

pytestmark = ON_EITHER_BACKEND


def entries(organization: Organization, **parameters: Any) -> list[dict[str, Any]]:
    answer = organization.http.get("/admin/quarantine", params={"limit": 500, **parameters})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture(scope="module")
def device(tenant: Organization) -> Device:
    return provision_device(tenant, "the device of quarantine")


@pytest.fixture
def session(platform: RunningPlatform, device: Device) -> Iterator[Session]:
    session = connect(platform, device)
    yield session
    session.close()


BODIES: dict[str, tuple[bytes, str]] = {
    "cut off": (b'{"sensor": "t", "timestamp": ', "utf-8"),
    "words": ("nicht JSON — überhaupt nicht".encode(), "utf-8"),
    "bytes": (bytes(range(256)), "base64"),
    "UTF-16": ('{"sensor": "t"}'.encode("utf-16"), "base64"),
    "NaNa": (b'[{"sensor": "t", "timestamp": "2026-01-01T00:00:00Z", "value": NaNa}]', "utf-8"),
    "nothing": (b"", "utf-8"),
    "a text with NUL": (b'"a\0b"', "utf-8"),
    "11,000 elements that are none": (b"[" + b"1," * 10_999 + b"1]", "utf-8"),
    "100,000 nested arrays": (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "utf-8"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_message_that_is_not_readings_is_kept_as_one_and_acknowledged(
    tenant: Organization, device: Device, session: Session, name: str
) -> None:
    body, encoding = BODIES[name]
    session.publish_all([body])
    newest = entries(tenant, deviceId=device.id)[0]
    payload = (
        newest["payload"].encode() if encoding == "utf-8" else base64.b64decode(newest["payload"])
    )
    assert (newest["payloadEncoding"], payload, newest["payloadIndex"]) == (encoding, kept(body), 0)
    assert (newest["reason"], newest["occurrences"], newest["deviceId"]) == (
        "MALFORMED",
        1,
        device.id,
    )


def test_the_same_message_again_is_counted_and_not_kept_twice(
    tenant: Organization, device: Device, session: Session
) -> None:
    body = b'[{"sensor": "again"}, 5, {"sensor": "again"}]'
    session.publish_all([body, body, body])
    found = [entry for entry in entries(tenant, deviceId=device.id) if "again" in entry["payload"]]
    assert sorted((entry["payloadIndex"], entry["occurrences"]) for entry in found) == [
        (0, 3),
        (2, 3),
    ]
    assert all(entry["lastReceivedAt"] >= entry["receivedAt"] for entry in found)


def test_the_good_in_a_message_are_stored_beside_the_bad(
    tenant: Organization, device: Device, session: Session
) -> None:
    good = [
        {"sensor": "beside", "timestamp": at(n).isoformat(), "value": n + 0.5} for n in range(2)
    ]
    bad = ['{"sensor": "beside", "value": "\\ud83d"}', "[" * 5000 + "]" * 5000]
    parts = [json.dumps(good[0]), *bad, json.dumps(good[1])]
    session.publish_all([f"[{','.join(parts)}]".encode()])
    [sensor] = [
        sensor
        for sensor in tenant.http.get("/sensors", params={"deviceId": device.id}).json()["items"]
        if sensor["key"] == "beside"
    ]
    assert (sensor["latestValue"], datetime.fromisoformat(sensor["latestAt"])) == (1.5, at(1))
    payloads = [
        entry["payload"] for entry in entries(tenant, deviceId=device.id, reason="MALFORMED")
    ]
    assert set(bad) <= set(payloads)


def test_entries_are_found_by_device_reason_and_time(organization: Organization) -> None:
    one, two = (register_device(organization, name)["deviceId"] for name in ("one", "two"))
    before = datetime.now(UTC) - timedelta(seconds=1)
    old = at(0) - timedelta(days=1000)
    send(
        organization,
        [
            by_key(one, "t", at(0), 1.5),
            by_key(one, "t", at(0), 2.5),
            by_key(one, "t", old, 1.5),
            by_key(two, "t", old, 1.5),
            by_key("0190d3a0-0000-7000-8000-00000000dead", "t", at(0), 1.5),
        ],
    )
    after = datetime.now(UTC) + timedelta(seconds=1)

    def found(**parameters: Any) -> list[tuple[str | None, str]]:
        return sorted(
            (entry["deviceId"] or "", entry["reason"])
            for entry in entries(organization, **parameters)
        )

    stale, conflict = "BAD_TIMESTAMP", "CONFLICTING_VALUE"
    everything = sorted([(one, conflict), (one, stale), (two, stale), ("", "UNKNOWN_SENSOR")])
    assert found() == everything
    assert found(deviceId=one) == sorted([(one, conflict), (one, stale)])
    assert found(reason=stale) == sorted([(one, stale), (two, stale)])
    assert found(reason=stale, deviceId=two) == [(two, stale)]
    assert found(**{"from": before.isoformat(), "to": after.isoformat()}) == everything
    assert found(**{"from": after.isoformat()}) == found(**{"to": before.isoformat()}) == []

    pages, cursor = [], None
    while True:
        parameters = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = organization.http.get("/admin/quarantine", params=parameters).json()
        pages += [entry["id"] for entry in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert len(pages) == len(set(pages)) == 4
    assert set(pages) == {entry["id"] for entry in entries(organization)}


def test_an_entry_is_read_and_deleted_by_its_id(organization: Organization) -> None:
    device_id = register_device(organization, "one")["deviceId"]
    reading = by_key(
        device_id, "t", at(0) - timedelta(days=1000), 1.5, metadata={"note": "kept as it came"}
    )
    send(organization, [reading])
    [entry] = entries(organization)
    path = f"/admin/quarantine/{entry['id']}"
    assert organization.http.get(path).json() == entry
    assert json.loads(entry["payload"]) == reading
    assert organization.http.delete(path).status_code == 204
    assert_problem(organization.http.get(path), 404)
    assert_problem(organization.http.delete(path), 404)
    assert entries(organization) == []
