"""Roll-outs of bindings: begun and steered by people, moved on by the clock (workers/rollouts.py).

A step is one transaction, which has the organization's configuration alone: it looks how the
devices fare, and moves on by what app/control/rollouts/phases.py says. Whoever is killed in it has
done nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.control.rollouts.census import Census, places_of, take_census
from app.control.rollouts.phases import (
    NOWHERE,
    Move,
    boundaries,
    has_soaked,
    judge,
    next_reach,
    phase_faults,
)
from app.control.rollouts.schemas import RolloutCreate, RolloutPhase, RolloutRead
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, Unprocessable
from app.core.events import Severity, record_event
from app.core.jobs import start_job
from app.core.paging import PageRequest
from app.core.target_reference import TargetReference
from app.core.targets import read_target
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.ids import new_id
from db.models import ConfigArtefact, DesiredStateBinding, Rollout
from db.queries.configuration import lock_config, write_desired_config
from db.queries.events import PLATFORM

SORTS = {"createdAt": Rollout.created_at}
# What one step gives: a transaction of a second at most.
GIVEN_AT_ONCE = 1_000
STEP_SECONDS = 1.0
# A large fleet is looked at more seldom: of all time, a twentieth.
SHARE = 20
_OPEN = ("SCHEDULED", "RUNNING", "PAUSED")


async def create(
    tx: AsyncSession, actor: Actor, binding_id: UUID, body: RolloutCreate
) -> RolloutRead:
    """Raises NotFound, Unprocessable for phases that are none, Conflict beside another one."""
    await lock_config(await SessionReader(tx).connected(), actor.org_id)
    binding = await resource.get_to_change(tx, DesiredStateBinding, binding_id)
    if binding.target_type in ("DEVICE", "COMPONENT"):
        raise Unprocessable("one device has no roll-out")
    if fault := phase_faults(body.phases):
        raise Unprocessable(fault)
    await _make_way(tx, actor, binding_id)
    artefact = await _artefact(tx, binding, body.artefact_id)
    row = Rollout(
        org_id=actor.org_id,
        id=new_id(),
        subject_type="CONFIG",
        subject_id=binding_id,
        artefact_id=artefact.id,
        plan=msgspec.to_builtins(body),
        state="SCHEDULED",
        due_at=body.start_at or func.now(),
        created_by=actor.principal,
    )
    await resource.add(tx, row)
    _record(tx, row, f"The roll-out of {artefact.name} {artefact.version} is set up", actor)
    await tx.flush()
    await tx.refresh(row)
    return await _read(SessionReader(tx), row)


async def _artefact(
    tx: AsyncSession, binding: DesiredStateBinding, artefact_id: UUID | None
) -> ConfigArtefact:
    if artefact_id is None and not binding.is_held:
        raise Unprocessable("the binding's own configuration is everywhere: artefactId is missing")
    wanted = artefact_id or binding.artefact_id
    row = await resource.get_to_change(tx, ConfigArtefact, wanted)
    if row.status != "READY" or row.name != binding.artefact_name:
        raise Unprocessable(
            f"it is no version of {binding.artefact_name} that is ready", code="CONFIG_NOT_FITTING"
        )
    return row


async def _make_way(tx: AsyncSession, actor: Actor, binding_id: UUID) -> None:
    """For another one: one that hasn't begun is canceled. Raises Conflict for one that is under
    way, or has ended in the middle and wasn't rolled back."""
    found = await tx.scalars(
        select(Rollout)
        .where(
            Rollout.subject_id == binding_id,
            Rollout.state.in_(_OPEN) | Rollout.reach.is_not(None),
        )
        .with_for_update()
    )
    for row in found:
        if row.state != "SCHEDULED":
            raise Conflict(f"a roll-out of the binding is {row.state}", code="ROLLOUT_STATE")
        _move(tx, row, "CANCELED", "another one took its place", actor)
    await tx.flush()


