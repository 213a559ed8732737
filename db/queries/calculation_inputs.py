"""Which sensors the inputs of calculations mean, and what profiles declare, as iot_ingest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection, Pool
from db.queries.alert_membership import IN_TARGET
from db.queries.alerting import SensorRef, columns


class CalculationOfInputs(NamedTuple):
    """One whose inputs are to be looked at."""

    org_id: UUID
    sensor_id: UUID
    version: int
    definition: str
    calculated_to: datetime

    @property
    def sensor(self) -> SensorRef:
        return self.org_id, self.sensor_id


async def due_of_inputs(pool: Pool, now: datetime, *, at_most: int) -> list[CalculationOfInputs]:
    rows = await pool.fetch(
        "SELECT org_id, sensor_id, version, definition::text, calculated_to "
        "FROM platform.calculation WHERE inputs_due_at <= $1 ORDER BY inputs_due_at LIMIT $2",
        now,
        at_most,
    )
    return [CalculationOfInputs(*row) for row in rows]


class MeantInput(NamedTuple):
    """A sensor that an input means now."""

    id: UUID
    unit: str | None
    created_at: datetime


_OF_TARGET = """
SELECT s.id, s.unit, s.created_at
FROM platform.sensor s
JOIN platform.device d ON (d.org_id, d.id) = (s.org_id, s.device_id)
LEFT JOIN platform.component c ON (c.org_id, c.id) = (s.org_id, s.component_id)
WHERE s.org_id = $1 AND s.deleted_at IS NULL AND d.deleted_at IS NULL AND c.deleted_at IS NULL
  AND s.key = $3 AND s.value_type <> 'TEXT' AND {is_meant}
  AND NOT EXISTS (SELECT FROM platform.calculation own
    WHERE (own.org_id, own.sensor_id) = (s.org_id, s.id))
ORDER BY s.id LIMIT $4
"""


async def of_target(
    connection: Connection,
    org_id: UUID,
    type_: str,
    named: str | None,
    field: str,
    *,
    at_most: int,
) -> list[MeantInput]:
    """Those with that key that report themselves: what is calculated is none of them."""
    statement = _OF_TARGET.format(is_meant=IN_TARGET[type_])
    rows = await connection.fetch(statement, org_id, named, field, at_most)
    return [MeantInput(*row) for row in rows]


_NEAR = """
SELECT o.id, o.unit, o.created_at FROM platform.sensor s
JOIN platform.sensor o ON o.org_id = s.org_id AND o.device_id = s.device_id AND o.id <> s.id
LEFT JOIN platform.component c ON (c.org_id, c.id) = (o.org_id, o.component_id)
WHERE (s.org_id, s.id) = ($1, $2) AND o.key = $3 AND o.value_type <> 'TEXT'
  AND o.deleted_at IS NULL AND c.deleted_at IS NULL AND ($4::text IS NULL OR c.key = $4)
ORDER BY o.component_id IS NOT DISTINCT FROM s.component_id DESC, o.component_id IS NULL DESC,
  o.id LIMIT 1
"""


async def near(
    connection: Connection, sensor: SensorRef, field: str, component: str | None
) -> list[MeantInput]:
    """The one of the same device with that key: of that component; or of the same component, else
    of the device itself, else of another component."""
    rows = await connection.fetch(_NEAR, *sensor, field, component)
    return [MeantInput(*row) for row in rows]


class StandingInput(NamedTuple):
    name: str
    input_id: UUID
    is_ended: bool


async def lock_inputs(
    connection: Connection, calculation: CalculationOfInputs
) -> list[StandingInput] | None:
    """What its inputs mean so far, and meant; None where it isn't what it was."""
    version = await connection.fetchval(
        "SELECT version FROM platform.calculation WHERE (org_id, sensor_id) = ($1, $2) "
        "FOR NO KEY UPDATE",
        *calculation.sensor,
    )
    if version != calculation.version:
        return None
    rows = await connection.fetch(
        "SELECT name, input_id, to_at < 'infinity' FROM platform.calculation_input "
        "WHERE (org_id, sensor_id) = ($1, $2)",
        *calculation.sensor,
    )
    return [StandingInput(*row) for row in rows]


class NewInput(NamedTuple):
    """`from_at` None: for all moments."""

    org_id: UUID
    sensor_id: UUID
    name: str
    input_id: UUID
    from_at: datetime | None


async def begin_inputs(connection: Connection, rows: Sequence[NewInput]) -> None:
    if rows:
        await connection.execute(
            "INSERT INTO platform.calculation_input (org_id, sensor_id, name, input_id, from_at) "
            "SELECT org_id, sensor_id, name, input_id, coalesce(from_at, '-infinity') "
            "FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[]) "
            "AS k (org_id, sensor_id, name, input_id, from_at) ON CONFLICT DO NOTHING",
            *columns(rows),
        )


async def end_inputs(
    connection: Connection, sensor: SensorRef, gone: Sequence[StandingInput], at: datetime
) -> None:
    """From now on they stand for nothing."""
    if gone:
        names, ids, _ = columns(gone)
        await connection.execute(
            "UPDATE platform.calculation_input i SET to_at = greatest($5, i.from_at) "
            "FROM unnest($3::text[], $4::uuid[]) AS k (name, input_id) "
            "WHERE (i.org_id, i.sensor_id) = ($1, $2) AND i.to_at = 'infinity' "
            "AND (i.name, i.input_id) = (k.name, k.input_id)",
            *sensor,
            names,
            ids,
            at,
        )


