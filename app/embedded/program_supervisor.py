"""One program that is kept running: start it, see that it answers, start it again when it ends.

Only a program that has never answered ends the platform: it can't be started, and its log says why.
What has answered once works, and whatever ends it, however often, may be what somebody has sent:
it is started again, ever more slowly, and the other programs run on.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from app.embedded.errors import EmbeddedError, log_tail
from app.embedded.process import Child, Program, at_once
from db.connections.background import TaskOwner

QUICK_SECONDS = 10.0  # a program that ran for less failed quickly
QUICK_FAILURES = 5  # in a row, before we give up what has never answered
FIRST_PAUSE_SECONDS = 0.1
PAUSE_DOUBLINGS_MAX = 10
LONGEST_PAUSE_SECONDS = 5.0  # so long everybody waits for a program that may work again


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
        self._was_answering = False
        self._has_ever_answered = False

    async def run(self) -> None:
        """Run it until we are cancelled.

        Raises EmbeddedError when it has never answered, and fails quickly too often or doesn't
        answer in time; OSError when it can't even be begun.
        """
        while True:
            for name in self.program.needs:
                await self._others[name].ready.wait()
            try:
                await self._run_once()
            except (EmbeddedError, OSError) as error:
                if not self._has_ever_answered:
                    raise
                self._failures += 1
                self._tell(f"{error}: starting {self.program.name} again")
                await self.stop(time.monotonic() + self.program.stop_seconds)
            await asyncio.sleep(self._pause())

    async def stop(self, deadline: float) -> None:
        """End the program; `deadline` is a time of time.monotonic()."""
        if self.child is not None:
            await self.child.stop(deadline)

    def kill(self) -> None:
        """End the program without a chance to tidy up."""
        if self.child is not None:
            self.child.kill()

    async def _run_once(self) -> None:
        self.program.prepare()
        child = self.child = Child(self.program)
        try:
            async with TaskOwner(f"answer of {self.program.name}") as owner:
                # Raises where asking has shown that it will never answer.
                owner.start(self._answer())
                code = await child.exited()
        finally:
            self._was_answering = self.ready.is_set()
            self._has_ever_answered |= self._has_answered(child)
            self.ready.clear()
        self._count(child, code)

    def _has_answered(self, child: Child) -> bool:
        """Of a program that isn't asked, that it runs on is the answer."""
        is_asked = self.program.is_ready is not at_once
        has_run_on = time.monotonic() - child.started_at > QUICK_SECONDS
        return self.ready.is_set() and (is_asked or has_run_on)

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
        was_killed = self._was_answering and code == -signal.SIGKILL
        if was_killed or time.monotonic() - child.started_at > QUICK_SECONDS:
            self._failures = 0
        if self._stood_alone(child) and not was_killed:
            self._failures += 1
        self._tell(f"{program.name} {_ending(code)}: starting it again")
        if self._failures >= QUICK_FAILURES and not self._has_ever_answered:
            raise EmbeddedError(
                f"{program.name} {_ending(code)}, {self._failures} times in a row; "
                f"its log is {program.log}",
                log_tail(program.log),
            )

    def _tell(self, what: str) -> None:
        with suppress(OSError):  # a terminal that is gone, or a full disk, ends no program
            self._note(what)

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
        doublings = min(max(self._failures - 1, 0), PAUSE_DOUBLINGS_MAX)
        return min(FIRST_PAUSE_SECONDS * 2.0**doublings, LONGEST_PAUSE_SECONDS)


def _ending(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
