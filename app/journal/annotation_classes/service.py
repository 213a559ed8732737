"""Annotation classes: made by people, or brought by packs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import own_schemas
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, Fault, Unprocessable
from app.core.paging import PageRequest
from app.core.wire import Page
from app.journal.annotation_classes.schemas import (
    AnnotationClassCreate,
    AnnotationClassRead,
    AnnotationClassUpdate,
    AnnotationScope,
)
from db.connections.readers import Reader
from db.ids import new_id
from db.models import AlertRule, Annotation, AnnotationClass, JobDefinition

SORTS = {
    "createdAt": AnnotationClass.created_at,
    "updatedAt": AnnotationClass.updated_at,
    "name": AnnotationClass.name,
}


async def page(
    reader: Reader, page_request: PageRequest, *, text: str | None
) -> Page[AnnotationClassRead]:
    """An organization has few classes: the text is looked for in each of them."""
    statement = select(AnnotationClass).where(AnnotationClass.deleted_at.is_(None))
    if text:
        statement = statement.where(AnnotationClass.name.icontains(text, autoescape=True))
    found = await resource.find(
        reader, statement, page_request, sorts=SORTS, id_=AnnotationClass.id
    )
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, class_id: UUID) -> AnnotationClassRead:
    return _read(await resource.get(reader, AnnotationClass, class_id))


async def create(
    tx: AsyncSession, actor: Actor, body: AnnotationClassCreate
) -> AnnotationClassRead:
    """Raises Conflict (the database's) when the name is taken, Unprocessable for fields that are no
    schema of an object."""
    _check(body.fields)
    fields: dict[str, Any] = msgspec.to_builtins(body)
    row = AnnotationClass(org_id=actor.org_id, id=new_id(), created_by=actor.principal, **fields)
    return _read(await resource.add(tx, row))


async def change(
    tx: AsyncSession, class_id: UUID, body: AnnotationClassUpdate, if_match: str | None
) -> AnnotationClassRead:
    row = await resource.get_to_change(tx, AnnotationClass, class_id, if_match)
    fields = resource.patched_fields(body)
    if "fields" in fields:
        _check(fields["fields"])
        row.fields = fields.pop("fields")
    row.updated_at = datetime.now(UTC)
    await resource.change(tx, row, fields)
    return _read(row)


async def remove(tx: AsyncSession, class_id: UUID, if_match: str | None) -> None:
    """Raises Conflict while there are annotations of it, or a rule leaves them."""
    row = await resource.get_to_change(tx, AnnotationClass, class_id, if_match)
    if await tx.scalar(select(Annotation.id).where(Annotation.class_id == class_id).limit(1)):
        raise Conflict("there are annotations of this class", code="CLASS_IN_USE")
    of_rules = select(AlertRule.name).where(
        AlertRule.annotation_class_id == class_id, AlertRule.deleted_at.is_(None)
    )
    if name := await tx.scalar(of_rules.limit(1)):
        raise Conflict(f"alerts of the rule {name} leave some", code="CLASS_IN_USE")
    of_jobs = select(JobDefinition.name).where(
        JobDefinition.annotation_class_id == class_id, JobDefinition.deleted_at.is_(None)
    )
    if name := await tx.scalar(of_jobs.limit(1)):
        raise Conflict(f"the job definition {name} writes some", code="CLASS_IN_USE")
    row.deleted_at = datetime.now(UTC)


def _check(fields: dict[str, Any]) -> None:
    faults = own_schemas.faults_of(fields, "$.fields")
    if fields.get("type", "object") != "object":
        faults.append(Fault("$.fields.type", "INVALID_SCHEMA", "values are an object"))
    if faults:
        raise Unprocessable(
            "these fields are no schema of an object", code="CLASS_INVALID", errors=faults
        )


def _read(row: AnnotationClass) -> AnnotationClassRead:
    return AnnotationClassRead(
        id=row.id,
        name=row.name,
        description=row.description,
        color=row.color,
        scopes=[AnnotationScope(scope) for scope in row.scopes],
        fields=row.fields,
        pack=row.pack_name,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
