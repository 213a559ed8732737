"""The audit log, to be read. What is in it is written by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, tuple_

from app.accounts.audit.schemas import AuditEntryRead, AuditHead
from app.core import resource
from app.core.paging import PageRequest
from app.core.wire import Page
from db.connections.readers import Reader
from db.models import AuditEntry, AuditSeal
from db.queries.audit import BEFORE_THE_FIRST, CANONICAL, entry_hash

SORTS = {"at": AuditEntry.at}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """All that is given must hold."""

    actor: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


async def page(
    reader: Reader, page_request: PageRequest, wanted: AuditFilter
) -> Page[AuditEntryRead]:
    """Raises Malformed."""
    found = await resource.find(
        reader, _matching(wanted), page_request, sorts=SORTS, id_=AuditEntry.id
    )
    return found.page(await _read_all(reader, found.rows))


def _matching(wanted: AuditFilter) -> Select[AuditEntry]:
    statement = select(AuditEntry)
    for column, value in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.action, wanted.action),
        (AuditEntry.resource_type, wanted.resource_type),
        (AuditEntry.resource_id, wanted.resource_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.start is not None:
        statement = statement.where(AuditEntry.at >= wanted.start)
    if wanted.end is not None:
        statement = statement.where(AuditEntry.at < wanted.end)
    return statement


async def _read_all(reader: Reader, rows: list[AuditEntry]) -> list[AuditEntryRead]:
    """As they are told, with their hashes."""
    hashes = await _hashes(reader, rows)
    return [_read(row, hashes[row.id]) for row in rows]


async def following(
    reader: Reader, wanted: AuditFilter, after: tuple[datetime, UUID] | None, limit: int
) -> list[AuditEntryRead]:
    """The oldest that match, behind the entry of that time and id."""
    place = tuple_(AuditEntry.at, AuditEntry.id)
    statement = _matching(wanted).order_by(AuditEntry.at, AuditEntry.id).limit(limit)
    if after is not None:
        statement = statement.where(place > after)
    return await _read_all(reader, await reader.rows(statement))


async def head(reader: Reader) -> AuditHead:
    newest = select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)
    rows = await reader.rows(newest)
    if not rows:
        return AuditHead(0, None, BEFORE_THE_FIRST.hex())
    return AuditHead(rows[0].number, rows[0].sealed_at, rows[0].hash.hex())


async def _hashes(reader: Reader, rows: list[AuditEntry]) -> dict[Any, str]:
    canonical = await reader.records(
        select(AuditEntry.id, text(f"{CANONICAL} AS canonical")).where(
            AuditEntry.id.in_([row.id for row in rows]), AuditEntry.at.in_({row.at for row in rows})
        )
    )
    return {row["id"]: entry_hash(row["canonical"]).hex() for row in canonical}


def _read(row: AuditEntry, hash_: str) -> AuditEntryRead:
    before, after = _changed(row.before, row.after)
    return AuditEntryRead(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        address=row.address,
        request_id=row.request_id,
        before=before,
        after=after,
        hash=hash_,
    )


Columns = dict[str, Any] | None


def _changed(before: Columns, after: Columns) -> tuple[Columns, Columns]:
    """Of what was there and is, the columns that differ; of what is new or gone, all."""
    if before is None or after is None:
        return before, after
    names = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in sorted(names)}, {
        name: after.get(name) for name in sorted(names)
    }
