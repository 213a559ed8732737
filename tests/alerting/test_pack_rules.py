"""Packs bring rules of every kind, in the words of rules."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest

from app.alerting.alert_rules.checking import faults_of
from app.alerting.alert_rules.schemas import TemplateChoice
from app.alerting.alert_rules.templates import content_of
from app.catalogue.packs import documents
from app.catalogue.packs.checking import checked
from app.catalogue.packs.format import PackDocument
from ingest.alerting.definition import RuleKind
from tests.make.profiles import pack

FIELDS = [{"key": "warmth", "type": "DOUBLE"}, {"key": "humidity", "type": "DOUBLE"}]
STATION = {
    "name": "station",
    "version": "1.0",
    "components": [{"key": "inside", "sensorProfile": {"name": "probe", "version": "^1.0"}}],
}
AN_HOUR = {"windowSeconds": 3600}
ABOVE = {"operator": "GT", "value": 8}
CONDITIONS: dict[str, dict[str, Any]] = {
    "VALUE": {"operator": "GT", "value": 8},
    "NO_DATA": AN_HOUR,
    "AGGREGATE": {**ABOVE, **AN_HOUR, "aggregate": "RANGE", "minCount": 3, "stepSeconds": 60},
    "RATE_OF_CHANGE": {**ABOVE, **AN_HOUR},
    "STUCK": {**AN_HOUR, "tolerance": 0.1},
    "DEVIATION": {**ABOVE, **AN_HOUR, "relative": True, "other": {"component": "outside"}},
    "EXPRESSION": {
        **AN_HOUR,
        "expression": "a > 8 and b < 2",
        "inputs": {"a": {}, "b": {"field": "humidity", "aggregate": "LAST"}},
    },
    "DISCONNECTED": {},
}


def template(kind: str, **more: Any) -> dict[str, Any]:
    of_sensors = {"input": {"sensorProfile": "probe", "field": "warmth"}}
    scope = {"deviceProfile": "station"} if kind == "DISCONNECTED" else of_sensors
    condition = {"kind": kind, **CONDITIONS[kind]}
    return {"name": kind, "severity": "WARNING", "condition": condition, **scope, **more}


def read(*templates: dict[str, Any]) -> tuple[PackDocument | None, list[str]]:
    """The pack of these, and what is wrong with it."""
    made = {**pack("probe", fields=FIELDS), "deviceProfiles": [STATION]}
    text = json.dumps({**made, "alertRules": list(templates)}).encode()
    found, faults = checked(documents.read(text, is_json=True))
    return found, [fault.message for fault in faults]


@pytest.mark.parametrize("kind", get_args(RuleKind))
def test_a_pack_brings_rules_of_every_kind_in_the_words_of_rules(kind: str) -> None:
    found, faults = read(template(kind))
    assert faults == []
    assert found is not None
    [brought] = found.alert_rules
    content = content_of(brought, TemplateChoice(pack="probe", template=kind))
    assert faults_of(content) == []
    made = msgspec.to_builtins(content.condition)
    asked = {"kind": kind, **CONDITIONS[kind]}
    assert {name: made[name] for name in asked if name not in ("inputs", "other")} == {
        name: asked[name] for name in asked if name not in ("inputs", "other")
    }
    is_of_devices = kind == "DISCONNECTED"
    assert content.target.type == ("DEVICE_PROFILE" if is_of_devices else "SENSOR_PROFILE")
    assert content.field == (None if is_of_devices else "warmth")


def test_an_expression_of_a_pack_keeps_its_inputs_and_a_deviation_its_other() -> None:
    found, _ = read(template("EXPRESSION"), template("DEVIATION"))
    assert found is not None
    of_expression, of_deviation = (
        content_of(each, TemplateChoice(pack="probe", template=each.name)).condition
        for each in found.alert_rules
    )
    assert of_expression.inputs is not None
    said = {name: (each.field, each.aggregate) for name, each in of_expression.inputs.items()}
    assert said == {"a": (None, "AVG"), "b": ("humidity", "LAST")}
    assert of_deviation.other is not None
    assert of_deviation.other.component == "outside"


LADDER = [
    {"severity": "WARNING", "value": 8, "clearValue": 7, "forSeconds": 600},
    {"severity": "CRITICAL", "value": 10.5, "clearForSeconds": 60},
]
OFFICE = {"weekly": [{"days": ["MON", "FRI"], "from": "08:00", "to": "18:00"}]}
ABOVE_LEVELS = {"condition": {"operator": "GT"}, "severity": None}


def test_a_pack_brings_levels_and_a_schedule() -> None:
    said = {"timezone": "Europe/Berlin", **OFFICE}
    found, faults = read(template("VALUE", **ABOVE_LEVELS, levels=LADDER, schedule=said))
    assert faults == []
    assert found is not None
    [brought] = found.alert_rules
    content = content_of(brought, TemplateChoice(pack="probe", template="VALUE"))
    assert faults_of(content) == []
    assert [
        (each.severity, each.value, each.clear_value, each.for_seconds, each.clear_for_seconds)
        for each in content.levels
    ] == [("WARNING", 8.0, 7.0, 600, 0), ("CRITICAL", 10.5, None, 0, 60)]
    assert msgspec.to_builtins(content.schedule) == said
    found, faults = read(template("VALUE", severity=None, levels=LADDER[:1], schedule=OFFICE))
    assert faults == []
    assert found is not None
    content = content_of(found.alert_rules[0], TemplateChoice(pack="probe", template="VALUE"))
    assert content.schedule is not None
    assert content.schedule.timezone == "SITE"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (template("VALUE", severity=None), "it has a severity, or levels"),
        (
            template("VALUE", condition={"operator": "GT"}, levels=LADDER),
            "it has a severity, or levels",
        ),
        (template("VALUE", severity=None, levels=LADDER), "of several levels each has values"),
        (
            template("VALUE", severity=None, levels=LADDER[:1], clearValue=6),
            "each level has clear values and times of its own",
        ),
        (
            template("VALUE", **ABOVE_LEVELS, levels=LADDER[::-1]),
            "levels are in rising severity",
        ),
        (
            template("VALUE", **ABOVE_LEVELS, levels=[LADDER[0], {"severity": "CRITICAL"}]),
            "value is for operators that compare with one, which need it",
        ),
        (
            template("VALUE", schedule={"timezone": "Mars/Base", **OFFICE}),
            "'Mars/Base' is no time zone of the IANA list",
        ),
        (template("STUCK", condition={"kind": "STUCK"}), "STUCK needs windowSeconds"),
        (
            template("VALUE", condition={**ABOVE, "windowSeconds": 9}),
            "VALUE takes no windowSeconds",
        ),
        (
            template("NO_DATA", condition={"kind": "NO_DATA", **AN_HOUR, **ABOVE}),
            "NO_DATA takes no operator",
        ),
        (
            template("AGGREGATE", condition={"kind": "AGGREGATE", **AN_HOUR, **ABOVE}),
            "AGGREGATE needs aggregate",
        ),
        (
            template(
                "EXPRESSION",
                condition={
                    **{"kind": "EXPRESSION", **AN_HOUR},
                    **{"expression": "a + b > 1", "inputs": {"a": {}}},
                },
            ),
            "b must be an input, and be used in the expression",
        ),
        (
            template("DISCONNECTED", deviceProfile="nothing"),
            "the pack has no device profile nothing",
        ),
        (
            template("DISCONNECTED", input={"sensorProfile": "probe", "field": "warmth"}),
            "an input is for all kinds but DISCONNECTED, which need it",
        ),
        (template("VALUE", deviceProfile="station"), "deviceProfile is for DISCONNECTED, which"),
    ],
)
def test_what_a_kind_needs_and_does_not_take_is_told(wrong: dict[str, Any], message: str) -> None:
    found, faults = read(wrong)
    assert found is None
    assert any(fault.startswith(message) for fault in faults), faults
