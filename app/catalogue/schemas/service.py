"""Profiles in the languages of others: DTDL out and in, JSON Schema out."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.device_profiles import service as device_profiles
from app.catalogue.schemas.dtdl import device_interfaces, sensor_interface
from app.catalogue.schemas.dtdl_import import imported
from app.catalogue.schemas.json_schema import json_schema
from app.catalogue.schemas.schemas import DtdlImported, DtdlInterface
from app.catalogue.sensor_profiles import service as sensor_profiles
from app.catalogue.sensor_profiles.schemas import SensorProfileCreate
from app.core.actor import Actor
from app.core.errors import Fault, Malformed, Unprocessable
from app.core.wire import split_list
from db.connections.readers import Reader


async def sensor_profile_dtdl(reader: Reader, actor: Actor, profile_id: UUID) -> DtdlInterface:
    profile = await sensor_profiles.get(reader, profile_id)
    return msgspec.convert(sensor_interface(actor.org_id, profile), DtdlInterface)


async def device_profile_dtdl(
    reader: Reader, actor: Actor, profile_id: UUID
) -> list[DtdlInterface]:
    """The interface of the device, and those of the sensor profiles that its components ask for at least."""
    profile = await device_profiles.get(reader, profile_id)
    ids = dict.fromkeys(part.sensor_profile_id for part in profile.components)
    needed = [await sensor_profiles.get(reader, id_) for id_ in ids]
    return msgspec.convert(device_interfaces(actor.org_id, profile, needed), list[DtdlInterface])


async def payload_schema(reader: Reader, profile_id: UUID, public_url: str) -> dict[str, Any]:
    profile = await sensor_profiles.get(reader, profile_id)
    return json_schema(
        f"{profile.name} {profile.version}",
        profile.description,
        profile.fields,
        f"{public_url}/api/v1/sensor-profiles/{profile.id}/json-schema",
    )


async def import_dtdl(
    tx: AsyncSession,
    actor: Actor,
    document: dict[str, Any],
    name: str | None,
    version: str | None,
    array_sizes: list[str] | None,
) -> DtdlImported:
    """Make a version of a sensor profile of an interface. Raises Unprocessable where nothing of it can be one."""
    found = imported(document, _sizes(array_sizes))
    name, version = name or found.name, version or found.version
    faults = [
        Fault("$.@id", "NO_NAME", "gives no name that a profile may have: say `name`")
        if name is None
        else None,
        Fault("$.@id", "NO_VERSION", "gives no version: say `version`")
        if version is None
        else None,
    ]
    if not found.fields:
        faults += [Fault(note.path, "NOT_TAKEN", note.message) for note in found.notes]
        faults.append(Fault("$.contents", "NO_FIELDS", "nothing here can be a field"))
    if (wrong := [fault for fault in faults if fault]) or name is None or version is None:
        raise Unprocessable("no profile can be made of this", code="PROFILE_INVALID", errors=wrong)
    body = SensorProfileCreate(
        name=name, version=version, fields=found.fields, description=found.description
    )
    row = await sensor_profiles.create(tx, actor, body)
    return DtdlImported(**msgspec.structs.asdict(sensor_profiles.read(row)), notes=found.notes)


def _sizes(texts: list[str] | None) -> dict[str, int]:
    sizes = {}
    for text in split_list(texts):
        name, _, size = text.partition(":")
        if not size.isdecimal() or not size.isascii() or len(size) > 3:
            raise Malformed("arraySizes is name:size, such as voltage:3")
        sizes[name] = int(size)
    return sizes


def etag_of_content(content: Any) -> str:
    return f'"{hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:32]}"'
