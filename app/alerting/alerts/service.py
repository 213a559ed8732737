"""Alerts: lists of them, and one with what is behind it. What people do to them: handling.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_

from app.alerting.alert_rule_states.standing import state_of
from app.alerting.alerts.schemas import (
    AlertCommentRead,
    AlertDetail,
    AlertGravity,
    AlertRead,
    AlertReading,
    AlertState,
    AlertStatus,
    AlertStep,
)
from app.alerting.alerts.search import SORTS, AlertFilter, wanted_alerts
from app.core import resource
from app.core.objects import ObjectStore
from app.core.paging import PageRequest
from app.core.wire import Page
from app.media.captures import service as captures
from db.connections.readers import Reader
from db.models import Alert, AlertComment, AlertRuleVersion, AlertTransition, Sensor
from db.readings.series import Series, series
from db.readings.times import moment_of
from ingest.alerting.definition import RuleDefinition
from ingest.alerting.machine import MachineState

TRANSITIONS_MAX = 100
READINGS_MAX = 250  # before its firing, and as many from then on
MARGIN = timedelta(minutes=10)
COMMENTS_MAX = 200


@dataclass(frozen=True, slots=True)
class AlertBackground:
    """What an alert's own row doesn't tell: the words of its version, and what its value is."""

    summary: str
    is_of_value: bool
    value_type: str | None


async def page(reader: Reader, wanted: AlertFilter, page_request: PageRequest) -> Page[AlertRead]:
    statement = wanted_alerts(wanted)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Alert.id)
    return found.page(await read(reader, found.rows))


async def read(reader: Reader, alerts: Sequence[Alert]) -> list[AlertRead]:
    about = await _backgrounds(reader, alerts)
    return [AlertRead(**_fields(alert, about[alert.id])) for alert in alerts]


async def get(
    reader: Reader, alert_id: UUID, *, with_readings: bool, objects: ObjectStore | None
) -> AlertDetail:
    """With the readings around it where whoever asks may see any, and with what cameras saw of it,
    whose files lie in `objects`; None for who may not see that."""
    alert = await resource.get(reader, Alert, alert_id)
    about = await _backgrounds(reader, [alert])
    return AlertDetail(
        **_fields(alert, about[alert.id]),
        transitions=await _transitions(reader, alert),
        readings=await _readings(reader, alert) if with_readings else [],
        comments=await _comments(reader, alert_id),
        captures=[] if objects is None else await captures.of_alert(reader, alert_id, objects),
    )


async def require(reader: Reader, alert_id: UUID) -> None:
    """Raises NotFound."""
    await resource.get(reader, Alert, alert_id)


async def _backgrounds(reader: Reader, alerts: Sequence[Alert]) -> dict[UUID, AlertBackground]:
    keys = list({(alert.rule_id, alert.rule_version) for alert in alerts})
    columns = tuple_(AlertRuleVersion.rule_id, AlertRuleVersion.version)
    rows = await reader.rows(select(AlertRuleVersion).where(columns.in_(keys)))
    versions = {(row.rule_id, row.version): row for row in rows}
    ids = list({alert.subject_id for alert in alerts})
    sensors = await reader.rows(select(Sensor).where(Sensor.id.in_(ids)))
    types = {sensor.id: sensor.value_type for sensor in sensors}
    found = {}
    for alert in alerts:
        version = versions[alert.rule_id, alert.rule_version]
        kind = msgspec.convert(version.definition, RuleDefinition).kind
        value_type = types.get(alert.subject_id)
        found[alert.id] = AlertBackground(version.summary, kind == "VALUE", value_type)
    return found


def _value(alert: Alert, about: AlertBackground) -> float | int | bool | None:
    """As its sensor has it; of a text it is a number that means nothing."""
    if alert.value is None or not about.is_of_value:
        return alert.value
    match about.value_type:
        case "BOOLEAN":
            return bool(alert.value)
        case "BIGINT":
            return int(alert.value)
        case "TEXT":
            return None
    return alert.value


def _fields(alert: Alert, about: AlertBackground) -> dict[str, Any]:
    return {
        **{name: getattr(alert, name) for name in _SAME_NAME},
        "severity": AlertGravity(alert.severity),
        "status": AlertStatus(alert.status),
        "summary": about.summary,
        "condition_active": alert.ended_at is None and alert.refuted_at is None,
        "value": _value(alert, about),
        "steps": [
            AlertStep(datetime.fromisoformat(step["at"]), AlertGravity(step["severity"]))
            for step in alert.steps
        ],
    }


_SAME_NAME = (
    "id",
    "rule_id",
    "rule_name",
    "rule_version",
    "sensor_id",
    "component_id",
    "device_id",
    "site_id",
    "started_at",
    "fired_at",
    "ended_at",
    "end_reason",
    "recorded_at",
    "changed_at",
    "refuted_at",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
    "resolved_by",
    "assignee",
    "reopen_at",
)


async def _transitions(reader: Reader, alert: Alert) -> list[AlertState]:
    """None where it is older than they are kept."""
    rows = await reader.rows(
        select(AlertTransition)
        .where(
            AlertTransition.sensor_id == alert.subject_id,
            AlertTransition.rule_id == alert.rule_id,
            AlertTransition.at >= alert.started_at,
            AlertTransition.at <= (alert.ended_at or datetime.max.replace(tzinfo=UTC)),
        )
        .order_by(AlertTransition.at)
        .limit(TRANSITIONS_MAX)
    )
    return [AlertState(row.at, state_of(msgspec.convert(row.state, MachineState))) for row in rows]


async def _readings(reader: Reader, alert: Alert) -> list[AlertReading]:
    if alert.sensor_id is None:
        return []
    connection = await reader.connected()
    start, fired = alert.started_at - MARGIN, alert.fired_at
    end = (alert.ended_at or datetime.now(UTC)) + MARGIN
    before = await series(
        connection, alert.sensor_id, start, fired, after=None, limit=READINGS_MAX, descending=True
    )
    since = await series(connection, alert.sensor_id, fired, end, after=None, limit=READINGS_MAX)
    return [*reversed(_shown(before)), *_shown(since)]


def _shown(found: Series) -> list[AlertReading]:
    values = found.values if isinstance(found.values, list) else found.values.tolist()
    return [
        AlertReading(moment_of(at), value)
        for at, value in zip(found.ts.tolist(), values, strict=True)
    ]


async def _comments(reader: Reader, alert_id: UUID) -> list[AlertCommentRead]:
    rows = await reader.rows(
        select(AlertComment)
        .where(AlertComment.alert_id == alert_id)
        .order_by(AlertComment.created_at, AlertComment.id)
        .limit(COMMENTS_MAX)
    )
    return [AlertCommentRead(row.id, row.comment, row.created_by, row.created_at) for row in rows]
