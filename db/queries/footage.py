"""Footage whose time is over, as iot_ingest, for all tenants: rows go first, and what they named
waits in platform.object_garbage, so that whoever reads it still can for a while.

Each object has exactly one of: a row, a garbage row, or a number that its camera's lease has not
written down yet.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from db.connections.types import Pool

AT_ONCE = 1_000
GARBAGE_MINUTES = 15
UNCLAIMED_MAX = 4  # as many as a recorder may have stored and not written down

# By age, and all of a camera that is deleted; then by size, the oldest first.
_OLD = """
SELECT s.org_id, s.camera_id, s.starts_at FROM platform.camera c
CROSS JOIN LATERAL (
  SELECT s.org_id, s.camera_id, s.starts_at FROM platform.dvr_segment s
  WHERE (s.org_id, s.camera_id) = (c.org_id, c.id) AND (c.deleted_at IS NOT NULL
    OR s.starts_at < now() - make_interval(hours => c.retention_hours))
  ORDER BY s.starts_at LIMIT $1) s
LIMIT $1
"""
_LARGE = """
SELECT s.org_id, s.camera_id, s.starts_at
FROM (SELECT *, c.stored_bytes - least(c.retention_bytes, $2::bigint) AS beyond
  FROM platform.camera c) c
CROSS JOIN LATERAL (
  SELECT o.*, sum(o.size_bytes) OVER (ORDER BY o.starts_at) - o.size_bytes AS before
  FROM (SELECT s.org_id, s.camera_id, s.starts_at, s.size_bytes FROM platform.dvr_segment s
    WHERE (s.org_id, s.camera_id) = (c.org_id, c.id) ORDER BY s.starts_at LIMIT $1) o) s
