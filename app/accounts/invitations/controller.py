"""/organizations/current/invitations, and /invitations/{token} for whoever was sent one."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.accounts.auth.authentication import client_of, network_of_client
from app.accounts.ids import InvitationId
from app.accounts.invitations import service
from app.accounts.invitations.schemas import (
    InvitationAnswer,
    InvitationCreate,
    InvitationOffer,
    InvitationRead,
)
from app.accounts.sessions.cookies import answer_session
from app.accounts.sessions.schemas import Session
from app.core.documentation import described
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page

Token = Annotated[
    Annotated[str, msgspec.Meta(max_length=100)],
    described(
        "As the letter's link carries it behind the `#`.",
        "inv_Vb3kQzY7mT1xN5pRw8sLc2Jd4Hf6Ga9Ue0Ki-Qo_BxY",
    ),
]


class InvitationController(Controller):
    path = "/organizations/current/invitations"
    tags = ("Accounts",)

    @get(**operation("listInvitations", may="members:read", sortable=service.SORTS))
    async def list_invitations(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[InvitationRead]:
        """Those that can still be answered, the newest first."""
        return await service.page(reader, page_request)

    @post(
        **operation(
            "createInvitation",
            may="members:write",
            needs_factor=True,
            problems=("ALREADY_EXISTS", "NO_MAIL_SERVER", "NOT_FOUND", "UNPROCESSABLE"),
        )
    )
    async def create_invitation(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        platform: deps.Platform,
        data: JSONBody[InvitationCreate],
    ) -> InvitationRead:
        """Invite somebody by a letter, which is good for a week. Inviting the same address again
        replaces the first invitation."""
        return await idempotent_request.run_once(
            InvitationRead, lambda: service.create(tx, actor, platform, data)
        )

    @get("/{invitation_id:uuid}", **operation("getInvitation", may="members:read"))
    async def get_invitation(
        self, reader: deps.Reader, invitation_id: InvitationId
    ) -> InvitationRead:
        """One that wasn't answered, withdrawn or replaced."""
        return await service.get(reader, invitation_id)

    @delete("/{invitation_id:uuid}", **operation("deleteInvitation", may="members:write"))
    async def delete_invitation(
        self, tx: deps.Tx, actor: deps.Actor, invitation_id: InvitationId
    ) -> None:
        """Withdraw an invitation."""
        await service.withdraw(tx, actor, invitation_id)


class InvitationAnswerController(Controller):
    path = "/invitations"
    tags = ("Accounts",)

    @get(
        "/{token:str}",
        **operation("getInvitationOffer", may="anyone", problems=("NOT_FOUND", "INVITATION_ENDED")),
    )
    async def get_invitation_offer(self, token: Token, platform: deps.Platform) -> InvitationOffer:
        """What whoever was invited is asked."""
        return await service.offer(platform, token)

    @post(
        "/{token:str}/accept",
        **operation(
            "acceptInvitation",
            may="anyone",
            is_repeatable=True,
            problems=("NOT_FOUND", "UNAUTHENTICATED", "WEAK_PASSWORD", "INVITATION_ENDED"),
        ),
        status_code=HTTP_200_OK,
    )
    async def accept_invitation(
        self,
        request: deps.AnyRequest,
        token: Token,
        data: JSONBody[InvitationAnswer],
        platform: deps.Platform,
    ) -> Response[Session]:
        """Become a member, with the invited address's account or with a new one, and be signed in.
        Sent again, it signs in again."""
        session = await service.accept(
            platform, token, data, client_of(request.scope), network_of_client(request.scope)
        )
        return answer_session(platform, session, HTTP_200_OK, in_cookie=data.cookie is True)
