"""/auth/second-factor: a person's own."""

from __future__ import annotations

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.accounts.auth.authentication import network_of_client
from app.accounts.second_factor import service
from app.accounts.second_factor.schemas import (
    FactorCode,
    FactorEnrolment,
    FactorSecret,
    RecoveryCodes,
    SecondFactorRead,
)
from app.accounts.sessions.schemas import Session
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.permissions import Permission

_MAY: Permission = "second-factor:write"


class SecondFactorController(Controller):
    path = "/auth"
    tags = ("Accounts",)

    @get("/second-factor", **operation("getSecondFactor", may=_MAY))
    async def get_factor(self, actor: deps.Actor, platform: deps.Platform) -> SecondFactorRead:
        """Whether the person who asks has one. Its changes are told to their address."""
        return await service.describe(platform, actor)

    @post(
        "/second-factor",
        **operation("createSecondFactor", may=_MAY, problems=("ALREADY_EXISTS",)),
        status_code=HTTP_200_OK,
    )
    async def enrol(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        platform: deps.Platform,
        data: JSONBody[FactorEnrolment],
    ) -> FactorSecret:
        """Begin: what an app computes codes of (TOTP). It isn't asked for before `confirm`; asked
        again, there is another secret."""
        network = network_of_client(request.scope)
        return await service.enrol(platform, actor, data.password, network)

    @post(
        "/second-factor/confirm",
        **operation("confirmSecondFactor", may=_MAY, problems=("WRONG_CODE", "NO_SECOND_FACTOR")),
        status_code=HTTP_200_OK,
    )
    async def confirm(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        platform: deps.Platform,
        data: JSONBody[FactorCode],
    ) -> RecoveryCodes:
        """A first code: from now on signing in asks for one. Ends the person's sessions but the one
        that asks, whose next access token (`refreshSession`) says that a factor was given."""
        network = network_of_client(request.scope)
        return await service.confirm(platform, actor, data.code, network)

    @post(
        "/second-factor/recovery-codes",
        **operation(
            "createRecoveryCodes", may=_MAY, needs_factor=True, problems=("NO_SECOND_FACTOR",)
        ),
        status_code=HTTP_200_OK,
    )
    async def replace_codes(self, actor: deps.Actor, platform: deps.Platform) -> RecoveryCodes:
        """Ten others; those before are void."""
        return await service.replace_codes(platform, actor)

    @delete("/second-factor", **operation("deleteSecondFactor", may=_MAY, needs_factor=True))
    async def remove(self, actor: deps.Actor, platform: deps.Platform) -> None:
        """The password alone is asked for from now on. Where the organization requires a second
        factor, the next access token may only enrol another."""
        await service.remove(platform, actor)

    @post(
        "/step-up",
        **operation("stepUp", may=_MAY, problems=("WRONG_CODE", "NO_SECOND_FACTOR")),
        status_code=HTTP_200_OK,
    )
    async def step_up(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        platform: deps.Platform,
        data: JSONBody[FactorCode],
    ) -> Session:
        """Give a code again, where an answer was `STEP_UP_REQUIRED`. The answer's access token may
        do that for 15 minutes; the refresh token stays as it is."""
        return await service.step_up(platform, actor, data.code, network_of_client(request.scope))
