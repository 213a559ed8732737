"""Readings through the pipeline, without a broker and without HTTP."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec

from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.decode import decode
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest

AGE = AcceptedAge(behind=timedelta(days=400), ahead=timedelta(minutes=10))
Device = tuple[UUID, UUID]
"""An organization's id and its device's."""


async def new_device(admin: asyncpg.Pool) -> Device:
    """An organization with one device, made as superuser."""
    org_id, device_id = uuid4(), uuid4()
    await admin.execute("INSERT INTO platform.organization (id, name) VALUES ($1, 'test')", org_id)
    await admin.execute(
        "INSERT INTO platform.device (org_id, id, name) VALUES ($1, $2, 'device')",
        org_id,
        device_id,
    )
    return org_id, device_id


def element(key: str, at: datetime, value: float | str) -> dict[str, object]:
    return {"sensor": key, "timestamp": at.isoformat(), "value": value}


async def send(
    pool: asyncpg.Pool, device: Device, elements: Sequence[dict[str, object]]
) -> Receipt:
    """One message of the device, in a transaction by itself."""
    body = msgspec.json.encode(elements)
    message = Message(device[0], device[1], Via.MQTT, body, time.perf_counter(), decode(body))
    [receipt] = await ingest(
        [message],
        Deps(pool, Registry(pool, sensors_per_device=100), lambda: datetime.now(UTC), AGE),
    )
    return receipt


async def sensors_of(admin: asyncpg.Pool, device: Device) -> dict[str, UUID]:
    """The device's sensors by key."""
    rows = await admin.fetch("SELECT key, id FROM platform.sensor WHERE device_id = $1", device[1])
    return {row["key"]: row["id"] for row in rows}


async def bind_component(
    admin: asyncpg.Pool, device: Device, key: str, fields: Sequence[dict[str, object]] | None
) -> UUID:
    """A component of the device, bound to a new profile with these fields, or to none; its id."""
    profile_id = None if fields is None else await _new_profile(admin, device[0], fields)
    component_id = uuid4()
    await admin.execute(
        "INSERT INTO platform.component (org_id, id, device_id, key, name, sensor_profile_id) "
        "VALUES ($1, $2, $3, $4, $4, $5)",
        device[0],
        component_id,
        device[1],
        key,
        profile_id,
    )
    return component_id


async def bind_device(
    admin: asyncpg.Pool, device: Device, fields: Sequence[dict[str, object]]
) -> None:
    """Bind the device itself to a new profile with these fields."""
    profile_id = uuid4()
    await admin.execute(
        "INSERT INTO platform.device_profile "
        "(org_id, id, name, major, minor, description, changes, fields, commands, created_by) "
        "VALUES ($1, $2, $3, 1, 0, '', '', $4, '[]', 'test')",
        device[0],
        profile_id,
        str(profile_id),
        msgspec.json.encode(fields).decode(),
    )
    await admin.execute(
        "UPDATE platform.device SET device_profile_id = $1 WHERE id = $2", profile_id, device[1]
    )


async def rebind_component(
    admin: asyncpg.Pool, device: Device, component_id: UUID, fields: Sequence[dict[str, object]]
) -> None:
    """Bind it to another new profile; nobody is told."""
    profile_id = await _new_profile(admin, device[0], fields)
    await admin.execute(
        "UPDATE platform.component SET sensor_profile_id = $1 WHERE id = $2",
        profile_id,
        component_id,
    )


async def _new_profile(
    admin: asyncpg.Pool, org_id: UUID, fields: Sequence[dict[str, object]]
) -> UUID:
    profile_id = uuid4()
    await admin.execute(
        "INSERT INTO platform.sensor_profile "
        "(org_id, id, name, major, minor, description, changes, fields, created_by) "
        "VALUES ($1, $2, $3, 1, 0, '', '', $4, 'test')",
        org_id,
        profile_id,
        str(profile_id),
        msgspec.json.encode(fields).decode(),
    )
    return profile_id
