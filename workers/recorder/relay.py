"""Between libav and a camera: the only connection that leaves is ours, to an address that was
checked.

libav follows redirects to any host, checks no certificates, and repeats passwords in its errors.
So it is told of an address on this machine; we connect to the camera, end TLS with Python's own
checks, read the camera's answers as they pass, and break off at a redirect. What a camera sends is
read no faster than it may send; what is lost of its pictures on the way is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from typing import Self

from app.media.streams import StreamAddress
from db.connections.background import TaskOwner
from workers.recorder.pace import Pace

HEAD_MAX_BYTES, BODY_MAX_BYTES = 16_384, 65_536
CONNECT_SECONDS, SILENT_SECONDS = 5.0, 10.0
_DOLLAR = 0x24  # begins interleaved media: channel, length, packet


class Unwelcome(Exception):
    """What the camera answers isn't taken; says why, for people."""


@dataclass(frozen=True, slots=True)
class RelayTarget:
    """Where to connect: numbers that were checked, tried in turn."""

    address: StreamAddress
    numbers: list[str]
    tls: ssl.SSLContext | None
    max_bytes_per_second: int


class Relay:
    """Serves one connection of libav's, on this machine: `async with`."""

    silent_seconds = 15.0  # a child that says nothing for so long is killed: libav hangs

    def __init__(self, target: RelayTarget) -> None:
        self._target = target
        self.lost_packets = 0
        self.reason = ""
        """Why it broke off, if it did."""
        self._sequences: dict[int, int] = {}
        self._writers: list[asyncio.StreamWriter] = []
        self._ended = asyncio.Event()
        self._ended.set()
        self._pace = Pace(target.max_bytes_per_second)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._hang_up()
        await self._ended.wait()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        self._server.close()  # one connection, and nobody else's
        self._writers.append(near)
        self._ended.clear()
        try:
            far_reader, far = await self._connect()
            self._writers.append(far)
            async with TaskOwner("relay") as owner:
                owner.start(_copy(reader, far))
                await self._pass_answers(far_reader, near)
        except Unwelcome as error:
            self.reason = str(error)
        except ssl.SSLCertVerificationError:
            self.reason = "the camera's certificate is not trusted, or of another name"
        except (ssl.SSLError, ValueError, asyncio.LimitOverrunError):
            self.reason = "the camera speaks no RTSP there"
        except TimeoutError:
            self.reason = "the camera does not answer"
        except asyncio.IncompleteReadError:
            self.reason = "the camera hung up"
        except OSError:
            self.reason = "the camera can't be reached"
        finally:
            self._hang_up()
            self._ended.set()

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        target = self._target
        for at, number in enumerate(target.numbers):
            with contextlib.suppress(*([OSError] if at + 1 < len(target.numbers) else [])):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(
                        number,
                        target.address.port,
                        ssl=target.tls,
                        server_hostname=target.address.host if target.tls else None,
                    )
        raise OSError

    async def _pass_answers(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                data = await self._next(reader)
                near.write(data)
                await near.drain()
            await self._pace.spend(len(data))

    async def _next(self, reader: asyncio.StreamReader) -> bytes:
        first = await reader.readexactly(4)
        if first[0] == _DOLLAR:
            data = first + await reader.readexactly(int.from_bytes(first[2:4], "big"))
            self._count_lost(data)
            return data
        head = first + await reader.readuntil(b"\r\n\r\n")
        if len(head) > HEAD_MAX_BYTES:
            raise ValueError("an answer's head is too long")
        if head.split(b" ", 2)[1][:1] == b"3":
            raise Unwelcome("the camera answers with a redirect, which is not followed")
        lengths = [
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ]
        length = lengths[0] if lengths else 0
        if not 0 <= length <= BODY_MAX_BYTES:
            raise ValueError("an answer is too long")
        return head + await reader.readexactly(length)

    def _count_lost(self, data: bytes) -> None:
        """By RTP's sequence numbers; sender reports have odd channels."""
        channel = data[1]
        if channel % 2 or len(data) < 16:
            return
        number = int.from_bytes(data[6:8], "big")
        missing = (number - self._sequences.get(channel, number - 1) - 1) & 0xFFFF
        if missing < 1000:
            self.lost_packets += missing
        self._sequences[channel] = number


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
