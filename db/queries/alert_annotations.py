"""Annotations that alerts leave, in the transaction that fires or ends them; as iot_ingest."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from db.connections.types import Connection
from db.queries.events import PLATFORM

# One for each alert, with its id: it becomes longer, and is withdrawn, with the alert.
_LEAVE = """
INSERT INTO platform.annotation (org_id, id, class_id, scope_type, scope_id, device_id, from_at,
  to_at, field_values, source, alert_id, withdrawn_at, created_by)
SELECT a.org_id, a.id, r.annotation_class_id,
  CASE WHEN a.sensor_id IS NULL THEN 'DEVICE' ELSE 'SENSOR' END, a.subject_id, a.device_id,
  a.started_at,
  CASE WHEN a.ended_at > a.started_at THEN a.ended_at END,
  jsonb_build_object('rule', a.rule_name, 'severity', a.severity), 'RULE', a.id,
  a.refuted_at, $3
FROM unnest($1::uuid[], $2::uuid[]) k (org_id, id)
JOIN platform.alert a ON (a.org_id, a.id) = (k.org_id, k.id)
JOIN platform.alert_rule r ON (r.org_id, r.id) = (a.org_id, a.rule_id)
WHERE r.annotation_class_id IS NOT NULL
ON CONFLICT (org_id, id) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at,
  field_values = excluded.field_values, withdrawn_at = excluded.withdrawn_at, updated_at = now()
"""


async def leave(connection: Connection, alerts: Sequence[tuple[UUID, UUID]]) -> None:
    """Of the alerts (organization, id) whose rules want it."""
    ids = sorted(set(alerts))
    await connection.execute(_LEAVE, *map(list, zip(*ids, strict=True)), PLATFORM)
