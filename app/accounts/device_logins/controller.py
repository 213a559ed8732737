"""/auth/device-login: a person looks at a program that asks to sign in, and says yes or no."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT

from app.accounts.auth.authentication import network_of_client
from app.accounts.device_logins import service
from app.accounts.device_logins.schemas import DeviceLoginAnswer, DeviceLoginRead
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter

UserCodeAsked = Annotated[
    str, parameter("As the program shows it.", "WDJB-MJHT", query="userCode", max_length=40)
]


class DeviceLoginController(Controller):
    path = "/auth/device-login"
    tags = ("Accounts",)

    @get(**operation("getDeviceLogin", may="api-keys:write", problems=("NOT_FOUND",)))
    async def get_login(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        platform: deps.Platform,
        user_code: UserCodeAsked,
    ) -> DeviceLoginRead:
        """What the program that shows this code asks for, and from where."""
        network = network_of_client(request.scope)
        return await service.describe(platform, actor, user_code, network)

    @post(
        **operation(
            "answerDeviceLogin",
            may="api-keys:write",
            needs_factor=True,
            problems=("NOT_FOUND", "UNPROCESSABLE", "QUOTA_EXCEEDED"),
        ),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def answer(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        platform: deps.Platform,
        data: JSONBody[DeviceLoginAnswer],
    ) -> None:
        """Let it in, or not, once. It is given an API key of yours that ends after 90 days, and may
        what was asked for or what you say."""
        network = network_of_client(request.scope)
        await service.decide(platform, actor, data, network)
