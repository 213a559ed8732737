"""Alert rules and their versions. Which sensors they watch is made of them by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerting.alert_rules.checking import faults_of
from app.alerting.alert_rules.content import (
    condition_of,
    definition_of,
    shown_levels,
    shown_schedule,
)
from app.alerting.alert_rules.schemas import (
    AlertRuleContent,
    AlertRuleRead,
    AlertRuleUpdate,
    AlertRuleVersionRead,
    RuleNotify,
)
from app.alerting.alert_rules.scope import scope_of
from app.alerting.alert_rules.summary import summary_of
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Fault, Malformed, Unprocessable
from app.core.paging import PageRequest
from app.core.target_reference import TargetReference
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import AlertPair, AlertRule, AlertRuleVersion, AnnotationClass, NotificationChannel
from ingest.alerting.definition import OF_DEVICES, RuleDefinition

SORTS = {
    "createdAt": AlertRule.created_at,
    "updatedAt": AlertRule.updated_at,
    "name": AlertRule.name,
}
VERSION_SORTS = {"version": AlertRuleVersion.version}

# Kept with the rule: a change of these makes no new version.
_OWN_FIELDS = (
    "name",
    "description",
    "auto_resolve",
    "reopen_after_seconds",
    "group_seconds",
    "repeat_seconds",
    "notify_ended_within_seconds",
    "annotation_class_id",
    "enabled",
)


@dataclass(frozen=True)
class RuleFilter:
    """Every condition given must hold."""

    text: str | None = None
    enabled: bool | None = None
    sensor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """What a version keeps."""

    target: dict[str, Any]
    field: str | None
    definition: RuleDefinition
    summary: str

    @property
    def kept_definition(self) -> dict[str, Any]:
        kept: dict[str, Any] = msgspec.to_builtins(self.definition)
        return kept


async def check(reader: Reader, org_id: UUID, content: AlertRuleContent) -> CheckedRule:
    """Raises NotFound for a target that isn't there, Unprocessable with every fault."""
    faults = faults_of(content)
    if not faults:
        scope = await scope_of(reader, org_id, content)
        faults = [
            *scope.faults,
            *await _unknown_channels(reader, content.notify),
            *await _unfit_class(reader, content),
        ]
    if faults:
        raise Unprocessable("the rule contradicts itself", code="RULE_INVALID", errors=faults)
    definition = definition_of(content)
    return CheckedRule(
        msgspec.to_builtins(content.target),
        content.field,
        definition,
        summary_of(definition, scope.subject, scope.unit),
    )


async def page(
    reader: Reader, wanted: RuleFilter, page_request: PageRequest
) -> Page[AlertRuleRead]:
    statement = select(AlertRule).where(AlertRule.deleted_at.is_(None))
    if wanted.text:
        statement = statement.where(AlertRule.name.icontains(wanted.text, autoescape=True))
    if wanted.enabled is not None:
        statement = statement.where(AlertRule.enabled.is_(wanted.enabled))
    if wanted.sensor_id is not None:
        watching = select(AlertPair.rule_id).where(AlertPair.sensor_id == wanted.sensor_id)
        statement = statement.where(AlertRule.id.in_(watching))
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=AlertRule.id)
    versions = await _versions_in_force(reader, found.rows)
    return found.page([_read(row, versions[row.id]) for row in found.rows])


async def _versions_in_force(
    reader: Reader, rules: Sequence[AlertRule]
) -> dict[UUID, AlertRuleVersion]:
    keys = [(rule.id, rule.version) for rule in rules]
    columns = tuple_(AlertRuleVersion.rule_id, AlertRuleVersion.version)
    rows = await reader.rows(select(AlertRuleVersion).where(columns.in_(keys)))
    return {row.rule_id: row for row in rows}


async def get(reader: Reader, rule_id: UUID) -> AlertRuleRead:
    rule = await resource.get(reader, AlertRule, rule_id)
    return _read(rule, (await _versions_in_force(reader, [rule]))[rule_id])


