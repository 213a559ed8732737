"""/devices/{id}/commands: what a device is told to do."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.control.commands import service
from app.control.commands.schemas import CommandCreate, CommandId, CommandRead, Status
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import repeated
from app.core.wire import Page, one_of, split_list
from app.fleet.ids import DeviceId

StatusFilter = Annotated[
    list[str] | None,
    repeated("Any of these", ["PENDING", "SENT"], items={"type": "string", "enum": list(Status)}),
]
MethodFilter = Annotated[
    list[str] | None,
    repeated("Any of these", ["REBOOT"], items={"type": "string", "maxLength": 64}),
]


class CommandController(Controller):
    path = "/devices/{device_id:uuid}/commands"
    tags = ("Commands",)

    @post(
        **operation(
            "createCommand",
            may="commands:write",
            problems=(
                "NOT_FOUND",
                "UNPROCESSABLE",
                "UNKNOWN_METHOD",
                "COMMAND_PARAMS_INVALID",
                "TOO_EXPENSIVE",
                "TOO_MANY_COMMANDS",
            ),
        )
    )
    async def create_command(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        device_id: DeviceId,
        data: JSONBody[CommandCreate],
    ) -> CommandRead:
        """Tell a device to do something.

        It is sent when the device is connected, after those that were asked for before it, at least
        once: devices know one that comes again by its `id`. Methods are REBOOT, UPDATE_CONFIG,
        UPDATE_FIRMWARE, BIND_CONFIG, UNBIND_CONFIG, CERTIFICATE_RENEW, and what the profile of the
        device declares.
        """
        return await idempotent_request.run_once(
            CommandRead, lambda: service.create(tx, actor, device_id, data)
        )

    @get(**operation("listCommands", may="commands:read", sortable=service.SORTS))
    async def list_commands(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        device_id: DeviceId,
        status: StatusFilter = None,
        method: MethodFilter = None,
    ) -> Page[CommandRead]:
        """Commands of a device, newest first."""
        return await service.page(
            reader,
            device_id,
            page_request,
            statuses=one_of(Status, split_list(status), "status"),
            methods=split_list(method),
        )

    @get("/{command_id:uuid}", **operation("getCommand", may="commands:read"))
    async def get_command(
        self, reader: deps.Reader, device_id: DeviceId, command_id: CommandId
    ) -> CommandRead:
        """One command, as it is now."""
        return await service.get(reader, device_id, command_id)

    @post(
        "/{command_id:uuid}/cancel",
        **operation("cancelCommand", may="commands:write", problems=("COMMAND_ENDED",)),
        status_code=HTTP_200_OK,
    )
    async def cancel_command(
        self, tx: deps.Tx, actor: deps.Actor, device_id: DeviceId, command_id: CommandId
    ) -> CommandRead:
        """Call a command off: it is FAILED then, with the error `canceled`.

        What wasn't sent yet is not sent; what was, the device may do all the same.
        """
        return await service.cancel(tx, actor, device_id, command_id)