async def release(tx: AsyncSession, binding_id: UUID) -> None:
    """The binding is about to bind something else: what ended in the middle holds no longer.
    Raises Conflict for a roll-out that hasn't ended."""
    state = await tx.scalar(
        select(Rollout.state).where(Rollout.subject_id == binding_id, Rollout.state.in_(_OPEN))
    )
    if state is not None:
        raise Conflict(f"a roll-out of the binding is {state}", code="ROLLOUT_STATE")
    await tx.execute(update(Rollout).where(Rollout.subject_id == binding_id).values(reach=None))


async def forget(tx: AsyncSession, binding_id: UUID) -> None:
    """The binding is gone, and its roll-outs with it."""
    await tx.execute(delete(Rollout).where(Rollout.subject_id == binding_id))


async def page(reader: Reader, page_request: PageRequest, binding_id: UUID) -> Page[RolloutRead]:
    await resource.get(reader, DesiredStateBinding, binding_id)
    statement = select(Rollout).where(Rollout.subject_id == binding_id)
    found = await resource.find(reader, statement, page_request, sorts=SORTS, id_=Rollout.id)
    return found.page([await _read(reader, row) for row in found.rows])


async def get(reader: Reader, binding_id: UUID, rollout_id: UUID) -> RolloutRead:
    return await _read(reader, await of_binding(reader, binding_id, rollout_id))


async def of_binding(reader: Reader, binding_id: UUID, rollout_id: UUID) -> Rollout:
    """Raises NotFound for another binding's."""
    row = await resource.get(reader, Rollout, rollout_id)
    if row.subject_id != binding_id:
        raise NotFound(f"no rollout {rollout_id}")
    return row


async def _hold(tx: AsyncSession, actor: Actor, binding_id: UUID, rollout_id: UUID) -> Rollout:
    await lock_config(await SessionReader(tx).connected(), actor.org_id)
    row = await resource.get_to_change(tx, Rollout, rollout_id)
    if row.subject_id != binding_id:
        raise NotFound(f"no rollout {rollout_id}")
    return row


async def steer(
    tx: AsyncSession, actor: Actor, binding_id: UUID, rollout_id: UUID, to: str
) -> RolloutRead:
    """Pause, resume, cancel, or roll back. Raises Conflict where its state doesn't allow it."""
    row = await _hold(tx, actor, binding_id, rollout_id)
    allowed = {
        "pause": ("SCHEDULED", "RUNNING"),
        "resume": ("PAUSED",),
        "cancel": _OPEN,
        "roll-back": ("PAUSED", "ABORTED", "CANCELED"),
    }[to]
    if row.state not in allowed or (to == "roll-back" and row.is_rolled_back):
        raise Conflict(f"the roll-out is {row.state}", code="ROLLOUT_STATE")
    match to:
        case "pause":
            _move(tx, row, "PAUSED", "paused by people", actor)
        case "resume":
            row.due_at = func.now()
            _move(tx, row, "RUNNING" if row.started_at else "SCHEDULED", None, actor)
        case "cancel":
            _move(tx, row, "CANCELED", "canceled by people", actor)
        case _:
            if row.state == "PAUSED":
                _move(tx, row, "CANCELED", "rolled back by people", actor)
            await _roll_back(tx, row, actor)
    await tx.flush()
    await tx.refresh(row)
    return await _read(SessionReader(tx), row)


async def _roll_back(tx: AsyncSession, row: Rollout, actor: Actor | None = None) -> None:
    """Whoever was given it gets what holds without it; a worker tells them."""
    row.reach, row.is_rolled_back = None, True
    await start_job(tx, "refresh-config", {"bindingIds": [str(row.subject_id)]})
    _record(tx, row, "The roll-out is rolled back", actor, severity="WARNING")


def _move(
    tx: AsyncSession,
    row: Rollout,
    state: str,
    reason: str | None,
    actor: Actor | None = None,
    severity: Severity = "INFO",
) -> None:
    row.state, row.reason = state, reason
    if state not in ("SCHEDULED", "RUNNING"):
        row.due_at = None
    if state in ("COMPLETED", "ABORTED", "CANCELED"):
        row.ended_at = func.now()
    words = f"The roll-out is {state}" + (f": {reason}" if reason else "")
    _record(tx, row, words, actor, severity=severity)


