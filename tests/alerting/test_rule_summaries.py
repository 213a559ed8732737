"""A rule in words: the same sentence for the same rule."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.alerting.alert_rules.summary import duration_words, summary_of
from ingest.alerting.definition import RuleDefinition
from tests.make.alert_rules import warm_rule
from tests.make.fleet import make_device, make_sensor
from tests.make.platform import Organization
from tests.make.readings import assert_problem

AT_ONCE = [{"severity": "WARNING"}]


def words(unit: str | None = None, *levels: dict[str, Any], **definition: Any) -> str:
    made = {"levels": levels or [{"severity": "WARNING"}], **definition}
    return summary_of(msgspec.convert(made, RuleDefinition), "temperature", unit)


def level(severity: str = "WARNING", **values: Any) -> dict[str, Any]:
    return {"severity": severity, **values}


@pytest.mark.parametrize(
    ("operator", "values", "said"),
    [
        ("GT", {"value": 8}, "Warning when temperature is above 8 °C."),
        ("GTE", {"value": 8.25}, "Warning when temperature is 8.25 °C or above."),
        ("LT", {"value": -18}, "Warning when temperature is below -18 °C."),
        ("LTE", {"value": 0}, "Warning when temperature is 0 °C or below."),
        ("EQ", {"value": 3}, "Warning when temperature is 3 °C."),
        ("NEQ", {"value": 3}, "Warning when temperature is not 3 °C."),
        ("BETWEEN", {"low": 2, "high": 8}, "Warning when temperature is between 2 and 8 °C."),
        ("OUTSIDE", {"low": 2, "high": 8}, "Warning when temperature is outside 2 to 8 °C."),
        (
            "GT",
            {"value": 8, "forSeconds": 300, "clearValue": 7, "clearForSeconds": 60},
            "Warning when temperature is above 8 °C for 5 min, over at 7 °C or below for 1 min.",
        ),
        (
            "GTE",
            {"value": 8, "clearValue": 7},
            "Warning when temperature is 8 °C or above, over below 7 °C.",
        ),
        (
            "LT",
            {"value": 2, "clearValue": 3},
            "Warning when temperature is below 2 °C, over at 3 °C or above.",
        ),
        (
            "LTE",
            {"value": 2, "clearValue": 3},
            "Warning when temperature is 2 °C or below, over above 3 °C.",
        ),
        (
            "OUTSIDE",
            {"low": 2, "high": 8, "clearLow": 3},
            "Warning when temperature is outside 2 to 8 °C, over between 3 and 8 °C.",
        ),
        (
            "BETWEEN",
            {"low": 2, "high": 8, "clearHigh": 9},
            "Warning when temperature is between 2 and 8 °C, over outside 2 to 9 °C.",
        ),
        (
            "GT",
            {"value": 8, "clearForSeconds": 90},
            "Warning when temperature is above 8 °C, over after 1 min 30 s without.",
        ),
        ("GT", {"value": 1e20}, "Warning when temperature is above 1e+20 °C."),
    ],
)
def test_a_value_is_compared_in_words(operator: str, values: dict[str, Any], said: str) -> None:
    assert words("°C", level(**values), kind="VALUE", operator=operator) == said


@pytest.mark.parametrize(
    ("definition", "values", "said"),
    [
        ({"operator": "IS_TRUE"}, {"forSeconds": 300}, "temperature is true for 5 min."),
        ({"operator": "IS_FALSE"}, {}, "temperature is false."),
        ({"operator": "CHANGED"}, {}, "temperature changes."),
        (
            {"operator": "CHANGED"},
            {"clearForSeconds": 3600},
            "temperature changes, over after 1 h without.",
        ),
        ({"operator": "EQ"}, {"value": "FAULT"}, "temperature is “FAULT”."),
        ({"operator": "CONTAINS"}, {"value": "E4"}, "temperature contains “E4”."),
        ({"operator": "NOT_CONTAINS"}, {"value": "OK"}, "temperature doesn't contain “OK”."),
        ({"operator": "CONTAINS"}, {"value": "x" * 80}, f"temperature contains “{'x' * 59}…”."),
    ],
)
def test_texts_flags_and_changes_have_verbs_of_their_own(
    definition: dict[str, Any], values: dict[str, Any], said: str
) -> None:
    assert words(None, level(**values), kind="VALUE", **definition) == f"Warning when {said}"


@pytest.mark.parametrize(
    ("definition", "values", "said"),
    [
        ({"kind": "NO_DATA", "windowSeconds": 900}, {}, "temperature is silent for 15 min."),
        ({"kind": "DISCONNECTED"}, {"forSeconds": 300}, "temperature is disconnected for 5 min."),
        (
            {"kind": "DISCONNECTED"},
            {"clearForSeconds": 60},
            "temperature is disconnected, over after 1 min connected.",
        ),
        ({"kind": "STUCK", "windowSeconds": 3600}, {}, "temperature has not changed in 1 h."),
        (
            {"kind": "STUCK", "windowSeconds": 3600, "tolerance": 0.1},
            {},
            "temperature has not changed by more than 0.1 °C in 1 h.",
        ),
        (
            {"kind": "RATE_OF_CHANGE", "operator": "GT", "windowSeconds": 600},
            {"value": 5},
            "the change of temperature in 10 min is above 5 °C.",
        ),
        (
            {
                "kind": "DEVIATION",
                "operator": "GT",
                "windowSeconds": 600,
                "other": {"component": "outside"},
            },
            {"value": 5},
            "the average of temperature in 10 min less that of outside is above 5 °C.",
        ),
        (
            {
                "kind": "DEVIATION",
                "operator": "LT",
                "windowSeconds": 600,
                "relative": True,
                "other": {"sensorId": "00000000-0000-0000-0000-000000000001"},
            },
            {"value": -10},
            "the average of temperature in 10 min less that of another sensor is below -10 %.",
        ),
        (
            {
                "kind": "EXPRESSION",
                "windowSeconds": 60,
                "expression": "a > 8 and b < 2",
                "inputs": {"a": {}, "b": {"field": "humidity", "aggregate": "LAST"}},
            },
            {"forSeconds": 300},
            "a > 8 and b < 2 (a is the average of temperature in 1 min, b is the last humidity in "
            "1 min) is true for 5 min.",
        ),
    ],
)
def test_silence_standstill_and_pace_are_told(
    definition: dict[str, Any], values: dict[str, Any], said: str
) -> None:
    assert words("°C", level(**values), **definition) == f"Warning when {said}"


@pytest.mark.parametrize(
    ("aggregate", "said"),
    [
        ("AVG", "the average of temperature in 1 h is above 3 °C."),
        ("MIN", "the least temperature in 1 h is above 3 °C."),
        ("MAX", "the greatest temperature in 1 h is above 3 °C."),
        ("COUNT", "the number of readings of temperature in 1 h is above 3."),
        ("SUM", "the sum of temperature in 1 h is above 3 °C."),
        ("RANGE", "the range of temperature in 1 h is above 3 °C."),
        ("LAST", "the last temperature in 1 h is above 3 °C."),
    ],
)
def test_a_window_is_told_with_what_becomes_of_it(aggregate: str, said: str) -> None:
    window = {"kind": "AGGREGATE", "aggregate": aggregate, "windowSeconds": 3600}
    assert words("°C", level(value=3), operator="GT", **window) == f"Warning when {said}"


def test_levels_times_and_cooldown_follow() -> None:
    told = words(
        "°C",
        level("INFO", value=8, forSeconds=600),
        level("CRITICAL", value=10),
        kind="VALUE",
        operator="GT",
        cooldownSeconds=1800,
        schedule={
            "timezone": "SITE",
            "weekly": [
                {"days": ["MON", "TUE", "WED", "FRI"], "from": "08:00", "to": "18:00"},
                {"days": ["SAT", "SUN"], "from": "22:00", "to": "06:00"},
            ],
        },
    )
    assert told == (
        "Info when temperature is above 8 °C for 10 min; critical above 10 °C; "
        "Mon–Wed Fri 08:00–18:00, Sat Sun 22:00–06:00 at the site; not again within 30 min."
    )


def test_silence_of_several_levels_is_told_by_how_long_it_lasts() -> None:
    told = words(
        None,
        level("WARNING"),
        level("CRITICAL", forSeconds=3600),
        kind="NO_DATA",
        windowSeconds=900,
        schedule={
            "timezone": "Europe/Berlin",
            "weekly": [
                {
                    "days": ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
                    "from": "00:00",
                    "to": "24:00",
                }
            ],
        },
    )
    assert told == (
        "Warning when temperature is silent for 15 min; critical is silent for 1 h 15 min; "
        "every day 00:00–24:00 in Europe/Berlin."
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (5400, "1 h 30 min"),
        (86_400, "1 d"),
        (129_600, "1 d 12 h"),
        (86_461, "1441 min 1 s"),
        (2_592_000, "30 d"),
    ],
)
def test_a_span_is_told_exactly(seconds: int, said: str) -> None:
    assert duration_words(seconds) == said


def test_a_rule_that_is_not_there_is_said_in_words_or_refused_at_its_place(
    organization: Organization,
) -> None:
    sensor = make_sensor(organization, make_device(organization, "d"), "level", unit="m")["id"]
    asked = organization.http.post(
        "/alert-rules/summary", json=warm_rule({"sensor_id": sensor}, "not made")
    )
    assert asked.status_code == 200, asked.text
    assert asked.json() == {
        "summary": "Warning when level is above 30 m for 1 min, over at 28 m or below."
    }
    assert organization.http.get("/alert-rules").json()["items"] == []
    condition = {
        "kind": "EXPRESSION",
        "windowSeconds": 60,
        "expression": "a > 3 and\n  a b",
        "inputs": {"a": {}},
    }
    wrong = warm_rule({"sensor_id": sensor}, "wrong", condition=condition, levels=AT_ONCE)
    answer = organization.http.post("/alert-rules/summary", json=wrong)
    assert_problem(answer, 422, code="RULE_INVALID")
    [fault] = answer.json()["errors"]
    assert (fault["path"], fault["line"], fault["column"]) == ("$.condition.expression", 2, 5)
