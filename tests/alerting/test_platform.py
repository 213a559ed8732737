"""The whole platform: a rule that is written down is watched, late readings are taken in, and what
became of alerts is in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from ingest.alerting.definition import RuleDefinition, RuleLevel, encode_definition
from tests.make.fleet import make_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import by_key, send
from tests.make.workers import wait_until

WARM = RuleDefinition(
    kind="VALUE", operator="GT", levels=(RuleLevel(severity="WARNING", value=8.0),)
)


@pytest.fixture
def admin(platform: RunningPlatform) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(admin_address(platform), autocommit=True) as connection:
        yield connection


def make_rule(admin: psycopg.Connection[Any], organization: Organization, device_id: str) -> None:
    rule_id = uuid4()
    admin.execute(
        "INSERT INTO platform.alert_rule (org_id, id, name, created_by) "
        "VALUES (%s, %s, 'too warm', 'test')",
        [organization.id, rule_id],
    )
    target = msgspec.json.encode({"type": "DEVICE", "id": device_id}).decode()
    admin.execute(
        "INSERT INTO platform.alert_rule_version "
        "(org_id, rule_id, version, target, definition, created_by) "
        "VALUES (%s, %s, 1, %s, %s, 'test')",
        [organization.id, rule_id, target, encode_definition(WARM).decode()],
    )


def test_a_rule_is_watched_and_late_readings_refute_what_rested_on_their_absence(
    platform: RunningPlatform, organization: Organization, admin: psycopg.Connection[Any]
) -> None:
    device_id = make_device(organization, "cold room")
    make_rule(admin, organization, device_id)

    def causes() -> list[str]:
        rows = admin.execute(
            "SELECT details->>'cause' FROM platform.event WHERE org_id = %s AND type = 'ALERT' "
            "ORDER BY recorded_at, id",
            [organization.id],
        ).fetchall()
        return [cause for (cause,) in rows]

    begun = datetime.now(UTC)
    send(organization, [by_key(device_id, "t", begun, 4.0)])
    wait_until(
        lambda: admin.execute(
            "SELECT quiet_from FROM tsd.latest WHERE org_id = %s AND quiet_from IS NOT NULL",
            [organization.id],
        ).fetchone(),
        "the rule watches the sensor",
    )
    send(organization, [by_key(device_id, "t", begun + timedelta(seconds=20), 9.0)])
    assert causes() == ["FIRED"], "in the transaction of the reading"
    send(organization, [by_key(device_id, "t", begun + timedelta(seconds=30), 9.5)])
    send(organization, [by_key(device_id, "t", begun + timedelta(seconds=40), 5.0)])
    assert causes() == ["FIRED", "RESOLVED"]
    send(organization, [by_key(device_id, "t", begun + timedelta(seconds=25), 6.0)])
    wait_until(lambda: len(causes()) == 3, "the late reading is taken in")
    assert causes()[-1] == "FIRED", "it cuts the alert in two"
