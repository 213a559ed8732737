"""/sites: the places where devices are."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post, put
from litestar.params import JSONBody

from app.accounts.customers.schemas import CustomerChoice
from app.accounts.ids import CUSTOMER, CustomerId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter, repeated
from app.core.wire import Page, split_list
from app.fleet.ids import SiteId
from app.fleet.sites import service
from app.fleet.sites.schemas import SiteCreate, SiteRead, SiteUpdate
from app.problem_codes import ProblemCode

_WORDS = {"type": "string", "minLength": 1}
_OWN_RULES: tuple[ProblemCode, ...] = (
    "ALREADY_EXISTS",
    "METADATA_TOO_LARGE",
    "UNKNOWN_TIMEZONE",
    "UNPROCESSABLE",
)


class SiteController(Controller):
    path = "/sites"
    tags = ("Devices",)

    @get(**operation("listSites", may="devices:read", sortable=service.SORTS))
    async def list_sites(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        tag: Annotated[
            list[str] | None,
            repeated("All of these", ["cold-chain"], items=_WORDS),
        ] = None,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "amsterdam", max_length=200)
        ] = None,
        customer_id: Annotated[
            CustomerId | None,
            parameter("Only what this customer has.", CUSTOMER, query="customerId"),
        ] = None,
    ) -> Page[SiteRead]:
        """Sites, newest first. All conditions given must hold."""
        return await service.page(
            reader, page_request, tags=split_list(tag), text=q, customer_id=customer_id
        )

    @post(**operation("createSite", may="devices:write", problems=(*_OWN_RULES, "QUOTA_EXCEEDED")))
    async def create_site(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[SiteCreate],
    ) -> SiteRead:
        """Add a site."""
        return await idempotent_request.run_once(
            SiteRead, lambda: service.create(tx, actor.org_id, data)
        )

    @get("/{site_id:uuid}", **operation("getSite", may="devices:read"))
    async def get_site(self, reader: deps.Reader, site_id: SiteId) -> SiteRead:
        """One site."""
        return await service.get(reader, site_id)

    @patch("/{site_id:uuid}", **operation("updateSite", may="devices:write", problems=_OWN_RULES))
    async def update_site(
        self, tx: deps.Tx, site_id: SiteId, data: JSONBody[SiteUpdate], if_match: IfMatch = None
    ) -> SiteRead:
        """Change a site (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, site_id, data, if_match)

    @put(
        "/{site_id:uuid}/customer",
        **operation("giveSiteToCustomer", may="customers:write"),
    )
    async def give_to_customer(
        self, tx: deps.Tx, site_id: SiteId, data: JSONBody[CustomerChoice], if_match: IfMatch = None
    ) -> SiteRead:
        """Give the site to a customer, who sees it from now on, or take it back. The devices that
        are there are given each by itself."""
        return await service.give(tx, site_id, data, if_match)

    @delete(
        "/{site_id:uuid}", **operation("deleteSite", may="devices:write", problems=("SITE_IN_USE",))
    )
    async def delete_site(
        self,
        tx: deps.Tx,
        site_id: SiteId,
        detach: Annotated[
            bool, parameter("Leave the devices that are there without a site.", False)
        ] = False,
        if_match: IfMatch = None,
    ) -> None:
        """Delete a site. While devices are there it is refused, unless `detach` says to leave them without one.

        Devices are never deleted with it, and their history keeps that they were here.
        """
        await service.remove(tx, site_id, if_match, detach=detach)