def _record(
    tx: AsyncSession,
    row: Rollout,
    title: str,
    actor: Actor | None,
    *,
    severity: Severity = "INFO",
) -> None:
    record_event(
        tx,
        "CONFIG",
        title,
        actor=actor.principal if actor else PLATFORM,
        severity=severity,
        details={
            "rolloutId": str(row.id),
            "bindingId": str(row.subject_id),
            "artefactId": str(row.artefact_id),
            "state": row.state,
            "phase": row.phase,
        },
    )


async def step(tx: AsyncSession, org_id: UUID, rollout_id: UUID) -> None:
    """What the clock does: look how the devices fare, and move on. A roll-out that people have
    paused or ended meanwhile is left alone."""
    connection = await SessionReader(tx).connected()
    await lock_config(connection, org_id)
    row = await tx.get(Rollout, (org_id, rollout_id), with_for_update=True)
    if row is None or row.state not in ("SCHEDULED", "RUNNING"):
        return
    began = datetime.now(UTC)
    binding = await tx.get(DesiredStateBinding, (org_id, row.subject_id))
    if binding is None:
        row.reach = None
        _move(tx, row, "CANCELED", "the binding was deleted")
        return
    plan, placed = _plan(row), await _placed(tx, row, binding)
    if row.state == "SCHEDULED":
        row.boundaries = boundaries(plan.phases, [place for place, _ in placed])
        row.reach, row.started_at = NOWHERE, func.now()
        _move(tx, row, "RUNNING", None)
    census = await _census(tx, row, plan, placed, began)
    await _advance(tx, row, binding, plan, census, began)
    took = (datetime.now(UTC) - began).total_seconds()
    if row.state == "RUNNING":
        row.due_at = datetime.now(UTC) + timedelta(seconds=max(STEP_SECONDS, SHARE * took))


async def _advance(
    tx: AsyncSession,
    row: Rollout,
    binding: DesiredStateBinding,
    plan: RolloutCreate,
    census: Census,
    now: datetime,
) -> None:
    count, phase = census.of_phase(row.phase), plan.phases[row.phase]
    move = judge(phase, plan.abort, count)
    if move is Move.SOAK and has_soaked(phase, row.met_at, now):
        move = Move.ADVANCE
    row.met_at = (row.met_at or now) if move is Move.SOAK else None
    match move:
        case Move.ABORT:
            reason = f"{count.failed} of {count.finished} failed in phase {row.phase}"
            _move(tx, row, "ABORTED", reason, severity="CRITICAL")
            if plan.abort.roll_back:
                await _roll_back(tx, row)
        case Move.STALL:
            reason = f"only {count.succeeded} of {count.finished} succeeded in phase {row.phase}"
            _move(tx, row, "PAUSED", reason, severity="WARNING")
        case Move.ADVANCE:
            await _end_phase(tx, row, binding, plan)
        case _:
            await _give(tx, row, plan, census, now)


async def _end_phase(
    tx: AsyncSession, row: Rollout, binding: DesiredStateBinding, plan: RolloutCreate
) -> None:
    """Of the last one everybody has it: it is what the binding binds, also for joiners."""
    if row.phase + 1 == len(plan.phases):
        binding.artefact_id, binding.is_held = row.artefact_id, False
        row.reach = None
        _move(tx, row, "COMPLETED", None)
        await tx.flush()
        await start_job(tx, "refresh-config", {"bindingIds": [str(binding.id)]})
        return
    pauses = plan.phases[row.phase].on_success == "PAUSE"
    row.reach = max(row.reach or NOWHERE, row.boundaries[row.phase])
    row.phase += 1
    if pauses:
        _move(tx, row, "PAUSED", f"phase {row.phase - 1} did well")
    else:
        _record(tx, row, f"The roll-out is in phase {row.phase}", None)


