"""One program that is kept running: start it, see that it answers, start it again when it ends."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Mapping

from app.embedded.errors import EmbeddedError, log_tail
from app.embedded.process import Child, Program
from db.connections.background import TaskOwner

QUICK_SECONDS = 10.0  # a program that ran for less failed quickly
QUICK_FAILURES = 5  # in a row, before we give up
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


class ProgramSupervisor:
    """One program that runs until it is stopped. `ready` is set while it answers."""

    def __init__(
        self, program: Program, others: Mapping[str, ProgramSupervisor], note: Callable[[str], None]
    ) -> None:
        self.program = program
        self.ready = asyncio.Event()
        self.child: Child | None = None
        self._others = others
        self._note = note
        self._failures = 0
        self._has_answered = False

    async def run(self) -> None:
        """Run it until we are cancelled; raises EmbeddedError when it fails quickly too often."""
        while True:
            for name in self.program.needs:
                await self._others[name].ready.wait()
            child = self._start()
            code = await self._run_once(child)
            self._count(child, code)
            await asyncio.sleep(self._pause())

    async def stop(self, deadline: float) -> None:
        """End the program; `deadline` is a time of time.monotonic()."""
        if self.child is not None:
            await self.child.stop(deadline)

    def kill(self) -> None:
        """End the program without a chance to tidy up."""
        if self.child is not None:
            self.child.kill()

    def _start(self) -> Child:
        self.program.prepare()
        self.child = Child(self.program)
        return self.child

    async def _run_once(self, child: Child) -> int:
        try:
            async with TaskOwner(f"answer of {self.program.name}") as owner:
                # Raises where asking has shown that it will never answer.
                owner.start(self._answer())
                return await child.exited()
        finally:
            self._has_answered = self.ready.is_set()
            self.ready.clear()

    async def _answer(self) -> None:
        program = self.program
        try:
            async with asyncio.timeout(program.ready_seconds):
                while not await program.is_ready():  # noqa: ASYNC110 - nobody tells us, so we ask
                    await asyncio.sleep(0.02)
        except TimeoutError:
            message = f"{program.name} runs, but hasn't answered for {program.ready_seconds:.0f} s"
            raise EmbeddedError(message, log_tail(program.log)) from None
        self.ready.set()

    def _count(self, child: Child, code: int) -> None:
        program = self.program
        # Killed while it answered is somebody's doing, not the program's: it is started again,
        # however often.
        was_killed = self._has_answered and code == -signal.SIGKILL
        if was_killed or time.monotonic() - child.started_at > QUICK_SECONDS:
            self._failures = 0
        if self._stood_alone(child) and not was_killed:
            self._failures += 1
        self._note(f"{program.name} {_ending(code)}: starting it again")
        if self._failures >= QUICK_FAILURES:
            raise EmbeddedError(
                f"{program.name} {_ending(code)}, {self._failures} times in a row; "
                f"its log is {program.log}",
                log_tail(program.log),
            )

    def _stood_alone(self, child: Child) -> bool:
        """Whether all that it needs was up all the time: otherwise the failure isn't its own."""
        needed = [self._others[name] for name in self.program.needs]
        return all(
            other.ready.is_set()
            and other.child is not None
            and other.child.started_at < child.started_at
            for other in needed
        )

    def _pause(self) -> float:
        return min(FIRST_PAUSE_SECONDS * 2.0 ** max(self._failures - 1, 0), LONGEST_PAUSE_SECONDS)


def _ending(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
