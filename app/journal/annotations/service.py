"""Annotations as people and their programs make them. Each change is told of in the journal, whose
stream is how one hears of it live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import own_schemas
from app.core import resource
from app.core.actor import Actor
from app.core.bulk import Operation
from app.core.errors import Conflict, Fault, Malformed, Unprocessable
from app.core.events import record_event
from app.core.paging import PageRequest
from app.core.wire import Page, instant
from app.journal.annotation_classes.schemas import AnnotationScope
from app.journal.annotations import search
from app.journal.annotations.schemas import (
    AnnotationCreate,
    AnnotationRead,
    AnnotationSource,
    AnnotationUpdate,
)
from app.journal.annotations.scope import place_named, place_of
from app.journal.annotations.search import AnnotationFilter
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import Annotation, AnnotationClass

SORTS = search.SORTS
VALUES_MAX_BYTES = 16 * 1024
# These are made, changed and withdrawn by what found them.
BY_MACHINE = frozenset((AnnotationSource.RULE, AnnotationSource.JOB))


async def page(
    reader: Reader, page_request: PageRequest, wanted: AnnotationFilter
) -> Page[AnnotationRead]:
    statement, keyset = search.page_of(wanted, page_request)
    rows = await reader.rows(statement)
    total = (
        await resource.count(reader, search.counted(wanted))
        if page_request.include_total
        else msgspec.UNSET
    )
    found = keyset.found(rows, total)
    return found.page([_read(row) for row in found.rows])


async def get(reader: Reader, annotation_id: UUID) -> AnnotationRead:
    return _read(await resource.get(reader, Annotation, annotation_id))


async def create(tx: AsyncSession, actor: Actor, body: AnnotationCreate) -> AnnotationRead:
    """Raises NotFound for a class, or something to be about, that isn't there; Unprocessable for
    what the class doesn't take."""
    reader = SessionReader(tx)
    kind = await resource.get(reader, AnnotationClass, body.class_id)
    place = await place_of(reader, body.scope_type, body.scope_id)
    if body.scope_type not in kind.scopes:
        fault = Fault("$.scopeType", "WRONG_SCOPE", f"{kind.name} is of {', '.join(kind.scopes)}")
        raise _invalid([fault])
    await _check_values(kind.fields, body.values)
    row = Annotation(
        org_id=actor.org_id,
        id=new_id(),
        class_id=body.class_id,
        scope_type=body.scope_type.value,
        scope_id=body.scope_id,
        device_id=place.device_id,
        from_at=instant(body.from_, "from"),
        to_at=None if body.to is None else instant(body.to, "to"),
        field_values=body.values,
        note=body.note,
        source=body.source,
        confidence=body.confidence,
        created_by=actor.principal,
    )
    _check_range(row)
    await resource.add(tx, row)
    _tell(tx, actor, row, "CREATED")
    return _read(row)


async def change(
    tx: AsyncSession,
    actor: Actor,
    annotation_id: UUID,
    body: AnnotationUpdate,
    if_match: str | None,
) -> AnnotationRead:
    """Raises Conflict where anything but the note of what a machine found is to be changed."""
    row = await resource.get_to_change(tx, Annotation, annotation_id, if_match)
    update = resource.patched_fields(body)
    if row.source in BY_MACHINE and update.keys() - {"note"}:
        raise Conflict(f"it was found by a {row.source}", code="FOUND_BY_MACHINE")
    if "values" in update:
        kind = await resource.get(SessionReader(tx), AnnotationClass, row.class_id)
        await _check_values(kind.fields, update["values"])
        row.field_values = update["values"]
    _set_times(row, body)
    row.note, row.confidence = (
        update.get("note", row.note),
        update.get("confidence", row.confidence),
    )
    row.updated_at = datetime.now(UTC)
    await tx.flush()
    await tx.refresh(row)
    _tell(tx, actor, row, "CHANGED")
    return _read(row)


def _set_times(row: Annotation, body: AnnotationUpdate) -> None:
    if body.from_ is not msgspec.UNSET:
        row.from_at = instant(body.from_, "from")
    if body.to is not msgspec.UNSET:
        row.to_at = None if body.to is None else instant(body.to, "to")
    _check_range(row)


async def remove(tx: AsyncSession, actor: Actor, annotation_id: UUID, if_match: str | None) -> None:
    """Raises Conflict for what a machine found."""
    row = await resource.get_to_change(tx, Annotation, annotation_id, if_match)
    if row.source in BY_MACHINE:
        raise Conflict(f"it was found by a {row.source}", code="FOUND_BY_MACHINE")
    _tell(tx, actor, row, "DELETED")
    await tx.delete(row)
    await tx.flush()


async def in_bulk(tx: AsyncSession, actor: Actor, operation: Operation) -> tuple[int, UUID]:
    """One operation of a bulk request: the status that it would have alone, and the annotation."""
    match operation.op:
        case "create":
            return 201, (await create(tx, actor, operation.body(AnnotationCreate))).id
        case "patch":
            id_ = operation.target()
            await change(tx, actor, id_, operation.body(AnnotationUpdate), None)
            return 200, id_
        case "delete":
            await remove(tx, actor, operation.target(), None)
            return 204, operation.target()
        case "tag":
            raise Malformed("annotations have no tags")


async def _check_values(schema: dict[str, Any], values: dict[str, Any]) -> None:
    """Raises Unprocessable with every fault."""
    if len(msgspec.json.encode(values)) > VALUES_MAX_BYTES:
        too_large = Fault("$.values", "TOO_LARGE", f"values may have {VALUES_MAX_BYTES:,} bytes")
        raise _invalid([too_large])
    faults = await own_schemas.faults_in_time(
        schema, values, path="$.values", fault="INVALID_VALUE"
    )
    if faults:
        raise _invalid(faults)


def _check_range(row: Annotation) -> None:
    if row.to_at is not None and row.to_at <= row.from_at:
        raise _invalid([Fault("$.to", "INVALID_RANGE", "a range ends after it begins")])


def _invalid(faults: Sequence[Fault]) -> Unprocessable:
    return Unprocessable(
        "the class doesn't take this", code="ANNOTATION_INVALID", errors=list(faults)
    )


_TITLES = {
    "CREATED": "An annotation was made",
    "CHANGED": "An annotation was changed",
    "DELETED": "An annotation was deleted",
}


def _tell(tx: AsyncSession, actor: Actor, row: Annotation, what: str) -> None:
    place = place_named(AnnotationScope(row.scope_type), row.scope_id, row.device_id)
    details = {
        "annotationId": row.id,
        "classId": row.class_id,
        "change": what,
        "from": row.from_at,
        "to": row.to_at,
    }
    record_event(
        tx,
        "ANNOTATION",
        _TITLES[what],
        actor=actor.principal,
        details=msgspec.to_builtins(details),
        **place._asdict(),
    )


def _read(row: Annotation) -> AnnotationRead:
    return AnnotationRead(
        id=row.id,
        class_id=row.class_id,
        scope_type=AnnotationScope(row.scope_type),
        scope_id=row.scope_id,
        from_=row.from_at,
        to=row.to_at,
        values=row.field_values,
        note=row.note,
        source=AnnotationSource(row.source),
        confidence=row.confidence,
        run_id=row.run_id,
        alert_id=row.alert_id,
        withdrawn_at=row.withdrawn_at,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
