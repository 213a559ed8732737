"""From what a rule says on the wire to what it decides by, and back.

Levels have values of their own in a definition. On the wire a rule with one level has them in its
condition, where a patch of one number finds them; a level's own value goes before.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.alerting.alert_rules.schemas import (
    ActiveSchedule,
    ActiveTimes,
    AlertCondition,
    AlertLevel,
    AlertRuleContent,
    ExpressionInput,
    OtherSensor,
)
from ingest.alerting.definition import (
    RuleDefinition,
    RuleInput,
    RuleLevel,
    RuleSchedule,
    WeeklyTimes,
)


def levels_of(content: AlertRuleContent) -> list[AlertLevel]:
    """With the condition's values where there is one level and it has none."""
    condition, levels = content.condition, content.levels
    if len(levels) > 1 or has_values(levels[0]):
        return levels
    only = levels[0]
    return [
        AlertLevel(
            severity=only.severity,
            value=condition.value,
            low=condition.low,
            high=condition.high,
            clear_value=only.clear_value,
            clear_low=only.clear_low,
            clear_high=only.clear_high,
            for_seconds=only.for_seconds,
            clear_for_seconds=only.clear_for_seconds,
        )
    ]


def has_values(part: AlertLevel | AlertCondition) -> bool:
    return any(value is not None for value in (part.value, part.low, part.high))


def definition_of(content: AlertRuleContent) -> RuleDefinition:
    """Of one that was checked."""
    condition = content.condition
    return RuleDefinition(
        kind=condition.kind,
        operator=condition.operator,
        levels=tuple(map(_kept_level, levels_of(content))),
        ignore_case=condition.ignore_case,
        aggregate=condition.aggregate,
        window_seconds=condition.window_seconds,
        step_seconds=condition.step_seconds,
        min_count=condition.min_count,
        tolerance=condition.tolerance or 0,
        relative=condition.relative,
        other=None if condition.other is None else _kept_other(condition.other),
        expression=condition.expression,
        inputs={name: _kept_input(each) for name, each in (condition.inputs or {}).items()},
        grace_seconds=condition.grace_seconds,
        cooldown_seconds=content.cooldown_seconds,
        schedule=None if content.schedule is None else _kept_schedule(content.schedule),
    )


def _kept_other(other: OtherSensor) -> RuleInput:
    return RuleInput(sensor_id=other.sensor_id, component=other.component)


def _kept_input(each: ExpressionInput) -> RuleInput:
    return RuleInput(sensor_id=each.sensor_id, field=each.field, aggregate=each.aggregate)


def _shown_input(each: RuleInput) -> ExpressionInput:
    return ExpressionInput(sensor_id=each.sensor_id, field=each.field, aggregate=each.aggregate)


def _kept_level(level: AlertLevel) -> RuleLevel:
    return RuleLevel(**{name: getattr(level, name) for name in RuleLevel.__struct_fields__})


def _kept_schedule(schedule: ActiveSchedule) -> RuleSchedule:
    return RuleSchedule(
        timezone=schedule.timezone,
        weekly=tuple(
            WeeklyTimes(days=tuple(times.days), from_=times.from_, to=times.to)
            for times in schedule.weekly
        ),
    )


def condition_of(definition: RuleDefinition) -> AlertCondition:
    condition = AlertCondition(
        kind=definition.kind,
        operator=definition.operator,
        ignore_case=definition.ignore_case,
        aggregate=definition.aggregate,
        window_seconds=definition.window_seconds,
        step_seconds=definition.step_seconds,
        min_count=definition.min_count,
        tolerance=definition.tolerance if definition.kind == "STUCK" else None,
        relative=definition.relative,
        other=None
        if definition.other is None
        else OtherSensor(definition.other.sensor_id, definition.other.component),
        expression=definition.expression,
        inputs={name: _shown_input(each) for name, each in definition.inputs.items()} or None,
        grace_seconds=definition.grace_seconds,
    )
    if len(definition.levels) == 1:
        [only] = definition.levels
        condition.value, condition.low, condition.high = only.value, only.low, only.high
    return condition


def shown_levels(levels: Sequence[RuleLevel]) -> list[AlertLevel]:
    shown = [
        AlertLevel(**{name: getattr(level, name) for name in RuleLevel.__struct_fields__})
        for level in levels
    ]
    if len(shown) == 1:
        shown[0].value = shown[0].low = shown[0].high = None
    return shown


def shown_schedule(schedule: RuleSchedule | None) -> ActiveSchedule | None:
    if schedule is None:
        return None
    return ActiveSchedule(
        schedule.timezone,
        [ActiveTimes(list(times.days), times.from_, times.to) for times in schedule.weekly],
    )
