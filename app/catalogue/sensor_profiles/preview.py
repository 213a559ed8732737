"""What would have been refused, had components been bound to a version of a profile: asked before they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.catalogue.fields import Field, from_stored, sensor_keys_of
from app.catalogue.sensor_profiles.schemas import FieldFault, UpgradePreview, UpgradePreviewRequest
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound, Unprocessable
from db.connections.readers import ConnectionReader, Reader
from db.connections.types import Connection
from db.models import Component, SensorProfile
from db.queries.previews import sensors_of_components, would_fail

READINGS_MAX = 300_000
SENSORS_MAX = 30_000
EXAMPLES = 3


async def preview(
    tx: Connection, actor: Actor, profile_id: UUID, body: UpgradePreviewRequest
) -> UpgradePreview:
    """Raises Forbidden for who may not read readings, NotFound for a component that isn't there."""
    if "readings:read" not in actor.permissions:
        raise Forbidden("this needs the permission readings:read too")
    reader = ConnectionReader(tx)
    profile = await resource.get(reader, SensorProfile, profile_id)
    components = await _components(reader, profile, body.component_ids)
    ids = [row.id for row in components]
    sensors = await sensors_of_components(tx, ids)
    if sensors > SENSORS_MAX:
        raise Unprocessable(
            f"the components have {sensors:,} sensors; name components with at most {SENSORS_MAX:,}",
            code="TOO_EXPENSIVE",
        )
    end = datetime.now(UTC)
    start = end - timedelta(days=body.days)
    found = await would_fail(
        tx,
        components=ids,
        spec=_spec(from_stored(profile.fields)),
        start=start,
        end=end,
        per_sensor=max(READINGS_MAX // max(sensors, 1), 1),
        examples=EXAMPLES,
    )
    return UpgradePreview(
        components=len(ids),
        devices=len({row.device_id for row in components}),
        start=start,
        end=end,
        readings=found.readings,
        is_complete=found.is_complete,
        faults=msgspec.json.decode(found.faults, type=list[FieldFault]),
    )


async def _components(
    reader: Reader, profile: SensorProfile, wanted: list[UUID] | None
) -> Sequence[Component]:
    living = select(Component).where(Component.deleted_at.is_(None))
    if wanted is not None:
        rows = await reader.rows(living.where(Component.id.in_(wanted)))
        if missing := set(wanted) - {row.id for row in rows}:
            raise NotFound(f"no component {min(missing)}")
        return rows
    others = select(SensorProfile.id).where(
        SensorProfile.name == profile.name, SensorProfile.id != profile.id
    )
    return await reader.rows(living.where(Component.sensor_profile_id.in_(others)))


def _spec(fields: Sequence[Field]) -> str:
    return msgspec.json.encode(
        [
            {
                "sensor": key,
                "field": field.key,
                "type": field.type,
                "low": field.min,
                "high": field.max,
                "choices": field.enum,
                # Of an array all elements come or none.
                "required": field.required and index == 0,
            }
            for field in fields
            for index, key in enumerate(sensor_keys_of(field))
        ]
    ).decode()
