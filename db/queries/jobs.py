"""Where every job stands, for all tenants: asked by the workers, as iot_ingest.

    PENDING ──enqueue_due──▶ QUEUED ──claim──▶ RUNNING ──▶ SUCCEEDED
       ▲  ▲                    │                │ │ │
       │  └─ requeue_expired ──┴────────────────┘ │ └────▶ DEAD (its attempts are used up)
       └─ release: at once, or to be tried later ─┘        DISCARDED (by people), but no success

Each way into and out of the queue raises `fence`. What a worker writes is written only while its
own number still stands, so that of two workers which hold the same job at most one finishes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from db.connections.types import Pool

# A worker that was silent for so long is taken for dead, and its job is taken up by another.
LEASE_SECONDS = 10
# What was queued and not claimed for so long is queued again: the queue has lost it, or the worker
# that took it.
QUEUED_SECONDS = 10


class QueuedJob(NamedTuple):
    """A job as the queue carries it: everything else is read when it is claimed."""

    org_id: UUID
    id: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    org_id: UUID
    id: UUID
    fence: int
    kind: str
    payload: dict[str, Any]
    attempt: int  # 1 at the first


async def requeue_expired(pool: Pool) -> list[QueuedJob]:
    """Make jobs PENDING again whose worker or queue has lost them; as they were, with the old
    fences."""
    rows = await pool.fetch(
        "UPDATE platform.job SET state = 'PENDING', fence = fence + 1, lease_until = NULL, "
        "error = CASE state WHEN 'RUNNING' THEN 'the worker was lost' ELSE error END "
        "WHERE state IN ('QUEUED', 'RUNNING') AND lease_until < now() "
        "RETURNING org_id, id, fence - 1 AS fence"
    )
    return [QueuedJob(*row) for row in rows]


# `waiting` jumps from one (kind, organization) with work to the next through the index, however
# much each has.
_ENQUEUE_DUE = """
WITH RECURSIVE waiting AS (
  (SELECT kind, org_id FROM platform.job WHERE state = 'PENDING' AND kind = ANY ($1)
   ORDER BY kind, org_id LIMIT 1)
  UNION ALL
  SELECT next.kind, next.org_id FROM waiting w CROSS JOIN LATERAL (
    SELECT j.kind, j.org_id FROM platform.job j
    WHERE j.state = 'PENDING' AND j.kind = ANY ($1) AND (j.kind, j.org_id) > (w.kind, w.org_id)
    ORDER BY j.kind, j.org_id LIMIT 1) next
), candidate AS (
  SELECT due.org_id, due.id, due.run_at,
    row_number() OVER (PARTITION BY w.kind, w.org_id ORDER BY due.run_at, due.id) + (
      SELECT count(*) FROM platform.job j
      WHERE j.state IN ('QUEUED', 'RUNNING') AND j.kind = w.kind AND j.org_id = w.org_id) AS place
  FROM waiting w CROSS JOIN LATERAL (
    SELECT j.org_id, j.id, j.run_at FROM platform.job j
    WHERE j.state = 'PENDING' AND j.kind = w.kind AND j.org_id = w.org_id AND j.run_at <= now()
    ORDER BY j.run_at, j.id LIMIT $2) due
), chosen AS (
  SELECT org_id, id, place FROM candidate WHERE place <= $2 ORDER BY place, run_at, id LIMIT greatest(
    $3 - (SELECT count(*) FROM platform.job WHERE state = 'QUEUED' AND kind = ANY ($1)), 0)
)
UPDATE platform.job j
SET state = 'QUEUED', fence = fence + 1, lease_until = now() + make_interval(secs => $4)
FROM chosen c WHERE j.org_id = c.org_id AND j.id = c.id AND j.state = 'PENDING'
RETURNING j.org_id, j.id, j.fence, c.place
"""
_RELAY_LOCK = "SELECT pg_advisory_xact_lock(hashtext('platform.job enqueue'))"


async def enqueue_due(
    pool: Pool, kinds: Sequence[str], *, per_organization: int, prefetch: int
) -> list[QueuedJob]:
    """Make due jobs of these kinds QUEUED and return them, in the order in which they should run.

    At most `per_organization` of a kind are under way for one organization, and at most `prefetch`
    wait in the queue for a free worker: who comes next is decided late, and in turn.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            _RELAY_LOCK
        )  # in a statement of its own: the next one sees what the last relay did
        rows = await connection.fetch(
            _ENQUEUE_DUE, list(kinds), per_organization, prefetch, QUEUED_SECONDS
        )
    return [QueuedJob(*row[:3]) for row in sorted(rows, key=lambda row: row["place"])]


async def claim(pool: Pool, queued: QueuedJob) -> ClaimedJob | None:
    """Begin the job; None when it was queued anew meanwhile, or is not to be done any more."""
    row = await pool.fetchrow(
        "UPDATE platform.job SET state = 'RUNNING', attempt = attempt + 1, "
        "started_at = coalesce(started_at, now()), lease_until = now() + make_interval(secs => $4) "
        "WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'QUEUED' "
        "RETURNING kind, payload, attempt",
        *queued,
        LEASE_SECONDS,
    )
    if row is None:
        return None
    return ClaimedJob(*queued, row["kind"], msgspec.json.decode(row["payload"]), row["attempt"])


async def renew(pool: Pool, job: ClaimedJob) -> bool:
    """Say that the worker lives. False when the job is no longer its own."""
    done = await pool.execute(
        "UPDATE platform.job SET lease_until = now() + make_interval(secs => $4) "
        "WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'RUNNING'",
        job.org_id,
        job.id,
        job.fence,
        LEASE_SECONDS,
    )
    return bool(done == "UPDATE 1")


async def release(
    pool: Pool, job: ClaimedJob, *, wait_seconds: float = 0, error: str | None = None
) -> None:
    """Give the job to whoever comes next: after an error, which then counts as an attempt, or
    because we stop."""
    await pool.execute(
        "WITH back AS (UPDATE platform.job "
        "SET state = 'PENDING', fence = fence + 1, lease_until = NULL, "
        "run_at = now() + make_interval(secs => $4), error = coalesce($5, error), "
        "attempt = attempt - CASE WHEN $5::text IS NULL THEN 1 ELSE 0 END "
        "WHERE org_id = $1 AND id = $2 AND fence = $3 AND state = 'RUNNING' RETURNING 1) "
        "SELECT pg_notify('jobs_changed', '') FROM back",
        job.org_id,
        job.id,
        job.fence,
        wait_seconds,
        error,
    )


async def delete_finished(pool: Pool, *, after_days: int) -> int:
    """Delete what ended so long ago; the dead wait for people."""
    done = await pool.execute(
        "DELETE FROM platform.job WHERE state IN ('SUCCEEDED', 'DISCARDED') "
        "AND finished_at < now() - make_interval(days => $1)",
        after_days,
    )
    return int(done.rpartition(" ")[2])
