"""What became of alerts, told in the transaction in which it did: to the journal, to the outbox of
messages where anybody is to be told, and as an annotation where the rule leaves one; as
iot_ingest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from db.connections.types import Connection
from db.queries import alert_annotations, alert_outbox, events
from db.queries.alert_outbox import AlertCause, AlertChangeRow, AlertDetails, NotifyTarget


class AlertNews(NamedTuple):
    """`occurred_at` is event time. Of one that was over when it came to be known there is FIRED
    alone."""

    org_id: UUID
    alert_id: UUID
    cause: AlertCause
    severity: str
    occurred_at: datetime


WORDS: dict[str, str] = {
    "FIRED": "fired",
    "SEVERITY": "changed its severity",
    "RESOLVED": "ended",
    "REFUTED": "is refuted by late readings",
    "REOPENED": "still holds, and is open again",
}

# MAINTENANCE and MUTE of the rule, or of anything that the sensor of alert `a` is in; a device in
# maintenance or out of use is muted by itself.
_MUTED_BY = """
  coalesce((
    SELECT m.kind FROM platform.alert_mute m
    WHERE m.org_id = a.org_id AND m.from_at <= now() AND m.to_at > now() AND (
      m.rule_id = a.rule_id OR m.target->>'type' = 'ORGANIZATION'
      OR (m.target->>'type', m.target->>'id') IN (('SITE', d.site_id::text),
        ('DEVICE', a.device_id::text), ('COMPONENT', a.component_id::text),
        ('SENSOR', a.sensor_id::text), ('DEVICE_PROFILE', d.device_profile_id::text),
        ('SENSOR_PROFILE', c.sensor_profile_id::text))
      OR m.target->>'type' = 'DEVICE_PROFILE' AND EXISTS (
        SELECT FROM platform.device_profile p WHERE p.org_id = a.org_id
          AND p.id = d.device_profile_id AND p.name = m.target->>'name')
      OR m.target->>'type' = 'SENSOR_PROFILE' AND EXISTS (
        SELECT FROM platform.sensor_profile p WHERE p.org_id = a.org_id
          AND p.id = c.sensor_profile_id AND p.name = m.target->>'name')
      OR m.target->>'type' = 'DEVICE_GROUP' AND EXISTS (
        SELECT FROM platform.device_group g
        WHERE g.org_id = a.org_id AND g.id::text = m.target->>'id' AND g.deleted_at IS NULL
          AND CASE WHEN g.match = 'ALL' THEN d.tags @> g.tags ELSE d.tags && g.tags END))
    ORDER BY m.kind LIMIT 1
  ), CASE WHEN d.status IN ('MAINTENANCE', 'INACTIVE') THEN 'MAINTENANCE' END)"""

# A text's value is a number that only stands for it, and isn't told.
_ABOUT = f"""
SELECT a.org_id, a.id, a.rule_id, a.rule_name, a.started_at, a.fired_at, a.ended_at, a.end_reason,
  CASE WHEN s.value_type IS DISTINCT FROM 'TEXT' THEN a.value END AS value,
  a.sensor_id, a.component_id, a.device_id, a.site_id, a.is_muted, v.summary, s.unit,
  r.notify::text AS notify, r.group_seconds, r.repeat_seconds, r.notify_ended_within_seconds,
  {_MUTED_BY} AS muted_by
FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, id)
JOIN platform.alert a ON (a.org_id, a.id) = (k.org_id, k.id)
JOIN platform.alert_rule r ON (r.org_id, r.id) = (a.org_id, a.rule_id)
JOIN platform.alert_rule_version v
  ON (v.org_id, v.rule_id, v.version) = (a.org_id, a.rule_id, a.rule_version)
LEFT JOIN platform.sensor s ON (s.org_id, s.id) = (a.org_id, a.sensor_id)
LEFT JOIN platform.component c ON (c.org_id, c.id) = (a.org_id, a.component_id)
LEFT JOIN platform.device d ON (d.org_id, d.id) = (a.org_id, a.device_id)
"""  # noqa: S608 - of constants

_UNMUTED = f"""
UPDATE platform.alert SET is_muted = false
WHERE is_muted AND ended_at IS NULL AND refuted_at IS NULL AND (org_id, id) IN (
  SELECT a.org_id, a.id FROM platform.alert a
  LEFT JOIN platform.component c ON (c.org_id, c.id) = (a.org_id, a.component_id)
  LEFT JOIN platform.device d ON (d.org_id, d.id) = (a.org_id, a.device_id)
  WHERE a.is_muted AND a.ended_at IS NULL AND a.refuted_at IS NULL AND a.status = 'ACTIVE'
    AND {_MUTED_BY} IS NULL
  LIMIT $1)
