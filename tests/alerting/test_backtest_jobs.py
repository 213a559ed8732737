"""What a rule would have found, where that takes longer than a request."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from app.core.jobs import start_job
from db.connections.sessions import open_database
from tests.make.alert_rules import ended_backtest, start_backtest, warm_rule
from tests.make.fleet import make_device, make_sensor
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, at, send, span
from tests.make.workers import wait_until

RANGE = span(at(-60), at(600))
AT_ONCE = [{"severity": "WARNING"}]


@pytest.fixture(scope="module")
def sensors(customer: Organization) -> list[str]:
    """Of two devices, by how often each would fire above 30 within six seconds: two and one."""
    made = []
    for times in (2, 1):
        device = make_device(customer, secrets.token_hex(4))
        sensor = str(make_sensor(customer, device, "wide")["id"])
        readings = [
            {
                "sensorId": sensor,
                "timestamp": at(n).isoformat(),
                "value": 40 if n % 2 and n < 2 * times else 20,
            }
            for n in range(6)
        ]
        assert send(customer, readings)["accepted"] == 6
        made.append(sensor)
    return made


def wide_rule(organization: Organization, value: float, **more: Any) -> dict[str, Any]:
    """Of all sensors that are called so."""
    condition = {"kind": "VALUE", "operator": "GT", "value": value}
    target = {"type": "ORGANIZATION", "id": organization.id}
    said = {"condition": condition, "levels": AT_ONCE, "target": target, "field": "wide"}
    return warm_rule({"sensor_id": ""}, f"wide {secrets.token_hex(4)}", **{**said, **more})


def test_a_job_finds_what_a_request_finds(customer: Organization, sensors: list[str]) -> None:
    body = {**RANGE, "rule": wide_rule(customer, 30)}
    at_once = customer.http.post("/alert-rules/test", json=body)
    assert at_once.status_code == 200, at_once.text
    done = ended_backtest(customer, start_backtest(customer, None, **body))
    assert (done["status"], done["progress"], done["failure"]) == ("SUCCEEDED", 1.0, None)
    assert done["result"] == at_once.json()
    assert (done["result"]["count"], done["result"]["sensors"]) == (3, 2)
    worst = [(each["sensorId"], each["count"]) for each in done["result"]["bySensor"]]
    assert worst == [(sensors[0], 2), (sensors[1], 1)]
    kept_for = datetime.fromisoformat(done["expiresAt"]) - datetime.fromisoformat(done["createdAt"])
    assert kept_for == timedelta(hours=24)


def test_a_change_is_compared_sensor_by_sensor_in_a_job(
    customer: Organization, sensors: list[str]
) -> None:
    rule = customer.http.post("/alert-rules", json=wide_rule(customer, 30, enabled=False)).json()
    changed = {**RANGE, "rule": wide_rule(customer, 50)}
    done = ended_backtest(customer, start_backtest(customer, rule["id"], **changed))
    assert (done["ruleId"], done["result"]["count"]) == (rule["id"], 0)
    assert done["result"]["difference"] == {"added": 0, "removed": 3, "moved": 0}
    assert {each["sensorId"] for each in done["result"]["bySensor"]} == set(sensors)
    listed = customer.http.get("/alert-backtests").json()["items"]
    [mine] = [each for each in listed if each["id"] == done["id"]]
    assert (mine["status"], mine["result"]["readings"]) == ("SUCCEEDED", 12)
    assert "alerts" not in mine["result"]
    events = customer.http.get("/events", params={"type": "ANALYTICS"}).json()["items"]
    [event] = [each for each in events if each["details"].get("backtestId") == done["id"]]
    assert (event["severity"], event["details"]["ruleId"]) == ("INFO", rule["id"])


_MANY_SENSORS = """
INSERT INTO platform.sensor (org_id, id, device_id, key, name, value_type)
SELECT %s, gen_random_uuid(), %s, n::text, n::text, 'DOUBLE' FROM generate_series(1, 1001) n
"""


def test_more_sensors_than_a_request_may_read_are_a_job(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "many")
    with psycopg.connect(platform.secret_urls()["admin_database_url"]) as admin:
        admin.execute(_MANY_SENSORS, [organization.id, device])
    body = {**RANGE, "rule": wide_rule(organization, 30, field=None)}
    answer = organization.http.post("/alert-rules/test", json=body)
    assert answer.status_code == 202, answer.text
    done = ended_backtest(organization, answer.json()["id"])
    assert (done["status"], done["result"]["sensors"]) == ("SUCCEEDED", 1001)


def test_what_makes_no_sense_is_refused_before_there_is_a_job(
    customer: Organization, neighbour: Organization, sensors: list[str]
) -> None:
    before = customer.http.get("/alert-backtests", params={"includeTotal": True}).json()["total"]
    wrong = wide_rule(customer, 30, levels=AT_ONCE * 2)
    background = {**RANGE, "background": True}
    answer = customer.http.post("/alert-rules/test", json={**background, "rule": wrong})
    assert_problem(answer, 422, code="RULE_INVALID")
    theirs = {**background, "rule": warm_rule({"sensor_id": sensors[0]}, "theirs")}
    assert_problem(neighbour.http.post("/alert-rules/test", json=theirs), 404, code="NOT_FOUND")
    answer = customer.http.post(f"/alert-rules/{uuid4()}/test", json=background)
    assert_problem(answer, 404, code="NOT_FOUND")
    after = customer.http.get("/alert-backtests", params={"includeTotal": True}).json()["total"]
    assert after == before


def test_a_job_needs_the_right_to_make_rules(customer: Organization, sensors: list[str]) -> None:
    scopes = ["alert-rules:read", "readings:read"]
    made = customer.http.post("/api-keys", json={"name": "looks", "scopes": scopes}).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    body = {**RANGE, "rule": wide_rule(customer, 30)}
    at_once = customer.http.post("/alert-rules/test", json=body, headers=headers)
    assert at_once.status_code == 200, at_once.text
    body["background"] = True
    answer = customer.http.post("/alert-rules/test", json=body, headers=headers)
    assert_problem(answer, 403, code="FORBIDDEN")


def test_a_deleted_one_is_gone_with_its_job(
    customer: Organization, neighbour: Organization, sensors: list[str]
) -> None:
    backtest = start_backtest(customer, None, **RANGE, rule=wide_rule(customer, 30))
    path = f"/alert-backtests/{backtest}"
    assert_problem(neighbour.http.delete(path), 404, code="NOT_FOUND")
    assert customer.http.delete(path).status_code == 204
    assert_problem(customer.http.get(path), 404, code="NOT_FOUND")


_ROWS = """
INSERT INTO platform.alert_backtest
  (org_id, id, content, from_at, to_at, status, created_by, expires_at)
