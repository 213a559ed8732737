"""Who records which camera, what was recorded, and how cameras are: as iot_ingest, for all tenants.

    free ──claim──▶ held ──renew, renew, …──▶ released, or its holder was silent: free again

Each claim raises `fence`. Footage is written down only while its recorder's fence still stands, so
that of two recorders of one camera one writes; and it never begins before the last one's end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import Pool
from db.queries.events import EventRow, record

# A recorder that was silent for so long is taken for dead, and others take its cameras.
LEASE_SECONDS = 10

_WANTED = "c.deleted_at IS NULL AND (c.recording = 'CONTINUOUS' OR c.watched_until > now())"


class HeldLease(NamedTuple):
    """A camera that a recorder has, as its fence says."""

    org_id: UUID
    camera_id: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class CameraToRecord:
    """What its recorder needs to know. One that isn't stored is only watched. `last_number` is that
    of the last object of the holder before that has a row."""

    org_id: UUID
    id: UUID
    device_id: UUID
    name: str
    sealed_stream: bytes
    segment_seconds: int
    is_stored: bool
    updated_at: datetime
    fence: int
    last_number: int


class SegmentRow(NamedTuple):
    """As platform.dvr_segment has it, without who it is of."""

    starts_at: datetime
    ends_at: datetime
    run: str
    clock: str
    object_key: str
    size_bytes: int
    init_bytes: int
    part_offsets: list[int]
    part_milliseconds: list[int]
    part_keys: list[bool]
    codecs: str
    width: int
    height: int


_LEASES = "unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS o (org_id, camera_id, fence)"

_RENEW = f"""
UPDATE platform.camera_lease l SET lease_until = now() + make_interval(secs => $4)
FROM {_LEASES}, platform.camera c
WHERE (l.org_id, l.camera_id, l.fence) = (o.org_id, o.camera_id, o.fence)
  AND (c.org_id, c.id) = (l.org_id, l.camera_id) AND {_WANTED}
RETURNING l.org_id, l.camera_id, c.updated_at
"""  # noqa: S608 - of constants

# Its share is what there is to record, divided by the recorders that live.
_SHARE = f"""
WITH me AS (
  INSERT INTO platform.recorder (name, alive_until) VALUES ($1, now() + make_interval(secs => $2))
  ON CONFLICT (name) DO UPDATE SET alive_until = excluded.alive_until
)
SELECT ceil(count(*)::float / (SELECT count(*) + 1 FROM platform.recorder
    WHERE alive_until > now() AND name <> $1))::int
FROM platform.camera c WHERE {_WANTED}
"""  # noqa: S608 - of constants

_CLAIM = f"""
WITH free AS (
  SELECT l.org_id, l.camera_id, l.last_number FROM platform.camera_lease l
  JOIN platform.camera c ON (c.org_id, c.id) = (l.org_id, l.camera_id)
  WHERE {_WANTED} AND NOT l.camera_id = ANY ($4)
    AND (l.lease_until <= now() OR l.holder = $1)
  ORDER BY l.lease_until LIMIT $3 FOR UPDATE OF l SKIP LOCKED
)
UPDATE platform.camera_lease l
SET holder = $1, fence = l.fence + 1, lease_until = now() + make_interval(secs => $2),
  last_number = 0
FROM free f, platform.camera c
WHERE (l.org_id, l.camera_id) = (f.org_id, f.camera_id)
  AND (c.org_id, c.id) = (l.org_id, l.camera_id)
RETURNING c.org_id, c.id, c.device_id, c.name, c.sealed_stream, c.segment_seconds,
  c.recording <> 'OFF', c.updated_at, l.fence, f.last_number
"""  # noqa: S608 - of constants

_RELEASE = f"""
UPDATE platform.camera_lease l SET lease_until = now(), holder = ''
FROM {_LEASES} WHERE (l.org_id, l.camera_id, l.fence) = (o.org_id, o.camera_id, o.fence)
RETURNING l.camera_id
"""  # noqa: S608 - of constants

# The lease's row is locked first: who comes late waits, and then has an old fence. Two recorders'
# clocks differ by a little: what would begin before the last one's end begins there.
_ADD_SEGMENT = """
WITH held AS (
  UPDATE platform.camera_lease SET last_number = $4
  WHERE (org_id, camera_id, fence) = ($1, $2, $3) RETURNING org_id, camera_id
), added AS (
  INSERT INTO platform.dvr_segment (org_id, camera_id, starts_at, ends_at, run, clock, source,
    object_key, size_bytes, init_bytes, part_offsets, part_milliseconds, part_keys, codecs, width,
    height)
  SELECT h.org_id, h.camera_id, t.starts_at, $6, $7, $8, 'RECORDER', $9, $10, $11, $12, $13, $14,
    $15, $16, $17
  FROM held h, LATERAL (SELECT greatest($5::timestamptz, (
    SELECT s.ends_at FROM platform.dvr_segment s
    WHERE (s.org_id, s.camera_id) = (h.org_id, h.camera_id) AND s.starts_at < $6
    ORDER BY s.starts_at DESC LIMIT 1)) AS starts_at) t
  WHERE t.starts_at < $6
  RETURNING org_id, camera_id, starts_at, ends_at, size_bytes
), seen AS (
  UPDATE platform.camera c SET stored_bytes = c.stored_bytes + a.size_bytes,
    last_picture_at = greatest(c.last_picture_at, a.ends_at)
  FROM added a WHERE (c.org_id, c.id) = (a.org_id, a.camera_id)
)
INSERT INTO platform.media_usage AS u (org_id, camera_id, day, recorded_seconds, recorded_bytes)
SELECT org_id, camera_id, (starts_at AT TIME ZONE 'UTC')::date,
  extract(epoch FROM ends_at - starts_at), size_bytes FROM added
