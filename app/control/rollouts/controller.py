"""/desired-state-bindings/{id}/rollouts: a configuration in phases; /rollouts: all of them."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.control.ids import BindingId, RolloutId
from app.control.rollouts import overview, service
from app.control.rollouts.phases import Standing
from app.control.rollouts.schemas import (
    RolloutCreate,
    RolloutDevice,
    RolloutRead,
    RolloutState,
    RolloutSummary,
)
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import Cursor, Limit, repeated
from app.core.wire import Page, one_of, split_list
from app.problem_codes import ProblemCode

_STATE: tuple[ProblemCode, ...] = ("ROLLOUT_STATE",)


_STATES = {"type": "string", "enum": list(RolloutState)}
_STANDINGS = {"type": "string", "enum": list(Standing)}


class AllRolloutsController(Controller):
    path = "/rollouts"
    tags = ("Configuration",)

    @get(**operation("listAllRollouts", may="config:read", sortable=service.SORTS))
    async def list_all_rollouts(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        states: Annotated[
            list[str] | None,
            repeated("Any of these", ["RUNNING", "PAUSED"], items=_STATES, query="state"),
        ] = None,
    ) -> Page[RolloutSummary]:
        """Roll-outs of all bindings, newest first."""
        wanted = one_of(RolloutState, split_list(states), "state")
        return await overview.page_of_all(reader, page_request, states=wanted)


class RolloutController(Controller):
    path = "/desired-state-bindings/{binding_id:uuid}/rollouts"
    tags = ("Configuration",)

    @get(**operation("listRollouts", may="config:read", sortable=service.SORTS))
    async def list_rollouts(
        self, reader: deps.Reader, page_request: deps.PageRequest, binding_id: BindingId
    ) -> Page[RolloutRead]:
        """Roll-outs of a binding, newest first."""
        return await service.page(reader, page_request, binding_id)

    @post(
        **operation(
            "createRollout",
            may="config:write",
            problems=("UNPROCESSABLE", "CONFIG_NOT_FITTING", "ROLLOUT_STATE"),
        )
    )
    async def create_rollout(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        binding_id: BindingId,
        data: JSONBody[RolloutCreate],
    ) -> RolloutRead:
        """Give the devices of a group or a profile a configuration in phases.

        Each device has a place of its own in the roll-out, a joiner too. The next phase begins when
        enough devices of this one have it and report it; too many that fail end it, and take away
        again what it gave.
        """
        return await idempotent_request.run_once(
            RolloutRead, lambda: service.create(tx, actor, binding_id, data)
        )

    @get("/{rollout_id:uuid}", **operation("getRollout", may="config:read"))
    async def get_rollout(
        self, reader: deps.Reader, binding_id: BindingId, rollout_id: RolloutId
    ) -> RolloutRead:
        """One roll-out, with how the devices of each phase fare."""
        return await service.get(reader, binding_id, rollout_id)

    @get(
        "/{rollout_id:uuid}/devices",
        **operation("listRolloutDevices", may="config:read"),
    )
    async def list_rollout_devices(
        self,
        reader: deps.Reader,
        binding_id: BindingId,
        rollout_id: RolloutId,
        standing: Annotated[
            list[str] | None, repeated("Any of these", ["FAILED"], items=_STANDINGS)
        ] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[RolloutDevice]:
        """Its devices, in the order in which they get it, and how each fares."""
        standings = one_of(Standing, split_list(standing), "standing")
        return await overview.page_of_devices(
            reader, binding_id, rollout_id, standings=standings, limit=limit, cursor=cursor
        )

    @post(
        "/{rollout_id:uuid}/pause",
        **operation("pauseRollout", may="config:write", problems=_STATE),
        status_code=HTTP_200_OK,
    )
    async def pause_rollout(
        self, tx: deps.Tx, actor: deps.Actor, binding_id: BindingId, rollout_id: RolloutId
    ) -> RolloutRead:
        """Give it to no more devices until it is resumed."""
        return await service.steer(tx, actor, binding_id, rollout_id, "pause")

    @post(
        "/{rollout_id:uuid}/resume",
        **operation("resumeRollout", may="config:write", problems=_STATE),
        status_code=HTTP_200_OK,
    )
    async def resume_rollout(
        self, tx: deps.Tx, actor: deps.Actor, binding_id: BindingId, rollout_id: RolloutId
    ) -> RolloutRead:
        """Go on with one that is paused."""
        return await service.steer(tx, actor, binding_id, rollout_id, "resume")

    @post(
        "/{rollout_id:uuid}/cancel",
        **operation("cancelRollout", may="config:write", problems=_STATE),
        status_code=HTTP_200_OK,
    )
    async def cancel_rollout(
        self, tx: deps.Tx, actor: deps.Actor, binding_id: BindingId, rollout_id: RolloutId
    ) -> RolloutRead:
        """End it where it is. Who has been given it keeps it, until it is rolled back."""
        return await service.steer(tx, actor, binding_id, rollout_id, "cancel")

    @post(
        "/{rollout_id:uuid}/roll-back",
        **operation("rollBackRollout", may="config:write", problems=_STATE),
        status_code=HTTP_200_OK,
    )
    async def roll_back_rollout(
        self, tx: deps.Tx, actor: deps.Actor, binding_id: BindingId, rollout_id: RolloutId
    ) -> RolloutRead:
        """Take away again what one gave that is paused or ended in the middle."""
        return await service.steer(tx, actor, binding_id, rollout_id, "roll-back")
