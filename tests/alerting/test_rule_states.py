"""Where a rule stands for each of its sensors, since when and until when; and how it came there."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from app.alerting.alert_rule_states.standing import standing_of
from ingest.alerting.definition import RuleDefinition, RuleLevel
from ingest.alerting.fold import begin, fold
from ingest.alerting.logic import logic_of
from ingest.alerting.machine import Machine
from ingest.alerting.schedule import SECOND
from ingest.alerting.series import ValueSeries, empty_series
from tests.make.alert_rules import warm_rule
from tests.make.fleet import made, make_device, make_sensor
from tests.make.found_alerts import await_alerts, await_watching, report
from tests.make.platform import Organization
from tests.make.readings import assert_problem
from tests.make.workers import wait_until

LADDER = RuleDefinition(
    kind="VALUE",
    operator="GT",
    levels=(
        RuleLevel(severity="WARNING", value=8, clear_value=7, for_seconds=60, clear_for_seconds=30),
        RuleLevel(severity="CRITICAL", value=10, for_seconds=10, clear_for_seconds=30),
    ),
    cooldown_seconds=100,
)


def standing(machine: Machine) -> tuple[Any, ...]:
    """In seconds."""
    found = standing_of(machine.state, LADDER)
    due = None if found.due is None else found.due // SECOND
    return found.state, found.level, found.since // SECOND, due


# A value at so many seconds, or None: time alone has worked until then; and where the rule stands.
COURSE = [
    (9.0, 10, ("PENDING", 0, 10, 70)),
    (11.0, 65, ("PENDING", 0, 10, 70)),
    (None, 80, ("FIRING", 1, 70, None)),
    (5.0, 100, ("RECOVERING", 1, 100, 130)),
    (9.0, 110, ("FIRING", 0, 110, None)),
    (5.0, 120, ("RECOVERING", 1, 120, 150)),
    (None, 159, ("QUIET", None, 150, None)),
    (9.0, 160, ("PENDING", 0, 160, 220)),
    (None, 225, ("PENDING", 0, 160, 250)),
    (None, 255, ("FIRING", 0, 250, None)),
]


def test_a_state_has_its_level_and_its_times() -> None:
    machine = begin(logic_of(LADDER), 0, empty_series())
    assert standing(machine) == ("QUIET", None, 0, None)
    for value, at, expected in COURSE:
        if value is None:
            machine.advance(at * SECOND, inclusive=True)
        else:
            fold(machine, ValueSeries(np.array([at * SECOND]), np.array([value])))
        assert standing(machine) == expected, at


def states_of(organization: Organization, rule_id: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = organization.http.get(f"/alert-rules/{rule_id}/states", params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture(scope="module")
def watched(customer: Organization) -> dict[str, Any]:
    """A rule that fires at once for "warm", waits for "pending", is quiet for "cool", and has heard
    nothing of "mute"."""
    key, ids = secrets.token_hex(4), {}
    for name, value in (("warm", 20.0), ("pending", 20.0), ("cool", 20.0), ("mute", None)):
        ids[name] = str(make_sensor(customer, make_device(customer, name + key), key)["id"])
        if value is not None:
            report(customer, ids[name], datetime.now(UTC) - timedelta(minutes=5), (0, value))
    target = {"type": "ORGANIZATION", "id": customer.id}
    condition = {"kind": "VALUE", "operator": "GT"}
    levels = [
        {"severity": "INFO", "value": 30, "forSeconds": 86_400},
        {"severity": "WARNING", "value": 50},
    ]
    more = {"target": target, "field": key, "condition": condition, "levels": levels}
    rule = made(customer, "/alert-rules", **warm_rule({"sensor_id": ""}, key, **more))
    for sensor in ids.values():
        await_watching(customer, sensor, rule["id"])
    for name, value in (("warm", 60.0), ("pending", 40.0), ("cool", 21.0)):
        report(customer, ids[name], datetime.now(UTC), (0, value))
    await_alerts(customer, 1, ruleId=rule["id"])
    return {"rule": rule["id"], **ids}


def test_every_sensor_of_a_rule_has_a_state(
    customer: Organization, watched: dict[str, Any]
) -> None:
    def settled() -> dict[str, Any] | None:
        found = {each["sensorId"]: each for each in states_of(customer, watched["rule"])}
        told = {name: found[watched[name]]["state"] for name in ("warm", "pending", "cool", "mute")}
        said = {"warm": "FIRING", "pending": "PENDING", "cool": "QUIET", "mute": "WAITING"}
        return found if told == said else None

    found = wait_until(settled, "each has its state")
    warm, pending = found[watched["warm"]], found[watched["pending"]]
    [alert] = await_alerts(customer, 1, ruleId=watched["rule"])
    assert (warm["severity"], warm["alertId"], warm["since"]) == (
        "WARNING", alert["id"], alert["firedAt"]
    )  # fmt: skip
    lasting = datetime.fromisoformat(pending["due"]) - datetime.fromisoformat(pending["since"])
    assert (pending["severity"], lasting) == ("INFO", timedelta(days=1))
    assert found[watched["cool"]]["severity"] is None
    for state in ("FIRING", "PENDING", "QUIET", "WAITING"):
        mine = [each["sensorId"] for each in found.values() if each["state"] == state]
        only = states_of(customer, watched["rule"], state=state)
        assert [each["sensorId"] for each in only] == mine
    assert states_of(customer, watched["rule"], state="RECOVERING") == []
    assert len(states_of(customer, watched["rule"], state="FIRING,PENDING")) == 2


def test_states_are_paged_by_sensor(customer: Organization, watched: dict[str, Any]) -> None:
    path, params, seen = f"/alert-rules/{watched['rule']}/states", {"limit": 3}, []
    while True:
        page = customer.http.get(path, params=params).json()
        seen += [each["sensorId"] for each in page["items"]]
        if page["nextCursor"] is None:
            break
        params["cursor"] = page["nextCursor"]
    ids = [watched[name] for name in ("warm", "pending", "cool", "mute")]
    assert seen == sorted(ids)


def test_transitions_of_a_sensor_begin_with_the_one_in_force(
    customer: Organization, watched: dict[str, Any]
) -> None:
    path = f"/alert-rules/{watched['rule']}/transitions"

    def asked(**parameters: Any) -> list[dict[str, Any]]:
        answer = customer.http.get(path, params={"sensorId": watched["warm"], **parameters})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    everything = asked()
    assert [each["state"] for each in everything] == ["QUIET", "FIRING"]
    assert everything[-1]["severity"] == "WARNING"
    assert asked(limit=1) == everything[:1]
    assert asked(**{"from": everything[1]["at"]}) == everything[1:]
    assert asked(**{"from": datetime.now(UTC).isoformat()}) == everything[1:]
    assert asked(to=everything[1]["at"]) == everything[:1]
    assert asked(sensorId=watched["mute"]) == []


def test_whose_transitions_must_be_said_and_nobody_elses_rule_is_there(
    customer: Organization, neighbour: Organization, watched: dict[str, Any]
) -> None:
    path = f"/alert-rules/{watched['rule']}"
    both = {"sensorId": watched["warm"], "deviceId": str(uuid4())}
    for wrong in ({}, both):
        answer = customer.http.get(f"{path}/transitions", params=wrong)
        assert_problem(answer, 400, code="MALFORMED")
    early = {"sensorId": watched["warm"], "from": "0001-01-01T00:00:00+14:00"}
    answer = customer.http.get(f"{path}/transitions", params=early)
    assert_problem(answer, 400, code="MALFORMED")
    answer = customer.http.get(f"{path}/states", params={"state": "SAD"})
    assert_problem(answer, 400, code="MALFORMED")
    for each in ("states", "transitions"):
        assert_problem(neighbour.http.get(f"{path}/{each}"), 404, code="NOT_FOUND")
