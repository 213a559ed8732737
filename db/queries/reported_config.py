"""What devices report of their configuration, as iot_ingest, with an event for whatever changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from db.connections.types import Pool
from db.queries.events import EventRow, device_actor, record


class ReportedEntry(NamedTuple):
    """Of one configuration of one target of a device: `target` is 'device' or a component's key."""

    target: str
    artefact_id: UUID
    hash: str | None
    status: str
    message: str | None


class ConfigReport(NamedTuple):
    """All that a device has."""

    org_id: UUID
    device_id: UUID
    reported_at: datetime
    entries: Sequence[ReportedEntry]


# As platform.write_desired_config: this row first, in the order of ids.
_ENSURE = """
INSERT INTO platform.device_config (org_id, device_id)
SELECT d.org_id, d.id FROM unnest($1::uuid[], $2::uuid[]) AS r (org_id, device_id)
JOIN platform.device d ON (d.org_id, d.id) = (r.org_id, r.device_id) AND d.deleted_at IS NULL
ORDER BY d.org_id, d.id ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT c.org_id, c.device_id FROM unnest($1::uuid[], $2::uuid[]) AS r (org_id, device_id)
JOIN platform.device_config c USING (org_id, device_id)
ORDER BY c.org_id, c.device_id FOR UPDATE OF c
"""

# What is of no configuration of the organization's, or of no part of the device, is passed over. Of
# several versions under one name the newest counts.
_WRITE = """
WITH reported AS MATERIALIZED (
  SELECT DISTINCT ON (r.org_id, r.device_id, r.target, a.name) r.*, a.name, a.version
  FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[],
    $10::timestamptz[])
    AS r (org_id, device_id, target, artefact_id, hash, status, message, reported_at)
  JOIN platform.device_config d USING (org_id, device_id)
  JOIN platform.config_artefact a ON (a.org_id, a.id) = (r.org_id, r.artefact_id)
  WHERE r.target = 'device' OR EXISTS (SELECT FROM platform.component c
    WHERE (c.org_id, c.device_id, c.key) = (r.org_id, r.device_id, r.target)
      AND c.deleted_at IS NULL)
  ORDER BY r.org_id, r.device_id, r.target, a.name, a.version DESC
), before AS (
  SELECT e.* FROM unnest($1::uuid[], $2::uuid[]) AS d (org_id, device_id)
  JOIN platform.device_config_entry e USING (org_id, device_id)
), silent AS (
  UPDATE platform.device_config_entry e SET reported_id = NULL, reported_version = NULL,
    reported_hash = NULL, reported_status = NULL, reported_message = NULL, reported_at = NULL,
    drifts_since = CASE WHEN e.artefact_id IS NOT NULL THEN coalesce(e.drifts_since, now()) END
  FROM before b
  WHERE (e.org_id, e.device_id, e.target, e.name) = (b.org_id, b.device_id, b.target, b.name)
    AND b.reported_id IS NOT NULL AND NOT EXISTS (SELECT FROM reported r
      WHERE (r.org_id, r.device_id, r.target, r.name) = (e.org_id, e.device_id, e.target, e.name))
), written AS (
  INSERT INTO platform.device_config_entry AS e (org_id, device_id, target, name, reported_id,
    reported_version, reported_hash, reported_status, reported_message, reported_at, drifts_since)
  SELECT org_id, device_id, target, name, artefact_id, version, hash, status, message, reported_at,
    now()
  FROM reported
  ON CONFLICT (org_id, device_id, target, name) DO UPDATE SET
    reported_id = excluded.reported_id, reported_version = excluded.reported_version,
    reported_hash = excluded.reported_hash, reported_status = excluded.reported_status,
    reported_message = excluded.reported_message, reported_at = excluded.reported_at,
    drifts_since = CASE WHEN e.artefact_id = excluded.reported_id
        AND coalesce(excluded.reported_hash = e.hash, true)
        AND excluded.reported_status = 'ACCEPTED'
      THEN NULL ELSE coalesce(e.drifts_since, now()) END
)
SELECT r.org_id, r.device_id, r.target, r.name, r.version, r.artefact_id, r.status, r.message,
  b.reported_status AS status_before, c.id AS component_id
FROM reported r
LEFT JOIN before b USING (org_id, device_id, target, name)
LEFT JOIN platform.component c ON (c.org_id, c.device_id, c.key)
  = (r.org_id, r.device_id, r.target) AND c.deleted_at IS NULL AND r.target <> 'device'
WHERE (b.reported_id, b.reported_status, b.reported_message)
  IS DISTINCT FROM (r.artefact_id, r.status, r.message)
"""


async def write_reports(pool: Pool, reports: Sequence[ConfigReport]) -> None:
    """One of each device, sorted by its ids. A report is whole: what it doesn't tell of, the device
    doesn't have."""
    devices = [[report.org_id for report in reports], [report.device_id for report in reports]]
    rows = [
        (
            report.org_id,
            report.device_id,
            entry.target,
            entry.artefact_id,
            entry.hash,
            entry.status,
            entry.message,
            report.reported_at,
        )
        for report in reports
        for entry in report.entries
    ]
    columns = list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in range(8)]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_ENSURE, *devices)
        await connection.fetch(_LOCK, *devices)
        changed = await connection.fetch(_WRITE, *devices, *columns)
        await record(connection, [_event(row) for row in changed])


def _event(row: asyncpg.Record) -> EventRow:
    is_bad = row["status"] in ("REJECTED", "FAILED")
    place = "" if row["target"] == "device" else f" of {row['target']}"
    return EventRow(
        org_id=row["org_id"],
        type="CONFIG",
        title=f"{row['name']} {row['version']}{place}: {row['status']}",
        actor=device_actor(row["device_id"]),
        severity="WARNING" if is_bad else "INFO",
        details={
            "target": row["target"],
            "artefactId": str(row["artefact_id"]),
            "name": row["name"],
            "version": row["version"],
            "status": row["status"],
            "statusBefore": row["status_before"],
            "message": row["message"],
        },
        device_id=row["device_id"],
        component_id=row["component_id"],
    )
