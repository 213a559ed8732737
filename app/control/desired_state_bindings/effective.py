"""What is desired of one device, and why."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.control.desired_state_bindings.schemas import EffectiveConfig, EffectiveEntry
from app.control.desired_state_bindings.service import said_of
from app.core import resource
from db.connections.readers import Reader
from db.models import Device, DeviceConfig, DeviceConfigEntry
from db.queries.configuration import effective_config

Place = tuple[str, str]  # target, name


async def explain(reader: Reader, org_id: UUID, device_id: UUID) -> EffectiveConfig:
    """Raises NotFound."""
    await resource.get(reader, Device, device_id)
    rows = await effective_config(await reader.connected(), org_id, device_id)
    entries = await reader.rows(
        select(DeviceConfigEntry).where(DeviceConfigEntry.device_id == device_id)
    )
    said = {(row.target, row.name): row for row in entries if row.reported_at is not None}
    sent = await reader.rows(select(DeviceConfig).where(DeviceConfig.device_id == device_id))
    return EffectiveConfig(
        device_id=device_id,
        version=sent[0].version if sent else 0,
        hash=sent[0].hash if sent else "",
        too_large=bool(sent and sent[0].is_too_large),
        entries=[
            _entry(place, list(candidates), said)
            for place, candidates in groupby(rows, key=itemgetter("target", "name"))
        ],
    )


def _entry(
    place: Place, candidates: list[dict[str, Any]], said: dict[Place, DeviceConfigEntry]
) -> EffectiveEntry:
    """What holds is the first, what it overrides the rest."""
    first, *others = candidates
    content, url = first["content"], first["download_url"]
    return EffectiveEntry(
        target=place[0],
        binding_id=first["binding_id"],
        artefact_id=first["artefact_id"],
        name=place[1],
        version=first["version"],
        hash=first["sha256"],
        because=first["because"],
        overrides=[each["binding_id"] for each in others],
        reported=said_of(said[place]) if place in said else None,
        content=msgspec.UNSET if content is None else msgspec.json.decode(content),
        url=msgspec.UNSET if url is None else url,
    )
