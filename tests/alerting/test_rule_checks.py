"""What is wrong with a rule is told with its place, all of it at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from app.alerting.alert_rules.checking import faults_of
from app.alerting.alert_rules.content import (
    condition_of,
    definition_of,
    shown_levels,
    shown_schedule,
)
from app.alerting.alert_rules.schemas import AlertRuleContent

WARNING = {"severity": "WARNING"}
ALWAYS = {"days": ["MON"], "from": "08:00", "to": "18:00"}


def content(condition: dict[str, Any], *levels: dict[str, Any], **more: Any) -> AlertRuleContent:
    body = {
        "name": "a",
        "target": {"type": "SENSOR", "id": str(uuid4())},
        "condition": condition,
        "levels": levels or [WARNING],
        **more,
    }
    return msgspec.convert(body, AlertRuleContent)


def places(rule: AlertRuleContent) -> list[tuple[str, str]]:
    return [(fault.path.removeprefix("$."), fault.code) for fault in faults_of(rule)]


def value(operator: str, **more: Any) -> dict[str, Any]:
    return {"kind": "VALUE", "operator": operator, **more}


def average(**more: Any) -> dict[str, Any]:
    window = {"aggregate": "AVG", "windowSeconds": 600}
    return {"kind": "AGGREGATE", "operator": "GT", "value": 8, **window, **more}


def deviation(**more: Any) -> dict[str, Any]:
    condition = {"kind": "DEVIATION", "operator": "GT", "value": 3, "windowSeconds": 600}
    return {**condition, "other": {"component": "outside"}, **more}


def expression(text: str = "a > 1 and b", **more: Any) -> dict[str, Any]:
    inputs = {"a": {}, "b": {"field": "humidity", "aggregate": "MAX"}}
    condition = {"kind": "EXPRESSION", "windowSeconds": 600, "inputs": inputs}
    return {**condition, "expression": text, **more}


GOOD = [
    content(value("GT", value=8)),
    content(value("GT", value=8), {**WARNING, "clearValue": 8}),
    content(value("LT", value=8), {**WARNING, "clearValue": 9}),
    content(value("EQ", value="FAULT", ignoreCase=True)),
    content(value("CONTAINS", value="E")),
    content(value("IS_TRUE"), {**WARNING, "forSeconds": 300}),
    content(value("CHANGED"), {**WARNING, "clearForSeconds": 60}),
    content(value("BETWEEN", low=2, high=8), {**WARNING, "clearLow": 1, "clearHigh": 9}),
    content(value("OUTSIDE", low=2, high=8), {**WARNING, "clearLow": 3, "clearHigh": 7}),
    content(
        value("GT"),
        {"severity": "INFO", "value": 8, "clearValue": 7},
        {"severity": "WARNING", "value": 8, "forSeconds": 60},
        {"severity": "CRITICAL", "value": 10},
    ),
    content(
        value("OUTSIDE"),
        {**WARNING, "low": 2, "high": 8},
        {"severity": "CRITICAL", "low": 0, "high": 9},
    ),
    content({"kind": "NO_DATA", "windowSeconds": 900}),
    content({"kind": "DISCONNECTED"}, {**WARNING, "forSeconds": 300, "clearForSeconds": 60}),
    content(
        {"kind": "DISCONNECTED", "graceSeconds": 60},
        {**WARNING, "forSeconds": 60},
        {"severity": "CRITICAL", "forSeconds": 600},
    ),
    content(
        {"kind": "NO_DATA", "windowSeconds": 900},
        WARNING,
        {"severity": "CRITICAL", "forSeconds": 3600},
    ),
    content(average(minCount=3, stepSeconds=60)),
    content({"kind": "RATE_OF_CHANGE", "operator": "LT", "value": -5, "windowSeconds": 600}),
    content({"kind": "STUCK", "windowSeconds": 600, "tolerance": 0.1, "minCount": 5}),
    content(deviation(relative=True, minCount=3)),
    content(deviation(other={"sensorId": str(uuid4())}), {**WARNING, "clearValue": 2}),
    content(expression()),
    content(expression("a - b", operator="OUTSIDE", low=-1, high=1)),
    content(expression(), WARNING, {"severity": "CRITICAL", "forSeconds": 60}),
    content(
        value("GT", value=8),
        schedule={"timezone": "SITE", "weekly": [{**ALWAYS, "from": "22:00", "to": "24:00"}]},
        cooldownSeconds=60,
        repeatSeconds=60,
    ),
]


@pytest.mark.parametrize("rule", GOOD)
def test_a_rule_that_makes_sense_is_kept_as_it_was_sent(rule: AlertRuleContent) -> None:
    assert places(rule) == []
    definition = definition_of(rule)
    shown = AlertRuleContent(
        name=rule.name,
        target=rule.target,
        condition=condition_of(definition),
        levels=shown_levels(definition.levels),
        cooldown_seconds=definition.cooldown_seconds,
        schedule=shown_schedule(definition.schedule),
    )
    assert definition_of(shown) == definition
    assert places(shown) == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (content({"kind": "VALUE"}), [("condition.operator", "MISSING")]),
        (content(value("GT")), [("condition.value", "MISSING")]),
        (content(value("GT", value="8")), [("condition.value", "WRONG_TYPE")]),
        (content(value("CONTAINS", value=8)), [("condition.value", "WRONG_TYPE")]),
        (content(value("EQ", value="a\0")), [("condition.value", "WRONG_TYPE")]),
        (
            content(value("GT", value=8, ignoreCase=True)),
            [("condition.ignoreCase", "NOT_FOR_TYPE")],
        ),
        (content(value("IS_TRUE", value=1)), [("condition.value", "NOT_FOR_KIND")]),
        (content(value("BETWEEN", low=2)), [("condition.high", "MISSING")]),
        (content(value("BETWEEN", low=8, high=2)), [("condition.low", "EMPTY_RANGE")]),
        (content(value("GT", value=8, low=1)), [("condition.low", "NOT_FOR_KIND")]),
        (
            content(value("GT", value=8, windowSeconds=60)),
            [("condition.windowSeconds", "NOT_FOR_KIND")],
        ),
        (content(value("GT", value=8, tolerance=0)), [("condition.tolerance", "NOT_FOR_KIND")]),
        (content(value("GT", value=8, relative=True)), [("condition.relative", "NOT_FOR_KIND")]),
        (content({"kind": "NO_DATA"}), [("condition.windowSeconds", "MISSING")]),
        (
            content({"kind": "NO_DATA", "windowSeconds": 60, "operator": "GT", "value": 1}),
            [("condition.operator", "NOT_FOR_KIND")],
        ),
        (content(average(aggregate=None)), [("condition.aggregate", "MISSING")]),
        (content(deviation(other=None)), [("condition.other", "MISSING")]),
        (content(deviation(other={})), [("condition.other", "MISSING")]),
        (content(expression("a >")), [("condition.expression", "NO_EXPRESSION")]),
        (
            content(expression("a + c")),
            [("condition.expression", "UNKNOWN_INPUT"), ("condition.inputs.b", "UNUSED")],
        ),
        (content(expression(inputs=None)), [("condition.inputs", "MISSING")]),
        (content(expression(inputs={})), [("condition.inputs", "MISSING")]),
        (content(expression("a + b", value=3)), [("condition.value", "NOT_FOR_KIND")]),
        (content(expression("a + b", operator="GT")), [("condition.value", "MISSING")]),
        (
            content(expression("a", inputs={"a": {}, "not": {}})),
            [("condition.inputs.not", "WRONG_NAME"), ("condition.inputs.not", "UNUSED")],
        ),
        (
            content(expression("a", inputs={"a": {"sensorId": str(uuid4()), "field": "b"}})),
            [("condition.inputs.a", "NOT_FOR_KIND")],
        ),
        (
            content(average(operator="CONTAINS", value="a")),
            [("condition.operator", "NOT_FOR_KIND"), ("condition.value", "WRONG_TYPE")],
        ),
        (content(average(stepSeconds=601)), [("condition.stepSeconds", "OUT_OF_RANGE")]),
        (
            content(average(windowSeconds=86_400, stepSeconds=10)),
            [("condition.stepSeconds", "OUT_OF_RANGE")],
        ),
        (
            content({"kind": "STUCK", "windowSeconds": 60}, {**WARNING, "value": 3}),
            [("levels[0].value", "NOT_FOR_KIND")],
        ),
        (
            content(value("GT", value=8), {**WARNING, "clearValue": 9}),
            [("levels[0].clearValue", "WRONG_SIDE")],
        ),
        (
            content(value("LTE", value=8), {**WARNING, "clearValue": 7}),
            [("levels[0].clearValue", "WRONG_SIDE")],
        ),
        (
            content(value("EQ", value=8), {**WARNING, "clearValue": 7}),
            [("levels[0].clearValue", "NOT_FOR_KIND")],
        ),
        (
            content(value("GT", value=8), {**WARNING, "clearLow": 7}),
            [("levels[0].clearLow", "NOT_FOR_KIND")],
        ),
        (
            content(value("BETWEEN", low=2, high=8), {**WARNING, "clearLow": 3, "clearHigh": 7}),
            [("levels[0].clearLow", "WRONG_SIDE"), ("levels[0].clearHigh", "WRONG_SIDE")],
        ),
        (
            content(value("OUTSIDE", low=2, high=8), {**WARNING, "clearLow": 9}),
            [("levels[0].clearLow", "EMPTY_RANGE")],
        ),
        (
            content(value("OUTSIDE", low=2, high=8), {**WARNING, "clearLow": 1}),
            [("levels[0].clearLow", "WRONG_SIDE")],
        ),
        (
            content(value("CHANGED"), {**WARNING, "forSeconds": 1}),
            [("levels[0].forSeconds", "NOT_FOR_KIND")],
        ),
        (
            content(value("CHANGED"), WARNING, {"severity": "CRITICAL"}),
            [("levels", "NOT_FOR_KIND"), ("levels[1].forSeconds", "NOT_RISING")],
        ),
        (
            content(value("GT"), {**WARNING, "value": 8}, {"severity": "INFO", "value": 9}),
            [("levels[1].severity", "NOT_RISING")],
        ),
        (
            content(value("GT"), {**WARNING, "value": 8}, {"severity": "CRITICAL", "value": 7}),
            [("levels[1]", "NOT_RISING")],
        ),
        (
            content(value("LT"), {**WARNING, "value": 8}, {"severity": "CRITICAL", "value": 9}),
            [("levels[1]", "NOT_RISING")],
        ),
        (
            content(
                value("BETWEEN"),
                {**WARNING, "low": 2, "high": 8},
                {"severity": "CRITICAL", "low": 1, "high": 7},
            ),
            [("levels[1]", "NOT_RISING")],
        ),
        (
            content(value("GT"), {**WARNING, "value": 8}, {"severity": "CRITICAL", "value": 8}),
            [("levels[1].forSeconds", "NOT_RISING")],
        ),
        (
            content(
                value("GT", value=8), {**WARNING, "value": 8}, {"severity": "CRITICAL", "value": 9}
            ),
            [("condition.value", "NOT_FOR_LEVELS")],
        ),
        (
            content(value("GT"), WARNING, {"severity": "CRITICAL", "value": 9}),
            [("levels[0].value", "MISSING")],
        ),
        (
            content(value("GT", value=8), schedule={"timezone": "Mars/Base", "weekly": [ALWAYS]}),
            [("schedule.timezone", "UNKNOWN_TIMEZONE")],
        ),
        (
            content(
                value("GT", value=8),
                schedule={"timezone": "UTC", "weekly": [{**ALWAYS, "days": ["MON", "MON"]}]},
            ),
            [("schedule.weekly[0].days", "DUPLICATE")],
        ),
        (content(value("GT", value=8), repeatSeconds=5), [("repeatSeconds", "OUT_OF_RANGE")]),
        (
            content(
                value("GT", value=8), notify=[{"channelId": str(uuid4()), "on": ["FIRED", "FIRED"]}]
            ),
            [("notify[0].on", "DUPLICATE")],
        ),
    ],
)
def test_each_thing_that_is_wrong_has_its_place(
    rule: AlertRuleContent, expected: list[tuple[str, str]]
) -> None:
    assert places(rule) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"levels": []},
        {"levels": [WARNING] * 4},
        {"condition": {"kind": "VALUE", "operator": "ABOVE"}},
        {"condition": {"kind": "VALUE", "operator": "GT", "valeu": 8}},
        {"condition": {"kind": "VALUE", "operator": "GT", "value": True}},
        {"condition": {"kind": "AGGREGATE", "windowSeconds": 2_592_001}},
        {"condition": {"kind": "AGGREGATE", "windowSeconds": 600, "stepSeconds": 5}},
        {"levels": [{"severity": "FATAL"}]},
        {"schedule": {"timezone": "UTC", "weekly": [{**ALWAYS, "from": "8:00"}]}},
        {"schedule": {"timezone": "UTC", "weekly": [{**ALWAYS, "from": "24:00"}]}},
        {"schedule": {"timezone": "UTC", "weekly": [{**ALWAYS, "days": []}]}},
        {"schedule": {"timezone": "UTC", "weekly": [ALWAYS] * 21}},
        {"notify": [{"channelId": str(uuid4())}] * 21},
        {"cooldownSeconds": -1},
        {"name": ""},
        {"target": {"type": "PLANET", "id": str(uuid4())}},
    ],
)
def test_what_cannot_be_read_is_no_rule(body: dict[str, Any]) -> None:
    good = msgspec.to_builtins(GOOD[0])
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**good, **body}, AlertRuleContent)