RETURNING org_id, id, severity, fired_at
"""  # noqa: S608 - of constants

_TOLD_WHEN_UNMUTED = ("FIRED", "SEVERITY", "REOPENED")


async def tell_unmuted(connection: Connection, *, at_most: int) -> int:
    """Once, of those that still hold when what muted them is over; how many that were."""
    rows = await connection.fetch(_UNMUTED, at_most)
    news = [
        AlertNews(row["org_id"], row["id"], "UNMUTED", row["severity"], row["fired_at"])
        for row in rows
    ]
    if news:
        await alert_outbox.add(connection, _changes(news, await _about(connection, news)))
    return len(news)


async def tell(connection: Connection, news: Sequence[AlertNews]) -> None:
    """In the transaction that made it so, after the alerts were written."""
    if not news:
        return
    about = await _about(connection, news)
    await alert_annotations.leave(connection, [(each.org_id, each.alert_id) for each in news])
    await events.record(connection, [_event(each, about[each.alert_id]) for each in news])
    await alert_outbox.add(connection, _changes(news, about))
    await _note_mutes(connection, news, about)


async def _note_mutes(
    connection: Connection, news: Sequence[AlertNews], about: Mapping[UUID, asyncpg.Record]
) -> None:
    """Of which nobody is told now, and would have been."""
    changed = {
        (each.org_id, each.alert_id): about[each.alert_id]["muted_by"] is not None
        for each in news
        if each.cause in _TOLD_WHEN_UNMUTED
    }
    keys = [key for key, is_muted in changed.items() if about[key[1]]["is_muted"] != is_muted]
    if keys:
        await connection.execute(
            "UPDATE platform.alert a SET is_muted = NOT a.is_muted "
            "FROM unnest($1::uuid[], $2::uuid[]) AS k (org_id, id) "
            "WHERE (a.org_id, a.id) = (k.org_id, k.id)",
            *map(list, zip(*keys, strict=True)),
        )


async def tell_channels(connection: Connection, news: Sequence[AlertNews], *, actor: str) -> None:
    """What a person did, as app, in the tenant's transaction that holds the alerts' locks. The
    journal is told by who writes it for people: app/core/events.py."""
    if news:
        about = await _about(connection, news)
        await alert_outbox.add(connection, _changes(news, about, actor))


async def _about(connection: Connection, news: Sequence[AlertNews]) -> dict[UUID, asyncpg.Record]:
    ids = sorted({(each.org_id, each.alert_id) for each in news})
    rows = await connection.fetch(_ABOUT, *map(list, zip(*ids, strict=True)))
    return {row["id"]: row for row in rows}


def _changes(
    news: Sequence[AlertNews], about: Mapping[UUID, asyncpg.Record], actor: str | None = None
) -> list[AlertChangeRow]:
    """Of those of which anybody is to be told."""
    return [
        _change(each, about[each.alert_id], actor)
        for each in news
        if about[each.alert_id]["notify"] != "[]"
    ]


def _event(news: AlertNews, row: asyncpg.Record) -> events.EventRow:
    details: dict[str, Any] = {
        "alertId": str(news.alert_id),
        "ruleId": str(row["rule_id"]),
        "cause": news.cause,
    }
    return events.EventRow(
        org_id=news.org_id,
        type="ALERT",
        severity=news.severity,
        title=f"{row['rule_name']} {WORDS[news.cause]}",
        details=details,
        site_id=row["site_id"],
        device_id=row["device_id"],
        component_id=row["component_id"],
        sensor_id=row["sensor_id"],
        occurred_at=news.occurred_at,
    )


def _change(news: AlertNews, row: asyncpg.Record, actor: str | None) -> AlertChangeRow:
    details = AlertDetails(
        **{name: row[name] for name in _SAME_NAME},
        actor=actor,
        notify=msgspec.json.decode(row["notify"], type=tuple[NotifyTarget, ...]),
    )
    return AlertChangeRow(
        org_id=news.org_id,
        alert_id=news.alert_id,
        rule_id=row["rule_id"],
        cause=news.cause,
        severity=news.severity,  # type: ignore[arg-type] # of the alert's own words
        occurred_at=news.occurred_at,
        details=details,
    )


_SAME_NAME = (
    "rule_name",
    "summary",
    "started_at",
    "fired_at",
    "ended_at",
    "end_reason",
    "value",
    "unit",
    "sensor_id",
    "component_id",
    "device_id",
    "site_id",
    "muted_by",
    "group_seconds",
    "repeat_seconds",
    "notify_ended_within_seconds",
)
