"""Every type of job that there is, by the queue in which it waits."""

from __future__ import annotations

from workers.alerting.sending import SEND_NOTIFICATION
from workers.exports.cleanup import DELETE_OBJECTS, EXPIRE_EXPORT
from workers.exports.job import MAKE_EXPORT
from workers.exports.webhook import TELL_OF_EXPORT
from workers.queue.job import WorkerQueue

QUEUES: tuple[WorkerQueue, ...] = (
    WorkerQueue("quick", (EXPIRE_EXPORT, DELETE_OBJECTS), concurrency=16, per_organization=8),
    WorkerQueue("webhooks", (TELL_OF_EXPORT,), concurrency=16, per_organization=4),
    WorkerQueue("notifications", (SEND_NOTIFICATION,), concurrency=16, per_organization=4),
    # One at a time in each worker: an export fills a core and takes some 260 MB.
    WorkerQueue("long", (MAKE_EXPORT,), concurrency=1, per_organization=1),
)