WHERE c.beyond > 0 AND s.before < c.beyond
LIMIT $1
"""
_TAKE_AWAY = f"""
, gone AS (
  DELETE FROM platform.dvr_segment s USING due d
  WHERE (s.org_id, s.camera_id, s.starts_at) = (d.org_id, d.camera_id, d.starts_at)
  RETURNING s.org_id, s.camera_id, s.object_key, s.size_bytes
), garbage AS (
  INSERT INTO platform.object_garbage (org_id, object_key, due_at)
  SELECT org_id, object_key, now() + interval '{GARBAGE_MINUTES} minutes' FROM gone
  ON CONFLICT DO NOTHING
), counted AS (
  UPDATE platform.camera c SET stored_bytes = greatest(c.stored_bytes - g.bytes, 0)
  FROM (SELECT org_id, camera_id, sum(size_bytes) AS bytes FROM gone GROUP BY 1, 2) g
  WHERE (c.org_id, c.id) = (g.org_id, g.camera_id)
)
SELECT count(*) FROM gone
"""  # noqa: S608 - of a constant

# What was cut of a deleted camera's footage, by table, and which columns name objects.
_CUTS = {
    "dvr_clip_request": ("object_key", "thumbnail_key"),
    "media_capture": ("object_key", "thumbnail_key"),
    "dvr_upload": ("object_key",),
    "live_session": (),
}

# Where nothing hangs on it any more, and no recorder has it.
_REMOVE = f"""
WITH empty AS (
  SELECT c.org_id, c.id, l.fence, l.last_number FROM platform.camera c
  JOIN platform.camera_lease l ON (l.org_id, l.camera_id) = (c.org_id, c.id)
  WHERE c.deleted_at IS NOT NULL AND l.lease_until <= now()
    {{nothing}}
  LIMIT $1
), garbage AS (
  INSERT INTO platform.object_garbage (org_id, object_key, due_at)
  SELECT e.org_id, e.org_id || '/dvr-' || e.id || '/' || e.fence || '-' || n || '.mp4',
    now() + interval '{GARBAGE_MINUTES} minutes'
  FROM empty e, generate_series(e.last_number + 1, e.last_number + {UNCLAIMED_MAX}) n
  WHERE e.fence > 0 ON CONFLICT DO NOTHING
)
DELETE FROM platform.camera c USING empty e WHERE (c.org_id, c.id) = (e.org_id, e.id)
"""  # noqa: S608 - of constants


class GarbageObject(NamedTuple):
    """An object that is due."""

    org_id: UUID
    object_key: str


async def take_away_old(pool: Pool, *, most_bytes: int) -> int:
    """Segments beyond their camera's age or size, at most `most_bytes` of any, and those of deleted
    cameras; as many as one statement takes. How many."""
    old = await pool.fetchval(f"WITH due AS ({_OLD}) {_TAKE_AWAY}", AT_ONCE)
    large = await pool.fetchval(f"WITH due AS ({_LARGE}) {_TAKE_AWAY}", AT_ONCE, most_bytes)
    return max(int(old), int(large))


async def take_away_deleted(pool: Pool) -> None:
    """What else hangs on deleted cameras, and those of which nothing is left."""
    for table, keys in _CUTS.items():
        await pool.execute(_of_deleted(table, keys))
    nothing = " ".join(
        f"AND NOT EXISTS (SELECT FROM platform.{table} x "
        "WHERE (x.org_id, x.camera_id) = (c.org_id, c.id))"
        for table in (*_CUTS, "dvr_segment")
    )
    await pool.execute(_REMOVE.format(nothing=nothing), AT_ONCE)


def _of_deleted(table: str, keys: tuple[str, ...]) -> str:
    gone = (
        f"DELETE FROM platform.{table} x USING platform.camera c "  # noqa: S608 - of constants
        "WHERE (c.org_id, c.id) = (x.org_id, x.camera_id) AND c.deleted_at IS NOT NULL"
    )
    if not keys:
        return gone
    named = ", ".join(f"x.{key}" for key in keys)
    return (
        f"WITH gone AS ({gone} RETURNING x.org_id, ARRAY[{named}] AS keys) "  # noqa: S608
        "INSERT INTO platform.object_garbage (org_id, object_key, due_at) "
        f"SELECT org_id, key, now() + interval '{GARBAGE_MINUTES} minutes' "
        "FROM gone, unnest(keys) AS key WHERE key IS NOT NULL ON CONFLICT DO NOTHING"
    )


async def forget_uploads(pool: Pool) -> None:
    """What became of announced segments is told for a day; their objects are garbage already."""
    await pool.execute(
        "DELETE FROM platform.dvr_upload WHERE expires_at < now() - interval '1 day'"
    )


async def due_garbage(pool: Pool) -> list[GarbageObject]:
    """Objects to take away now, the oldest first."""
    rows = await pool.fetch(
        "SELECT org_id, object_key FROM platform.object_garbage WHERE due_at <= now() "
        "ORDER BY due_at LIMIT $1",
        AT_ONCE,
    )
    return [GarbageObject(*row) for row in rows]


async def forget_garbage(pool: Pool, gone: list[GarbageObject]) -> None:
    await pool.execute(
        "DELETE FROM platform.object_garbage g USING unnest($1::uuid[], $2::text[]) "
        "AS d (org_id, object_key) WHERE (g.org_id, g.object_key) = (d.org_id, d.object_key)",
        [each.org_id for each in gone],
        [each.object_key for each in gone],
    )


async def note_stored(pool: Pool) -> None:
    """What lies there now, into the day's usage, where it is more than before."""
    await pool.execute(
        "INSERT INTO platform.media_usage AS u (org_id, camera_id, day, stored_bytes) "
        "SELECT org_id, id, (now() AT TIME ZONE 'UTC')::date, stored_bytes FROM platform.camera "
        "WHERE stored_bytes > 0 ON CONFLICT (org_id, camera_id, day) DO UPDATE "
        "SET stored_bytes = excluded.stored_bytes WHERE u.stored_bytes < excluded.stored_bytes"
    )