ON CONFLICT (org_id, camera_id, day) DO UPDATE SET
  recorded_seconds = u.recorded_seconds + excluded.recorded_seconds,
  recorded_bytes = u.recorded_bytes + excluded.recorded_bytes
"""


async def renew(pool: Pool, held: Sequence[HeldLease]) -> dict[UUID, datetime]:
    """Say that the recorder lives; the cameras that are still its own and still to be recorded,
    with when each was last changed."""
    rows = await pool.fetch(_RENEW, *_columns(held), LEASE_SECONDS)
    return {row["camera_id"]: row["updated_at"] for row in rows}


async def share_of(pool: Pool, recorder: str) -> int:
    """How many cameras the recorder is to have, being alive."""
    return int(await pool.fetchval(_SHARE, recorder, LEASE_SECONDS))


async def claim(
    pool: Pool, recorder: str, *, at_most: int, but: Sequence[UUID]
) -> list[CameraToRecord]:
    """Cameras that nobody has; its own of before at once."""
    rows = await pool.fetch(_CLAIM, recorder, LEASE_SECONDS, at_most, list(but))
    return [CameraToRecord(*row) for row in rows]


async def release(pool: Pool, held: Sequence[HeldLease]) -> set[UUID]:
    """Leave the cameras to whoever comes next, at once; those that were still the recorder's."""
    return {row["camera_id"] for row in await pool.fetch(_RELEASE, *_columns(held))}


async def wanted(pool: Pool, held: Sequence[HeldLease]) -> set[UUID]:
    """Which of these are to be recorded, by whomever."""
    rows = await pool.fetch(
        f"SELECT c.id FROM {_LEASES} JOIN platform.camera c "  # noqa: S608 - of constants
        f"ON (c.org_id, c.id) = (o.org_id, o.camera_id) WHERE {_WANTED}",
        *_columns(held),
    )
    return {row["id"] for row in rows}


async def is_alive(pool: Pool, recorder: str) -> bool:
    found = await pool.fetchval(
        "SELECT true FROM platform.recorder WHERE name = $1 AND alive_until > now()", recorder
    )
    return found is not None


async def leave(pool: Pool, recorder: str) -> None:
    """The recorder counts no longer."""
    await pool.execute("DELETE FROM platform.recorder WHERE name = $1", recorder)


async def add_segment(pool: Pool, lease: HeldLease, number: int, row: SegmentRow) -> bool:
    """Write it down, with what it adds to the camera and to its usage. False where the lease is
    another's, or the time was recorded already."""
    return bool(await pool.execute(_ADD_SEGMENT, *lease, number, *row) == "INSERT 0 1")


async def has_segment(pool: Pool, lease: HeldLease, row: SegmentRow) -> bool:
    """Whether it was written down, for whoever hasn't heard."""
    found = await pool.fetchval(
        "SELECT true FROM platform.dvr_segment WHERE (org_id, camera_id) = ($1, $2) "
        "AND starts_at >= $3 AND object_key = $4",
        lease.org_id,
        lease.camera_id,
        row.starts_at,
        row.object_key,
    )
    return found is not None


async def set_status(pool: Pool, camera: CameraToRecord, status: str, reason: str | None) -> None:
    """How the camera is, and an event where that is another status than before."""
    async with pool.acquire() as connection, connection.transaction():
        before = await connection.fetchval(
            "SELECT status FROM platform.camera WHERE (org_id, id) = ($1, $2) FOR NO KEY UPDATE",
            camera.org_id,
            camera.id,
        )
        await connection.execute(
            "UPDATE platform.camera SET status = $3, status_reason = $4, "
            "status_since = CASE WHEN status = $3 THEN status_since ELSE now() END "
            "WHERE (org_id, id) = ($1, $2)",
            camera.org_id,
            camera.id,
            status,
            reason,
        )
        if before not in (None, status):
            await record(connection, [_status_event(camera, status, reason)])


def _status_event(camera: CameraToRecord, status: str, reason: str | None) -> EventRow:
    told = f"Camera {camera.name} is {status}" + (f": {reason}" if reason else "")
    return EventRow(
        org_id=camera.org_id,
        type="MEDIA",
        severity="INFO" if status == "ONLINE" else "WARNING",
        title=told[:300],
        details={"cameraId": str(camera.id), "status": status, "reason": reason},
        device_id=camera.device_id,
    )


def _columns(held: Sequence[HeldLease]) -> tuple[list[UUID], list[UUID], list[int]]:
    return (
        [each.org_id for each in held],
        [each.camera_id for each in held],
        [each.fence for each in held],
    )
