"""Alerts, made by the engine out of readings."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.make.alert_rules import make_rule
from tests.make.platform import Organization
from tests.make.readings import send

WAIT_SECONDS = 60


def alerts_of(organization: Organization, **parameters: Any) -> list[dict[str, Any]]:
    answer = organization.http.get("/alerts", params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def await_alerts(organization: Organization, count: int, **parameters: Any) -> list[dict[str, Any]]:
    """Once there are so many that match."""
    deadline = time.monotonic() + WAIT_SECONDS
    while len(found := alerts_of(organization, **parameters)) != count:
        assert time.monotonic() < deadline, f"{len(found)} alerts, and not {count}: {found}"
        time.sleep(0.05)
    return found


def await_watching(organization: Organization, sensor_id: str, rule_id: str) -> None:
    """Until the rule watches the sensor, whose readings are decided with their commit then."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        answer = organization.http.get("/alert-rules", params={"sensorId": sensor_id, "limit": 500})
        if rule_id in {rule["id"] for rule in answer.json()["items"]}:
            return
        assert time.monotonic() < deadline, "the rule watches nothing"
        time.sleep(0.05)


def fire(organization: Organization, sensor_id: str, name: str, **more: Any) -> dict[str, Any]:
    """A rule that fires at once above 30, and its alert: open since now."""
    report(organization, sensor_id, datetime.now(UTC) - timedelta(minutes=5), (0, 20.0))
    rule = make_rule(organization, sensor_id, name, **{"levels": [{"severity": "WARNING"}], **more})
    await_watching(organization, sensor_id, rule["id"])
    report(organization, sensor_id, datetime.now(UTC), (0, 40.5))
    [alert] = await_alerts(organization, 1, ruleId=rule["id"])
    return alert


def report(
    organization: Organization, sensor_id: str, since: datetime, *readings: tuple[float, Any]
) -> None:
    """Values at so many seconds since then; a rule decides of those after its start alone."""
    body = [
        {
            "sensorId": sensor_id,
            "timestamp": (since + timedelta(seconds=seconds)).isoformat(),
            "value": value,
        }
        for seconds, value in readings
    ]
    assert send(organization, body)["accepted"] == len(body)
