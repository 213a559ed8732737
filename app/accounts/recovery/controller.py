"""/auth: a person's own password and address. Most is called before there is a token."""

from __future__ import annotations

from litestar import Controller, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_204_NO_CONTENT

from app.accounts.auth.authentication import client_of, network_of_client
from app.accounts.recovery import service
from app.accounts.recovery.schemas import (
    EmailProof,
    ForgottenPassword,
    PasswordChange,
    PasswordReset,
)
from app.core.http import dependencies as deps
from app.core.http.operation import operation


class RecoveryController(Controller):
    path = "/auth"
    tags = ("Accounts",)

    @post(
        "/forgot-password",
        **operation(
            "forgotPassword", may="anyone", is_repeatable=True, problems=("NO_MAIL_SERVER",)
        ),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def forgot_password(
        self, request: deps.AnyRequest, data: JSONBody[ForgottenPassword], platform: deps.Platform
    ) -> None:
        """Have a letter sent to the account's address, with which a new password can be chosen
        within an hour. The answer is the same where there is no such account."""
        await service.forget_password(platform, data.email, network_of_client(request.scope))

    @post(
        "/reset-password",
        **operation("resetPassword", may="anyone", problems=("UNAUTHENTICATED", "WEAK_PASSWORD")),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def reset_password(
        self, request: deps.AnyRequest, data: JSONBody[PasswordReset], platform: deps.Platform
    ) -> None:
        """Choose a new password by what the letter carries. It works once, and ends all of the
        person's sessions."""
        await service.reset_password(
            platform,
            data.token,
            data.password,
            client_of(request.scope),
            network_of_client(request.scope),
        )

    @post(
        "/change-password",
        **operation(
            "changePassword",
            may="organization:read",
            needs_factor=True,
            problems=("WEAK_PASSWORD",),
        ),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def change_password(
        self,
        request: deps.AnyRequest,
        actor: deps.Actor,
        data: JSONBody[PasswordChange],
        platform: deps.Platform,
    ) -> None:
        """Choose a new password by the one that is good now. It ends the person's sessions but the
        one that asks."""
        await service.change_password(
            platform,
            actor,
            data.current_password,
            data.new_password,
            client_of(request.scope),
            network_of_client(request.scope),
        )

    @post(
        "/verify-email",
        **operation("verifyEmail", may="anyone", problems=("UNAUTHENTICATED",)),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def verify_email(self, data: JSONBody[EmailProof], platform: deps.Platform) -> None:
        """Say that the account's address is one's own, by what was sent there."""
        await service.prove_email(platform, data.token)
