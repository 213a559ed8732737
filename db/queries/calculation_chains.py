"""Calculations of calculations, and what stands around one; as app, in a tenant's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('calculations ' || api.org()::text, 0))"
"""Only one at a time may add to an organization's calculations: see calculation_inputs.per_day."""

# A cycle would have no end: hence the depth.
_ABOVE = """
WITH RECURSIVE above (id, depth) AS (
  SELECT id, 1 FROM unnest($1::uuid[]) AS id
  UNION
  SELECT i.input_id, a.depth + 1 FROM above a
  JOIN platform.calculation_input i ON i.sensor_id = a.id
  JOIN platform.calculation c ON c.sensor_id = i.sensor_id WHERE a.depth <= $2
)
SELECT DISTINCT a.id, a.depth FROM above a JOIN platform.calculation c ON c.sensor_id = a.id
"""
_BELOW = """
WITH RECURSIVE below (id, depth) AS (
  SELECT $1::uuid, 0
  UNION
  SELECT i.sensor_id, b.depth + 1 FROM below b
  JOIN platform.calculation_input i ON i.input_id = b.id WHERE b.depth <= $2
)
SELECT max(depth) FROM below
"""


class CalculationChain(NamedTuple):
    """`above` are the calculated ones of which it would be, `depth` how many in a row, itself with
    them and with those that are calculated of it."""

    above: set[UUID]
    depth: int


async def chain_of(
    connection: AnyConnection, sensor_id: UUID, inputs: Sequence[UUID], *, at_most: int
) -> CalculationChain:
    """Of a sensor that were calculated of these; a longer one than `at_most` is longer than it."""
    rows = await connection.fetch(_ABOVE, list(inputs), at_most)
    below: int = await connection.fetchval(_BELOW, sensor_id, at_most)
    deepest = max((row[1] for row in rows), default=0)
    return CalculationChain({row[0] for row in rows}, deepest + 1 + below)


class InputSensor(NamedTuple):
    id: UUID
    value_type: str
    unit: str | None


async def sensors_of(connection: AnyConnection, ids: Sequence[UUID]) -> dict[UUID, InputSensor]:
    """Those that are there."""
    rows = await connection.fetch(
        "SELECT id, value_type, unit FROM platform.sensor "
        "WHERE id = ANY ($1) AND deleted_at IS NULL",
        list(ids),
    )
    return {row[0]: InputSensor(*row) for row in rows}


async def values_per_day(connection: AnyConnection, other_than: UUID) -> float:
    total: float = await connection.fetchval(
        "SELECT coalesce(sum(values_per_day), 0) FROM platform.calculation WHERE sensor_id <> $1",
        other_than,
    )
    return total


class RelatedRow(NamedTuple):
    sensor_id: UUID
    device_id: UUID
    device_name: str
    name: str
    unit: str | None
    input: str


_RELATED = """
SELECT s.id, s.device_id, d.name, s.name, s.unit, i.name
FROM platform.calculation_input i
JOIN platform.sensor s ON s.id = i.{other} JOIN platform.device d ON d.id = s.device_id
WHERE i.{own} = $1 AND i.to_at = 'infinity' AND s.deleted_at IS NULL
ORDER BY i.name, s.id LIMIT $2
"""


async def inputs_of(
    connection: AnyConnection, sensor_id: UUID, *, at_most: int
) -> list[RelatedRow]:
    """What it is calculated of."""
    statement = _RELATED.format(other="input_id", own="sensor_id")
    return [RelatedRow(*row) for row in await connection.fetch(statement, sensor_id, at_most)]


async def users_of(connection: AnyConnection, sensor_id: UUID, *, at_most: int) -> list[RelatedRow]:
    """What is calculated of it."""
    statement = _RELATED.format(other="sensor_id", own="input_id")
    return [RelatedRow(*row) for row in await connection.fetch(statement, sensor_id, at_most)]


async def count_inputs(connection: AnyConnection, sensor_id: UUID) -> int:
    count: int = await connection.fetchval(
        "SELECT count(*) FROM platform.calculation_input "
        "WHERE sensor_id = $1 AND to_at = 'infinity'",
        sensor_id,
    )
    return count


async def members_of(
    connection: AnyConnection, statement: str, arguments: Sequence[object], field: str, at_most: int
) -> list[tuple[UUID, str | None]]:
    """By id, with their units, the sensors that a condition on `s` means and that have that key;
    none that is calculated, and none of texts."""
    place = len(arguments) + 1
    rows = await connection.fetch(
        f"SELECT s.id, s.unit FROM platform.sensor s WHERE {statement} "  # noqa: S608 - no values
        f"AND s.key = ${place} AND s.value_type <> 'TEXT' AND NOT EXISTS "
        "(SELECT FROM platform.calculation own WHERE own.sensor_id = s.id) "
        f"ORDER BY s.id LIMIT ${place + 1}",
        *arguments,
        field,
        at_most,
    )
    return [(row[0], row[1]) for row in rows]
