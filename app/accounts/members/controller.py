"""/organizations/current/members: who belongs to the organization."""

from __future__ import annotations

from litestar import Controller, delete, get, patch
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.accounts.ids import UserId
from app.accounts.members import service
from app.accounts.members.schemas import MemberRead, MemberRemoval, MemberUpdate
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page


class MemberController(Controller):
    path = "/organizations/current/members"
    tags = ("Accounts",)

    @get(**operation("listMembers", may="members:read", sortable=service.SORTS))
    async def list_members(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[MemberRead]:
        """The people in the organization, the newest first."""
        return await service.page(reader, page_request)

    @get("/{user_id:uuid}", **operation("getMember", may="members:read"))
    async def get_member(self, reader: deps.Reader, user_id: UserId) -> MemberRead:
        """One of them."""
        return await service.get(reader, user_id)

    @patch(
        "/{user_id:uuid}",
        **operation(
            "updateMember",
            may="members:write",
            needs_factor=True,
            problems=("LAST_OWNER", "UNPROCESSABLE"),
        ),
    )
    async def update_member(
        self, tx: deps.Tx, actor: deps.Actor, user_id: UserId, data: JSONBody[MemberUpdate]
    ) -> MemberRead:
        """Give a member another role, which may no more than whoever asks. What they are signed in
        with says the old one for minutes; what changes members, keys or the organization asks anew.
        """
        return await service.change(tx, actor, user_id, data.role)

    @delete(
        "/{user_id:uuid}",
        **operation(
            "deleteMember", may="members:write", needs_factor=True, problems=("LAST_OWNER",)
        ),
        status_code=HTTP_200_OK,
    )
    async def delete_member(self, tx: deps.Tx, actor: deps.Actor, user_id: UserId) -> MemberRemoval:
        """Remove somebody from the organization: their sessions here end. The keys that they made
        stay, and the answer names them."""
        return await service.remove(tx, actor, user_id)
