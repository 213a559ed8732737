"""A WebSocket, which keeps the place of the connection that it was."""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.core.http.connection_config import ConnectionConfig
from app.core.http.connection_limits import Place


class LiveSocket(WebSocketsSansIOProtocol):
    """A WebSocket, which keeps the place of the connection that it was."""

    config: ConnectionConfig
    place: Place | None = None

    _unread: tuple[float, int] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self.config.connections.awaited.discard(self)
        if self.place is not None:
            self.place.leave()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = None
        self.config.connections.awaited.add(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.config.connections.awaited.discard(self)

    def look(self, now: float) -> None:
        """What is left to send when it is closed has to be read, too; until then the stream knows
        how slow its client may be."""
        if not self.transport.is_closing():
            return
        limits, left = self.config.connections.limits, self.transport.get_write_buffer_size()
        since, waiting = self._unread or (now, left)
        if now - since < limits.pace_seconds:
            self._unread = since, waiting
        elif waiting - left < limits.least_bytes_per_second * limits.pace_seconds:
            self.transport.abort()
        else:
            self._unread = now, left
