"""Quarantine over its whole life: counted, fixed with a look before, gone in the end; and a wave of
refusals is one event."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import psycopg

from db.queries.quarantine import WAVE_FROM, delete_old
from tests.make.devices import register_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key, stored

pytestmark = ON_EITHER_BACKEND


def entries(organization: Organization) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = organization.http.get(
        "/admin/quarantine", params={"limit": 500, "sort": "receivedAt"}
    ).json()["items"]
    return found


def replay(
    organization: Organization, body: dict[str, Any], *, dry_run: bool = False, entry: str = ""
) -> dict[str, Any]:
    path = f"/admin/quarantine/{entry}/replay" if entry else "/admin/quarantine/replay"
    answer = organization.http.post(path, json=body, params={"dryRun": dry_run})
    assert answer.status_code == 200, answer.text
    outcome: dict[str, Any] = answer.json()
    return outcome


def test_a_dry_run_says_what_the_replay_does_and_changes_nothing(
    organization: Organization,
) -> None:
    device_id = str(register_device(organization, "thermometer")["deviceId"])
    send(organization, [by_key(device_id, "t", at(0), 1.5), by_key(device_id, "n", at(0), 1)])
    texts = [by_key(device_id, "t", at(n), f" {n},5") for n in range(1, 4)]
    conflict = by_key(device_id, "t", at(0), "9.5")
    assert send(organization, [*texts, conflict])["quarantined"] == 4
    body = {"deviceId": device_id, "fix": {"valueType": "DOUBLE", "sensors": {"new": "t"}}}
    before, sensors = entries(organization), sensors_by_key(organization, device_id)
    foreseen = replay(organization, body, dry_run=True)
    assert (foreseen["dryRun"], foreseen["resolved"], foreseen["accepted"]) == (True, 3, 3)
    assert [json.loads(item["payload"])["value"] for item in foreseen["items"]] == [
        1.5, 2.5, 3.5, 9.5,
    ]  # fmt: skip
    assert foreseen["items"][3]["reason"] == "CONFLICTING_VALUE"
    assert entries(organization) == before
    assert sensors_by_key(organization, device_id) == sensors
    done = replay(organization, body)
    assert done == {**foreseen, "dryRun": False}
    t = sensors["t"]["id"]
    assert stored(organization, t) == [(at(0), 1.5), (at(1), 1.5), (at(2), 2.5), (at(3), 3.5)]
    assert entries(organization) == [before[3]]  # with the reason of what it is


def test_a_dry_run_makes_no_sensor_and_widens_none(organization: Organization) -> None:
    device_id = str(register_device(organization, "counter")["deviceId"])
    send(organization, [by_key(device_id, "n", at(0), 1)])
    old = [by_key(device_id, key, at(0) - timedelta(days=1000), 7) for key in ("n", "new")]
    assert send(organization, old)["quarantined"] == 2
    before = sensors_by_key(organization, device_id)
    fix = {"shiftSeconds": 1000 * 86_400 + 1, "scale": 0.5}
    foreseen = replay(organization, {"fix": fix}, dry_run=True)
    assert (foreseen["resolved"], foreseen["accepted"]) == (2, 2)
    assert sensors_by_key(organization, device_id) == before
    assert {key: sensor["valueType"] for key, sensor in before.items()} == {"n": "BIGINT"}
    assert replay(organization, {"fix": fix})["resolved"] == 2
    after = sensors_by_key(organization, device_id)
    assert {key: (each["valueType"], each["latestValue"]) for key, each in after.items()} == {
        "n": ("DOUBLE", 3.5),
        "new": ("DOUBLE", 3.5),
    }
    assert entries(organization) == []


def test_one_entry_is_fixed_by_its_id_and_one_that_can_not_be_stays(
    organization: Organization,
) -> None:
    device_id = str(register_device(organization, "hygrometer")["deviceId"])
    send(organization, [by_key(device_id, "h", at(0), 40.5)])
    assert send(organization, [by_key(device_id, "h", at(1), "45%")])["quarantined"] == 1
    [entry] = entries(organization)
    for dry_run in (True, False):
        outcome = replay(
            organization, {"fix": {"valueType": "DOUBLE"}}, entry=entry["id"], dry_run=dry_run
        )
        assert (outcome["isResolved"], outcome["reason"]) == (False, "WRONG_TYPE")
        assert "45%" in outcome["message"]
    assert entries(organization) == [entry]
    outcome = replay(organization, {"fix": {"sensors": {"h": "note"}}}, entry=entry["id"])
    assert (outcome["isResolved"], outcome["accepted"]) == (True, 1)
    assert entries(organization) == []
    for wrong in ({"fix": {"scale": "x"}}, {"fix": {"sensors": {"": "a"}}}):
        assert_problem(
            organization.http.post(f"/admin/quarantine/{entry['id']}/replay", json=wrong), 400
        )


def test_a_replay_that_fails_loses_nothing(
    platform: RunningPlatform, organization: Organization
) -> None:
    """Between the commit of the readings and the entries' end: they are found to be duplicates."""
    device_id = str(register_device(organization, "thermometer")["deviceId"])
    send(organization, [by_key(device_id, "t", at(0), 1.5)])
    send(organization, [by_key(device_id, "t", at(1), "2.5")])
    [entry] = entries(organization)
    fix = {"fix": {"valueType": "DOUBLE"}}
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "SELECT 1 FROM platform.quarantine_entry WHERE id = %s FOR UPDATE", [entry["id"]]
        )
        answer = organization.http.post(f"/admin/quarantine/{entry['id']}/replay", json=fix)
    assert answer.status_code >= 500
    sensor = sensors_by_key(organization, device_id)["t"]["id"]
    assert stored(organization, sensor)[1:] == [(at(1), 2.5)]
    assert entries(organization) == [entry]
    outcome = replay(organization, fix, entry=entry["id"])
    assert (outcome["isResolved"], outcome["duplicates"]) == (True, 1)
    assert entries(organization) == []


