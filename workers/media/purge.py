"""Footage goes when its time is over: rows first, and a while later the objects that they named."""

from __future__ import annotations

from db.queries import footage
from workers.context import WorkerContext
from workers.media.live import end_live_sessions

FOOTAGE = "footage"
"""The name of the scheduled task."""


async def purge_footage(context: WorkerContext) -> None:
    """By age and by size of each camera, and all of deleted ones. It may be ended at any moment."""
    most_bytes = context.settings.cameras.max_stored_bytes
    await footage.note_stored(context.pool)
    while await footage.take_away_old(context.pool, most_bytes=most_bytes) >= footage.AT_ONCE:
        continue
    await end_live_sessions(context)  # of deleted cameras they are about to go
    await footage.take_away_deleted(context.pool)
    await footage.forget_uploads(context.pool)
    while due := await footage.due_garbage(context.pool):
        await context.objects.delete_many([each.object_key for each in due])
        await footage.forget_garbage(context.pool, due)
