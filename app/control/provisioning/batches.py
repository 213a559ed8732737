"""Devices for a production line: up to 1,000 names in, as many one-time tokens out, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import binding
from app.control.provisioning.schemas import (
    BatchProblem,
    RegisteredDevice,
    RegistrationBatch,
    RegistrationBatchCreate,
)
from app.control.provisioning.service import check_components, token_expiry
from app.core.actor import Actor
from app.core.platform import Platform
from app.fleet.devices.csv_format import write
from app.fleet.devices.service import add_components
from app.fleet.sites import service as sites
from db.ids import new_id
from db.models import Device, RegistrationToken
from ingest.formats.cells import guarded

_COLUMNS = (
    "deviceName",
    "deviceId",
    "token",
    "provisionEndpoint",
    "expiresAt",
    "status",
    "problem",
)


async def register(
    tx: AsyncSession, actor: Actor, platform: Platform, body: RegistrationBatchCreate
) -> RegistrationBatch:
    """Create a PENDING device and its token for each name that is free; the others say that theirs is taken.

    Raises NotFound for a site and Unprocessable for a profile that isn't there: that would be wrong for all of them.
    """
    if body.site_id is not None:
        await sites.hold(tx, body.site_id)
    profile = body.device_profile and await binding.device_profile(tx, body.device_profile)
    parts = await binding.components_of(tx, profile) if profile else []
    await check_components(tx, body.components, {part.key for part in parts})
    parts += [
        binding.BoundComponent(part.key, part.name or part.key, part.sensor_profile_id)
        for part in body.components
    ]
    ids = await _devices(tx, actor.org_id, body, profile.id if profile else None)
    await add_components(tx, actor.org_id, parts, list(ids.values()))
    tokens = await _tokens(tx, actor, platform, body, list(ids.values()))
    items: list[RegisteredDevice] = []
    for name in body.device_names:
        # Named twice, the second one finds the name taken by the first.
        device_id = ids.pop(name, None)
        if device_id is None:
            problem = BatchProblem("ALREADY_EXISTS", "there is a device with this name")
            items.append(RegisteredDevice(name, 409, problem=problem))
        else:
            token, expires_at = tokens[device_id]
            endpoint = f"{platform.settings.server.public_url}/api/v1/devices/provision"
            items.append(RegisteredDevice(name, 201, device_id, token, endpoint, expires_at))
    return RegistrationBatch(items)


async def _devices(
    tx: AsyncSession, org_id: UUID, body: RegistrationBatchCreate, profile_id: UUID | None
) -> dict[str, UUID]:
    """The new devices' ids by name, of those names that were free."""
    rows = [
        {
            "org_id": org_id,
            "id": new_id(),
            "name": name,
            "tags": body.tags,
            "site_id": body.site_id,
            "device_profile_id": profile_id,
        }
        for name in dict.fromkeys(body.device_names)
    ]
    statement = insert(Device).on_conflict_do_nothing().returning(Device.name, Device.id)
    return {row.name: row.id for row in await tx.execute(statement, rows)}


async def _tokens(
    tx: AsyncSession,
    actor: Actor,
    platform: Platform,
    body: RegistrationBatchCreate,
    device_ids: Sequence[UUID],
) -> dict[UUID, tuple[str, datetime]]:
    expires_at = token_expiry(platform, body.expires_in_seconds)
    made, rows = {}, []
    for device_id in device_ids:
        token_id = new_id()
        token = f"{token_id}.{device_id}.{secrets.token_urlsafe(32)}"
        made[device_id] = token, expires_at
        rows.append(
            {
                "org_id": actor.org_id,
                "id": token_id,
                "device_id": device_id,
                "token_hash": platform.keys.hash(token),
                "secret_id": platform.keys.id,
                "expires_at": expires_at,
                "created_by": actor.principal,
            }
        )
    if rows:
        await tx.execute(insert(RegistrationToken), rows)
    return made


def as_csv(batch: RegistrationBatch) -> bytes:
    """A line for each name, in the order of the request."""
    return write(
        [
            _COLUMNS,
            *(
                (
                    guarded(item.device_name),
                    str(item.device_id or ""),
                    item.token or "",
                    item.provision_endpoint or "",
                    item.expires_at.isoformat().replace("+00:00", "Z") if item.expires_at else "",
                    str(item.status),
                    item.problem.code if item.problem else "",
                )
                for item in batch.items
            ),
        ]
    )