def test_counts_are_the_series_of_a_chart(organization: Organization) -> None:
    start = datetime.now(UTC).replace(microsecond=0)
    one, two = (str(register_device(organization, name)["deviceId"]) for name in ("one", "two"))
    old = at(0) - timedelta(days=1000)
    bad = [by_key(one, f"t{n}", old, 1.5) for n in range(3)] + [by_key(two, "t", old, 1.5)]
    send(organization, [*bad, by_key(two, "", at(0), 1.5)])
    send(organization, [*bad, by_key(two, "", at(0), 1.5)])
    span = {"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat()}

    def counted(**parameters: Any) -> dict[str, Any]:
        answer = organization.http.get(
            "/admin/quarantine/counts", params={**span, "interval": "PT30M", **parameters}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    by_reason = counted()
    assert [datetime.fromisoformat(bucket) - start for bucket in by_reason["buckets"]] == [
        timedelta(minutes=30 * n) for n in range(4)
    ]
    assert (by_reason["entries"], by_reason["occurrences"]) == (5, 10)
    assert [(each["reason"], each["entryCounts"]) for each in by_reason["series"]] == [
        ("BAD_TIMESTAMP", [4, 0, 0, 0]),
        ("MALFORMED", [1, 0, 0, 0]),
    ]
    assert by_reason["series"][0]["occurrenceCounts"] == [8, 0, 0, 0]
    by_device = counted(by="deviceId")["series"]
    assert [(each["deviceId"], each["entries"]) for each in by_device] == [(one, 3), (two, 2)]
    assert [each["entries"] for each in counted(deviceId=two)["series"]] == [1, 1]
    assert counted(reason="ARRAY_SIZE")["series"] == []
    for wrong, status in (
        ({"interval": "PT1S"}, 422),
        ({"interval": "P1M"}, 422),
        ({"interval": "soon"}, 400),
        ({"to": span["from"]}, 400),
        ({"by": "sensor"}, 400),
    ):
        answer = organization.http.get("/admin/quarantine/counts", params={**span, **wrong})
        assert_problem(answer, status)


def waves_of(platform: RunningPlatform, organization: Organization) -> list[tuple[Any, ...]]:
    with psycopg.connect(admin_address(platform)) as admin:
        return admin.execute(
            "SELECT device_id::text, severity, details->>'reason', (details->>'refused')::int "
            "FROM platform.event WHERE org_id = %s AND type = 'QUARANTINE'",
            [organization.id],
        ).fetchall()


def test_a_wave_of_refusals_is_one_event(
    platform: RunningPlatform, organization: Organization
) -> None:
    one, two = (str(register_device(organization, name)["deviceId"]) for name in ("one", "two"))
    old = at(0) - timedelta(days=1000)

    def refuse(device_id: str, first: int, last: int) -> None:
        send(organization, [by_key(device_id, f"t{n}", old, 1.5) for n in range(first, last)])

    refuse(one, 0, WAVE_FROM - 1)
    assert waves_of(platform, organization) == []
    refuse(one, WAVE_FROM, WAVE_FROM + 5)
    refuse(two, 0, 5)
    wave = (one, "WARNING", "BAD_TIMESTAMP", WAVE_FROM + 4)
    assert waves_of(platform, organization) == [wave]
    refuse(one, 1000, 3000)
    assert waves_of(platform, organization) == [wave]
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.quarantine_wave SET last_at = last_at - interval '11 minutes' "
            "WHERE org_id = %s",
            [organization.id],
        )
    refuse(one, 3000, 3000 + WAVE_FROM)
    assert waves_of(platform, organization) == [wave, (*wave[:3], WAVE_FROM)]


async def test_what_did_not_come_again_for_long_is_deleted(
    platform: RunningPlatform, organization: Organization
) -> None:
    device_id = str(register_device(organization, "one")["deviceId"])
    old = at(0) - timedelta(days=1000)
    send(organization, [by_key(device_id, f"t{n}", old, 1.5) for n in range(5)])
    aged = [entry["id"] for entry in entries(organization)][:3]
    async with asyncpg.create_pool(
        platform.secret_urls()["owner_database_url"], min_size=1, max_size=1
    ) as owner:
        async with asyncpg.create_pool(admin_address(platform), min_size=1, max_size=1) as admin:
            await admin.execute(
                "UPDATE platform.quarantine_entry SET received_at = now() - interval '200 days', "
                "last_received_at = now() - interval '91 days' WHERE id = ANY ($1::uuid[])",
                aged,
            )
        assert await delete_old(owner, after_days=90, at_most=2) == 2
        assert await delete_old(owner, after_days=90, at_most=2) == 1
        assert await delete_old(owner, after_days=90, at_most=2) == 0
    left = entries(organization)
    assert len(left) == 2
    assert not {entry["id"] for entry in left} & set(aged)
