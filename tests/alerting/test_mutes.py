"""When nobody is told: of a rule or of a place, from when until when."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.make.alert_rules import make_rule, mute
from tests.make.fleet import made, make_device, make_sensor
from tests.make.platform import Organization
from tests.make.readings import assert_problem


@pytest.fixture(scope="module")
def ids(customer: Organization) -> dict[str, str]:
    device_id = make_device(customer, "cold room")
    sensor_id = make_sensor(customer, device_id, "temperature")["id"]
    rule_id = make_rule(customer, sensor_id, "too warm")["id"]
    return {"device_id": device_id, "sensor_id": sensor_id, "rule_id": rule_id}


def test_a_mute_keeps_what_it_is_given_until_it_is_deleted(
    customer: Organization, ids: dict[str, str]
) -> None:
    made_ = made(customer, "/alert-mutes", **mute(ids, "New compressor.", kind="MAINTENANCE"))
    assert (made_["kind"], made_["reason"], made_["ruleId"]) == (
        "MAINTENANCE", "New compressor.", None
    )  # fmt: skip
    assert made_["target"] == {"type": "DEVICE", "id": ids["device_id"]}
    assert made_["createdBy"].startswith("key_")
    assert customer.http.delete(f"/alert-mutes/{made_['id']}").status_code == 204
    assert_problem(customer.http.get(f"/alert-mutes/{made_['id']}"), 404, code="NOT_FOUND")


def test_those_in_force_are_found(customer: Organization, ids: dict[str, str]) -> None:
    now = datetime.now(UTC)
    times = {
        "over": (now - timedelta(days=2), now - timedelta(days=1)),
        "now": (now - timedelta(hours=1), now + timedelta(hours=1)),
        "to come": (now + timedelta(days=1), now + timedelta(days=2)),
    }
    for reason, (start, end) in times.items():
        body = {
            "ruleId": ids["rule_id"],
            "from": start.isoformat(),
            "to": end.isoformat(),
            "reason": reason,
        }
        made(customer, "/alert-mutes", **body)

    def reasons(**parameters: str) -> set[str]:
        params = {"ruleId": ids["rule_id"], **parameters}
        items = customer.http.get("/alert-mutes", params=params).json()["items"]
        return {item["reason"] for item in items}

    assert reasons(active="true") == {"now"}
    assert reasons(active="false") == {"over", "to come"}
    assert reasons() == times.keys()


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"target": None}, 422, "UNPROCESSABLE"),
        ({"ruleId": str(uuid4())}, 422, "UNPROCESSABLE"),
        ({"target": None, "ruleId": str(uuid4())}, 404, "NOT_FOUND"),
        ({"target": {"type": "SITE", "id": str(uuid4())}}, 404, "NOT_FOUND"),
        ({"target": {"type": "ORGANIZATION", "id": str(uuid4())}}, 404, "NOT_FOUND"),
        ({"target": {"type": "SENSOR_PROFILE", "name": "nobody's"}}, 404, "NOT_FOUND"),
        ({"target": {"type": "DEVICE_PROFILE", "name": "nobody's"}}, 404, "NOT_FOUND"),
        ({"to": "2020-01-01T00:00:00Z"}, 400, "MALFORMED"),
        ({"to": "2150-01-01T00:00:00Z"}, 422, "UNPROCESSABLE"),
        ({"kind": "HOLIDAY"}, 400, "MALFORMED"),
        ({"reason": "x" * 501}, 400, "MALFORMED"),
    ],
)
def test_what_makes_no_sense_mutes_nothing(
    customer: Organization, ids: dict[str, str], more: dict[str, Any], status: int, code: str
) -> None:
    why = secrets.token_hex(8)
    answer = customer.http.post("/alert-mutes", json=mute(ids, why, **more))
    assert_problem(answer, status, code=code)
    items = customer.http.get("/alert-mutes", params={"limit": 500}).json()["items"]
    assert why not in {item["reason"] for item in items}
