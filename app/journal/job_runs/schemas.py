from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from app.core.documentation import described
from app.core.wire import Body, Instant, Moment, Read
from app.fleet.ids import SensorId
from app.journal.ids import JobDefinitionId, JobRunId


class JobRunCreate(Body):
    """Which days are computed now, all of them, whatever has been before. Without a range as the
    clock does: what is new, and what has changed."""

    from_: Annotated[Instant | None, described("Its day is the first.", "2026-11-01T00:00:00Z")] = (
        msgspec.field(name="from", default=None)
    )
    to: Annotated[
        Instant | None, described("Up to then, and ten minutes ago.", "2026-11-24T00:00:00Z")
    ] = None


RunStatus = Literal["RUNNING", "SUCCEEDED", "FAILED"]


class JobRunRead(Read):
    """One computation of a definition over a range."""

    id: JobRunId
    definition_id: JobDefinitionId
    status: Annotated[RunStatus, described("How it is.", "SUCCEEDED")]
    from_: Annotated[
        Moment | None,
        described("The first day, once it is known.", "2026-11-01T00:00:00Z"),
    ] = msgspec.field(name="from")
    to: Annotated[Moment | None, described("Up to when it looked.", "2026-11-24T00:00:00Z")]
    progress: Annotated[float, described("0 to 1, by sensors.", 1.0)]
    findings: Annotated[int, described("What it found in the days that it computed.", 12)]
    changed: Annotated[
        int, described("Of findings: added, changed and withdrawn. The rest stood already.", 1)
    ]
    because: Annotated[
        list[str],
        described(
            "Why days were computed that had been before: at most 100.",
            ["temperature (1f6b2c…) on 2026-11-03: 8,640 readings became 8,652"],
        ),
    ]
    failure: Annotated[str | None, described("Why it failed, if it did.", None)]
    created_by: Annotated[str, described("Who began it: the clock is the platform.", "platform")]
    started_at: Annotated[Moment, described("When it was begun.", "2026-11-24T09:00:00Z")]
    ended_at: Annotated[Moment | None, described("When it ended.", "2026-11-24T09:00:02Z")]

    def path(self) -> str:
        return f"/api/v1/job-definitions/{self.definition_id}/runs/{self.id}"


class JobInputRead(Read):
    """A day of a sensor that a run has read last."""

    sensor_id: SensorId
    day: Annotated[str, described("In UTC.", "2026-11-03")]
    readings: Annotated[
        int, described("Of the sensor and the one beside it, that were there.", 8652)
    ]
