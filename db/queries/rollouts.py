"""How devices fare in a roll-out of configuration, as app; and which roll-outs are due, as
iot_ingest."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection, Pool

_DUE = "SELECT org_id, id FROM platform.rollout WHERE due_at <= now() ORDER BY due_at LIMIT $1"

# Of several components of a device, the worst counts.
_GIVEN = """
SELECT device_id, min(desired_at) AS given_at,
  bool_or(reported_id = artefact_id AND reported_status IN ('REJECTED', 'FAILED')) AS has_failed,
  bool_and(coalesce(reported_id = artefact_id AND reported_status = 'ACCEPTED', false))
    AS has_succeeded
FROM platform.device_config_entry
WHERE org_id = $1 AND binding_id = $2 AND artefact_id = $3 GROUP BY device_id
"""

_SILENT = """
SELECT id FROM platform.device
WHERE id = ANY ($1::uuid[]) AND NOT is_connected
  AND coalesce(last_seen_at, created_at) < now() - make_interval(hours => $2)
"""

_CONNECTED = "SELECT id FROM platform.device WHERE id = ANY ($1::uuid[]) AND is_connected"


class GivenConfig(NamedTuple):
    """Of a device that was given what is rolled out."""

    given_at: datetime
    has_failed: bool
    has_succeeded: bool


async def due_rollouts(pool: Pool, *, at_most: int) -> list[tuple[UUID, UUID]]:
    """Organization and id, the longest due first."""
    return [(row["org_id"], row["id"]) for row in await pool.fetch(_DUE, at_most)]


async def given_configs(
    connection: AnyConnection, org_id: UUID, binding_id: UUID, artefact_id: UUID
) -> dict[UUID, GivenConfig]:
    """By device."""
    rows = await connection.fetch(_GIVEN, org_id, binding_id, artefact_id)
    return {
        row["device_id"]: GivenConfig(
            row["given_at"], bool(row["has_failed"]), bool(row["has_succeeded"])
        )
        for row in rows
    }


async def silent_devices(
    connection: AnyConnection, device_ids: Collection[UUID], *, hours: int
) -> set[UUID]:
    """Those that aren't connected, and weren't heard of for so long."""
    return {row["id"] for row in await connection.fetch(_SILENT, list(device_ids), hours)}


async def connected_devices(connection: AnyConnection, device_ids: Collection[UUID]) -> set[UUID]:
    return {row["id"] for row in await connection.fetch(_CONNECTED, list(device_ids))}
