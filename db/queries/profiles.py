"""What the pipeline validates with: the profiles of devices and of their components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Connection


class DevicePart(NamedTuple):
    """A device itself, with component_id None, or a component of it, and the profile that it is bound to, if any."""

    org_id: UUID
    device_id: UUID
    component_id: UUID | None
    component_key: str | None
    profile_id: UUID | None
    retention_days: int | None  # of its organization; None for as long as the platform


async def parts_of_devices(connection: Connection, device_ids: Sequence[UUID]) -> list[DevicePart]:
    """The devices that are there, each before its components, for the pipeline (as iot_ingest, over all tenants)."""
    rows = await connection.fetch(
        "WITH found AS MATERIALIZED (SELECT d.org_id, d.id, d.device_profile_id, o.retention_days "
        "FROM platform.device d JOIN platform.organization o ON o.id = d.org_id "
        "WHERE d.id = ANY ($1) AND d.deleted_at IS NULL) "
        "SELECT org_id, id AS device_id, NULL::uuid AS component_id, NULL AS component_key, "
        "device_profile_id AS profile_id, retention_days FROM found "
        "UNION ALL SELECT d.org_id, d.id, c.id, c.key, c.sensor_profile_id, d.retention_days FROM found d "
        "JOIN platform.component c ON c.org_id = d.org_id AND c.device_id = d.id AND c.deleted_at IS NULL",
        list(device_ids),
    )
    return [DevicePart(**row) for row in rows]


async def fields_of_profiles(
    connection: Connection, parts: Sequence[DevicePart]
) -> dict[UUID, str]:
    """The fields of the parts' profiles as JSON text, by the profile's id."""
    named = {(part.org_id, part.profile_id) for part in parts if part.profile_id is not None}
    rows = await connection.fetch(
        "WITH named AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS n (org_id, id)) "
        "SELECT id, fields::text FROM platform.sensor_profile JOIN named USING (org_id, id) "
        "UNION ALL SELECT id, fields::text FROM platform.device_profile JOIN named USING (org_id, id)",
        [org_id for org_id, _ in named],
        [profile_id for _, profile_id in named],
    )
    return {row["id"]: row["fields"] for row in rows}
