"""Every type of job that there is, by the queue in which it waits."""

from __future__ import annotations

from workers.alerting.backtests import EXPIRE_BACKTEST, TEST_RULE
from workers.alerting.sending import SEND_NOTIFICATION
from workers.analytics.job import RUN_DEFINITION
from workers.clips.job import CUT_FOOTAGE, EXPIRE_FOOTAGE
from workers.command_runs import RELEASE_RUN
from workers.configuration import END_UPLOAD, REFRESH_CONFIG
from workers.exports.cleanup import DELETE_OBJECTS, EXPIRE_EXPORT
from workers.exports.job import MAKE_EXPORT
from workers.exports.webhook import TELL_OF_EXPORT
from workers.inspection.grants import GRANT_SEGMENTS
from workers.inspection.job import INSPECT_SEGMENT
from workers.queue.job import WorkerQueue

QUEUES: tuple[WorkerQueue, ...] = (
    WorkerQueue(
        "quick",
        (EXPIRE_EXPORT, EXPIRE_FOOTAGE, EXPIRE_BACKTEST, DELETE_OBJECTS, END_UPLOAD),
        concurrency=16,
        per_organization=8,
    ),
    # One at a time of an organization: each has its configuration alone.
    WorkerQueue("configuration", (REFRESH_CONFIG,), concurrency=4, per_organization=1),
    WorkerQueue("webhooks", (TELL_OF_EXPORT,), concurrency=16, per_organization=4),
    # Each waits most of the time, for the rate that was asked for.
    WorkerQueue("commands", (RELEASE_RUN,), concurrency=32, per_organization=8),
    WorkerQueue("notifications", (SEND_NOTIFICATION,), concurrency=16, per_organization=4),
    # Each reads more than it computes, and one of an organization lets the next one wait.
    WorkerQueue("analytics", (RUN_DEFINITION, TEST_RULE), concurrency=2, per_organization=1),
    # Each has a process of its own beside the worker, that copies more than it computes.
    WorkerQueue("clips", (CUT_FOOTAGE,), concurrency=2, per_organization=2),
    WorkerQueue("grants", (GRANT_SEGMENTS,), concurrency=8, per_organization=2),
    WorkerQueue("inspection", (INSPECT_SEGMENT,), concurrency=2, per_organization=2),
    # One at a time in each worker: an export fills a core and takes some 260 MB.
    WorkerQueue("long", (MAKE_EXPORT,), concurrency=1, per_organization=1),
)
