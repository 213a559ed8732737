"""/auth: signing in. Called before there is a token, so the services open their own transactions."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from app.accounts.auth import service
from app.accounts.auth.authentication import client_of, network_of_client
from app.accounts.auth.schemas import (
    InstallationRead,
    Me,
    OrganizationChoice,
    Registration,
    SignIn,
)
from app.accounts.device_cookies import NAME as DEVICE
from app.accounts.device_cookies import device_cookie, device_of
from app.accounts.sessions import cookies
from app.accounts.sessions import service as sessions
from app.accounts.sessions.cookies import answer_session
from app.accounts.sessions.schemas import Refresh, Session
from app.accounts.sign_in_attempts import Asker
from app.core.errors import Unauthenticated
from app.core.http import dependencies as deps
from app.core.http.operation import operation


class AuthController(Controller):
    path = "/auth"
    tags = ("Accounts",)

    @post(
        "/register",
        **operation(
            "register", may="anyone", problems=("FORBIDDEN", "ALREADY_EXISTS", "WEAK_PASSWORD")
        ),
    )
    async def register(
        self, request: deps.AnyRequest, data: JSONBody[Registration], platform: deps.Platform
    ) -> Response[Session]:
        """Create a person and their organization, and sign them in as its owner."""
        session = await service.register(
            platform, data, client_of(request.scope), network_of_client(request.scope)
        )
        answer = answer_session(platform, session, HTTP_201_CREATED, in_cookie=data.cookie is True)
        if data.cookie is True:
            answer.cookies.append(device_cookie(platform, data.email))
        return answer

    @post(
        "/login",
        **operation(
            "login",
            may="anyone",
            problems=("UNAUTHENTICATED", "SECOND_FACTOR_REQUIRED", "WRONG_CODE"),
        ),
        status_code=HTTP_200_OK,
    )
    async def login(
        self, request: deps.AnyRequest, data: JSONBody[SignIn], platform: deps.Platform
    ) -> Response[Session]:
        """Sign in with email and password. After some wrong ones there are waits, which grow:
        Retry-After says how long. A browser that has signed in to the account before
        (with `cookie`) keeps waits of its own: others can't lock its owner out."""
        device = device_of(platform, request.cookies.get(DEVICE), data.email)
        asker = Asker(network_of_client(request.scope), device)
        session = await service.sign_in(platform, data, client_of(request.scope), asker)
        answer = answer_session(platform, session, HTTP_200_OK, in_cookie=data.cookie is True)
        if data.cookie is True:
            answer.cookies.append(device_cookie(platform, data.email))
        return answer

    @post(
        "/refresh",
        **operation(
            "refreshSession", may="anyone", is_repeatable=True, problems=("UNAUTHENTICATED",)
        ),
        status_code=HTTP_200_OK,
    )
    async def refresh(
        self, request: deps.AnyRequest, data: JSONBody[Refresh], platform: deps.Platform
    ) -> Response[Session]:
        """Exchange a refresh token for the next pair. Asked again, because the answer was lost or
        by two tabs at once, it gives the same pair; an older token ends the session."""
        in_cookie = data.refresh_token is msgspec.UNSET
        token = _token(request, data)
        if token is None:
            raise Unauthenticated("there is no refresh token, neither sent nor in a cookie")
        session = await sessions.refresh(platform, token, client_of(request.scope))
        return answer_session(platform, session, HTTP_200_OK, in_cookie=in_cookie)

    @post(
        "/logout",
        **operation("logout", may="anyone", is_repeatable=True),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def logout(
        self, request: deps.AnyRequest, data: JSONBody[Refresh], platform: deps.Platform
    ) -> Response[None]:
        """End the session that this refresh token belongs to."""
        token = _token(request, data)
        if token is not None:
            await sessions.sign_out(platform, token)
        ends = [cookies.ending_cookie(platform)] if data.refresh_token is msgspec.UNSET else []
        return Response(None, status_code=HTTP_204_NO_CONTENT, cookies=ends)

    @post(
        "/switch-organization",
        **operation("switchOrganization", may="organization:read", problems=("NOT_FOUND",)),
        status_code=HTTP_200_OK,
    )
    async def switch_organization(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        data: JSONBody[OrganizationChoice],
        platform: deps.Platform,
    ) -> Response[Session]:
        """Go on in another organization that the person belongs to, without a password. The session
        that asks ends, and another begins there."""
        session = await service.switch(
            platform, actor, data.organization_id, client_of(request.scope)
        )
        return answer_session(platform, session, HTTP_200_OK, in_cookie=data.cookie is True)

    @get("/installation", **operation("getInstallation", may="anyone"))
    async def get_installation(self, platform: deps.Platform) -> InstallationRead:
        """What somebody who isn't signed in can do here."""
        return await service.describe_installation(platform)

    @get("/me", **operation("getMe", may="organization:read"))
    async def me(self, reader: deps.Reader, actor: deps.Actor) -> Me:
        """Who the token or key speaks for, and what it may do."""
        return await service.describe(reader, actor)


def _token(request: deps.AnyRequest, data: Refresh) -> str | None:
    """What was sent, or else what the browser has kept."""
    if data.refresh_token is not msgspec.UNSET:
        return data.refresh_token
    return request.cookies.get(cookies.NAME)
