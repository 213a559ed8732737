"""RTSP over TCP (RFC 2326, RTP by RFC 3550 and 6184), as cameras speak it: one H.264 picture after
another, with sender reports. What it does wrong is told to it while it runs."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
import ssl
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, Self

from workers.twin.encoder import PictureEncoder

RATE, GOP = 10, 10
_NTP_EPOCH = 2_208_988_800
_CLOCK = 90_000
_MTU = 1400
_REPORT_SECONDS = 1.0

Lines = Callable[[], Sequence[str]]


class Film(Protocol):
    """What one viewer is sent, picture by picture, as `PictureEncoder` makes it."""

    def encode(self, number: int, lines: Sequence[str]) -> tuple[bool, list[bytes]]: ...
    def parameter_sets(self) -> list[bytes]: ...


def _no_lines() -> Sequence[str]:
    return ()


def _numbered() -> Film:
    return PictureEncoder(rate=RATE, gop=GOP)


class TwinCamera:
    """Picture n is taken at `began` + n / RATE, whatever its clocks say. Serves until the block
    ends."""

    def __init__(
        self,
        lines: Lines = _no_lines,
        *,
        tls: ssl.SSLContext | None = None,
        film: Callable[[], Film] = _numbered,
    ) -> None:
        self._lines, self._tls, self.film = lines, tls, film
        self.began = time.time()
        self.asked: list[str] = []
        """What was asked for: methods and addresses."""
        self.credentials: tuple[str, str] | None = None
        self.redirect: str | None = None
        self.reports = True
        self.clock_offset = 0.0
        self.is_stalled = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[Self]:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=self._tls)
        try:
            yield self
        finally:
            self._server.close()
            self.hang_up()
            await self._idle.wait()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._idle.clear()
        session = _Session(self, reader, writer)
        try:
            await session.run()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            return
        finally:
            self._writers.discard(writer)
            writer.transport.abort()
            if not self._writers:
                self._idle.set()

    def lines(self) -> Sequence[str]:
        return self._lines()


class _Session:
    """One connection: questions are answered, and after PLAY pictures are sent."""

    def __init__(
        self, twin: TwinCamera, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._twin, self._reader, self._writer = twin, reader, writer
        self._channel = 0
        self._sequence = secrets.randbelow(60_000)
        self._stamp_base, self._source = secrets.randbits(31), secrets.randbits(31)
        self._sent, self._reported = [0, 0], 0.0

    async def run(self) -> None:
        while True:
            method, url, headers = await self._question()
            self._twin.asked.append(f"{method} {url}")
            status, extra, body = self._answer(method, url, headers)
            self._writer.write(
                f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n"
                f"{extra}Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            await self._writer.drain()
            if method == "PLAY" and status == "200 OK":
                return await self._play()
            if method == "TEARDOWN":
                return None

    async def _question(self) -> tuple[str, str, dict[str, str]]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.split("\r\n")
        method, url, _ = line.split(" ", 2)
        pairs = (each.partition(":") for each in rest if ":" in each)
        return method, url, {name.lower(): text.strip() for name, _, text in pairs}

    def _answer(self, method: str, url: str, headers: dict[str, str]) -> tuple[str, str, str]:
        twin = self._twin
        if twin.redirect is not None and method == "DESCRIBE":
            return "302 Found", f"Location: {twin.redirect}\r\n", ""
        if twin.credentials is not None and method != "OPTIONS":
            expected = base64.b64encode(":".join(twin.credentials).encode()).decode()
            if headers.get("authorization") != f"Basic {expected}":
                return "401 Unauthorized", 'WWW-Authenticate: Basic realm="twin"\r\n', ""
        match method:
            case "OPTIONS":
                return "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""
            case "DESCRIBE":
                kind = "Content-Type: application/sdp\r\n"
                return "200 OK", f"Content-Base: {url}/\r\n{kind}", self._description()
            case "SETUP" if "TCP" not in headers.get("transport", ""):
                return "461 Unsupported Transport", "", ""
            case "SETUP":
                channels = headers["transport"].partition("interleaved=")[2]
                self._channel = int(channels.partition("-")[0] or 0)
                spoken = f"RTP/AVP/TCP;unicast;interleaved={self._channel}-{self._channel + 1}"
                return "200 OK", f"Transport: {spoken}\r\nSession: 1;timeout=60\r\n", ""
        return "200 OK", "Session: 1\r\n", ""

    def _description(self) -> str:
        sets = self._twin.film().parameter_sets()
        sprop = ",".join(base64.b64encode(each).decode() for each in sets)
        return (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=twin\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            "a=rtpmap:96 H264/90000\r\n"
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={sprop}\r\n"
            f"a=framerate:{RATE}\r\na=control:trackID=0\r\n"
        )

    async def _play(self) -> None:
        film = self._twin.film()
        number = int((time.time() - self._twin.began) * RATE) + 1
        while not self._writer.transport.is_closing():
            taken = self._twin.began + number / RATE
            await asyncio.sleep(max(taken - time.time(), 0))
            if not self._twin.is_stalled:
                _, units = film.encode(number, self._twin.lines())
                self._send(units, self._stamp_base + round(number / RATE * _CLOCK), taken)
                await self._writer.drain()
            number += 1

    def _send(self, units: list[bytes], stamp: int, taken: float) -> None:
        for at, unit in enumerate(units):
            self._send_unit(unit, stamp, is_last=at == len(units) - 1)
        if self._twin.reports and time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._reported = time.monotonic()
            self._report(stamp, taken + self._twin.clock_offset)

    def _send_unit(self, unit: bytes, stamp: int, *, is_last: bool) -> None:
        if len(unit) <= _MTU:
            return self._packet(unit, stamp, is_last)
        indicator, kind, body = unit[0] & 0xE0 | 28, unit[0] & 31, unit[1:]  # FU-A
        for at in range(0, len(body), _MTU):
            ends = at + _MTU >= len(body)
            header = bytes((indicator, (at == 0) << 7 | ends << 6 | kind))
            self._packet(header + body[at : at + _MTU], stamp, is_last and ends)
        return None

    def _packet(self, payload: bytes, stamp: int, marks_end: bool) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        kind = 96 | marks_end << 7
        numbers = (self._sequence, stamp & 0xFFFFFFFF, self._source)
        self._write(self._channel, struct.pack(">BBHII", 0x80, kind, *numbers) + payload)
        self._sent = [self._sent[0] + 1, self._sent[1] + len(payload)]

    def _report(self, stamp: int, taken: float) -> None:
        ntp = taken + _NTP_EPOCH
        whole, part = int(ntp), int((ntp % 1) * (1 << 32))
        numbers = (self._source, whole, part, stamp & 0xFFFFFFFF, *self._sent)
        self._write(self._channel + 1, struct.pack(">BBHIIIIII", 0x80, 200, 6, *numbers))

    def _write(self, channel: int, data: bytes) -> None:
        # A picture is many packets: whoever hangs up in between is seen at its end.
        if self._writer.transport.is_closing():
            return
        with contextlib.suppress(ConnectionError):
            self._writer.write(struct.pack(">cBH", b"$", channel, len(data)) + data)
