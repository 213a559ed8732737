"""Live sessions that are over, as iot_ingest, for all tenants: ended, and counted."""

from __future__ import annotations

from db.connections.types import Pool

# Stopped ones ended when that was asked for; the others when nobody could look any more.
_END = """
WITH over AS (
  SELECT org_id, id, status = 'STOPPING' AS is_stopped,
    CASE WHEN status = 'STOPPING' THEN last_seen_at
      ELSE least(last_seen_at + make_interval(secs => $1), expires_at, now()) END AS ended_at
  FROM platform.live_session
  WHERE ended_at IS NULL AND (status = 'STOPPING' OR expires_at <= now()
    OR last_seen_at <= now() - make_interval(secs => $1))
  FOR UPDATE SKIP LOCKED
), ended AS (
  UPDATE platform.live_session s SET ended_at = o.ended_at,
    status = CASE WHEN o.is_stopped THEN 'STOPPED' ELSE 'EXPIRED' END,
    stop_reason = coalesce(s.stop_reason, CASE WHEN s.expires_at <= o.ended_at
      THEN 'its time was over' ELSE 'nobody watched any more' END),
    watched_seconds = greatest(coalesce(extract(epoch FROM o.ended_at - s.active_at), 0), 0)
  FROM over o WHERE (s.org_id, s.id) = (o.org_id, o.id)
  RETURNING s.org_id, s.camera_id, s.ended_at, s.watched_seconds
), counted AS (
  INSERT INTO platform.media_usage AS u (org_id, camera_id, day, watched_seconds)
  SELECT org_id, camera_id, (ended_at AT TIME ZONE 'UTC')::date AS day, sum(watched_seconds)
  FROM ended WHERE watched_seconds > 0 GROUP BY org_id, camera_id, day
  ON CONFLICT (org_id, camera_id, day) DO UPDATE
    SET watched_seconds = u.watched_seconds + excluded.watched_seconds
)
SELECT count(*) FROM ended
"""


async def end_unwatched(pool: Pool, *, seconds: float) -> int:
    """Those that were stopped, that nobody has kept alive for so long, and whose time is over; how
    many."""
    return int(await pool.fetchval(_END, seconds))
