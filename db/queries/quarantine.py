"""Keeping what could not be stored, as iot_ingest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.connections.types import Connection
from db.queries.quotas import rooms_in
from db.statements import in_statements


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A refused element. The same one again only counts up `occurrences`."""

    id: UUID
    org_id: UUID
    device_id: UUID | None
    reason: str
    message: str
    payload: bytes
    payload_hash: bytes
    payload_index: int
    occurrences: int = 1


async def quarantine(connection: Connection, rows: Sequence[QuarantineRow]) -> int:
    """Keep refused elements; one that is here already is counted. What an organization has no room
    for is not kept: who sent it has been told. How many those are."""
    if not rows:
        return 0
    kept = await _within_quota(connection, rows)
    ordered = sorted(kept, key=lambda row: (row.org_id, row.payload_hash, row.payload_index))
    for piece in in_statements(ordered, size_of=lambda row: len(row.payload) + len(row.message)):
        await _insert(connection, piece)
    return len(rows) - len(kept)


async def _insert(connection: Connection, rows: Sequence[QuarantineRow]) -> None:
    await connection.execute(
        "INSERT INTO platform.quarantine_entry AS q "
        "(id, org_id, device_id, reason, message, payload, payload_hash, payload_index, occurrences) "
        "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], "
        "$8::integer[], $9::integer[]) "
        "ON CONFLICT (org_id, device_id, payload_hash, payload_index) DO UPDATE "
        "SET occurrences = q.occurrences + excluded.occurrences, last_received_at = now(), "
        "reason = excluded.reason, message = excluded.message",
        [row.id for row in rows],
        [row.org_id for row in rows],
        [row.device_id for row in rows],
        [row.reason for row in rows],
        [row.message for row in rows],
        [row.payload for row in rows],
        [row.payload_hash for row in rows],
        [row.payload_index for row in rows],
        [row.occurrences for row in rows],
    )


async def _within_quota(
    connection: Connection, rows: Sequence[QuarantineRow]
) -> list[QuarantineRow]:
    """As many of each organization, from the first, as it has room for."""
    wanted: Counter[UUID] = Counter()
    for row in rows:
        wanted[row.org_id] += len(row.payload)
    rooms = await rooms_in(connection, "quarantine bytes", wanted)
    kept = []
    for row in rows:
        room = rooms[row.org_id]
        if room is not None:
            rooms[row.org_id] = room - len(row.payload)
        if room is None or room >= len(row.payload):
            kept.append(row)
    return kept
