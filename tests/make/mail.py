"""A real SMTP server that remembers what it was given, and refuses whom a test says."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    port: int
    answers: Mapping[str, str]
    """By recipient: what is said instead of yes, such as "550 no such user"."""
    received: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.received.append((list(envelope.rcpt_tos), mail))
        return "250 OK"


@contextlib.contextmanager
def mail_server(answers: Mapping[str, str] | None = None) -> Iterator[MailServer]:
    """Listening on this machine, in a thread of its own, while the block runs."""
    here = MailServer(0, {} if answers is None else answers)
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        server = await loop.create_server(lambda: SMTP(here, hostname="mail.test"), "127.0.0.1", 0)
        here.port = server.sockets[0].getsockname()[1]
        return server

    server = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
