"""/device-groups/{id}/commands: one command for a group's devices; /command-runs: all runs."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.control.command_runs import service
from app.control.command_runs.schemas import (
    CommandRunCreate,
    CommandRunDetail,
    CommandRunId,
    CommandRunRead,
)
from app.control.commands.parameters import StatusFilter
from app.control.commands.schemas import Status
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page, one_of, split_list
from app.fleet.ids import DeviceGroupId


class AllCommandRunsController(Controller):
    path = "/command-runs"
    tags = ("Commands",)

    @get(**operation("listAllCommandRuns", may="commands:read", sortable=service.SORTS))
    async def list_all_command_runs(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[CommandRunRead]:
        """Runs over all groups, newest first."""
        return await service.page_of_all(reader, page_request)


class CommandRunController(Controller):
    path = "/device-groups/{group_id:uuid}/commands"
    tags = ("Commands",)

    @post(
        **operation(
            "createCommandRun",
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
    async def create_command_run(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        group_id: DeviceGroupId,
        data: JSONBody[CommandRunCreate],
    ) -> CommandRunRead:
        """Tell every device of a group to do something.

        Those that are in the group now get a command each, `ratePerSecond` of them in a second; at
        most 10,000. A device whose profile doesn't take it has FAILED; where none does, all is
        refused.
        """
        return await idempotent_request.run_once(
            CommandRunRead, lambda: service.create(tx, actor, group_id, data)
        )

    @get(**operation("listCommandRuns", may="commands:read", sortable=service.SORTS))
    async def list_command_runs(
        self, reader: deps.Reader, page_request: deps.PageRequest, group_id: DeviceGroupId
    ) -> Page[CommandRunRead]:
        """Runs over a group, newest first."""
        return await service.page(reader, group_id, page_request)

    @get(
        "/{run_id:uuid}",
        **operation("getCommandRun", may="commands:read", sortable=service.SORTS),
    )
    async def get_command_run(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        group_id: DeviceGroupId,
        run_id: CommandRunId,
        status: StatusFilter = None,
    ) -> CommandRunDetail:
        """One run, with what became of each device's command, newest first."""
        statuses = one_of(Status, split_list(status), "status")
        return await service.get(reader, group_id, run_id, page_request, statuses=statuses)

    @post(
        "/{run_id:uuid}/cancel",
        **operation("cancelCommandRun", may="commands:write"),
        status_code=HTTP_200_OK,
    )
    async def cancel_command_run(
        self, tx: deps.Tx, actor: deps.Actor, group_id: DeviceGroupId, run_id: CommandRunId
    ) -> CommandRunRead:
        """Call a run off: no further device is told, and what is open is called off, too."""
        return await service.cancel(tx, actor, group_id, run_id)
