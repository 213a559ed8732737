"""/auth: signing in. Called before there is a token, so the services open their own transactions."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from app.accounts.auth import service
from app.accounts.auth.authentication import network_of_client
from app.accounts.auth.schemas import Me, Refresh, Registration, Session, SignIn
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
    ) -> Session:
        """Create a person and their organization, and sign them in as its owner."""
        return await service.register(platform, data, network_of_client(request.scope))

    @post(
        "/login",
        **operation("login", may="anyone", problems=("UNAUTHENTICATED",)),
        status_code=HTTP_200_OK,
    )
    async def login(
        self, request: deps.AnyRequest, data: JSONBody[SignIn], platform: deps.Platform
    ) -> Session:
        """Sign in with email and password. After some wrong ones there are waits, which grow:
        Retry-After says how long."""
        return await service.sign_in(platform, data, network_of_client(request.scope))

    @post(
        "/refresh",
        **operation("refreshSession", may="anyone", problems=("UNAUTHENTICATED",)),
        status_code=HTTP_200_OK,
    )
    async def refresh(self, data: JSONBody[Refresh], platform: deps.Platform) -> Session:
        """Exchange a refresh token for a new pair. Each works once; a second use ends the session."""
        return await service.refresh(platform, data.refresh_token)

    @post("/logout", **operation("logout", may="anyone"), status_code=HTTP_204_NO_CONTENT)
    async def logout(self, data: JSONBody[Refresh], platform: deps.Platform) -> None:
        """End the session that this refresh token belongs to."""
        await service.sign_out(platform, data.refresh_token)

    @get("/me", **operation("getMe", may="organization:read"))
    async def me(self, reader: deps.Reader, actor: deps.Actor) -> Me:
        """Who the token or key speaks for, and what it may do."""
        return await service.describe(reader, actor)
