"""Whether a rule makes sense by itself: everything that is wrong with it, each with its place.

What it refers to is looked up elsewhere (scope.py, service.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from app.alerting.alert_rules.content import has_values, levels_of
from app.alerting.alert_rules.schemas import (
    ActiveSchedule,
    AlertCondition,
    AlertLevel,
    AlertRuleContent,
)
from app.core.errors import Fault
from app.core.timezones import names
from ingest.alerting.definition import (
    SEVERITIES,
    SITE_ZONE,
    WINDOWS_MAX,
    RuleOperator,
)
from ingest.expressions.checking import faults_of_names

_ABOVE: frozenset[RuleOperator] = frozenset({"GT", "GTE"})
_BELOW: frozenset[RuleOperator] = frozenset({"LT", "LTE"})
_RANGES: frozenset[RuleOperator] = frozenset({"BETWEEN", "OUTSIDE"})
_EQUAL: frozenset[RuleOperator] = frozenset({"EQ", "NEQ"})
_TEXT: frozenset[RuleOperator] = frozenset({"CONTAINS", "NOT_CONTAINS"})
_NUMERIC = _ABOVE | _BELOW | _RANGES | _EQUAL
_OTHERS: frozenset[RuleOperator] = frozenset({"IS_TRUE", "IS_FALSE", "CHANGED"})
_OF_VALUE = _NUMERIC | _TEXT | _OTHERS

# By kind: the fields of a condition that it must have, and those that it may have besides.
_NEEDS: dict[str, tuple[str, ...]] = {
    "VALUE": ("operator",),
    "NO_DATA": ("window_seconds",),
    "AGGREGATE": ("operator", "aggregate", "window_seconds"),
    "RATE_OF_CHANGE": ("operator", "window_seconds"),
    "STUCK": ("window_seconds",),
    "DEVIATION": ("operator", "window_seconds", "other"),
    "EXPRESSION": ("window_seconds", "expression", "inputs"),
    "DISCONNECTED": (),
}
_MAY_HAVE: dict[str, tuple[str, ...]] = {
    "VALUE": (),
    "NO_DATA": (),
    "AGGREGATE": ("step_seconds", "min_count"),
    "RATE_OF_CHANGE": ("step_seconds",),
    "STUCK": ("step_seconds", "min_count", "tolerance"),
    "DEVIATION": ("step_seconds", "min_count"),
    "EXPRESSION": ("operator", "step_seconds", "min_count"),
    "DISCONNECTED": (),
}
_OF_SOME_KINDS = (
    "operator",
    "aggregate",
    "window_seconds",
    "step_seconds",
    "min_count",
    "tolerance",
    "other",
    "expression",
    "inputs",
)

_Found = Iterator[Fault]


def faults_of(content: AlertRuleContent) -> list[Fault]:
    condition, levels = content.condition, levels_of(content)
    return [
        *_of_condition(condition),
        *_of_own_values(content),
        *(
            fault
            for number, level in enumerate(levels)
            for fault in _of_level(content, number, level)
        ),
        *_of_order(condition, levels),
        *_of_schedule(content.schedule),
        *_of_notify(content),
    ]


def _wire(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _of_condition(condition: AlertCondition) -> _Found:
    kind = condition.kind
    needed = _NEEDS[kind]
    for name in _OF_SOME_KINDS:
        given, path = getattr(condition, name), f"$.condition.{_wire(name)}"
        is_there = given is not None and given != {}
        if name in needed and not is_there:
            yield Fault(path, "MISSING", f"{kind} needs it")
        if is_there and name not in needed and name not in _MAY_HAVE[kind]:
            yield Fault(path, "NOT_FOR_KIND", f"{kind} takes none")
    if condition.relative and kind != "DEVIATION":
        yield Fault("$.condition.relative", "NOT_FOR_KIND", f"{kind} takes none")
    if condition.operator is not None and condition.operator not in _operators(kind):
        yield Fault("$.condition.operator", "NOT_FOR_KIND", f"{kind} compares numbers")
    yield from _of_window(condition)
    yield from _of_other(condition)
    yield from _of_expression(condition)


def _of_other(condition: AlertCondition) -> _Found:
    other = condition.other
    if other is not None and (other.sensor_id is None) == (other.component is None):
        yield Fault("$.condition.other", "MISSING", "it is a sensorId or a component")


def _of_expression(condition: AlertCondition) -> _Found:
    inputs = condition.inputs or {}
    for name, each in inputs.items():
        if each.sensor_id is not None and each.field is not None:
            message = "it is a sensorId or a field"
            yield Fault(f"$.condition.inputs.{name}", "NOT_FOR_KIND", message)
    if condition.expression is None or not inputs:
        return
    for fault in faults_of_names(condition.expression, inputs):
        of = "expression" if fault.name is None else f"inputs.{fault.name}"
        place = _place_in(condition.expression, fault.position)
        yield Fault(f"$.condition.{of}", fault.code, fault.message, *place)


def _place_in(text: str, position: int | None) -> tuple[int | None, int | None]:
    """The line and the column, from 1."""
    if position is None:
        return None, None
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def _operators(kind: str) -> frozenset[RuleOperator]:
    return _OF_VALUE if kind == "VALUE" else _NUMERIC


def _of_window(condition: AlertCondition) -> _Found:
    window, step = condition.window_seconds, condition.step_seconds
    if window is None or step is None:
        return
    if step > window:
        message = "readings between two windows would be seen by none"
        yield Fault("$.condition.stepSeconds", "OUT_OF_RANGE", message)
    elif window > step * WINDOWS_MAX:
        message = f"a window is at most {WINDOWS_MAX} steps long"
        yield Fault("$.condition.stepSeconds", "OUT_OF_RANGE", message)


def _of_own_values(content: AlertRuleContent) -> _Found:
    """A condition's values are those of a rule's only level."""
    if has_values(content.condition) and len(content.levels) > 1:
        message = "of several levels each has values of its own"
        yield Fault("$.condition.value", "NOT_FOR_LEVELS", message)


def _of_level(content: AlertRuleContent, number: int, level: AlertLevel) -> _Found:
    """The values that its operator takes, and clear values on the side where it ends."""
    condition, path = content.condition, f"$.levels[{number}]"
    operator = condition.operator
    own = path if has_values(content.levels[number]) or len(content.levels) > 1 else "$.condition"
    wanted = _wanted_values(condition)
    for name in ("value", "low", "high"):
        given = getattr(level, name)
        if (given is not None) != (name in wanted):
            message = (
                f"{operator or condition.kind} {'needs it' if name in wanted else 'takes none'}"
            )
            yield Fault(f"{own}.{name}", "MISSING" if name in wanted else "NOT_FOR_KIND", message)
    yield from _of_types(condition, level, own)
    if level.low is not None and level.high is not None and level.low > level.high:
        yield Fault(f"{own}.low", "EMPTY_RANGE", "low is above high")
    yield from _of_clear_values(condition, level, path)
    if operator == "CHANGED" and level.for_seconds:
        yield Fault(f"{path}.forSeconds", "NOT_FOR_KIND", "a change is a moment")


def _wanted_values(condition: AlertCondition) -> tuple[str, ...]:
    if condition.operator in _RANGES:
        return ("low", "high")
    compares = condition.operator in _NUMERIC | _TEXT
    return ("value",) if compares else ()


def _of_types(condition: AlertCondition, level: AlertLevel, path: str) -> _Found:
    value, operator = level.value, condition.operator
    is_text = isinstance(value, str)
    if is_text and (operator not in _TEXT | _EQUAL or condition.kind != "VALUE"):
        yield Fault(f"{path}.value", "WRONG_TYPE", f"{operator} compares with a number here")
    if value is not None and not is_text and operator in _TEXT:
        yield Fault(f"{path}.value", "WRONG_TYPE", f"{operator} compares with a text")
    if condition.ignore_case and not is_text:
        yield Fault(
            "$.condition.ignoreCase", "NOT_FOR_TYPE", "only texts have upper and lower case"
        )
    if is_text and "\0" in str(value):
        yield Fault(f"{path}.value", "WRONG_TYPE", "no text has a NUL")
    for name in ("value", "low", "high", "clear_value", "clear_low", "clear_high"):
        number = getattr(level, name)
        if isinstance(number, float) and not math.isfinite(number):
            yield Fault(f"{path}.{_wire(name)}", "OUT_OF_RANGE", "it is beyond any double")


def _of_clear_values(condition: AlertCondition, level: AlertLevel, path: str) -> _Found:
    operator = condition.operator
    takes = {"clear_value"} if operator in _ABOVE | _BELOW else set()
    takes |= {"clear_low", "clear_high"} if operator in _RANGES else set()
    for name in ("clear_value", "clear_low", "clear_high"):
        if getattr(level, name) is not None and name not in takes:
            message = f"{operator or condition.kind} takes none"
            yield Fault(f"{path}.{_wire(name)}", "NOT_FOR_KIND", message)
    yield from _of_clear_value(operator, level, path)
    yield from _of_clear_range(operator, level, path)


def _of_clear_value(operator: RuleOperator | None, level: AlertLevel, path: str) -> _Found:
    value, clear = level.value, level.clear_value
    if isinstance(value, str) or value is None or clear is None:
        return
    if operator in _ABOVE and clear > value:
        yield Fault(f"{path}.clearValue", "WRONG_SIDE", f"it is above {value:g}, where it begins")
    if operator in _BELOW and clear < value:
        yield Fault(f"{path}.clearValue", "WRONG_SIDE", f"it is below {value:g}, where it begins")


def _of_clear_range(operator: RuleOperator | None, level: AlertLevel, path: str) -> _Found:
    low, high = level.low, level.high
    if operator not in _RANGES or low is None or high is None:
        return
    clear_low = low if level.clear_low is None else level.clear_low
    clear_high = high if level.clear_high is None else level.clear_high
    is_wider = operator == "BETWEEN"
    if (clear_low > low) if is_wider else (clear_low < low):
        message = f"it is {'above' if is_wider else 'below'} low, where it begins"
        yield Fault(f"{path}.clearLow", "WRONG_SIDE", message)
    if (clear_high < high) if is_wider else (clear_high > high):
        message = f"it is {'below' if is_wider else 'above'} high, where it begins"
        yield Fault(f"{path}.clearHigh", "WRONG_SIDE", message)
    if clear_low > clear_high and low <= high:
        yield Fault(f"{path}.clearLow", "EMPTY_RANGE", "clearLow is above clearHigh: it never ends")


def _of_order(condition: AlertCondition, levels: Sequence[AlertLevel]) -> _Found:
    """Each level is graver than the one before, and harder to reach."""
    if condition.operator == "CHANGED" and len(levels) > 1:
        yield Fault("$.levels", "NOT_FOR_KIND", "a change has one level")
    for number, (before, level) in enumerate(pairwise(levels), start=1):
        path = f"$.levels[{number}]"
        if SEVERITIES.index(level.severity) <= SEVERITIES.index(before.severity):
            message = f"it must be graver than {before.severity}"
            yield Fault(f"{path}.severity", "NOT_RISING", message)
        if not _is_further(condition.operator, before, level):
            yield Fault(path, "NOT_RISING", "what it takes is less than the level before does")
        elif _same_values(before, level) and level.for_seconds <= before.for_seconds:
            message = "it must last longer than the level before, or go further"
            yield Fault(f"{path}.forSeconds", "NOT_RISING", message)


def _same_values(one: AlertLevel, other: AlertLevel) -> bool:
    return (one.value, one.low, one.high) == (other.value, other.low, other.high)


def _is_further(operator: RuleOperator | None, before: AlertLevel, level: AlertLevel) -> bool:
    """Or as far. What lacks a number is told of elsewhere."""
    if operator in _RANGES:
        edges = (before.low, before.high, level.low, level.high)
        low, high, next_low, next_high = (0.0 if edge is None else edge for edge in edges)
        if operator == "BETWEEN":
            return low <= next_low and next_high <= high
        return next_low <= low and high <= next_high
    one, other = before.value, level.value
    if not isinstance(one, float) or not isinstance(other, float):
        return True
    if operator in _ABOVE:
        return other >= one
    return other <= one if operator in _BELOW else True


def _of_schedule(schedule: ActiveSchedule | None) -> _Found:
    if schedule is None:
        return
    if schedule.timezone != SITE_ZONE and schedule.timezone not in names():
        message = f"{schedule.timezone!r} is no time zone of the IANA list, and not SITE"
        yield Fault("$.schedule.timezone", "UNKNOWN_TIMEZONE", message)
    for number, times in enumerate(schedule.weekly):
        if len(set(times.days)) < len(times.days):
            yield Fault(f"$.schedule.weekly[{number}].days", "DUPLICATE", "a day is there twice")


def _of_notify(content: AlertRuleContent) -> _Found:
    if 0 < content.repeat_seconds < 60:
        yield Fault("$.repeatSeconds", "OUT_OF_RANGE", "at most once a minute")
    for number, line in enumerate(content.notify):
        if len(set(line.on)) < len(line.on):
            yield Fault(f"$.notify[{number}].on", "DUPLICATE", "a cause is there twice")
