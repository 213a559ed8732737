"""/sites: the places where devices are."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.actor import may
from app.core.documentation import SiteId, gives, parameter, sorts
from app.core.http import dependencies as deps
from app.core.wire import IfMatch, Page, listed
from app.fleet.sites import service
from app.fleet.sites.schemas import SiteCreate, SiteRead, SiteUpdate

_WORDS = {"items": {"type": "string", "minLength": 1}}
_OWN_RULES = gives("ALREADY_EXISTS", "METADATA_TOO_LARGE", "UNKNOWN_TIMEZONE", "UNPROCESSABLE")


class SiteController(Controller):
    path = "/sites"
    tags = ("Devices",)

    @get(opt=may("devices:read") | sorts(service.SORTS), operation_id="listSites")
    async def list_sites(
        self,
        snapshot: deps.Snapshot,
        listing: deps.Listing,
        tag: Annotated[
            list[str] | None,
            parameter(
                "All of these; comma-separated or repeated.", ["cold-chain"], schema_extra=_WORDS
            ),
        ] = None,
        q: Annotated[
            str | None, parameter("Part of the name, in any case.", "amsterdam", max_length=200)
        ] = None,
    ) -> Page[SiteRead]:
        """Sites, newest first. All conditions given must hold."""
        return await service.page(snapshot, listing, tags=listed(tag), text=q)

    @post(opt=may("devices:write") | _OWN_RULES, operation_id="createSite")
    async def create_site(
        self, tx: deps.Tx, actor: deps.Actor, retry: deps.Retry, data: JSONBody[SiteCreate]
    ) -> SiteRead:
        """Add a site."""
        return await retry.once(SiteRead, lambda: service.create(tx, actor.org_id, data))

    @get("/{site_id:uuid}", opt=may("devices:read"), operation_id="getSite")
    async def get_site(self, snapshot: deps.Snapshot, site_id: SiteId) -> SiteRead:
        """One site."""
        return await service.get(snapshot, site_id)

    @patch("/{site_id:uuid}", opt=may("devices:write") | _OWN_RULES, operation_id="updateSite")
    async def update_site(
        self, tx: deps.Tx, site_id: SiteId, data: JSONBody[SiteUpdate], if_match: IfMatch = None
    ) -> SiteRead:
        """Change a site (JSON Merge Patch, RFC 7396)."""
        return await service.change(tx, site_id, data, if_match)

    @delete(
        "/{site_id:uuid}",
        opt=may("devices:write") | gives("SITE_IN_USE"),
        operation_id="deleteSite",
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
