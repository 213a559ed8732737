"""Readers that may die: a few processes that read the bodies of strangers for this one.

    body ──▶ small, plain, no native parser ──▶ read here, in some milliseconds
         └─▶ all others ──▶ a place ──▶ a process (reader_process.py) ──▶ columns

Parsers of Arrow, Parquet, CSV, gzip and zstd are written in C++ and read what strangers make: an
offset that points elsewhere ends the process. It ends one that has nothing but this body, and costs
this body alone. The same processes read what would hold up the event loop, and what may take much
memory, which they are denied by the kernel.

Each reads one body at a time, stays for the next, and is started when it is needed. Who finds all
of them busy waits for a place; organizations get places in turns, and who would wait behind too
many is told to come back. One that takes too long is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import AsyncIterator
from typing import Self
from uuid import UUID

import structlog

from ingest.formats import crossing
from ingest.formats.crossing import (
    ANSWER_BODIES,
    ANSWER_HEAD,
    ASKED_HEAD,
    FaultAnswer,
    NotAnAnswer,
    ReadQuestion,
)
from ingest.formats.media_types import MEDIA_TYPES, NATIVE, ONE_READING
from ingest.formats.parsed import Parsed, Sent
from ingest.formats.reading import Bounds, ReaderFault, read
from ingest.pipeline.decode import NotReadings, decode_whole

log = structlog.get_logger()

PROGRAM = "ingest.formats.reader_process"
# Measured: up to here no reader of text takes more than 50 ms, whatever a body is made of.
HERE_MAX_BYTES = 32 * 1024
# An array of readings without a fault is decoded at 500 MB/s, and at 14 where it is made for that.
WHOLE_HERE_MAX_BYTES = 1024 * 1024
# Longer than the seconds of CPU that a body may take: others want the processors, too.
READ_SECONDS = 30
WAITING_MAX = 64
WAITING_PER_ORGANIZATION = 16
END_SECONDS = 5
BY_AN_EXCEPTION = 1  # Python's exit code


class ReadersBusy(Exception):
    """Too many wait to have a body read, or no process can be started."""


class _Ended(Exception):
    """The process ended, or was silent for too long."""


class ReaderProcesses:
    """`async with running()`; then `read`, by any number of tasks."""

    def __init__(self, count: int, bounds: Bounds) -> None:
        self._bounds = bounds
        self._places = _Places(count)
        self._idle: list[_Reader] = []
        self._started: set[_Reader] = set()
        self.waiting_bytes = 0
        """Of bodies that are read, or wait for it."""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """At the block's end no process is left."""
        try:
            yield self
        finally:
            readers, self._started, self._idle = self._started, set(), []
            for reader in readers:
                reader.end()
            for reader in readers:
                await reader.ended()

    async def read(self, org_id: UUID, sent: Sent) -> Parsed:
        """What the body holds. Raises NotReadings, TooManyElements, ReadersBusy."""
        try:
            parsed = self._read_here(sent)
            return await self._read_there(org_id, sent) if parsed is None else parsed
        except ReaderFault as error:
            log.error("a reader failed", media_type=sent.media_type, exc_info=error)
            raise

    def _read_here(self, sent: Sent) -> Parsed | None:
        """None for what isn't read here."""
        if sent.encoding != "identity" or sent.media_type in NATIVE:
            return None
        if len(sent.body) <= HERE_MAX_BYTES:
            return read(sent, self._bounds)
        is_array = sent.media_type not in (*MEDIA_TYPES, ONE_READING) and sent.body[:1] == b"["
        if not is_array or len(sent.body) > WHOLE_HERE_MAX_BYTES:
            return None
        elements = decode_whole(sent.body, self._bounds.readings_max)
        return None if elements is None else Parsed(elements=elements, body=sent.body)

    async def _read_there(self, org_id: UUID, sent: Sent) -> Parsed:
        self.waiting_bytes += len(sent.body)
        try:
            async with self._places.one(org_id):
                found = await self._ask(sent)
        finally:
            self.waiting_bytes -= len(sent.body)
        if isinstance(found, FaultAnswer):
            log.error("a reader failed", media_type=sent.media_type, traceback=found.traceback)
            raise NotReadings("the body can't be read")
        return found

    async def _ask(self, sent: Sent) -> Parsed | FaultAnswer:
        reader = await self._reader()
        is_last = True
        try:
            answer, is_last = await reader.ask(sent, self._bounds)
            return crossing.parsed_of(answer, sent, readings_max=self._bounds.readings_max)
        except (_Ended, NotAnAnswer) as error:
            is_last = True
            reader.end()
            await self._tell(reader, sent, error)
            raise NotReadings(
                "the body can't be read: it takes too long, or ends the process that reads it"
            ) from None
        finally:
            # Also when whoever waited has gone in the middle of an answer.
            if is_last:
                reader.end()
            else:
                self._idle.append(reader)

    async def _reader(self) -> _Reader:
        self._started = {each for each in self._started if each.is_alive}
        while self._idle:
            reader = self._idle.pop()
            if reader.is_alive:
                return reader
        try:
            reader = await _Reader.start()
        except OSError as error:
            log.error("no process can be started to read bodies", error=repr(error))
            raise ReadersBusy("bodies of this kind can't be read at the moment") from None
        self._started.add(reader)
        return reader

    async def _tell(self, reader: _Reader, sent: Sent, error: Exception) -> None:
        code = await reader.ended()
        log.warning(
            "a body ended its reader",
            media_type=sent.media_type,
            body_bytes=len(sent.body),
            exit_code=code,
            error=str(error),
        )
        if not reader.has_answered and code == BY_AN_EXCEPTION:
            # It couldn't begin, whatever the body is.
            raise ReadersBusy("bodies of this kind can't be read at the moment")


