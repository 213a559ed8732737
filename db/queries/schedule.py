"""When what recurs is due, for all workers together: asked by them, as iot_ingest."""

from __future__ import annotations

from uuid import UUID

from db.connections.types import Pool


async def claim_tick(pool: Pool, name: str, *, lease_seconds: float) -> int | None:
    """The number of this tick when the task is due and nobody else has begun it; None otherwise.

    Who claims it has `lease_seconds`: then the tick counts as lost, and the task is due again.
    """
    fence: int | None = await pool.fetchval(
        "INSERT INTO platform.clock AS c (name, due_at) "
        "VALUES ($1, now() + make_interval(secs => $2)) "
        "ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, fence = c.fence + 1 "
        "WHERE c.due_at <= now() RETURNING fence",
        name,
        lease_seconds,
    )
    return fence


async def end_tick(
    pool: Pool, name: str, fence: int, *, next_in_seconds: float, succeeded: bool
) -> None:
    """Say when the task is due again; nothing, when the tick was lost meanwhile."""
    await pool.execute(
        "UPDATE platform.clock SET due_at = now() + make_interval(secs => $3), "
        "last_run_at = CASE WHEN $4 THEN now() ELSE last_run_at END WHERE name = $1 AND fence = $2",
        name,
        fence,
        next_in_seconds,
        succeeded,
    )


async def place_in_round(pool: Pool, name: str) -> UUID | None:
    """The organization with which the task's round has got so far; None at the beginning of one."""
    place: UUID | None = await pool.fetchval(
        "SELECT resume_after FROM platform.clock WHERE name = $1", name
    )
    return place


async def keep_place_in_round(pool: Pool, name: str, place: UUID | None) -> None:
    """Where to go on, however this tick ends. Raises LookupError when no task is called so."""
    done = await pool.execute(
        "UPDATE platform.clock SET resume_after = $2 WHERE name = $1", name, place
    )
    if done == "UPDATE 0":
        raise LookupError(f"there is no scheduled task {name}")


async def longest_overdue(pool: Pool) -> float:
    """For how many seconds the task that has waited longest is due; 0 where none is."""
    seconds: float = await pool.fetchval(
        "SELECT coalesce(greatest(extract(epoch FROM max(now() - due_at)), 0), 0)::float8 "
        "FROM platform.clock"
    )
    return seconds
