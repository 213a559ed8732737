"""/admin/jobs: what the platform does later, and what it could not do."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get, post
from litestar.status_codes import HTTP_200_OK

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter, repeated
from app.core.wire import Page, one_of, split_list
from app.operations.jobs import service
from app.operations.jobs.schemas import JobId, JobRead, JobState

_STATES = {"type": "string", "enum": list(JobState)}


class JobController(Controller):
    path = "/admin/jobs"
    tags = ("Data",)

    @get(**operation("listJobs", may="jobs:read", sortable=service.SORTS))
    async def list_jobs(
        self,
        reader: deps.Reader,
        page_request: deps.PageRequest,
        state_names: Annotated[
            list[str] | None,
            repeated("Only in one of these states", ["DEAD"], query="state", items=_STATES),
        ] = None,
        kind: Annotated[
            str | None, parameter("Only of this kind.", "export", max_length=100)
        ] = None,
    ) -> Page[JobRead]:
        """Jobs, newest first. `state=DEAD` is the dead-letter list."""
        states = one_of(JobState, split_list(state_names), "state")
        return await service.page(reader, page_request, states=states, kind=kind)

    @get("/{job_id:uuid}", **operation("getJob", may="jobs:read"))
    async def get_job(self, reader: deps.Reader, job_id: JobId) -> JobRead:
        """One job."""
        return await service.get(reader, job_id)

    @post(
        "/{job_id:uuid}/retry",
        **operation("retryJob", may="jobs:write", problems=("JOB_STATE",)),
        status_code=HTTP_200_OK,
    )
    async def retry_job(self, tx: deps.Tx, job_id: JobId) -> JobRead:
        """Try a dead job again, with all its attempts before it; or one that waits for its next attempt, at once."""
        return await service.retry(tx, job_id)

    @post(
        "/{job_id:uuid}/discard",
        **operation("discardJob", may="jobs:write", problems=("JOB_STATE",)),
        status_code=HTTP_200_OK,
    )
    async def discard_job(self, tx: deps.Tx, job_id: JobId) -> JobRead:
        """Take a dead job off the dead-letter list."""
        return await service.discard(tx, job_id)
