"""/organizations: the tenant itself."""

from __future__ import annotations

from litestar import Controller, get, patch
from litestar.params import JSONBody

from app.accounts.organizations import service
from app.accounts.organizations.schemas import OrganizationRead, OrganizationUpdate
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch


class OrganizationController(Controller):
    path = "/organizations"
    tags = ("Accounts",)

    @get("/current", **operation("getCurrentOrganization", may="organization:read"))
    async def get_current(self, reader: deps.Reader, actor: deps.Actor) -> OrganizationRead:
        """The organization that the token or key acts in."""
        return await service.current(reader, actor)

    @patch(
        "/current",
        **operation(
            "updateCurrentOrganization",
            may="organization:write",
            problems=("UNPROCESSABLE", "ALREADY_EXISTS"),
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
        """Change the organization's names, or for how long it keeps readings."""
        return await service.update(
            tx, actor, data, if_match, retention_days_max=platform.settings.retention.readings_days
        )
