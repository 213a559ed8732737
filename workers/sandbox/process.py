"""The parent's end of a sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from workers.sandbox.frames import LENGTHS, BadFrame, Head, lengths, packed, read_head
from workers.sandbox.walls import SandboxLimits


class SandboxRefused(Exception):
    """The task couldn't be done with these bytes. The message is for people, and has no address."""


class SandboxProcess:
    """One child at its task."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def send(self, head: Head, data: bytes = b"") -> None:
        """Waits while the child is slower. A child that has ended takes no more, without an error:
        its answer, or that there is none, is what `receive` says."""
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(ConnectionError):
            stdin.write(packed(head, data))
            stdin.write(data)
            await stdin.drain()

    async def receive(self) -> tuple[Head, bytes]:
        """Raises SandboxRefused when the task was refused, or broke the child."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101
        try:
            length, size = lengths(await stdout.readexactly(LENGTHS.size))
            head = read_head(await stdout.readexactly(length))
            data = await stdout.readexactly(size)
        except (asyncio.IncompleteReadError, BadFrame):
            raise SandboxRefused(await self._end()) from None
        if "refused" in head:
            raise SandboxRefused(str(head["refused"]))
        return head, data

    async def answer(self, hear: Callable[[Head], Awaitable[None]] | None = None) -> Any:
        """The task's answer; `hear` is given what the child says before it."""
        while True:
            head, _ = await self.receive()
            if "answer" in head:
                return head["answer"]
            if hear is not None:
                await hear(head)

    async def _end(self) -> str:
        code = await self._process.wait()
        return f"it broke its reader (signal {-code})" if code < 0 else "its reader ended early"


@asynccontextmanager
async def open_sandbox(
    module: str, order: Head, limits: SandboxLimits, *, file: int | None = None
) -> AsyncIterator[SandboxProcess]:
    """A child that runs `module`; it is gone when the block ends. `file` stays the caller's."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        pass_fds=() if file is None else (file,),
    )
    child = SandboxProcess(process)
    try:
        await child.send({**order, "limits": asdict(limits), "file": file})
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())
