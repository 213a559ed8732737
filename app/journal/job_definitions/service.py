"""Job definitions as people make them. What packs bring goes the same way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import resource, targets
from app.core.actor import Actor
from app.core.errors import Fault, NotFound, Unprocessable
from app.core.job_functions import JobFunction, parameters_of
from app.core.paging import PageRequest
from app.core.target_reference import TargetReference
from app.core.wire import Page
from app.journal.job_definitions.schemas import (
    JobDefinitionCreate,
    JobDefinitionRead,
    JobDefinitionUpdate,
    OtherSeries,
)
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import AnnotationClass, JobDefinition, JobInput, Sensor
from db.queries.job_definitions import forget_definitions

SORTS = {
    "createdAt": JobDefinition.created_at,
    "updatedAt": JobDefinition.updated_at,
    "name": JobDefinition.name,
}
COMPUTED = frozenset(("parameters", "target", "field", "other"))
"""What decides what is found."""


async def page(
    reader: Reader, page_request: PageRequest, *, function: JobFunction | None
) -> Page[JobDefinitionRead]:
    statement = select(JobDefinition).where(JobDefinition.deleted_at.is_(None))
    if function is not None:
        statement = statement.where(JobDefinition.function == function)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=JobDefinition.id)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, definition_id: UUID) -> JobDefinitionRead:
    return _read(await resource.get(reader, JobDefinition, definition_id))


async def create(tx: AsyncSession, actor: Actor, body: JobDefinitionCreate) -> JobDefinitionRead:
    """Raises NotFound for a class, target or other sensor that isn't there, Conflict (the
    database's) when the name is taken, Unprocessable for what the function doesn't take."""
    reader = SessionReader(tx)
    kind = await resource.get(reader, AnnotationClass, body.annotation_class_id)
    if "SENSOR" not in kind.scopes:
        raise _invalid("$.annotationClassId", f"{kind.name} isn't of sensors")
    row = JobDefinition(
        org_id=actor.org_id,
        id=new_id(),
        name=body.name,
        description=body.description,
        function=body.function,
        parameters=checked_parameters(body.function, body.parameters, body.other),
        target=msgspec.to_builtins(body.target),
        field=body.field,
        other=None if body.other is None else msgspec.to_builtins(body.other),
        every_seconds=body.every_seconds,
        annotation_class_id=body.annotation_class_id,
        enabled=body.enabled,
        created_by=actor.principal,
    )
    await _require(reader, actor, body.target, body.other)
    await resource.add(tx, row)
    await tx.refresh(row)
    return _read(row)


async def change(
    tx: AsyncSession,
    actor: Actor,
    definition_id: UUID,
    body: JobDefinitionUpdate,
    if_match: str | None,
) -> JobDefinitionRead:
    row = await resource.get_to_change(tx, JobDefinition, definition_id, if_match)
    fields = resource.patched_fields(body)
    before = {name: getattr(row, name) for name in COMPUTED}
    for name, value in fields.items():
        setattr(row, name, value)
    other = None if row.other is None else msgspec.convert(row.other, OtherSeries)
    function: JobFunction = msgspec.convert(row.function, JobFunction)
    row.parameters = checked_parameters(function, row.parameters, other)
    target = msgspec.convert(row.target, TargetReference)
    await _require(SessionReader(tx), actor, target, other)
    if any(getattr(row, name) != value for name, value in before.items()):
        await begin_anew(tx, row)
    row.updated_at = datetime.now(UTC)
    await tx.flush()
    await tx.refresh(row)
    return _read(row)


async def begin_anew(tx: AsyncSession, row: JobDefinition) -> None:
    """What it has read says nothing of what it would find now."""
    row.settled_to, row.due_at = None, datetime.now(UTC)
    await tx.execute(delete(JobInput).where(JobInput.definition_id == row.id))


async def remove(tx: AsyncSession, definition_id: UUID, if_match: str | None) -> None:
    """What it has found is withdrawn."""
    row = await resource.get_to_change(tx, JobDefinition, definition_id, if_match)
    await forget_definitions(await SessionReader(tx).connected(), [row.id])


def checked_parameters(
    function: JobFunction, given: dict[str, Any], other: OtherSeries | None
) -> dict[str, Any]:
    """As they were given. Raises Unprocessable for what the function doesn't take."""
    try:
        parameters = parameters_of(function, given)
    except msgspec.ValidationError as error:
        raise _invalid("$.parameters", str(error)) from None
    faults = list(parameters.faults())
    if other is not None and not parameters.takes_other:
        faults.append(f"{function} looks at one series alone")
    if other is not None and other == OtherSeries():
        faults.append("other says which series")
    if other is not None and other.sensor_id is not None and other != OtherSeries(other.sensor_id):
        faults.append("other is one sensor, or one of the same device")
    if faults:
        raise _invalid("$.parameters", *faults)
    return given


def _invalid(path: str, *messages: str) -> Unprocessable:
    faults = [Fault(path, "INVALID", message) for message in messages]
    return Unprocessable("the function doesn't take this", code="JOB_INVALID", errors=faults)


async def _require(
    reader: Reader, actor: Actor, target: TargetReference, other: OtherSeries | None
) -> None:
    meant = targets.read_target(target)
    if target.type == "ORGANIZATION" and target.id != actor.org_id:
        raise NotFound(f"no organization {target.id}")
    await targets.require(reader, meant)
    if other is not None and other.sensor_id is not None:
        await resource.get(reader, Sensor, other.sensor_id)


def _read(row: JobDefinition) -> JobDefinitionRead:
    return JobDefinitionRead(
        id=row.id,
        name=row.name,
        description=row.description,
        function=msgspec.convert(row.function, JobFunction),
        pack=row.pack_name,
        parameters=row.parameters,
        target=msgspec.convert(row.target, TargetReference),
        field=row.field,
        other=None if row.other is None else msgspec.convert(row.other, OtherSeries),
        every_seconds=row.every_seconds,
        annotation_class_id=row.annotation_class_id,
        enabled=row.enabled,
        due_at=row.due_at,
        settled_to=row.settled_to,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
