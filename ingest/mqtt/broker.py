"""Who may connect, who may publish where; PUBACK after commit.

The embedded MQTT broker: amqtt's listener, session table and packets, with everything replaced that lets a
stranger in or loses a message. It knows no database: who holds a certificate, where a publish goes and who
hears of a device's coming and going are functions that are handed in.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from amqtt import broker as amqtt_broker
from amqtt.contexts import BrokerConfig, ListenerConfig
from amqtt.errors import NoDataError
from amqtt.mqtt.connack import NOT_AUTHORIZED, SERVER_UNAVAILABLE, ConnackPacket

from ingest.mqtt.delivery import Delivery, Device
from ingest.mqtt.flow_control import Buffer, Limits
from ingest.mqtt.packets import RefusedError
from ingest.mqtt.session import DeviceSession, Shared, check_identity

if TYPE_CHECKING:
    import socket

    from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter

__all__ = ["Broker", "Delivery", "Device", "Limits", "server_tls"]

log = structlog.get_logger()

TLS_SHUTDOWN_SECONDS = 2

FindDevice = Callable[[bytes], Awaitable[Device | None]]


def server_tls(certificate_file: str | Path, key_file: str | Path, ca_pem: str) -> ssl.SSLContext:
    """TLS that lets in only who holds a client certificate of our CA.

    OpenSSL checks the chain, the validity and, where the certificate has one, that its extended key usage is
    clientAuth. There are no session tickets: a resumed session would skip all that.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    context.load_cert_chain(certificate_file, key_file)
    context.load_verify_locations(cadata=ca_pem)
    return context


