"""Alert rules out of packs: a template says what to watch of a field, in the words of a rule."""

from __future__ import annotations

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alert_rules.schemas import (
    AlertCondition,
    AlertLevel,
    AlertRuleContent,
    TemplateChoice,
)
from app.catalogue.packs import service as packs
from app.catalogue.packs.format import AlertRuleTemplate, Condition
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
    template = templates[choice.template]
    content = AlertRuleContent(
        name=choice.name or template.name,
        description=template.description,
        target=choice.target
        or TargetReference(type="SENSOR_PROFILE", name=template.input.sensor_profile),
        field=None
        if choice.target is not None and choice.target.type == "SENSOR"
        else template.input.field,
        condition=_condition(template.condition),
        levels=[_level(template)],
        cooldown_seconds=template.cooldown_seconds,
        auto_resolve=template.auto_resolve,
        notify=choice.notify,
        enabled=choice.enabled,
    )
    return _bounded(content)


def _condition(condition: Condition) -> AlertCondition:
    return AlertCondition(
        kind=condition.kind,
        operator=condition.operator,
        value=condition.value if isinstance(condition.value, str) else _double(condition.value),
        low=_double(condition.low),
        high=_double(condition.high),
        aggregate=condition.aggregate,
        window_seconds=condition.window_seconds,
    )


def _level(template: AlertRuleTemplate) -> AlertLevel:
    return AlertLevel(
        severity=template.severity,
        clear_value=_double(template.clear_value),
        for_seconds=template.for_seconds,
    )


def _double(number: float | None) -> float | None:
    return None if number is None else float(number)


def _bounded(content: AlertRuleContent) -> AlertRuleContent:
    """Packs may say longer times than rules."""
    try:
        return msgspec.convert(msgspec.to_builtins(content), AlertRuleContent)
    except msgspec.ValidationError as error:
        raise Unprocessable(f"no rule can say what the template says: {error}") from None
