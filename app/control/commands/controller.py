"""/devices/{id}/commands: what a device is told to do."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from app.control.commands import service
from app.control.commands.following import Follower
from app.control.commands.parameters import MethodFilter, Since, StatusFilter, Wait
from app.control.commands.schemas import CommandCreate, CommandId, CommandRead, Status
from app.control.commands.watch import CommandWatch, Waiter
from app.core.errors import Forbidden
from app.core.http import dependencies as deps
from app.core.http.operation import Answers, ApiOperation, operation
from app.core.http.streams import ByteStream
from app.core.http.waiting import WaitingResponse
from app.core.wire import Page, instant, one_of, split_list
from app.fleet.ids import DeviceId


async def _watch(request: deps.AnyRequest) -> CommandWatch:
    watch = request.app.state["commands"]
    assert isinstance(watch, CommandWatch)  # noqa: S101 - set before the first request
    return watch


async def _follower(
    request: deps.AnyRequest,
    actor: deps.Actor,
    platform: deps.Platform,
    watch: NamedDependency[CommandWatch],
) -> Follower:
    operation = ApiOperation.of(request.route_handler)
    if operation is None or operation.may == "anyone":
        raise Forbidden
    waiter = Waiter(actor, operation.may, request.headers["authorization"])
    return Follower(watch, platform.database, waiter)


def _answer(
    follower: Follower, command: CommandRead, wait_seconds: int, status_code: int
) -> Response[CommandRead]:
    """With the command as it is, or as it is after the wait."""
    if not wait_seconds or command.status.is_final:
        return Response(command, status_code=status_code)
    return WaitingResponse(
        command,
        lambda: follower.until_final(command.device_id, command.id, wait_seconds),
        status_code=status_code,
    )


class CommandController(Controller):
    path = "/devices/{device_id:uuid}/commands"
    tags = ("Commands",)
    dependencies = {"watch": Provide(_watch), "follower": Provide(_follower)}

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
                "TOO_MANY_STREAMS",
            ),
        )
    )
    async def create_command(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        follower: NamedDependency[Follower],
        device_id: DeviceId,
        data: JSONBody[CommandCreate],
        wait: Wait = 0,
    ) -> Response[CommandRead]:
        """Tell a device to do something.

        It is sent when the device is connected, after those that were asked for before it, at least
        once: devices know one that comes again by its `id`. Methods are REBOOT, UPDATE_CONFIG,
        UPDATE_FIRMWARE, BIND_CONFIG, UNBIND_CONFIG, CERTIFICATE_RENEW, and what the profile of the
        device declares.

        With `wait` one call asks and gets the result. Who leaves meanwhile has asked all the same.
        """
        follower.admit(wait)
        created = await idempotent_request.run_once(
            CommandRead, lambda: service.create(tx, actor, device_id, data)
        )
        return _answer(follower, created, wait, HTTP_201_CREATED)

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

    @get(
        "/stream",
        **operation(
            "streamCommands",
            may="commands:read",
            problems=("NOT_FOUND", "TOO_MANY_STREAMS"),
            answers=Answers(events={"command": CommandRead}),
        ),
    )
    async def stream_commands(
        self,
        reader: deps.Reader,
        platform: deps.Platform,
        follower: NamedDependency[Follower],
        device_id: DeviceId,
        since: Since = None,
    ) -> ByteStream:
        """A device's commands as they change, as Server-Sent Events: first those that are open.

        Each event is a whole command. Connect again with the last `id` as `Last-Event-ID`, and what
        has ended meanwhile is told, too; some of it may be told twice. The stream ends when the
        token expires or the key is revoked.
        """
        await service.require_device(reader, device_id)
        follower.admit(1)
        live, responses = platform.settings.live, platform.settings.responses
        events = follower.events(
            device_id,
            None if since is None else instant(since, "Last-Event-ID"),
            heartbeat_seconds=live.heartbeat_seconds,
            lifetime_seconds=live.lifetime_seconds,
        )
        return ByteStream(
            events,
            media_type="text/event-stream; charset=utf-8",
            headers={"X-Accel-Buffering": "no"},  # proxies that gather answers would hold them back
            pace=msgspec.structs.replace(responses, longest_seconds=2 * live.lifetime_seconds),
        )

    @get(
        "/{command_id:uuid}",
        **operation("getCommand", may="commands:read", problems=("TOO_MANY_STREAMS",)),
    )
    async def get_command(
        self,
        reader: deps.Reader,
        follower: NamedDependency[Follower],
        device_id: DeviceId,
        command_id: CommandId,
        wait: Wait = 0,
    ) -> Response[CommandRead]:
        """One command, as it is now, or with `wait` as it ends."""
        follower.admit(wait)
        command = await service.get(reader, device_id, command_id)
        return _answer(follower, command, wait, HTTP_200_OK)

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
