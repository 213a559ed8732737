"""/config-artefacts: versions of configurations."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.control.config_artefacts import service, uploads
from app.control.config_artefacts.schemas import (
    ConfigArtefactCreate,
    ConfigArtefactRead,
    ConfigUpload,
    ConfigUploadCreate,
)
from app.control.ids import ConfigArtefactId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.wire import Page
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = ("UNPROCESSABLE", "UNKNOWN_PROFILE", "QUOTA_EXCEEDED")


class ConfigArtefactController(Controller):
    path = "/config-artefacts"
    tags = ("Configuration",)

    @get(**operation("listConfigArtefacts", may="config:read", sortable=service.SORTS))
    async def list_config_artefacts(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        name: Annotated[
            str | None, parameter("All versions of this name.", "sampling", max_length=64)
        ] = None,
    ) -> Page[ConfigArtefactRead]:
        """Versions of configurations, newest first, without their content."""
        return await service.page(reader, page_request, name=name)

    @post(
        **operation(
            "createConfigArtefact",
            may="config:write",
            problems=(*_OWN_RULES, "CONFIG_INVALID", "TOO_LARGE"),
        )
    )
    async def create_config_artefact(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[ConfigArtefactCreate],
    ) -> ConfigArtefactRead:
        """Add the next version of a configuration of at most 64 KiB. It never changes."""
        return await idempotent_request.run_once(
            ConfigArtefactRead, lambda: service.create(tx, actor, data)
        )

    @post(
        "/upload-url", **operation("uploadConfigArtefact", may="config:write", problems=_OWN_RULES)
    )
    async def upload_config_artefact(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[ConfigUploadCreate],
    ) -> ConfigUpload:
        """Announce the next version of a configuration of at most 8 MiB, and get its address.

        PUT the bytes there with the headers that are answered, then complete it; within an hour.
        """
        return await idempotent_request.run_once(
            ConfigUpload, lambda: uploads.begin(tx, actor, platform.objects, data)
        )

    @post(
        "/{artefact_id:uuid}/complete",
        **operation(
            "completeConfigArtefact",
            may="config:write",
            is_repeatable=True,
            problems=("NOT_UPLOADED", "WRONG_CONTENT", "CONFIG_INVALID"),
        ),
        status_code=HTTP_200_OK,
    )
    async def complete_config_artefact(
        self, actor: deps.Actor, platform: deps.Platform, artefact_id: ConfigArtefactId
    ) -> ConfigArtefactRead:
        """Say that it was sent: size, SHA-256 and, for a profile, its content are checked.

        Safe to repeat.
        """
        return await uploads.complete(platform, actor, artefact_id)

    @get("/{artefact_id:uuid}", **operation("getConfigArtefact", may="config:read"))
    async def get_config_artefact(
        self, reader: deps.Reader, artefact_id: ConfigArtefactId
    ) -> ConfigArtefactRead:
        """One version of a configuration; an inline one with its content."""
        return await service.get(reader, artefact_id)

    @delete(
        "/{artefact_id:uuid}",
        **operation("deleteConfigArtefact", may="config:write", problems=("CONFIG_IN_USE",)),
    )
    async def delete_config_artefact(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        artefact_id: ConfigArtefactId,
        if_match: IfMatch = None,
    ) -> None:
        """Delete a version that nothing is bound to. Its number doesn't come again."""
        await service.remove(tx, actor, artefact_id, if_match)