SELECT %(org)s, gen_random_uuid(), %(content)s, now(), now(), %(status)s, 'platform', now()
FROM generate_series(1, %(count)s)
"""


@pytest.mark.parametrize(("status", "count"), [("RUNNING", 4), ("SUCCEEDED", 100)])
def test_there_are_so_many_and_no_more(
    platform: RunningPlatform, organization: Organization, status: str, count: int
) -> None:
    rule = wide_rule(organization, 30)
    content = psycopg.types.json.Jsonb(rule)
    with psycopg.connect(platform.secret_urls()["owner_database_url"]) as owner:
        owner.execute("SELECT set_config('app.org_id', %s, true)", [organization.id])
        values = {"org": organization.id, "content": content, "status": status, "count": count}
        owner.execute(_ROWS, values)
    body = {**RANGE, "rule": rule, "background": True}
    answer = organization.http.post("/alert-rules/test", json=body)
    assert_problem(answer, 409, code="TOO_MANY_BACKTESTS")


def _failed(organization: Organization, backtest_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] = organization.http.get(f"/alert-backtests/{backtest_id}").json()
    return found if found["status"] == "FAILED" else None


async def test_one_whose_target_is_gone_says_so_and_one_whose_time_is_over_goes(
    platform: RunningPlatform, organization: Organization
) -> None:
    device = make_device(organization, "short-lived")
    sensor = str(make_sensor(organization, device, "wide")["id"])
    rule = warm_rule({"sensor_id": sensor}, "soon about nothing")
    done = ended_backtest(organization, start_backtest(organization, None, **RANGE, rule=rule))
    assert organization.http.delete(f"/sensors/{sensor}").status_code == 204
    url = platform.secret_urls()["database_url"]
    payload = {"backtestId": done["id"]}
    async with open_database(url, pool_size=1, statement_timeout_seconds=30) as database:
        async with database.transaction(UUID(organization.id)) as tx:
            await start_job(tx, "alert-backtest", payload)
        failed = wait_until(lambda: _failed(organization, done["id"]), "it fails")
        assert "no sensor" in failed["failure"]
        async with database.transaction(UUID(organization.id)) as tx:
            await start_job(tx, "expire-backtest", payload)
    gone = f"/alert-backtests/{done['id']}"
    wait_until(lambda: organization.http.get(gone).status_code == 404, "it expires")
