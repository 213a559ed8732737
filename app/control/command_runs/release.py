"""The next devices of a run get their command. A worker repeats it until all have theirs.

In one transaction the commands are queued and the run goes on by so many: whoever is killed between
two of them has lost nothing, and none is told twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from app.control.commands.methods import check_params
from app.core.errors import Unprocessable
from db.connections.types import AnyConnection
from db.queries.command_runs import HeldRun, ProfileOfDevices, advance_run, hold_run, profiles_of
from ingest.devices.command_queue import CommandOrder, queue_commands


@dataclass(frozen=True)
class Refusals:
    """Why devices can't be told, by their profile: None where they can."""

    profile_of: Mapping[UUID, UUID | None]
    by_profile: Mapping[UUID | None, Unprocessable | None]

    def of_device(self, device_id: UUID) -> str | None:
        """In words. One that was deleted meanwhile is refused by the queue."""
        if device_id not in self.profile_of:
            return None
        problem = self.by_profile[self.profile_of[device_id]]
        return None if problem is None else problem.detail


async def refusals(
    connection: AnyConnection, device_ids: Sequence[UUID], method: str, params: Mapping[str, Any]
) -> Refusals:
    """Which of these devices take that, by what their profiles declare."""
    profiles = await profiles_of(connection, device_ids)
    return Refusals(
        {device_id: each.profile_id for each in profiles for device_id in each.device_ids},
        {each.profile_id: await _problem(each, method, params) for each in profiles},
    )


async def _problem(
    profile: ProfileOfDevices, method: str, params: Mapping[str, Any]
) -> Unprocessable | None:
    try:
        await check_params(method, params, msgspec.json.decode(profile.commands))
    except Unprocessable as problem:
        return problem
    return None


async def release(connection: AnyConnection, run_id: UUID, *, at_most: int) -> HeldRun | None:
    """Give so many devices their command, in the connection's transaction; the run as it was, None
    where nothing is left to do."""
    run = await hold_run(connection, run_id, at_most=at_most)
    if run is None or not run.device_ids:
        return None
    params = msgspec.json.decode(run.params)
    refused = await refusals(connection, run.device_ids, run.method, params)
    orders = [
        CommandOrder(
            org_id=run.org_id,
            device_id=device_id,
            method=run.method,
            params=params,
            requested_by=run.requested_by,
            timeout_seconds=run.timeout_seconds,
            expires_at=run.expires_at,
            run_id=run_id,
            refusal=refused.of_device(device_id),
        )
        for device_id in run.device_ids
    ]
    await queue_commands(connection, orders)
    await advance_run(connection, run_id, by=len(orders))
    return run