async def _give(
    tx: AsyncSession, row: Rollout, plan: RolloutCreate, census: Census, now: datetime
) -> None:
    """To as many as the plan has room for, in the order of their places."""
    waiting = census.waiting_in(row.phase)
    rooms = [GIVEN_AT_ONCE] if len(waiting) > GIVEN_AT_ONCE else []
    if plan.max_concurrent is not None:
        rooms.append(plan.max_concurrent - census.pending)
    if plan.max_per_minute is not None:
        rooms.append(plan.max_per_minute - census.given_since(now - timedelta(minutes=1)))
    boundary = row.boundaries[row.phase]
    reach, number = next_reach(boundary, waiting, room=min(rooms) if rooms else None)
    if reach <= (row.reach or NOWHERE):
        return
    row.reach = reach
    await tx.flush()
    if number:
        device_ids = census.waiting_until(row.phase, reach)
        connection = await SessionReader(tx).connected()
        await write_desired_config(connection, row.org_id, device_ids)


def _plan(row: Rollout) -> RolloutCreate:
    return msgspec.convert(row.plan, RolloutCreate)


async def _placed(
    tx: AsyncSession, row: Rollout, binding: DesiredStateBinding
) -> Sequence[tuple[bytes, UUID]]:
    return await places_of(
        await SessionReader(tx).connected(), row.id, read_target(reference_of(binding))
    )


def reference_of(binding: DesiredStateBinding) -> TargetReference:
    """Whose devices it is for, as it travels."""
    reference = {"type": binding.target_type}
    if binding.target_name is not None:
        reference["name"] = binding.target_name
    else:
        reference["id"] = str(binding.target_id)
    return msgspec.convert(reference, TargetReference)


async def _census(
    reader: Any,
    row: Rollout,
    plan: RolloutCreate,
    placed: Sequence[tuple[bytes, UUID]],
    now: datetime,
) -> Census:
    connected = reader if isinstance(reader, Reader) else SessionReader(reader)
    return await take_census(
        await connected.connected(),
        row.org_id,
        placed,
        binding_id=row.subject_id,
        artefact_id=row.artefact_id,
        reach=row.reach,
        boundaries=row.boundaries,
        time_out=timedelta(seconds=plan.timeout_seconds),
        now=now,
    )


async def _read(reader: Reader, row: Rollout) -> RolloutRead:
    plan = _plan(row)
    return RolloutRead(
        id=row.id,
        binding_id=row.subject_id,
        artefact_id=row.artefact_id,
        state=row.state,  # type: ignore[arg-type]
        reason=row.reason,
        phase=row.phase,
        phases=await _phases(reader, row, plan),
        abort=plan.abort,
        max_per_minute=plan.max_per_minute,
        max_concurrent=plan.max_concurrent,
        timeout_seconds=plan.timeout_seconds,
        rolled_back=row.is_rolled_back,
        created_by=row.created_by,
        created_at=row.created_at,
        start_at=plan.start_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        updated_at=row.updated_at,
    )


async def _phases(reader: Reader, row: Rollout, plan: RolloutCreate) -> list[RolloutPhase]:
    census = await census_now(reader, row)
    return [
        RolloutPhase(phase, *_numbers(census.of_phase(number)))
        for number, phase in enumerate(plan.phases)
    ]


async def census_now(reader: Reader, row: Rollout) -> Census:
    """How the devices fare that are in the target at this moment."""
    plan = _plan(row)
    binding = await reader.row(DesiredStateBinding, row.subject_id)
    placed: Sequence[tuple[bytes, UUID]] = []
    if binding is not None:
        placed = await places_of(
            await reader.connected(), row.id, read_target(reference_of(binding))
        )
    ends = row.boundaries or boundaries(plan.phases, [place for place, _ in placed])
    return await take_census(
        await reader.connected(),
        row.org_id,
        placed,
        binding_id=row.subject_id,
        artefact_id=row.artefact_id,
        reach=ends[-1] if row.state == "COMPLETED" else row.reach,
        boundaries=ends,
        time_out=timedelta(seconds=plan.timeout_seconds),
        now=datetime.now(UTC),
    )


def _numbers(count: Any) -> tuple[int, ...]:
    return (
        count.waiting,
        count.pending,
        count.succeeded,
        count.failed,
        count.skipped,
        count.unreachable,
    )
