"""Alert rules out of packs: a template says what to watch of a field, in the words of a rule."""

from __future__ import annotations

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alert_rules.schemas import (
    GRACE_SECONDS,
    ActiveSchedule,
    ActiveTimes,
    AlertCondition,
    AlertLevel,
    AlertRuleContent,
    ExpressionInput,
    OtherSensor,
    TemplateChoice,
)
from app.catalogue.packs import service as packs
from app.catalogue.packs.format import (
    AlertRuleTemplate,
    Condition,
    InputField,
    LevelTemplate,
    ScheduleTemplate,
)
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.target_reference import TargetReference
from db.connections.sessions import SessionReader


async def content_from(tx: AsyncSession, choice: TemplateChoice) -> AlertRuleContent:
    """A body that would make the rule. Raises NotFound for a pack or template that isn't there,
    Conflict for a pack that isn't installed, Unprocessable for a template that no rule can say."""
    candidates = await packs.candidates_of(SessionReader(tx), choice.pack)
    installed = packs.installed_of(candidates)
    if installed is None:
        raise Conflict(f"the pack {choice.pack} isn't installed", code="PACK_NOT_INSTALLED")
    templates = {template.name: template for template in installed.document.alert_rules}
    if choice.template not in templates:
        raise NotFound(f"no alert rule {choice.template} in the pack {choice.pack}")
    return content_of(templates[choice.template], choice)


def content_of(template: AlertRuleTemplate, choice: TemplateChoice) -> AlertRuleContent:
    """Raises Unprocessable where no rule can say it."""
    content = AlertRuleContent(
        name=choice.name or template.name,
        description=template.description,
        target=choice.target or _target(template),
        field=_field(template, choice.target),
        condition=_condition(template.condition),
        levels=[_level(each) for each in template.levels] or [_only_level(template)],
        cooldown_seconds=template.cooldown_seconds,
        schedule=_schedule(template.schedule),
        auto_resolve=template.auto_resolve,
        notify=choice.notify,
        enabled=choice.enabled,
    )
    return _bounded(content)


def _target(template: AlertRuleTemplate) -> TargetReference:
    if template.input is None:
        return TargetReference(type="DEVICE_PROFILE", name=template.device_profile)
    return TargetReference(type="SENSOR_PROFILE", name=template.input.sensor_profile)


def _field(template: AlertRuleTemplate, target: TargetReference | None) -> str | None:
    is_one_sensor = target is not None and target.type == "SENSOR"
    return None if is_one_sensor or template.input is None else template.input.field


def _condition(condition: Condition) -> AlertCondition:
    return AlertCondition(
        kind=condition.kind,
        operator=condition.operator,
        value=condition.value if isinstance(condition.value, str) else _double(condition.value),
        low=_double(condition.low),
        high=_double(condition.high),
        aggregate=condition.aggregate,
        window_seconds=condition.window_seconds,
        ignore_case=condition.ignore_case,
        step_seconds=condition.step_seconds,
        min_count=condition.min_count,
        tolerance=_double(condition.tolerance),
        relative=condition.relative,
        grace_seconds=GRACE_SECONDS if condition.grace_seconds is None else condition.grace_seconds,
        other=None if condition.other is None else OtherSensor(component=condition.other.component),
        expression=condition.expression,
        inputs={name: _input(each) for name, each in condition.inputs.items()} or None,
    )


def _input(each: InputField) -> ExpressionInput:
    return ExpressionInput(field=each.field, aggregate=each.aggregate)


def _level(level: LevelTemplate) -> AlertLevel:
    return AlertLevel(
        severity=level.severity,
        value=level.value if isinstance(level.value, str) else _double(level.value),
        low=_double(level.low),
        high=_double(level.high),
        clear_value=_double(level.clear_value),
        clear_low=_double(level.clear_low),
        clear_high=_double(level.clear_high),
        for_seconds=level.for_seconds,
        clear_for_seconds=level.clear_for_seconds,
    )


def _schedule(schedule: ScheduleTemplate | None) -> ActiveSchedule | None:
    if schedule is None:
        return None
    weekly = [ActiveTimes(days=each.days, from_=each.from_, to=each.to) for each in schedule.weekly]
    return ActiveSchedule(schedule.timezone, weekly)


def _only_level(template: AlertRuleTemplate) -> AlertLevel:
    assert template.severity is not None  # noqa: S101 - a pack was checked
    return AlertLevel(
        severity=template.severity,
        clear_value=_double(template.clear_value),
        clear_low=_double(template.clear_low),
        clear_high=_double(template.clear_high),
        for_seconds=template.for_seconds,
        clear_for_seconds=template.clear_for_seconds,
    )


def _double(number: float | None) -> float | None:
    return None if number is None else float(number)


def _bounded(content: AlertRuleContent) -> AlertRuleContent:
    """Packs may say longer times than rules."""
    try:
        return msgspec.convert(msgspec.to_builtins(content), AlertRuleContent)
    except msgspec.ValidationError as error:
        raise Unprocessable(f"no rule can say what the template says: {error}") from None
