"""Live sessions end: when they were stopped, when nobody watches, when their time is over."""

from __future__ import annotations

from app.media.live.edge import SESSION_SECONDS
from db.queries import live_sessions
from workers.context import WorkerContext

LIVE_SESSIONS = "live sessions"
"""The name of the scheduled task."""


async def end_live_sessions(context: WorkerContext) -> None:
    """Their keys in Valkey are gone already, and with them what their addresses were good for."""
    await live_sessions.end_unwatched(context.pool, seconds=SESSION_SECONDS)
