"""What a configuration says: its canonical form, and what a profile lets it set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.binding import fields_of_profile
from app.core.errors import Fault, Unprocessable
from ingest.pipeline.profiles import Profile, ValueFault
from ingest.pipeline.rejection import Reason


def canonical(content: Mapping[str, Any]) -> bytes:
    """Compact JSON with sorted keys, in UTF-8: of what is the same, the bytes are the same."""
    return msgspec.json.encode(content, order="sorted")


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def check_against_profile(
    tx: AsyncSession,
    content: Mapping[str, Any],
    *,
    sensor_profile_id: UUID | None,
    device_profile_id: UUID | None,
) -> None:
    """Raises Unprocessable with a fault for each field that the profile's version doesn't let it
    say. Without a profile anything may be said."""
    fields = await fields_of_profile(
        tx, sensor_profile_id=sensor_profile_id, device_profile_id=device_profile_id
    )
    if fields is None:
        return
    if faults := faults_of(content, fields):
        raise Unprocessable(
            "the configuration is not what the profile lets it be",
            code="CONFIG_INVALID",
            errors=faults,
        )


def faults_of(content: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Everything wrong with it. What isn't said stays as the device has it: nothing is missing."""
    writable = [{**field, "required": False} for field in fields if field.get("writable")]
    _, faults = Profile.from_stored(writable).structured(content)
    others = {field["key"] for field in fields if not field.get("writable")}
    return [_fault(fault, others) for fault in faults]


def _fault(fault: ValueFault, not_writable: set[Any]) -> Fault:
    path = "$.content" if fault.reason is Reason.MISSING_FIELD else f"$.content.{fault.field}"
    if fault.field in not_writable:
        return Fault(path, "NOT_WRITABLE", "is no field that a configuration may set")
    if fault.reason is Reason.UNKNOWN_SENSOR:
        return Fault(path, "UNKNOWN_FIELD", fault.message)
    return Fault(path, fault.reason, fault.message)
