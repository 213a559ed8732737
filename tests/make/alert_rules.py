"""Alert rules, as a client makes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.make.fleet import made
from tests.make.platform import Organization
from tests.make.workers import wait_until


def warm_rule(ids: Mapping[str, str], name: str, **more: Any) -> dict[str, Any]:
    """Fires above 30, once so warm for a minute, and ends at 28."""
    return {
        "name": name,
        "target": {"type": "SENSOR", "id": ids["sensor_id"]},
        "condition": {"kind": "VALUE", "operator": "GT", "value": 30},
        "levels": [{"severity": "WARNING", "clearValue": 28, "forSeconds": 60}],
        **more,
    }


def make_rule(organization: Organization, sensor_id: str, name: str, **more: Any) -> dict[str, Any]:
    return made(organization, "/alert-rules", **warm_rule({"sensor_id": sensor_id}, name, **more))


def mute(ids: Mapping[str, str], why: str, **more: Any) -> dict[str, Any]:
    """Of the device, for this hour."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "target": {"type": "DEVICE", "id": ids["device_id"]},
        "from": now.isoformat(),
        "to": (now + timedelta(hours=1)).isoformat(),
        "reason": why,
        **more,
    }


def start_backtest(organization: Organization, rule_id: str | None, **body: Any) -> str:
    """The id of one that is a job; without a rule's id the body has the rule."""
    path = "/alert-rules/test" if rule_id is None else f"/alert-rules/{rule_id}/test"
    answer = organization.http.post(path, json={"background": True, **body})
    assert answer.status_code == 202, answer.text
    backtest_id = str(answer.json()["id"])
    assert answer.headers["location"] == f"/api/v1/alert-backtests/{backtest_id}"
    return backtest_id


def ended_backtest(organization: Organization, backtest_id: str) -> dict[str, Any]:
    """Once it has ended."""

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = organization.http.get(f"/alert-backtests/{backtest_id}").json()
        return found if found["status"] in ("SUCCEEDED", "FAILED") else None

    done: dict[str, Any] = wait_until(ended, "the back-test ends")
    return done
