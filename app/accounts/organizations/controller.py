"""/organizations: the tenant itself."""

from __future__ import annotations

from litestar import Controller, get, patch, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.accounts.members import service as members
from app.accounts.members.schemas import MemberRemoval
from app.accounts.organizations import service
from app.accounts.organizations.schemas import (
    OrganizationCreate,
    OrganizationLeave,
    OrganizationMembership,
    OrganizationRead,
    OrganizationUpdate,
)
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch
from app.core.wire import Page


class OrganizationController(Controller):
    path = "/organizations"
    tags = ("Accounts",)

    @get(**operation("listOrganizations", may="organization:read"))
    async def list_organizations(
        self, actor: deps.Actor, platform: deps.Platform
    ) -> Page[OrganizationMembership]:
        """The organizations that the person who asks belongs to, by name; for an API key none but
        its own."""
        return await service.page(platform, actor)

    @post(
        **operation("createOrganization", may="organization:read", problems=("UNPROCESSABLE",)),
        status_code=HTTP_200_OK,
    )
    async def create_organization(
        self, actor: deps.Actor, platform: deps.Platform, data: JSONBody[OrganizationCreate]
    ) -> OrganizationMembership:
        """Make another organization, whose owner is the person who asks. `switchOrganization` goes
        there."""
        return await service.create(platform, actor, data.name)

    @get("/current", **operation("getCurrentOrganization", may="organization:read"))
    async def get_current(self, reader: deps.Reader, actor: deps.Actor) -> OrganizationRead:
        """The organization that the token or key acts in."""
        return await service.current(reader, actor)

    @post(
        "/current/leave",
        **operation("leaveOrganization", may="organization:read", problems=("LAST_OWNER",)),
        status_code=HTTP_200_OK,
    )
    async def leave(
        self, tx: deps.Tx, actor: deps.Actor, data: JSONBody[OrganizationLeave]
    ) -> MemberRemoval:
        """Be a member no longer. The id is that of the token's organization, to be sure."""
        return await members.leave(tx, actor, data.organization_id)

    @patch(
        "/current",
        **operation(
            "updateCurrentOrganization",
            may="organization:write",
            needs_factor=True,
            problems=("UNPROCESSABLE", "ALREADY_EXISTS", "NO_SECOND_FACTOR"),
        ),
    )
    async def update_current(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        data: JSONBody[OrganizationUpdate],
        if_match: IfMatch = None,
    ) -> OrganizationRead:
        """Change the organization's names, for how long it keeps readings, or what it asks of its
        members."""
        return await service.update(
            tx, actor, data, if_match, retention_days_max=platform.settings.retention.readings_days
        )
