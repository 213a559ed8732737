"""/job-definitions: what is computed of readings on a clock."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import IfMatch, parameter
from app.core.job_functions import JobFunction
from app.core.wire import Page
from app.journal.ids import JobDefinitionId
from app.journal.job_definitions import service
from app.journal.job_definitions.schemas import (
    JobDefinitionCreate,
    JobDefinitionRead,
    JobDefinitionUpdate,
)
from app.problem_codes import ProblemCode

_OWN_RULES: tuple[ProblemCode, ...] = (
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "UNPROCESSABLE",
    "JOB_INVALID",
)


class JobDefinitionController(Controller):
    path = "/job-definitions"
    tags = ("Analytics",)

    @get(**operation("listJobDefinitions", may="analytics:read", sortable=service.SORTS))
    async def list_job_definitions(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        function: Annotated[
            JobFunction | None, parameter("Only of this function.", "DATA_GAP")
        ] = None,
    ) -> Page[JobDefinitionRead]:
        """Job definitions, newest first: those of packs, and your own."""
        return await service.page(reader, page_request, function=function)

    @post(
        **operation(
            "createJobDefinition",
            may="analytics:write",
            problems=(*_OWN_RULES, "QUOTA_EXCEEDED"),
        )
    )
    async def create_job_definition(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[JobDefinitionCreate],
    ) -> JobDefinitionRead:
        """Have something computed of readings every so often. What it finds are annotations of
        source JOB."""
        return await idempotent_request.run_once(
            JobDefinitionRead, lambda: service.create(tx, actor, data)
        )

    @get("/{definition_id:uuid}", **operation("getJobDefinition", may="analytics:read"))
    async def get_job_definition(
        self, reader: deps.Reader, definition_id: JobDefinitionId
    ) -> JobDefinitionRead:
        """One job definition."""
        return await service.get(reader, definition_id)

    @patch(
        "/{definition_id:uuid}",
        **operation("updateJobDefinition", may="analytics:write", problems=_OWN_RULES[1:]),
    )
    async def update_job_definition(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        definition_id: JobDefinitionId,
        data: JSONBody[JobDefinitionUpdate],
        if_match: IfMatch = None,
    ) -> JobDefinitionRead:
        """Change a definition. Where that changes what is computed, the last 30 days are computed
        anew."""
        return await service.change(tx, actor, definition_id, data, if_match)

    @delete("/{definition_id:uuid}", **operation("deleteJobDefinition", may="analytics:write"))
    async def delete_job_definition(
        self, tx: deps.Tx, definition_id: JobDefinitionId, if_match: IfMatch = None
    ) -> None:
        """Delete a definition. What it has found is withdrawn."""
        await service.remove(tx, definition_id, if_match)