class Broker:
    """The running broker. Made by `Broker.start`, ended by `close`."""

    def __init__(self, endpoint: _Endpoint, port: int) -> None:
        self._endpoint = endpoint
        self.port = port

    @classmethod
    async def start(
        cls,
        *,
        listener: socket.socket,
        tls: ssl.SSLContext,
        find_device: FindDevice,
        deliver: Callable[[Delivery], None],
        presence: Callable[[Device, bool], None],
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> Broker:
        """Listen on a bound socket.

        `find_device` says who holds the certificate with that fingerprint, None if it is unknown, revoked or
        expired; it has to see every revocation that was committed before `cut` was called. `deliver` and
        `presence` are called in the event loop and must not block. A device that takes its own session over
        is said to be present a second time, and not to be absent in between.
        """
        port: int = listener.getsockname()[1]
        shared = Shared(deliver, presence, limits, Buffer(limits.buffered_bytes))
        endpoint = _Endpoint(listener, tls, find_device, shared)
        await endpoint.start()
        return cls(endpoint, port)

    @property
    def connected(self) -> int:
        """How many devices have a session."""
        return len(self._endpoint.sessions)

    def devices(self, device_id: UUID | None = None) -> list[Device]:
        """Who has a session: everybody, or that one device if it has."""
        if device_id is not None:
            session = self._endpoint.session_of(device_id)
            return [] if session is None else [session.device]
        return [session.device for _, session in self._endpoint.sessions.values()]

    def doubt(self, device_id: UUID | None = None) -> None:
        """Look up again who is connecting at this moment: something may have changed since it was looked up.

        To be called before `devices`; together they miss nobody.
        """
        self._endpoint.doubt(device_id)

    def cut(self, *, fingerprint: bytes | None = None, device_id: UUID | None = None) -> int:
        """Close at once every session of that certificate, or of that device; how many there were.

        Whoever is connecting with it at this moment is refused, too.
        """
        return self._endpoint.cut(fingerprint, device_id)

    async def publish(
        self, device_id: UUID, topic: str, body: bytes, *, timeout_seconds: float = 10
    ) -> bool:
        """Send to a device with QoS 1; True when it acknowledged.

        False when it isn't connected, hasn't subscribed to the topic, did so with QoS 0 (then it is sent, but
        nobody acknowledges), or doesn't answer in time. Nothing is kept for later.
        """
        session = self._endpoint.session_of(device_id)
        return session is not None and await session.publish(topic, body, timeout_seconds)

    def stop_accepting(self) -> None:
        """Take no new connections and read nothing more; acknowledgements are still sent."""
        self._endpoint.stop_accepting()

    async def close(self) -> None:
        """End every session at once. PUBACKs given until now are sent; wills are not delivered any more.

        Can be repeated.
        """
        self._endpoint.stop_accepting()
        await self._endpoint.close()


@dataclass(slots=True, eq=False)
class _Applicant:
    """A connection whose device is being looked up."""

    fingerprint: bytes
    client_id: str
    is_cut: bool = False
    is_doubted: bool = False


class _Endpoint(amqtt_broker.Broker):  # type: ignore[misc]
    """amqtt's broker with our listener and our sessions, and with nothing that passes between devices.

    amqtt takes its handler class from a module global, in `_initialize_client_session` alone. Overriding that
    is all it takes: nothing of amqtt is patched, and several brokers can live in one process.
    """

    def __init__(
        self, listener: socket.socket, tls: ssl.SSLContext, find_device: FindDevice, shared: Shared
    ) -> None:
        # It writes lines, and payloads, for every packet; what is worth knowing is in our log.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        super().__init__(BrokerConfig(listeners={"default": ListenerConfig()}, plugins={}))
        shared.sessions = self._sessions
        self._shared = shared
        self._listener = listener
        self._tls = tls
        self._find_device = find_device
        self._applicants: set[_Applicant] = set()
        self._connections: set[asyncio.Task[None] | None] = set()

    def session_of(self, device_id: UUID) -> DeviceSession | None:
        return self._shared.sessions.get(str(device_id), (None, None))[1]

    async def _start_listeners(self) -> None:
        server = await asyncio.start_server(
            self._serve_connection,
            sock=self._listener,
            ssl=self._tls,
            backlog=1024,
            ssl_handshake_timeout=self._shared.limits.connect_timeout_seconds,
            ssl_shutdown_timeout=TLS_SHUTDOWN_SECONDS,
        )
        self._servers["default"] = amqtt_broker.Server("default", server)

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, from the end of its TLS handshake to its own."""
        if (
            self._shared.is_draining
            or len(self._connections) >= self._shared.limits.connections_max
        ):
            log.info("connection_refused", reason="no more connections")
            writer.transport.abort()
            return
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            await self.stream_connected(reader, writer, "default")
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # it ended, as connections do; asyncio would log a cancelled one as an error
        except Exception:
            log.exception("connection_failed")
        finally:
            self._connections.discard(task)
            if not writer.is_closing():
                writer.transport.abort()

    async def _initialize_client_session(
        self, reader: StreamReaderAdapter, writer: StreamWriterAdapter, address: str, port: int
    ) -> tuple[DeviceSession, Any]:
        """Who is it? Answered before any session is touched: amqtt deletes the old one first."""
        try:
            async with asyncio.timeout(self._shared.limits.connect_timeout_seconds):
                handler, session = await DeviceSession.init_from_connect(
                    reader, writer, self.plugins_manager
                )
                device = await self._identify(session, writer)
        except (TimeoutError, RefusedError) as exc:
            reason = str(exc) or "no CONNECT in time"
            log.info("connection_refused", reason=reason, address=address, port=port)
            self._turn_away(writer, getattr(exc, "code", None))
            raise RefusedError(reason) from None
        handler.open(device, session, writer, self._shared)
        return handler, session

    async def _identify(self, session: Any, writer: StreamWriterAdapter) -> Device:
        certificate = writer.get_ssl_info().getpeercert(binary_form=True)
        applicant = _Applicant(hashlib.sha256(certificate).digest(), session.client_id)
        self._applicants.add(applicant)
        try:
            device = await self._look_up(applicant)
        except Exception as exc:
            log.exception("device_lookup_failed")
            raise RefusedError("device lookup failed", SERVER_UNAVAILABLE) from exc
        finally:
            self._applicants.discard(applicant)
        if self._shared.is_draining:
            raise RefusedError("no more connections", SERVER_UNAVAILABLE)
        if device is None or applicant.is_cut or device.expires_at <= datetime.now(UTC):
            raise RefusedError("certificate unknown, revoked or expired", NOT_AUTHORIZED)
        check_identity(session, device)
        return device

    async def _look_up(self, applicant: _Applicant) -> Device | None:
        while True:
            applicant.is_doubted = False
            device = await self._find_device(applicant.fingerprint)
            if not applicant.is_doubted:
                return device

    @staticmethod
    def _turn_away(writer: StreamWriterAdapter, code: int | None) -> None:
        transport = writer._writer.transport
        if code is None:
            transport.abort()
        else:
            transport.write(ConnackPacket.build(0, code).to_bytes())
            transport.close()

    async def _authenticate(self, session: Any, _: ListenerConfig) -> bool:
        """It has been: `_initialize_client_session` lets nobody else in."""
        return True

    async def _handle_client_session(
        self, reader: Any, writer: Any, client_session: Any, handler: DeviceSession, *listener: Any
    ) -> None:
        try:
            self._shared.presence(handler.device, True)
            if not handler.is_over:
                await super()._handle_client_session(
                    reader, writer, client_session, handler, *listener
                )
        except (RefusedError, NoDataError) as exc:
            handler.close(str(exc))
        finally:
            handler.end()

    async def _client_message_loop(self, client_session: Any, handler: DeviceSession) -> None:
        await handler.serve()

    async def _session_monitor(self) -> None:
        """Nothing to look for: a session leaves the table when it ends."""

    def doubt(self, device_id: UUID | None) -> None:
        for applicant in self._applicants:
            if device_id is None or applicant.client_id == str(device_id):
                applicant.is_doubted = True

    def cut(self, fingerprint: bytes | None, device_id: UUID | None) -> int:
        client_id = str(device_id) if device_id else None
        for applicant in self._applicants:
            if applicant.fingerprint == fingerprint or applicant.client_id == client_id:
                applicant.is_cut = True
        live = [session for _, session in self._shared.sessions.values()]
        cut = [s for s in live if s.device.fingerprint == fingerprint or s.device.id == device_id]
        for session in cut:
            session.close("cut off")
        return len(cut)

    def stop_accepting(self) -> None:
        self._shared.is_draining = True
        for server in self._servers.values():
            server.instance.close()

    async def close(self) -> None:
        if self.transitions.state != "started":
            return
        for _, session in self._shared.sessions.values():
            session.flush()
        # uvloop sends what was written at the end of a turn; ending a session throws away what wasn't sent.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        connections = [task for task in self._connections if task]
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await self.shutdown()
