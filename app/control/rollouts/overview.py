"""Roll-outs as operators look at them: all of the organization, and the devices of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import select

from app.control.rollouts import service
from app.control.rollouts.phases import NOWHERE, PLACE_BYTES, Standing
from app.control.rollouts.schemas import RolloutDevice, RolloutState, RolloutSummary
from app.core import resource
from app.core.errors import Malformed
from app.core.paging import PageRequest
from app.core.wire import Page, decode_cursor, encode_cursor
from db.connections.readers import Reader
from db.models import ConfigArtefact, DesiredStateBinding, Device, DeviceConfigEntry, Rollout


async def page_of_all(
    reader: Reader, page_request: PageRequest, *, states: Sequence[RolloutState]
) -> Page[RolloutSummary]:
    """Without how devices fare, which is a question for each of them."""
    statement = select(Rollout)
    if states:
        statement = statement.where(Rollout.state.in_(states))
    found = await resource.find(
        reader, statement, page_request, sorts=service.SORTS, id_=Rollout.id
    )
    bindings = {
        row.id: row
        for row in await reader.rows(
            select(DesiredStateBinding).where(
                DesiredStateBinding.id.in_({row.subject_id for row in found.rows})
            )
        )
    }
    versions = await _versions(reader, {row.artefact_id for row in found.rows})
    # A binding that is deleted between the two questions takes its roll-outs with it.
    there = [row for row in found.rows if row.subject_id in bindings]
    return found.page(
        [_summary(row, bindings[row.subject_id], versions[row.artefact_id]) for row in there]
    )


async def _versions(reader: Reader, artefact_ids: Collection[UUID]) -> dict[UUID, int]:
    rows = await reader.records(
        select(ConfigArtefact.id, ConfigArtefact.version).where(ConfigArtefact.id.in_(artefact_ids))
    )
    return dict(map(tuple, rows))


def _summary(row: Rollout, binding: DesiredStateBinding, version: int) -> RolloutSummary:
    return RolloutSummary(
        id=row.id,
        binding_id=row.subject_id,
        artefact_id=row.artefact_id,
        name=binding.artefact_name,
        version=version,
        target=service.reference_of(binding),
        state=row.state,  # type: ignore[arg-type]
        reason=row.reason,
        phase=row.phase,
        phase_count=len(row.plan["phases"]),
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


async def page_of_devices(
    reader: Reader,
    binding_id: UUID,
    rollout_id: UUID,
    *,
    standings: Sequence[Standing],
    limit: int,
    cursor: str | None,
) -> Page[RolloutDevice]:
    """In the order of their places. Raises NotFound, Malformed for a cursor that isn't of this
    list."""
    row = await service.of_binding(reader, binding_id, rollout_id)
    census = await service.census_now(reader, row)
    members = census.members(after=NOWHERE if cursor is None else _place(cursor))
    wanted = (each for each in members if not standings or each[3] in standings)
    found = list(islice(wanted, limit + 1))
    more, shown = len(found) > limit, found[:limit]
    device_ids = [device_id for _, _, device_id, _ in shown]
    names = await _names(reader, device_ids)
    said = await _messages(reader, row, device_ids)
    items = [
        RolloutDevice(id_, names[id_], phase, standing, said.get(id_))
        for _, phase, id_, standing in shown
        if id_ in names
    ]
    return Page(items, encode_cursor(shown[-1][0].hex()) if more else None)


def _place(cursor: str) -> bytes:
    (digits,) = decode_cursor(cursor, tuple[str])
    try:
        place = bytes.fromhex(digits)
    except ValueError:
        place = NOWHERE
    if len(place) != PLACE_BYTES:
        raise Malformed("the cursor is not one of this list's")
    return place


async def _names(reader: Reader, device_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await reader.records(select(Device.id, Device.name).where(Device.id.in_(device_ids)))
    return dict(map(tuple, rows))


async def _messages(reader: Reader, row: Rollout, device_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of devices that said something of what is rolled out."""
    entry = DeviceConfigEntry
    rows = await reader.records(
        select(entry.device_id, entry.reported_message)
        .where(entry.device_id.in_(device_ids), entry.artefact_id == row.artefact_id)
        .where(entry.reported_message.is_not(None))
        .order_by(entry.reported_at)
    )
    return dict(map(tuple, rows))
