"""Runs of one command over a group: in the transaction of the caller, as app in a tenant's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from db.connections.types import AnyConnection, Pool

_PROFILES = """
SELECT d.device_profile_id, array_agg(d.id), coalesce(p.commands, '[]')::text
FROM platform.device d
LEFT JOIN platform.device_profile p ON (p.org_id, p.id) = (d.org_id, d.device_profile_id)
WHERE d.id = ANY ($1::uuid[]) AND d.deleted_at IS NULL
GROUP BY d.device_profile_id, p.commands
"""

_HOLD_RUN = """
SELECT org_id, method, params::text, timeout_seconds, expires_at, rate_per_second, requested_by,
  device_ids[released + 1 : released + $2]
FROM platform.command_run WHERE id = $1 AND canceled_at IS NULL FOR UPDATE
"""

_CANCEL_RUN = """
UPDATE platform.command_run r SET canceled_at = clock_timestamp()
WHERE id = $1 AND canceled_at IS NULL AND (released < cardinality(device_ids) OR EXISTS (
  SELECT FROM platform.command c
  WHERE (c.org_id, c.run_id) = (r.org_id, r.id) AND c.due_at IS NOT NULL))
"""


class ProfileOfDevices(NamedTuple):
    """Devices that have the same profile, None where they have none, and what it declares, as
    JSON."""

    profile_id: UUID | None
    device_ids: Sequence[UUID]
    commands: str


class HeldRun(NamedTuple):
    """A run, locked, with the devices that are next. `params` is JSON."""

    org_id: UUID
    method: str
    params: str
    timeout_seconds: int
    expires_at: datetime
    rate_per_second: int
    requested_by: str
    device_ids: Sequence[UUID]


async def profiles_of(
    connection: AnyConnection, device_ids: Collection[UUID]
) -> list[ProfileOfDevices]:
    """Of those that are there."""
    rows = await connection.fetch(_PROFILES, list(device_ids))
    return [ProfileOfDevices(*row) for row in rows]


async def hold_run(connection: AnyConnection, run_id: UUID, *, at_most: int) -> HeldRun | None:
    """A run with the next devices that get their command; None where it isn't there, or was called
    off."""
    row = await connection.fetchrow(_HOLD_RUN, run_id, at_most)
    return None if row is None else HeldRun(*row)


async def advance_run(connection: AnyConnection, run_id: UUID, *, by: int) -> None:
    """So many more of its devices have their command."""
    await connection.execute(
        "UPDATE platform.command_run SET released = released + $2 WHERE id = $1", run_id, by
    )


async def cancel_run(connection: AnyConnection, run_id: UUID) -> list[UUID]:
    """No further device gets its command; the ids of those that are open."""
    await connection.execute(_CANCEL_RUN, run_id)
    rows = await connection.fetch(
        "SELECT id FROM platform.command WHERE run_id = $1 AND due_at IS NOT NULL", run_id
    )
    return [row["id"] for row in rows]


async def delete_runs(pool: Pool, *, after_days: int, at_most: int) -> int:
    """The same of runs, of which no command is left."""
    deleted = await pool.fetch(
        "DELETE FROM platform.command_run WHERE (org_id, id) IN ("
        "  SELECT org_id, id FROM platform.command_run r "
        "  WHERE created_at < now() - make_interval(days => $1) AND NOT EXISTS ("
        "    SELECT FROM platform.command c WHERE (c.org_id, c.run_id) = (r.org_id, r.id)) "
        "  ORDER BY created_at LIMIT $2) RETURNING 1",
        after_days,
        at_most,
    )
    return len(deleted)
