"""/auth/sessions: where a person is signed in."""

from __future__ import annotations

from litestar import Controller, delete, get

from app.accounts.ids import SessionId
from app.accounts.sessions import service
from app.accounts.sessions.schemas import SessionRead
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page


class SessionController(Controller):
    path = "/auth/sessions"
    tags = ("Accounts",)

    @get(**operation("listSessions", may="organization:read"))
    async def list_sessions(self, reader: deps.Reader, actor: deps.Actor) -> Page[SessionRead]:
        """Where the person who asks is signed in, newest first; nothing for an API key."""
        return await service.page(reader, actor)

    @delete("/{session_id:uuid}", **operation("deleteSession", may="organization:read"))
    async def delete_session(self, tx: deps.Tx, actor: deps.Actor, session_id: SessionId) -> None:
        """End one of the person's own sessions. Its access token opens nothing any more."""
        await service.end_one(tx, actor, session_id)

    @delete(**operation("deleteSessions", may="organization:read"))
    async def delete_sessions(self, tx: deps.Tx, actor: deps.Actor) -> None:
        """Sign the person who asks out, everywhere."""
        await service.end_all(tx, actor)
