"""Keeping what could not be stored, as iot_ingest; and taking away what is old, as iot_owner.

A wave, many refusals of one device for one reason without a pause, is one event: it is told of when
it has become one, and not again before it was quiet for a while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db.connections.types import Connection, Pool
from db.ids import new_id
from db.queries.events import EventRow, record
from db.queries.quotas import rooms_in
from db.statements import in_statements

WAVE_FROM = 100
WAVE_ENDS_AFTER = timedelta(minutes=10)
_WAVES = """
INSERT INTO platform.quarantine_wave AS w (org_id, id, device_id, reason, refused)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[])
ON CONFLICT (org_id, device_id, reason) DO UPDATE SET
  began_at = CASE WHEN w.last_at < now() - $6::interval THEN now() ELSE w.began_at END,
  refused = excluded.refused + CASE WHEN w.last_at < now() - $6::interval THEN 0 ELSE w.refused END,
  last_at = now()
RETURNING org_id, device_id, reason, refused, began_at
"""
Source = tuple[UUID, UUID | None, str]
"""Organization, device and reason."""


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
    await _count_waves(connection, rows)
    return len(rows) - len(kept)


async def delete_old(pool: Pool, *, after_days: int, at_most: int) -> int:
    """Delete the oldest of those that last came longer ago; how many there were. As `iot_owner`."""
    deleted = await pool.fetchval(
        "SELECT auth.delete_old_quarantine(make_interval(days => $1), $2)", after_days, at_most
    )
    return int(deleted)


async def _count_waves(connection: Connection, rows: Sequence[QuarantineRow]) -> None:
    """Of all that was refused, kept or not. All writers lock the waves in one order."""
    added: Counter[Source] = Counter()
    for row in rows:
        added[row.org_id, row.device_id, row.reason] += row.occurrences
    ordered = sorted(added, key=str)
    waves = await connection.fetch(
        _WAVES,
        [org_id for org_id, _, _ in ordered],
        [new_id() for _ in ordered],
        [device_id for _, device_id, _ in ordered],
        [reason for _, _, reason in ordered],
        [added[source] for source in ordered],
        WAVE_ENDS_AFTER,
    )
    began = [
        EventRow(
            org_id=wave["org_id"],
            type="QUARANTINE",
            severity="WARNING",
            title=f"{wave['refused']} readings refused and more to come: {wave['reason']}",
            details={
                "reason": wave["reason"],
                "refused": wave["refused"],
                "since": wave["began_at"].isoformat(),
            },
            device_id=wave["device_id"],
        )
        for wave in waves
        if wave["refused"] - added[wave["org_id"], wave["device_id"], wave["reason"]] < WAVE_FROM
        and wave["refused"] >= WAVE_FROM
    ]
    await record(connection, began)


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
