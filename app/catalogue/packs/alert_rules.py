"""Whether the alert rules of a pack make sense: what is missing, and what doesn't go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from app.catalogue.packs.documents import Path
from app.catalogue.packs.format import AlertRuleTemplate, Condition, FieldReference, PackDocument
from app.core.timezones import names
from ingest.alerting.definition import SEVERITIES, SITE_ZONE
from ingest.expressions.parsing import parse
from ingest.expressions.tokens import ExpressionFault
from ingest.expressions.tree import inputs_of

PackFault = tuple[Path, str, str]
"""Its path, its code, and what is wrong in words."""
FieldTypes = Mapping[tuple[str, str], str]
"""Of the fields of sensor profiles, by the profile's name and the field's key."""


def faults_of_alert_rules(
    pack: PackDocument,
    types: FieldTypes,
    reference: Callable[[Path, FieldReference | None], Iterator[PackFault]],
) -> Iterator[PackFault]:
    devices = {profile.name for profile in pack.device_profiles}
    for index, rule in enumerate(pack.alert_rules):
        path: Path = ("alertRules", index)
        yield from reference((*path, "input"), rule.input)
        type_ = None
        if rule.input is not None:
            type_ = types.get((rule.input.sensor_profile, rule.input.field))
        for condition in _conditions_of(rule):
            for message in _faults_of_condition(condition, type_):
                yield (*path, "condition"), "INVALID", message
        for message in _faults_of_levels(rule):
            yield (*path, "levels"), "INVALID", message
        zone = SITE_ZONE if rule.schedule is None else rule.schedule.timezone
        if zone != SITE_ZONE and zone not in names():
            message = f"{zone!r} is no time zone of the IANA list, and not SITE"
            yield (*path, "schedule"), "UNKNOWN_TIMEZONE", message
        for message in _faults_of_scope(rule):
            yield path, "INVALID", message
        if rule.device_profile and rule.device_profile not in devices:
            message = f"the pack has no device profile {rule.device_profile}"
            yield (*path, "deviceProfile"), "UNKNOWN_PROFILE", message


_OF_TYPE = {
    "DOUBLE": {"GT", "GTE", "LT", "LTE", "EQ", "NEQ", "BETWEEN", "OUTSIDE", "CHANGED"},
    "BIGINT": {"GT", "GTE", "LT", "LTE", "EQ", "NEQ", "BETWEEN", "OUTSIDE", "CHANGED"},
    "BOOLEAN": {"IS_TRUE", "IS_FALSE", "CHANGED"},
    "TEXT": {"EQ", "NEQ", "CONTAINS", "NOT_CONTAINS", "CHANGED"},
}
_WITHOUT_VALUE = {"IS_TRUE", "IS_FALSE", "CHANGED", "BETWEEN", "OUTSIDE"}


# By kind: what a condition must have, and what it may have besides.
_STEPS = frozenset({"step_seconds", "min_count"})
_NEEDS: dict[str, frozenset[str]] = {
    "VALUE": frozenset({"operator"}),
    "NO_DATA": frozenset({"window_seconds"}),
    "AGGREGATE": frozenset({"operator", "aggregate", "window_seconds"}),
    "RATE_OF_CHANGE": frozenset({"operator", "window_seconds"}),
    "STUCK": frozenset({"window_seconds"}),
    "DEVIATION": frozenset({"operator", "window_seconds", "other"}),
    "EXPRESSION": frozenset({"window_seconds", "expression", "inputs"}),
    "DISCONNECTED": frozenset(),
}
_MAY_HAVE: dict[str, frozenset[str]] = {
    "VALUE": frozenset({"ignore_case"}),
    "NO_DATA": frozenset(),
    "AGGREGATE": _STEPS,
    "RATE_OF_CHANGE": frozenset({"step_seconds"}),
    "STUCK": _STEPS | {"tolerance"},
    "DEVIATION": _STEPS | {"relative"},
    "EXPRESSION": _STEPS | {"operator"},
    "DISCONNECTED": frozenset(),
}
_OF_SOME_KINDS = (
    *("aggregate", "window_seconds", "ignore_case", "step_seconds", "min_count", "tolerance"),
    *("relative", "other", "expression", "inputs"),
)


def _wire(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


_VALUES = ("value", "low", "high")
_OF_ONE_LEVEL = ("clear_value", "clear_low", "clear_high", "for_seconds", "clear_for_seconds")


def _conditions_of(rule: AlertRuleTemplate) -> list[Condition]:
    """Of each level, with its own values."""
    conditions = []
    for level in rule.levels:
        own = {name: getattr(level, name) for name in _VALUES}
        has_own = any(each is not None for each in own.values())
        conditions.append(
            msgspec.structs.replace(rule.condition, **own) if has_own else rule.condition
        )
    return conditions or [rule.condition]


def _faults_of_levels(rule: AlertRuleTemplate) -> Iterator[str]:
    if (rule.severity is None) == (not rule.levels):
        yield "it has a severity, or levels"
    if rule.levels and any(getattr(rule, name) for name in _OF_ONE_LEVEL):
        yield "each level has clear values and times of its own"
    if len(rule.levels) > 1 and any(getattr(rule.condition, name) is not None for name in _VALUES):
        yield "of several levels each has values of its own"
    severities = [SEVERITIES.index(level.severity) for level in rule.levels]
    if severities != sorted(set(severities)):
        yield "levels are in rising severity"


def _faults_of_scope(rule: AlertRuleTemplate) -> Iterator[str]:
    is_of_devices = rule.condition.kind == "DISCONNECTED"
    if is_of_devices == (rule.input is not None):
        yield "an input is for all kinds but DISCONNECTED, which need it"
    if is_of_devices != (rule.device_profile is not None):
        yield "deviceProfile is for DISCONNECTED, which needs it"


def _faults_of_expression(condition: Condition) -> Iterator[str]:
    if condition.expression is None:
        return
    try:
        used = inputs_of(parse(condition.expression))
    except ExpressionFault as fault:
        yield str(fault)
        return
    for name in sorted(used ^ set(condition.inputs)):
        yield f"{name} must be an input, and be used in the expression"


def _faults_of_condition(condition: Condition, type_: str | None) -> Iterator[str]:
    """What is missing from it, or doesn't go together."""
    kind, operator = condition.kind, condition.operator
    given = {
        name
        for name in (*_OF_SOME_KINDS, "operator")
        if getattr(condition, name) not in (None, False, {})
    }
    for name in sorted(_NEEDS[kind] - given):
        yield f"{kind} needs {_wire(name)}"
    for name in sorted(given - _NEEDS[kind] - _MAY_HAVE[kind]):
        yield f"{kind} takes no {_wire(name)}"
    yield from _faults_of_expression(condition)
    if operator is None:
        return
    if (operator in ("BETWEEN", "OUTSIDE")) != (
        condition.low is not None and condition.high is not None
    ):
        yield "low and high are for BETWEEN and OUTSIDE, which need both"
    if (operator in _WITHOUT_VALUE) != (condition.value is None):
        yield "value is for operators that compare with one, which need it"
    compared = type_ if kind == "VALUE" else "DOUBLE"
    if compared is not None and operator not in _OF_TYPE[compared]:
        yield f"{operator} says nothing of a {compared}"
    has_value = condition.value is not None and compared is not None
    if has_value and isinstance(condition.value, str) != (compared == "TEXT"):
        yield f"value must be one that a {compared} is compared with"