async def looked_at(
    connection: Connection, sensor: SensorRef, again_at: datetime, left_out: int
) -> None:
    await connection.execute(
        "UPDATE platform.calculation SET inputs_due_at = $3, inputs_left_out = $4 "
        "WHERE (org_id, sensor_id) = ($1, $2)",
        *sensor,
        again_at,
        left_out,
    )


# ---- what profiles declare -----------------------------------------------------------------------


class DeclaredCalculation(NamedTuple):
    """A field of a profile that is calculated, of a component or of a device itself; `place` is the
    one that has the profile. `sensor_id` None: it isn't there yet."""

    org_id: UUID
    device_id: UUID
    component_id: UUID | None
    place: UUID
    key: str
    unit: str | None
    definition: str
    sensor_id: UUID | None


# A key that is taken by a sensor that reports itself stays that one's.
_DECLARED = """
SELECT p.org_id, p.device_id, p.component_id, p.id, f.field->>'key', f.field->>'unit',
  (f.field->'calculation')::text, s.id
FROM (
  SELECT c.org_id, c.device_id, c.id AS component_id, c.id, p.fields
  FROM platform.sensor_profile p
  JOIN platform.component c ON (c.org_id, c.sensor_profile_id) = (p.org_id, p.id)
  WHERE p.fields @? '$[*].calculation' AND c.deleted_at IS NULL AND c.id > $2
  UNION ALL
  SELECT d.org_id, d.id, NULL, d.id, p.fields
  FROM platform.device_profile p
  JOIN platform.device d ON (d.org_id, d.device_profile_id) = (p.org_id, p.id)
  WHERE p.fields @? '$[*].calculation' AND d.deleted_at IS NULL AND d.id > $2
) p
CROSS JOIN LATERAL jsonb_array_elements(p.fields) AS f (field)
LEFT JOIN platform.sensor s ON (s.org_id, s.device_id, s.key)
    = (p.org_id, p.device_id, f.field->>'key')
  AND s.component_id IS NOT DISTINCT FROM p.component_id AND s.deleted_at IS NULL
LEFT JOIN platform.calculation k ON (k.org_id, k.sensor_id) = (s.org_id, s.id)
WHERE f.field ? 'calculation'
  AND CASE WHEN s.id IS NULL THEN true WHEN k.sensor_id IS NULL THEN false
      ELSE k.is_declared AND k.definition <> f.field->'calculation' END
ORDER BY p.id LIMIT $1
"""


async def declared(pool: Pool, *, after: UUID, at_most: int) -> list[DeclaredCalculation]:
    """Those that aren't there, or not as they are declared, by component, after that one."""
    return [DeclaredCalculation(*row) for row in await pool.fetch(_DECLARED, at_most, after)]


async def sensors_of_device(connection: Connection, org_id: UUID, device_id: UUID) -> int:
    """How many a device has; nobody changes the device until the transaction ends."""
    await connection.execute(
        "SELECT FROM platform.device WHERE (org_id, id) = ($1, $2) FOR KEY SHARE",
        org_id,
        device_id,
    )
    count: int = await connection.fetchval(
        "SELECT count(*) FROM platform.sensor WHERE device_id = $1 AND deleted_at IS NULL",
        device_id,
    )
    return count


async def per_day(connection: Connection, org_id: UUID, other_than: UUID | None) -> float:
    """How many values an organization's calculations give in a day, but for that one. Only one at a
    time may add."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('calculations ' || $1::text, 0))",
        str(org_id),
    )
    total: float = await connection.fetchval(
        "SELECT coalesce(sum(values_per_day), 0) FROM platform.calculation "
        "WHERE org_id = $1 AND sensor_id IS DISTINCT FROM $2",
        org_id,
        other_than,
    )
    return total


async def begin(
    connection: Connection,
    sensor: SensorRef,
    definition: str,
    *,
    values_per_day: float,
    from_at: datetime,
    calculated_to: datetime,
) -> None:
    """What a profile declares, or declares anew: from that time on it is calculated so."""
    await connection.execute(
        "INSERT INTO platform.calculation (org_id, sensor_id, definition, is_declared, "
        "values_per_day, from_at, calculated_to, created_by) "
        "VALUES ($1, $2, $3::jsonb, true, $4, $5, $6, 'platform') "
        "ON CONFLICT (org_id, sensor_id) DO UPDATE SET definition = excluded.definition, "
        "version = calculation.version + 1, values_per_day = excluded.values_per_day, "
        "from_at = excluded.from_at, calculated_to = excluded.calculated_to, due_at = now(), "
        "inputs_due_at = now(), failed_until = NULL, updated_at = now()",
        *sensor,
        definition,
        values_per_day,
        from_at,
        calculated_to,
    )
    await connection.execute(
        "DELETE FROM platform.calculation_input WHERE (org_id, sensor_id) = ($1, $2)", *sensor
    )
