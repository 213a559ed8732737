"""How the bytes of a connection become requests: uvicorn's protocol, with an end to what one packet
may make, and with upgrades that aren't known passed over."""

from __future__ import annotations

import asyncio
from abc import abstractmethod

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# A request is much larger in memory than in a packet: so many that came ahead of their answers are
# read, the others stay bytes. They are read in pieces, or one packet would hold thousands.
PIPELINED_MAX = 32
PIECE_BYTES = 32 * 1024


class _Flow(FlowControl):
    """Reads nothing, whoever asks for more, while what was read before waits."""

    is_held = False

    def hold(self) -> None:
        self.is_held = True
        self.pause_reading()

    def resume_reading(self) -> None:
        if not self.is_held:
            super().resume_reading()


class RequestRefused(Exception):
    """Ends the parser's work."""


class RequestReading(HttpToolsProtocol):
    """Reads; what has an end, and how it is refused, is said by who inherits from this."""

    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow: _Flow = _Flow(transport)
        self._pieces = bytearray()  # that came behind many requests, and aren't read yet

    def _waits(self, data: bytes) -> bool:
        """Whether it comes behind pieces that aren't read yet: it was in the sockets when reading
        was stopped."""
        if self._pieces:
            self._pieces += data
        return bool(self._pieces)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._pieces and len(self.pipeline) < PIPELINED_MAX:
            self.loop.call_soon(self._read_on)

    def _read(self, data: bytes) -> None:
        while data and not self._is_refused and not self.transport.is_closing():
            piece, rest = (
                (data, b"")
                if len(data) <= PIECE_BYTES
                else (data[:PIECE_BYTES], data[PIECE_BYTES:])
            )
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    self.handle_websocket_upgrade()
                    return
                rest = self._head_without_upgrade() + data[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            except httptools.HttpParserError:
                self._refuse_unreadable()
                return
            if rest and len(self.pipeline) >= PIPELINED_MAX:
                self._pieces += rest
                self.flow.hold()
                return
            data = rest

    def _read_on(self) -> None:
        """What came behind many requests, now that they are answered."""
        data, self._pieces = bytes(self._pieces), bytearray()
        if not data or self._is_refused or self.transport.is_closing():
            return
        self.flow.is_held = False
        self.data_received(data)
        if not self._pieces and not self.pipeline and not self.transport.is_closing():
            self.flow.resume_reading()

    def _head_without_upgrade(self) -> bytes:
        """The parser takes what follows for another protocol, a body too: it has to read the
        request again, as one that asks for no upgrade."""
        version = self.parser.get_http_version().encode()
        lines = [b" ".join((self.parser.get_method(), self.url, b"HTTP/" + version))]
        if not self.parser.should_keep_alive():
            lines.append(b"connection: close")
        lines += [
            name + b": " + text
            for name, text in self.headers
            if name not in (b"connection", b"upgrade", b"http2-settings")
        ]
        return b"\r\n".join((*lines, b"", b""))

    def _ignores_upgrade(self) -> bool:
        """Whether the request will be read again. A tunnel, which looks the same, is refused."""
        if not self.parser.should_upgrade() or self._should_upgrade():
            return False
        if self.parser.get_method() == b"CONNECT":
            self._refuse_unreadable()
            raise RequestRefused
        return True

    @abstractmethod
    def _refuse_unreadable(self) -> None:
        """Answer what is no HTTP, and end."""
