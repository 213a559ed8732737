"""The job definitions that a pack brings. It says the sensor profile whose sensors are looked at,
and may call some of a function's numbers by other names: app/core/job_functions.py has both."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.packs.format import JobDefinitionTemplate, PackDocument
from app.core.actor import Actor
from app.core.errors import Fault
from app.core.job_functions import parameters_of, translated
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import AnnotationClass, JobDefinition, JobInput
from db.queries.job_definitions import forget_definitions


def faults_of_job(template: JobDefinitionTemplate) -> Iterator[str]:
    """What is wrong with its parameters."""
    given = translated(template.function, template.parameters)
    try:
        yield from parameters_of(template.function, given).faults()
    except msgspec.ValidationError as error:
        yield str(error)


async def bring_definitions(tx: AsyncSession, actor: Actor, pack: PackDocument) -> list[Fault]:
    """Add those that are not there yet, and set the pack's own back to what it says; its classes
    are there. Faults of those that are there and say something else."""
    differing: list[Fault] = []
    for index, template in enumerate(pack.job_definitions):
        path = f"$.jobDefinitions[{index}]"
        faults = [Fault(path, "INVALID", message) for message in faults_of_job(template)]
        differing += faults or await _bring(tx, actor, pack.name, path, template)
    await tx.flush()
    return differing


async def _bring(
    tx: AsyncSession, actor: Actor, pack: str, path: str, template: JobDefinitionTemplate
) -> list[Fault]:
    said = await _said(tx, template)
    row = await tx.scalar(
        select(JobDefinition).where(
            JobDefinition.name == template.name, JobDefinition.deleted_at.is_(None)
        )
    )
    if row is None:
        made = {"pack_name": pack, "created_by": actor.principal, **said}
        tx.add(JobDefinition(org_id=actor.org_id, id=new_id(), name=template.name, **made))
        return []
    if all(getattr(row, name) == value for name, value in said.items()):
        return []
    if row.pack_name != pack:
        return [Fault(path, "DIFFERS", f"{template.name} is there with another content")]
    for name, value in said.items():
        setattr(row, name, value)
    row.settled_to, row.due_at = None, datetime.now(UTC)
    await tx.execute(delete(JobInput).where(JobInput.definition_id == row.id))
    return []


async def _said(tx: AsyncSession, template: JobDefinitionTemplate) -> dict[str, Any]:
    class_id = await tx.scalar(
        select(AnnotationClass.id).where(
            AnnotationClass.name == template.annotation_class, AnnotationClass.deleted_at.is_(None)
        )
    )
    other = template.other
    return {
        "description": template.description,
        "function": template.function,
        "parameters": translated(template.function, template.parameters),
        "target": {"type": "SENSOR_PROFILE", "name": template.input.sensor_profile},
        "field": template.input.field,
        "other": other and {"field": other.field, "sensorProfile": other.sensor_profile},
        "every_seconds": max(template.every_seconds, 60),
        "annotation_class_id": class_id,
    }


async def release_definitions(tx: AsyncSession, pack: str, *, but: Collection[str] = ()) -> None:
    """Delete the pack's, but for those."""
    found = await tx.scalars(
        select(JobDefinition.id).where(
            JobDefinition.pack_name == pack,
            JobDefinition.deleted_at.is_(None),
            JobDefinition.name.not_in(but),
        )
    )
    if ids := found.all():
        await forget_definitions(await SessionReader(tx).connected(), ids)
