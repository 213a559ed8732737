from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from app.core.documentation import described, example_id
from app.core.wire import CreatedAt, Moment, Read

JobId = Annotated[UUID, described("The job.", example_id("job"))]


class JobState(StrEnum):
    """PENDING waits for its time and its turn, QUEUED for a free worker, DEAD for people."""

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    DEAD = "DEAD"
    DISCARDED = "DISCARDED"


class JobRead(Read):
    """Work that the platform does later, and how far it is."""

    id: JobId
    kind: Annotated[str, described("What is done.", "export")]
    state: Annotated[
        JobState,
        described(
            "PENDING waits for its time and its turn, QUEUED for a free worker. DEAD has used up its attempts, or "
            "can't succeed, and waits for people.",
            "DEAD",
        ),
    ]
    payload: Annotated[
        dict[str, Any], described("What it is done to.", {"exportId": example_id("export")})
    ]
    attempt: Annotated[int, described("How often it was begun.", 10)]
    error: Annotated[
        str | None,
        described(
            "Why the last attempt failed; null where none did.", "the object store can't be reached"
        ),
    ]
    run_at: Annotated[Moment, described("When it is tried, or was.", "2026-11-23T10:31:00Z")]
    created_at: CreatedAt
    started_at: Annotated[
        Moment | None, described("When it was first begun.", "2026-11-23T10:31:00Z")
    ]
    finished_at: Annotated[
        Moment | None, described("When it ended, if it did.", "2026-11-23T10:32:00Z")
    ]
