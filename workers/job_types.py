"""Every type of job that there is, by the lane in which it waits."""

from __future__ import annotations

from workers.exports.cleanup import DELETE_OBJECTS, EXPIRE_EXPORT
from workers.exports.job import MAKE_EXPORT
from workers.exports.webhook import TELL_OF_EXPORT
from workers.queue.job import Lane

LANES: tuple[Lane, ...] = (
    Lane("quick", (EXPIRE_EXPORT, DELETE_OBJECTS), at_once=16, per_organization=8),
    Lane("webhooks", (TELL_OF_EXPORT,), at_once=16, per_organization=4),
    # One at a time in each worker: an export fills a core and takes some 260 MB.
    Lane("long", (MAKE_EXPORT,), at_once=1, per_organization=1),
)