async def in_force(reader: Reader, rule_id: UUID) -> AlertRuleContent:
    """As a body that would make it. Raises NotFound."""
    rule = await resource.get(reader, AlertRule, rule_id)
    version = (await _versions_in_force(reader, [rule]))[rule_id]
    return msgspec.convert(_as_sent(rule, version), AlertRuleContent)


async def versions(
    reader: Reader, rule_id: UUID, page_request: PageRequest
) -> Page[AlertRuleVersionRead]:
    await resource.get(reader, AlertRule, rule_id)
    statement = select(AlertRuleVersion).where(AlertRuleVersion.rule_id == rule_id)
    found = await resource.find(
        reader, statement, page_request, sorts=VERSION_SORTS, id_=AlertRuleVersion.rule_id
    )
    return found.page([_read_version(row) for row in found.rows])


async def create(tx: AsyncSession, actor: Actor, content: AlertRuleContent) -> AlertRuleRead:
    """Raises Unprocessable with every fault, NotFound for a target that isn't there, Conflict (the
    database's) when the name is taken."""
    checked = await check(SessionReader(tx), actor.org_id, content)
    own = {name: getattr(content, name) for name in _OWN_FIELDS}
    rule = AlertRule(
        org_id=actor.org_id,
        id=new_id(),
        notify=_kept_notify(content),
        created_by=actor.principal,
        **own,
    )
    await resource.add(tx, rule)
    return _read(rule, await _add_version(tx, actor, rule, checked))


async def change(
    tx: AsyncSession, actor: Actor, rule_id: UUID, body: AlertRuleUpdate, if_match: str | None
) -> AlertRuleRead:
    """Apply a JSON Merge Patch. Raises Malformed where what comes of it can't be read."""
    rule = await resource.get_to_change(tx, AlertRule, rule_id, if_match)
    version = (await _versions_in_force(SessionReader(tx), [rule]))[rule_id]
    merged = resource.merge_patch(_as_sent(rule, version), msgspec.to_builtins(body))
    try:
        content = msgspec.convert(merged, AlertRuleContent)
    except msgspec.ValidationError as error:
        raise Malformed(f"what comes of the patch is no rule: {error}") from None
    return await _put(tx, actor, rule, version, content)


async def replace(
    tx: AsyncSession, actor: Actor, rule_id: UUID, content: AlertRuleContent, if_match: str | None
) -> AlertRuleRead:
    rule = await resource.get_to_change(tx, AlertRule, rule_id, if_match)
    version = (await _versions_in_force(SessionReader(tx), [rule]))[rule_id]
    return await _put(tx, actor, rule, version, content)


async def _put(
    tx: AsyncSession,
    actor: Actor,
    rule: AlertRule,
    version: AlertRuleVersion,
    content: AlertRuleContent,
) -> AlertRuleRead:
    """A new version where anything changes that decides."""
    checked = await check(SessionReader(tx), actor.org_id, content)
    was = (version.target, version.field, definition_in(version))
    if was != (checked.target, checked.field, checked.definition):
        rule.version += 1
        version = await _add_version(tx, actor, rule, checked)
    update = {name: getattr(content, name) for name in _OWN_FIELDS}
    if rule.enabled != content.enabled or version.version != rule.synced_version:
        update["sync_due_at"] = func.now()
    for name, value in {**update, "notify": _kept_notify(content)}.items():
        setattr(rule, name, value)
    await tx.flush()
    await tx.refresh(rule)
    return _read(rule, version)


async def switch(
    tx: AsyncSession, rule_id: UUID, if_match: str | None, *, enabled: bool
) -> AlertRuleRead:
    """Begin to decide it from now on, or end what is open. Done already is done."""
    rule = await resource.get_to_change(tx, AlertRule, rule_id, if_match)
    if rule.enabled != enabled:
        await resource.change(tx, rule, {"enabled": enabled, "sync_due_at": func.now()})
    return _read(rule, (await _versions_in_force(SessionReader(tx), [rule]))[rule_id])


