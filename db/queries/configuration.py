"""What is desired of devices, as app in a tenant's transaction: see platform.write_desired_config
and platform.config_candidates, which decide it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from db.connections.types import AnyConnection


async def lock_config(connection: AnyConnection, org_id: UUID) -> None:
    """Have the organization's configuration alone until the transaction ends."""
    await connection.execute("SELECT platform.lock_config($1, false)", org_id)


async def write_desired_config(
    connection: AnyConnection, org_id: UUID, device_ids: Sequence[UUID], *, links: bool = False
) -> int:
    """Make of each what is desired of it now; how many documents were sent. `links`: also where
    nothing changed but the addresses in it."""
    return int(
        await connection.fetchval(
            "SELECT platform.write_desired_config($1, $2, $3)", org_id, list(device_ids), links
        )
    )


async def can_apply(
    connection: AnyConnection, org_id: UUID, device_id: UUID, binding_id: UUID
) -> bool:
    """Whether the device, or a component of it, can have what is bound, be it overridden or not."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM platform.config_candidates($1, ARRAY[$2::uuid]) "
            "WHERE binding_id = $3)",
            org_id,
            device_id,
            binding_id,
        )
    )


# Why a binding holds, in words.
_EFFECTIVE = """
SELECT c.target, c.name, c.binding_id, c.artefact_id, c.place, a.version, a.sha256, a.content,
  a.download_url, CASE b.target_type
    WHEN 'DEVICE' THEN 'bound to this device'
    WHEN 'COMPONENT' THEN 'bound to this component'
    WHEN 'DEVICE_GROUP' THEN 'bound to the device group ' || g.name
    WHEN 'DEVICE_PROFILE' THEN 'bound to the device profile '
      || coalesce(b.target_name, dp.name || ' ' || dp.major || '.' || dp.minor)
    ELSE 'bound to the sensor profile '
      || coalesce(b.target_name, sp.name || ' ' || sp.major || '.' || sp.minor)
  END AS because
FROM platform.config_candidates($1, ARRAY[$2::uuid]) c
JOIN platform.desired_state_binding b ON (b.org_id, b.id) = ($1, c.binding_id)
JOIN platform.config_artefact a ON (a.org_id, a.id) = ($1, c.artefact_id)
LEFT JOIN platform.device_group g ON (g.org_id, g.id) = ($1, b.target_id)
LEFT JOIN platform.device_profile dp ON (dp.org_id, dp.id) = ($1, b.target_id)
LEFT JOIN platform.sensor_profile sp ON (sp.org_id, sp.id) = ($1, b.target_id)
ORDER BY c.target, c.name, c.place
"""


async def effective_config(
    connection: AnyConnection, org_id: UUID, device_id: UUID
) -> list[dict[str, object]]:
    """Whatever some binding has for the device, by target and name, what holds first."""
    return [dict(row) for row in await connection.fetch(_EFFECTIVE, org_id, device_id)]


_BOUND_DEVICES = """
SELECT DISTINCT device_id FROM platform.device_config_entry
WHERE binding_id = ANY ($1::uuid[]) AND device_id > $2 ORDER BY device_id LIMIT $3
"""


async def devices_with(
    connection: AnyConnection, binding_ids: Sequence[UUID], *, after: UUID, limit: int
) -> list[UUID]:
    """The first of the devices that have something by one of the bindings, after that one."""
    rows = await connection.fetch(_BOUND_DEVICES, list(binding_ids), after, limit)
    return [row["device_id"] for row in rows]