class _Places:
    """So many at once; the others wait, the organizations in turns."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}

    @contextlib.asynccontextmanager
    async def one(self, org_id: UUID) -> AsyncIterator[None]:
        if self._free:
            self._free -= 1
        else:
            await self._turn(org_id)
        try:
            yield
        finally:
            self._leave()

    async def _turn(self, org_id: UUID) -> None:
        line = self._waiting.setdefault(org_id, deque())
        if (
            len(line) >= WAITING_PER_ORGANIZATION
            or sum(map(len, self._waiting.values())) >= WAITING_MAX
        ):
            raise ReadersBusy("too many bodies wait to be read; send this one again")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        """The place is the next one's."""
        while self._waiting:
            org_id, line = next(iter(self._waiting.items()))
            del self._waiting[org_id]
            turn = line.popleft() if line else None
            if line:
                self._waiting[org_id] = line  # behind the others
            if turn is not None and not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class _Reader:
    """One process, and the socket over which it is asked."""

    def __init__(self, process: Process, asked: socket.socket) -> None:
        self._process = process
        self._socket = asked
        self._is_asked = False
        self.has_answered = False

    @classmethod
    async def start(cls) -> _Reader:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                PROGRAM,
                stdin=theirs.fileno(),
                stdout=DEVNULL,
                env=_environment(),
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours)

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    def end(self) -> None:
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if self._is_asked:  # whoever waits for an answer hears of it
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        else:
            self._socket.close()

    async def ended(self) -> int | None:
        """The exit code, negative for a signal."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                return await self._process.wait()
        return None

    async def ask(self, sent: Sent, bounds: Bounds) -> tuple[bytearray, bool]:
        """The answer, and whether it is the last. Raises _Ended, NotAnAnswer."""
        self._is_asked = True
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await self._exchange(sent, bounds)
        except TimeoutError:
            raise _Ended(f"silent for {READ_SECONDS} seconds") from None
        except OSError as error:
            raise _Ended(repr(error)) from None
        finally:
            self._is_asked = False

    async def _exchange(self, sent: Sent, bounds: Bounds) -> tuple[bytearray, bool]:
        asked = crossing.encode(
            ReadQuestion(
                sent.media_type,
                sent.encoding,
                sent.precision,
                sent.device_tags,
                bounds.readings_max,
                bounds.bytes_max,
                len(sent.body),
            )
        )
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._socket, ASKED_HEAD.pack(len(asked)) + asked)
        await loop.sock_sendall(self._socket, sent.body)
        size, is_last = ANSWER_HEAD.unpack(await self._received(ANSWER_HEAD.size))
        if size > bounds.bytes_max * ANSWER_BODIES:
            raise NotAnAnswer(f"an answer of {size} bytes")
        answer = await self._received(size)
        self.has_answered = True
        return answer, is_last

    async def _received(self, size: int) -> bytearray:
        loop, data, at = asyncio.get_running_loop(), bytearray(size), 0
        view = memoryview(data)
        while at < size:
            count = await loop.sock_recv_into(self._socket, view[at:])
            if not count:
                raise _Ended("ended")
            at += count
        return data


def _environment() -> dict[str, str]:
    """Nothing that is worth anything. One thread each, and memory from the system alone: what
    threads and pools reserve would count against the limit."""
    given = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return given | {
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