async def remove(tx: AsyncSession, rule_id: UUID, if_match: str | None) -> None:
    """Its open alerts end; they and their history stay, with the rule's name as it was."""
    rule = await resource.get_to_change(tx, AlertRule, rule_id, if_match)
    rule.deleted_at, rule.sync_due_at = datetime.now(UTC), datetime.now(UTC)
    await tx.flush()


async def _add_version(
    tx: AsyncSession, actor: Actor, rule: AlertRule, checked: CheckedRule
) -> AlertRuleVersion:
    version = AlertRuleVersion(
        org_id=actor.org_id,
        rule_id=rule.id,
        version=rule.version,
        target=checked.target,
        field=checked.field,
        definition=checked.kept_definition,
        summary=checked.summary,
        created_by=actor.principal,
    )
    tx.add(version)
    await tx.flush()
    await tx.refresh(version)
    return version


async def _unknown_channels(reader: Reader, lines: Sequence[RuleNotify]) -> list[Fault]:
    ids = {line.channel_id for line in lines}
    if not ids:
        return []
    there = select(NotificationChannel.id).where(NotificationChannel.id.in_(ids))
    known = {row[0] for row in await reader.records(there)}
    return [
        Fault(f"$.notify[{number}].channelId", "UNKNOWN_CHANNEL", f"no channel {line.channel_id}")
        for number, line in enumerate(lines)
        if line.channel_id not in known
    ]


async def _unfit_class(reader: Reader, content: AlertRuleContent) -> list[Fault]:
    """An alert's annotation is about the sensor, or the device."""
    class_id, scope = content.annotation_class_id, "SENSOR"
    if content.condition.kind in OF_DEVICES:
        scope = "DEVICE"
    if class_id is None:
        return []
    row = await reader.row(AnnotationClass, class_id)
    if row is not None and row.deleted_at is None and scope in row.scopes:
        return []
    message = f"no annotation class {class_id} of {scope.lower()}s"
    return [Fault("$.annotationClassId", "UNKNOWN_CLASS", message)]


def _kept_notify(content: AlertRuleContent) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(line) for line in content.notify]


def _as_sent(rule: AlertRule, version: AlertRuleVersion) -> dict[str, Any]:
    """The rule as a body that would make it."""
    shown = _read(rule, version)
    names = AlertRuleContent.__struct_fields__
    content = AlertRuleContent(**{name: getattr(shown, name) for name in names})
    sent: dict[str, Any] = msgspec.to_builtins(content)
    return sent


def definition_in(version: AlertRuleVersion) -> RuleDefinition:
    return msgspec.convert(version.definition, RuleDefinition)


def _read(rule: AlertRule, version: AlertRuleVersion) -> AlertRuleRead:
    return AlertRuleRead(
        id=rule.id,
        **{name: getattr(rule, name) for name in _OWN_FIELDS if name != "description"},
        description=rule.description or "",
        notify=msgspec.convert(rule.notify, list[RuleNotify]),
        created_by=rule.created_by,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
        **_decided_by(version),
    )


def _read_version(version: AlertRuleVersion) -> AlertRuleVersionRead:
    return AlertRuleVersionRead(
        start=version.start_at, created_by=version.created_by, **_decided_by(version)
    )


def _decided_by(version: AlertRuleVersion) -> dict[str, Any]:
    definition = definition_in(version)
    return {
        "version": version.version,
        "target": msgspec.convert(version.target, TargetReference),
        "field": version.field,
        "condition": condition_of(definition),
        "levels": shown_levels(definition.levels),
        "cooldown_seconds": definition.cooldown_seconds,
        "schedule": shown_schedule(definition.schedule),
        "summary": version.summary,
    }
