"""What another version of a profile would have refused of the readings that are stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection

# `spec` has a row for each sensor of the version. A payload is all that a component reported for one moment; where
# a sensor had more readings than are looked at, moments before the oldest of these are left out.
_WOULD_FAIL = """
WITH spec AS (
  SELECT * FROM jsonb_to_recordset(CAST($1 AS jsonb))
    AS s (sensor text, field text, type text, low numeric, high numeric, choices jsonb, required boolean)
), scanned AS MATERIALIZED (
  SELECT s.id, s.device_id, s.component_id, s.key, r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text
  FROM platform.sensor s
  CROSS JOIN LATERAL api.raw_readings(
    s.id, CAST($2 AS timestamptz), CAST($3 AS timestamptz), NULL, CAST($4 AS integer), true) r
  WHERE s.component_id = ANY (CAST($5 AS uuid[])) AND s.deleted_at IS NULL
), cut AS (
  SELECT component_id, max(oldest) AS since
  FROM (SELECT component_id, id, min(ts) AS oldest FROM scanned GROUP BY 1, 2 HAVING count(*) >= $4) full_ones
  GROUP BY 1
), moments AS (
  SELECT component_id, device_id, ts, array_agg(key) AS keys
  FROM scanned LEFT JOIN cut USING (component_id)
  WHERE ts > coalesce(since, '-infinity')
  GROUP BY 1, 2, 3
), faults AS (
  SELECT coalesce(f.field, r.key) AS field, r.key AS sensor, r.device_id, r.component_id, r.ts,
    api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) AS value,
    CASE
      WHEN f.sensor IS NULL THEN 'UNKNOWN_SENSOR'
      WHEN NOT CASE f.type
        WHEN 'DOUBLE' THEN num_nonnulls(r.value_double, r.value_bigint) = 1
        WHEN 'BIGINT' THEN r.value_bigint IS NOT NULL OR r.value_double = trunc(r.value_double)
        WHEN 'BOOLEAN' THEN r.value_bool IS NOT NULL
        ELSE r.value_text IS NOT NULL END THEN 'WRONG_TYPE'
      WHEN r.value_double < f.low::float8 OR r.value_double > f.high::float8
        OR r.value_bigint < f.low OR r.value_bigint > f.high
        OR NOT f.choices @> coalesce(to_jsonb(r.value_text), to_jsonb(r.value_bigint), to_jsonb(r.value_double))
        THEN 'OUT_OF_RANGE'
    END AS code
  FROM scanned r LEFT JOIN spec f ON f.sensor = r.key
  UNION ALL
  SELECT f.field, f.sensor, m.device_id, m.component_id, m.ts, NULL, 'MISSING_FIELD'
  FROM moments m JOIN spec f ON f.required AND NOT f.sensor = ANY (m.keys)
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY field, code ORDER BY ts DESC, sensor) AS n FROM faults WHERE code IS NOT NULL
), grouped AS (
  SELECT field, code, count(*) AS count,
    json_agg(json_build_object('deviceId', device_id, 'componentId', component_id, 'sensor', sensor,
      'timestamp', ts, 'value', value) ORDER BY n) FILTER (WHERE n <= $6) AS examples
  FROM numbered GROUP BY field, code
)
SELECT (SELECT count(*) FROM scanned) AS readings, NOT EXISTS (SELECT FROM cut) AS is_complete,
  (SELECT coalesce(json_agg(grouped ORDER BY field, code), '[]') FROM grouped)::text AS faults
"""


class WouldFail(NamedTuple):
    readings: int
    is_complete: bool
    faults: str  # JSON text: [{field, code, count, examples[{deviceId, componentId, sensor, timestamp, value}]}]


async def would_fail(
    tx: Connection,
    *,
    components: Sequence[UUID],
    spec: str,
    start: datetime,
    end: datetime,
    per_sensor: int,
    examples: int,
) -> WouldFail:
    """Which of the components' readings in [start, end) a version would have refused, newest per sensor first.

    `spec` is JSON text: [{sensor, field, type, low, high, choices, required}], a row for each sensor.
    """
    found = await tx.fetchrow(_WOULD_FAIL, spec, start, end, per_sensor, list(components), examples)
    return WouldFail(*found)  # type: ignore[misc] # an aggregate has a row


async def sensors_of_components(tx: Connection, components: Sequence[UUID]) -> int:
    statement = (
        "SELECT count(*) FROM platform.sensor WHERE component_id = ANY ($1) AND deleted_at IS NULL"
    )
    return int(await tx.fetchval(statement, list(components)))
