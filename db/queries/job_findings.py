"""Annotations that runs of job definitions write; as app, inside a tenant's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection
from db.queries.alerting import columns


class FindingPlace(NamedTuple):
    """Whose findings they are."""

    definition_id: UUID
    class_id: UUID
    run_id: UUID
    sensor_id: UUID
    device_id: UUID


class FindingRow(NamedTuple):
    """One that stands, or did; `values` is JSON."""

    id: UUID
    from_at: datetime
    to_at: datetime | None
    values: str
    withdrawn_at: datetime | None


class WrittenFinding(NamedTuple):
    id: UUID
    from_at: datetime
    to_at: datetime | None
    values: str


async def standing(
    connection: AnyConnection, place: FindingPlace, start: datetime, end: datetime
) -> list[FindingRow]:
    """Those that begin in [start, end), by their beginning; the withdrawn too."""
    rows = await connection.fetch(
        "SELECT id, from_at, to_at, field_values::text, withdrawn_at FROM platform.annotation "
        "WHERE definition_id = $1 AND scope_id = $2 AND from_at >= $3 AND from_at < $4 "
        "ORDER BY from_at, id",
        place.definition_id,
        place.sensor_id,
        start,
        end,
    )
    return [FindingRow(*row) for row in rows]


async def taken_ids(connection: AnyConnection, ids: Collection[UUID]) -> set[UUID]:
    rows = await connection.fetch(
        "SELECT id FROM platform.annotation WHERE id = ANY ($1)", list(ids)
    )
    return {row["id"] for row in rows}


async def add(
    connection: AnyConnection,
    place: FindingPlace,
    findings: Sequence[WrittenFinding],
    created_by: str,
) -> None:
    await connection.execute(
        "INSERT INTO platform.annotation (id, class_id, scope_type, scope_id, device_id, from_at, "
        "to_at, field_values, source, definition_id, run_id, created_by) "
        "SELECT k.id, $1, 'SENSOR', $2, $3, k.from_at, k.to_at, k.said::jsonb, 'JOB', $4, $5, $6 "
        "FROM unnest($7::uuid[], $8::timestamptz[], $9::timestamptz[], $10::text[]) "
        "AS k (id, from_at, to_at, said)",
        place.class_id,
        place.sensor_id,
        place.device_id,
        place.definition_id,
        place.run_id,
        created_by,
        *columns(findings),
    )


async def change(
    connection: AnyConnection, run_id: UUID, findings: Sequence[WrittenFinding]
) -> None:
    """They stand again if they were withdrawn."""
    await connection.execute(
        "UPDATE platform.annotation a SET from_at = k.from_at, to_at = k.to_at, "
        "field_values = k.said::jsonb, run_id = $1, withdrawn_at = NULL, updated_at = now() "
        "FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[]) "
        "AS k (id, from_at, to_at, said) WHERE a.id = k.id",
        run_id,
        *columns(findings),
    )


async def withdraw(connection: AnyConnection, run_id: UUID, ids: Collection[UUID]) -> None:
    await connection.execute(
        "UPDATE platform.annotation SET withdrawn_at = now(), run_id = $1, updated_at = now() "
        "WHERE id = ANY ($2)",
        run_id,
        list(ids),
    )
