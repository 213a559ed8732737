"""One HTTP connection, of which everything has an end: in bytes, in seconds, and with all others
together.

                     HEAD ───────────────▶ BODY ───────────▶ ANSWER ──────────▶ IDLE ──▶ HEAD …
    what is awaited  its end               its next bytes    that it is read    a byte
    at most          head_seconds,         least rate,       least rate         idle_seconds
                     32 KB                 all bodies'
                                           bytes together

What always holds
- A connection that isn't given a place is answered 503 and closed; it holds none meanwhile.
- The client's clock runs only while we wait for it: not while reading is paused, since an earlier
  request is still being answered or the app has not asked for more of the body.
- Whoever is given up gets an answer where one can still be given (408, 503), and the app is told
  that the client has left.
- A stream (streams.py, the live stream) has a pace of its own, and says so in the request's state.
- An upgrade that we don't know is ignored, and the request goes on (RFC 9110, section 7.8); what
  came in the same packet behind it is the next request.

uvicorn's protocol does the rest. Its seams, which this depends on: the parser's callbacks
(`on_message_begin`, `on_headers_complete`, `on_body`, `on_message_complete`), `cycle` as the
request that is being received, `flow`. tests/attacks/test_slow_clients.py fails where they change.

Times are looked at twice a second for those alone that keep us waiting (connection_limits.py), not
by a timer for each: a request that comes whole costs two comparisons.

Source: RFC 9112, sections 9.3 to 9.6.
"""

from __future__ import annotations

import asyncio
import weakref
from http import HTTPStatus
from typing import Any

from app.core.http.connection_config import ConnectionConfig
from app.core.http.connection_limits import (
    CONNECTION,
    HAS_OWN_PACE,
    HELD_BODY,
    HeldBody,
    Place,
)
from app.core.http.live_socket import LiveSocket
from app.core.http.refusal_answer import refusal_answer
from app.core.http.request_reading import RequestReading, RequestRefused
from app.core.refusals import RefusalKind, refused
from app.problem_codes import ProblemCode

FRAMING_FACTOR = 8  # a chunk of one byte takes five more
HEAD_MAX_BYTES = 32 * 1024  # the address and all headers; a token has at most 4 KiB


