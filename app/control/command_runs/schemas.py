from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Principal
from app.control.commands.schemas import METHOD, PARAMS, CommandCreate, CommandRead
from app.core.documentation import described, example_id
from app.core.wire import CreatedAt, Moment, NextCursor, Read
from app.fleet.ids import DeviceGroupId

COMMAND_RUN = example_id("command run")
CommandRunId = Annotated[UUID, described("The run.", COMMAND_RUN)]
RATE, RATE_MAX = 50, 1_000

_RATE = described("How many devices get their command in a second, at most.", RATE)


class CommandRunCreate(CommandCreate, kw_only=True):
    """What every device is to do that is in the group now."""

    rate_per_second: Annotated[int, msgspec.Meta(ge=1, le=RATE_MAX), _RATE] = RATE


class CommandRunRead(Read, kw_only=True):
    """A run over a group. The counts add up to `total`; devices whose turn hasn't come are PENDING,
    and FAILED once the run is called off."""

    id: CommandRunId
    group_id: DeviceGroupId
    method: Annotated[str, METHOD]
    params: Annotated[dict[str, Any], PARAMS]
    rate_per_second: Annotated[int, _RATE]
    total: Annotated[int, described("Devices that were in the group when it was asked for.", 1000)]
    pending: Annotated[int, described("Not sent yet.", 120)]
    sent: Annotated[int, described("Not answered yet.", 30)]
    acknowledged: Annotated[int, described("Begun.", 10)]
    success: Annotated[int, described("Done.", 830)]
    failed: Annotated[int, described("Refused, failed or called off.", 8)]
    timeout: Annotated[int, described("Not sent, or not answered, in time.", 2)]
    created_at: CreatedAt
    canceled_at: Annotated[
        Moment | None, described("When it was called off.", "2026-11-23T09:16:00Z")
    ]
    requested_by: Principal

    def path(self) -> str:
        return f"/api/v1/device-groups/{self.group_id}/commands/{self.id}"


class CommandRunDetail(CommandRunRead, kw_only=True):
    """A run, with one page of its devices' commands."""

    items: Annotated[list[CommandRead], described("Commands of devices that had their turn.")]
    next_cursor: NextCursor
