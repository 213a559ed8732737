"""The audit log as a file, the oldest entry first, a thousand at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from app.accounts.audit.schemas import AuditEntryRead
from app.accounts.audit.service import AuditFilter, following
from db.connections.sessions import Database
from db.connections.tenants import Tenant
from ingest.formats.cells import guarded

CSV, NDJSON = "text/csv", "application/x-ndjson"
ENTRIES_AT_ONCE = 1000
COLUMNS = [field.encode_name for field in msgspec.structs.fields(AuditEntryRead)]
_encoder = msgspec.json.Encoder()


async def export_entries(
    database: Database, tenant: Tenant, wanted: AuditFilter, media_type: str
) -> AsyncGenerator[bytes, None]:
    """All that match and were there when it began. Each thousand in a transaction of its own: a
    slow reader holds neither connection nor snapshot."""
    write = _csv if media_type == CSV else _ndjson
    if media_type == CSV:
        yield _lines([COLUMNS])
    began = datetime.now(UTC)
    wanted = replace(wanted, end=began if wanted.end is None else min(wanted.end, began))
    last: tuple[datetime, UUID] | None = None
    while True:
        async with database.snapshot(tenant) as reader:
            entries = await following(reader, wanted, last, ENTRIES_AT_ONCE)
        if entries:
            yield write(entries)
        if len(entries) < ENTRIES_AT_ONCE:
            return
        last = entries[-1].at, entries[-1].id


def _ndjson(entries: Sequence[AuditEntryRead]) -> bytes:
    return _encoder.encode_lines(entries)


def _csv(entries: Sequence[AuditEntryRead]) -> bytes:
    """What was before and after is JSON in a cell."""
    return _lines([_cells(msgspec.to_builtins(entry)) for entry in entries])


def _cells(entry: dict[str, object]) -> list[str]:
    return [_cell(entry[name]) for name in COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else _encoder.encode(value).decode()


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
