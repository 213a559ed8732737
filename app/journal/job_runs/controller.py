"""/job-definitions/{id}/runs: when it was computed, and what came of it."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.params import JSONBody

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page
from app.journal.ids import JobDefinitionId, JobRunId
from app.journal.job_runs import service
from app.journal.job_runs.schemas import JobInputRead, JobRunCreate, JobRunRead


class JobRunController(Controller):
    path = "/job-definitions/{definition_id:uuid}"
    tags = ("Analytics",)

    @post(
        "/run",
        **operation(
            "runJobDefinition",
            may="analytics:write",
            problems=("NOT_FOUND", "TOO_EXPENSIVE", "JOB_RUNNING"),
        ),
    )
    async def run_job_definition(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        idempotent_request: deps.IdempotentRequest,
        definition_id: JobDefinitionId,
        data: JSONBody[JobRunCreate],
    ) -> JobRunRead:
        """Compute a range now, at most 400 days; or, without one, what is new and what has
        changed. What stands already and is found again isn't written again."""
        return await idempotent_request.run_once(
            JobRunRead, lambda: service.begin(tx, actor, definition_id, data)
        )

    @get("/runs", **operation("listJobRuns", may="analytics:read", sortable=service.SORTS))
    async def list_job_runs(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        definition_id: JobDefinitionId,
    ) -> Page[JobRunRead]:
        """Runs of a definition, newest first."""
        return await service.page(reader, definition_id, page_request)

    @get("/runs/{job_run_id:uuid}", **operation("getJobRun", may="analytics:read"))
    async def get_job_run(
        self, reader: deps.Reader, definition_id: JobDefinitionId, job_run_id: JobRunId
    ) -> JobRunRead:
        """One run, and how far it is."""
        return await service.get(reader, definition_id, job_run_id)

    @get("/runs/{job_run_id:uuid}/inputs", **operation("listJobInputs", may="analytics:read"))
    async def list_job_inputs(
        self, reader: deps.Reader, definition_id: JobDefinitionId, job_run_id: JobRunId
    ) -> list[JobInputRead]:
        """The days of sensors of the last 30 that this run was the last one to read, at most
        10,000: what its findings were made from."""
        return await service.inputs(reader, definition_id, job_run_id)
