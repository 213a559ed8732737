"""/packs: bundles of profiles and templates, shipped with the product or uploaded."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.catalogue.packs import service
from app.catalogue.packs.schemas import (
    PackChoice,
    PackDetail,
    PackRead,
    PackUpgrade,
    PackUpgradeRequest,
    PackUpload,
)
from app.catalogue.packs.upgrade import upgrade
from app.core import actor as actors
from app.core.http import dependencies as deps
from app.core.http.operation import RequestBody, operation
from app.core.http.parameters import parameter
from app.core.wire import Page

YAML_FORMATS = ("application/yaml", "application/x-yaml", "text/yaml")
PackName = Annotated[str, parameter("The pack's name.", "environment", max_length=64)]


class PackController(Controller):
    path = "/packs"
    tags = ("Profiles",)

    @get(**operation("listPacks", may="packs:read"))
    async def list_packs(self, reader: deps.Reader) -> Page[PackRead]:
        """All packs by name, on one page: those that ship with the product, those that were uploaded, and which
        version of each is installed."""
        return await service.page(reader)

    @post(
        **operation(
            "uploadPack",
            may="packs:write",
            is_repeatable=True,
            problems=("ALREADY_EXISTS", "PACK_INVALID", "QUOTA_EXCEEDED"),
            accepts=RequestBody.of(PackUpload, *YAML_FORMATS),
        )
    )
    async def upload_pack(
        self,
        request: Request[actors.Actor, Any, Any],
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
    ) -> PackRead:
        """Keep a version of a pack, in JSON or YAML. The same content again is the same version.

        Everything that is wrong with it is told with line and column.
        """
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return await service.upload(
            tx,
            actor,
            await request.body(),
            is_json=media_type not in YAML_FORMATS,
            most_bytes=platform.settings.limits.pack_max_bytes,
        )

    @get("/{pack_name:str}", **operation("getPack", may="packs:read"))
    async def get_pack(self, reader: deps.Reader, pack_name: PackName) -> PackDetail:
        """One pack with its content: of the installed version, or of the newest where none is."""
        return await service.get(reader, pack_name)

    @delete(
        "/{pack_name:str}", **operation("deletePack", may="packs:write", problems=("PACK_IN_USE",))
    )
    async def delete_pack(self, tx: deps.Tx, actor: deps.Actor, pack_name: PackName) -> None:
        """Take away what the pack brought, and what was uploaded of it. Refused while something uses it."""
        await service.remove(tx, actor, pack_name)

    @post(
        "/{pack_name:str}/install",
        **operation(
            "installPack",
            may="packs:write",
            is_repeatable=True,
            problems=(
                "PACK_INSTALLED",
                "PACK_CONFLICT",
                "VERSION_TOO_SMALL",
                "UNPROCESSABLE",
                "QUOTA_EXCEEDED",
            ),
        ),
        status_code=HTTP_200_OK,
    )
    async def install_pack(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        pack_name: PackName,
        data: JSONBody[PackChoice | None] = None,
    ) -> PackRead:
        """Bring the pack's profiles, all or none. What is installed already is done."""
        return await service.install(tx, actor, pack_name, data.version if data else None)

    @post(
        "/{pack_name:str}/upgrade",
        **operation(
            "upgradePack",
            may="packs:write",
            is_repeatable=True,
            problems=(
                "PACK_NOT_INSTALLED",
                "PACK_CONFLICT",
                "VERSION_TOO_SMALL",
                "UNPROCESSABLE",
                "QUOTA_EXCEEDED",
            ),
        ),
        status_code=HTTP_200_OK,
    )
    async def upgrade_pack(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        pack_name: PackName,
        data: JSONBody[PackUpgradeRequest | None] = None,
    ) -> PackUpgrade:
        """Go to a later version. Components and devices move to the newest version of their profile, but never to
        another major one: those stay, and are counted. With `dryRun` nothing is changed, only said."""
        return await upgrade(tx, actor, pack_name, data or PackUpgradeRequest())