class HttpConnection(RequestReading):
    config: ConnectionConfig

    _place: Place | None = None
    _is_in_head = True
    _is_in_body = False
    _is_first = True
    _is_socket = False  # has become one
    _head_bytes = 0
    _began_at = 0.0  # of the head, or of the time in which a body's pace is looked at
    _body_bytes = 0  # of the body, in that time
    _rest_until: float | None = None  # for the rest of a body whose request is answered
    _unread: tuple[float, int] | None = None  # since when, and how much, nobody reads
    _framed_bytes = _unframed_bytes = 0  # of a body, as it came and as it is

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._all = self.config.connections
        self._held: dict[Any, HeldBody] = {}  # by the request's cycle
        self._weak = weakref.ref(self)  # requests know it, and it them: they must end by themselves
        self._place = self._all.enter(self.client[0] if self.client else "", self)
        if self._place is None:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "there are as many connections as there may be",
                code="UNAVAILABLE",
                kind="CONNECTIONS",
            )
            self.transport.close()
            return
        self._began_at = self.loop.time()
        self._all.awaited.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.awaited.discard(self)
        if self._place is not None:
            self._place.leave()
        for held in self._held.values():
            held.give_back()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._all.awaited.discard(self)
        self._is_socket = True
        super().handle_websocket_upgrade()
        socket = self.transport.get_protocol()
        if isinstance(socket, LiveSocket) and not self.transport.is_closing():
            socket.place, self._place = self._place, None

    # What comes

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._unset_keepalive_if_required()
        if self._waits(data):
            return
        if self._is_in_head:
            self._head_bytes += len(data)
        elif self._is_in_body:
            self._framed_bytes += len(data)
        self._read(data)
        if self._is_refused or self.parser is None or self.transport.is_closing():
            return
        if (self._is_in_head and self._head_bytes > HEAD_MAX_BYTES) or (
            self._is_in_body and self._is_mostly_framing()
        ):
            self._refuse_head()
        elif self._is_in_head or self._is_in_body:
            self._all.awaited.add(self)
        elif self._unread is None:
            self._all.awaited.discard(self)

    def _is_mostly_framing(self) -> bool:
        """Trailers without end, or lines of chunks that are much longer than chunks of one byte
        need."""
        return self._framed_bytes > HEAD_MAX_BYTES + FRAMING_FACTOR * self._unframed_bytes

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = True
        if not self._is_first:  # the first one's clock runs since the connection was made
            self._began_at = self.loop.time()
        self._is_first = False

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_MAX_BYTES:
            self._refuse_head()
            raise RequestRefused
        if self._ignores_upgrade():
            return
        self.scope["state"][CONNECTION] = self._weak
        super().on_headers_complete()
        self._is_in_body, self._body_bytes = True, 0
        self._framed_bytes = self._unframed_bytes = 0
        self._began_at = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_head:  # nothing reads what comes behind a body
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._unframed_bytes += len(body)
        if self.parser.should_upgrade() or self.cycle.response_complete:
            return
        if self._held_body().add(len(body)):
            super().on_body(body)
        else:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "more bodies are being received than there is memory for",
                code="UNAVAILABLE",
                kind="BODIES",
            )

    def on_message_complete(self) -> None:
        self._is_in_body, self._rest_until = False, None
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def _held_body(self) -> HeldBody:
        cycle = self.cycle
        held = self._held.get(cycle)
        if held is None:
            held = self._held[cycle] = self._all.body_of(self._client())
            cycle.scope["state"][HELD_BODY] = held
        return held

    def _client(self) -> str:
        peer = self.client[0] if self.client else ""
        if peer not in self._all.proxies:
            return peer
        told = b",".join(text for name, text in self.headers if name == b"x-forwarded-for")
        return self._all.proxies.client(peer, told.decode("latin-1"))

    # What goes

    def on_response_complete(self) -> None:
        if self._held:
            self._give_back_answered()
        if self._is_in_body and self.cycle.response_complete:
            self._rest_until = self.loop.time() + self._all.limits.rest_seconds
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_unread()

    def _give_back_answered(self) -> None:
        held = self._held
        for cycle in [cycle for cycle in held if cycle.response_complete]:
            held.pop(cycle).give_back()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_unread()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread = None

    def _watch_unread(self) -> None:
        """It has been sent more than the sockets hold: from here on, it has to read."""
        waiting = self.transport.get_write_buffer_size()
        if waiting:
            self._unread = self.loop.time(), waiting
            self._all.awaited.add(self)

    def timeout_keep_alive_handler(self) -> None:
        # Nobody reads what is left, or it would be gone: to close would be to wait for that.
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    # Who keeps us waiting

    @property
    def is_waiting(self) -> bool:
        """For its client: no request, or one whose body isn't there yet."""
        if self._is_socket:
            return False
        return self._is_in_body or self.cycle is None or self.cycle.response_complete

    def look(self, now: float) -> None:
        """Give the client up, where it had its time."""
        if self._unread is not None and not self._is_read(*self._unread, now):
            return
        if self.transport.is_closing():
            return
        if self._rest_until is not None:
            if now > self._rest_until:
                self.transport.abort()
        elif self.flow.read_paused:
            self._began_at, self._body_bytes = now, 0
        elif self._is_in_head:
            self._look_at_head(now)
        elif self._is_in_body:
            self._look_at_body(now)
        elif self._unread is None:
            self._all.awaited.discard(self)

    def _look_at_head(self, now: float) -> None:
        if now - self._began_at <= self._all.limits.head_seconds:
            return
        if not self._is_first:
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT,
                "the request's head did not come in time",
                code="REQUEST_TIMEOUT",
                kind="REQUEST_TIMEOUT",
            )
        else:
            refused("REQUEST_TIMEOUT")
            self.transport.close()

    def _look_at_body(self, now: float) -> None:
        limits = self._all.limits
        if now - self._began_at < limits.pace_seconds:
            return
        if self._body_bytes < limits.least_bytes_per_second * limits.pace_seconds:
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT,
                "the request's body comes too slowly",
                code="REQUEST_TIMEOUT",
                kind="REQUEST_TIMEOUT",
            )
        self._began_at, self._body_bytes = now, 0

    def _is_read(self, since: float, waiting: int, now: float) -> bool:
        """Whether the client reads; else the connection is ended."""
        limits, left = self._all.limits, self.transport.get_write_buffer_size()
        if not left:
            self._unread = None
            return True
        if (
            self._has_own_pace() and not self.transport.is_closing()
        ) or now - since < limits.pace_seconds:
            return True
        if waiting - left < limits.least_bytes_per_second * limits.pace_seconds:
            refused("UNREAD")
            self.transport.abort()
            return False
        self._unread = now, left
        return True

    def _has_own_pace(self) -> bool:
        cycle = self.cycle
        return (
            cycle is not None
            and not cycle.response_complete
            and HAS_OWN_PACE in cycle.scope["state"]
        )

    # Refusals, before the app is asked or while it waits

    def send_400_response(self, msg: str) -> None:
        self._refuse_unreadable()

    def _refuse_unreadable(self) -> None:
        self._refuse(
            HTTPStatus.BAD_REQUEST,
            "this can't be read as HTTP",
            code="MALFORMED",
            kind="UNREADABLE",
        )

    def _refuse_head(self) -> None:
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            f"the address and the headers may have {HEAD_MAX_BYTES} bytes in all",
            code="HEADERS_TOO_LARGE",
            kind="HEADERS_TOO_LARGE",
        )

    def _refuse(
        self, status: HTTPStatus, detail: str, *, code: ProblemCode, kind: RefusalKind
    ) -> None:
        """Answer, where the answer to another request isn't under way, and end.

        What the client still sends is thrown away for a while: were the connection closed at once,
        its answer would be lost on the way (RFC 9112, section 9.6).
        """
        if self._is_refused or self.transport.is_closing():
            return
        refused(kind)
        self._is_refused = True
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and not self._is_in_body:
            cycle.keep_alive = False  # what came before is answered, and that is the end
            return
        if self._may_answer():
            self.transport.write(refusal_answer(status, code, detail))
        self._leave_app()
        self.flow.is_held = False
        self.flow.resume_reading()
        self.transport.write_eof()
        self._rest_until = self.loop.time() + self._all.limits.rest_seconds
        self._all.awaited.add(self)

    def _may_answer(self) -> bool:
        """Not in the middle of another answer, nor before that of an earlier request."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return True
        return self._is_in_body and not cycle.response_started and not self.pipeline

    def abort(self) -> None:
        """End it in the middle of an answer, so that nobody takes what was sent for the whole."""
        self._leave_app()
        self.transport.abort()

    def _leave_app(self) -> None:
        """What the app still waits for will not come."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
