"""No task without an owner: what runs beside a block is started by it, ends with it, and can't fail
unseen.

A `TaskOwner` is a block with tasks. It is left when all of them have ended, never before: at the
block's end those that still run are cancelled and waited for. A task that fails interrupts the
block, as if the error had happened in it, and the block raises that error: the first one; any other
is logged. `in_background` is the same for loops, which have no end: one that ends is an error even
where it raised none. Loops stand at the bottom of a process, so that such an error leaves its main
function, the process ends, and whoever supervises it starts it anew: so a loop heals. Before there
was this, an error waited in its task until shutdown, while the process looked well.

How a block is interrupted: its task, the host, is cancelled, and the cancellation taken back
(`uncancel`) where the block is left. Where the host's count of cancellations is then still above
what it was at the beginning, somebody outside has cancelled it, too: the block ends with
CancelledError, whatever else has happened, since `asyncio.timeout` and whoever called `cancel` rely
on that. Cancellations come when they like, also while the block waits for its tasks to end, where
one can only be remembered.

Why not asyncio.TaskGroup: before Python 3.13 it forgets a cancellation that arrives after a task
has failed; it hands over every error in a group; and a task that was cancelled, or came to its end,
is well to it. Why not asyncio.wait_for: before 3.12 it swallows a cancellation that arrives with
its result. Libraries use it: hence whoever doesn't end is asked again after a while.

Sources: the nurseries and cancel scopes of trio's documentation; taskgroups.py and timeouts.py of
asyncio.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import structlog
from prometheus_client import Gauge

log = structlog.get_logger()

T = TypeVar("T")

CANCEL_AGAIN_SECONDS = 3.0
# A block may tidy up for some seconds while it is left, and shall not be interrupted in that.
INTERRUPT_AGAIN_SECONDS = 10.0
LOOK_SECONDS = 5.0

turned_at_seconds = Gauge(
    "holdfast_loop_turned_at_seconds",
    "Unix time at which a background loop last completed a turn, or had nothing to do.",
    ["loop"],
    multiprocess_mode="liveall",
)


class LoopEnded(Exception):
    """A loop, which has no end, ended without an error of its own."""


class TaskOwner:
    """A block with tasks: `async with`. Whoever has the owner may start one, from wherever.

    Where a task serves one of many (a connection, a message), its errors are that one's: it catches
    and logs them itself, or they end the block, and all the others with it.
    """

    def __init__(self, name: str, *, cancel_again_seconds: float = CANCEL_AGAIN_SECONDS) -> None:
        self._name = name
        self._cancel_again_seconds = cancel_again_seconds
        self._host: asyncio.Task[Any] | None = None  # while the block is open
        self._cancelling = 0  # the host's count of cancellations at the beginning
        self._tasks: set[asyncio.Task[Any]] = set()
        self._error: BaseException | None = None
        self._interruptions = 0
        self._is_ending = False
        self._again: asyncio.TimerHandle | None = None
        self._gone: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        self._host = asyncio.current_task()
        self._cancelling = self._host.cancelling() if self._host else 0
        return self

    def start(
        self, coroutine: Coroutine[Any, Any, T], *, name: str | None = None
    ) -> asyncio.Task[T]:
        """Run this beside the block. It may end, be awaited, and be cancelled by whoever has it.

        While the block is being left, it is cancelled at once. Raises RuntimeError outside of the
        block.
        """
        return self._start(coroutine, name or self._name, is_endless=False)

    def keep(self, coroutine: Coroutine[Any, Any, None], *, name: str) -> None:
        """The same for what has no end: that it ends, however it does, ends the block."""
        self._start(coroutine, name, is_endless=True)

    def _start(
        self, coroutine: Coroutine[Any, Any, T], name: str, *, is_endless: bool
    ) -> asyncio.Task[T]:
        if self._host is None:
            coroutine.close()
            raise RuntimeError(f"{name}: its owner, {self._name}, has ended or not begun")
        task = asyncio.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, is_endless=is_endless))
        if self._is_ending:
            task.cancel()
        return task

    def _ended(self, task: asyncio.Task[Any], *, is_endless: bool) -> None:
        self._tasks.discard(task)
        if not self._tasks and self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        error = None if task.cancelled() else task.exception()
        if error is None and is_endless and not self._is_ending:
            error = LoopEnded(f"{task.get_name()} ended, which has no end")
        if error is not None:
            self._failed(error, task.get_name())

    def _failed(self, error: BaseException, name: str) -> None:
        if self._error is not None:
            self._log(error, name)
            return
        self._error = error
        error.add_note(f"in the background: {name}")
        if not self._is_ending:
            self._interrupt()

    def _interrupt(self) -> None:
        """Cancel the host; where it swallows that, once more."""
        if self._host is not None and self._host.cancel():
            self._interruptions += 1
            self._again = _later(INTERRUPT_AGAIN_SECONDS, self._interrupt)

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._is_ending = True
        is_cancelled = self._take_back_interruptions()
        is_cancelled = await self._end_tasks() or is_cancelled
        self._host = None
        failure, self._error = self._error, None
        if is_cancelled and not isinstance(error, asyncio.CancelledError):
            raised: BaseException | None = asyncio.CancelledError()
        elif is_cancelled or (error is not None and not self._interruptions):
            raised = None  # the block's own error goes on by itself
        else:
            raised = failure
        if failure is not None and raised is not failure:
            self._log(failure, self._name)
        if raised is not None:
            if isinstance(error, Exception) and error is not raised:
                self._log(error, "the block itself")
            _raise(raised)

    def _take_back_interruptions(self) -> bool:
        """Whether somebody else has cancelled the host besides."""
        if self._again is not None:
            self._again.cancel()
        if self._host is None or not self._interruptions:
            return False
        for _ in range(self._interruptions):
            self._host.uncancel()
        return self._host.cancelling() > self._cancelling

    async def _end_tasks(self) -> bool:
        """Cancel the tasks and wait for their end; whether the host was cancelled meanwhile."""
        is_cancelled = False
        self._cancel_tasks()
        while self._tasks:
            self._gone = asyncio.get_running_loop().create_future()
            try:
                await self._gone
            except asyncio.CancelledError:
                is_cancelled = True
        if self._again is not None:
            self._again.cancel()
        return is_cancelled

    def _cancel_tasks(self) -> None:
        """Those that swallow it, once more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            self._again = _later(self._cancel_again_seconds, self._cancel_tasks)

    def _log(self, error: BaseException, name: str) -> None:
        """What can't be raised, since something else is. That may be that nothing can be logged."""
        with contextlib.suppress(Exception):
            log.error("failed in the background", owner=self._name, task=name, exc_info=error)


def _later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, call)


def _raise(error: BaseException) -> None:
    """As it is: the cancellation by which the block was left becomes no part of its story."""
    context = error.__context__
    try:
        raise error
    finally:
        error.__context__ = context
        del error, context


class Turns:
    """How a loop tells that it turns. From `rest` to `next` it has nothing to do, however long."""

    def __init__(self, name: str, longest_seconds: float) -> None:
        self.name = name
        self._longest_seconds = longest_seconds
        self._turned_at = time.monotonic()
        self._rests = False
        self._is_told = False

    def next(self) -> None:
        """A turn is complete, and the next begins. Not to be called after one that failed."""
        self._turned_at = time.monotonic()
        self._rests = False

    def rest(self) -> None:
        """A turn is complete, and there is nothing to do."""
        self._rests = True

    @property
    def seconds(self) -> float:
        """How long the turn takes already; 0 while there is nothing to do."""
        return 0.0 if self._rests else time.monotonic() - self._turned_at

    @property
    def stands_still(self) -> bool:
        return self.seconds > self._longest_seconds

    def look(self) -> None:
        """Tell Prometheus, and, once, the log."""
        turned_at_seconds.labels(self.name).set(time.time() - self.seconds)
        if self.stands_still and not self._is_told:
            log.error("a loop stands still", loop=self.name, seconds=round(self.seconds))
        self._is_told = self.stands_still


@dataclass(frozen=True)
class Loop:
    """What runs without an end. It tells its turns, and says how long one may take at most."""

    name: str
    run: Callable[[Turns], Coroutine[Any, Any, None]]
    longest_seconds: float


_running: set[Turns] = set()


def standing_still() -> dict[str, float]:
    """The loops of this process whose turn takes longer than any should, and how many seconds.

    It is told, here, to Prometheus and to the log, and the process goes on. What a loop waits for,
    the database or Valkey, most often doesn't answer: a new process would wait for the same,
    without what this one holds in memory, after ten thousand devices have connected to it at once;
    and one that can't start is given up by its supervisor after a few attempts.
    """
    found: dict[str, float] = {}
    for turns in _running:
        if turns.stands_still:
            found[turns.name] = max(turns.seconds, found.get(turns.name, 0.0))
    return found


@contextlib.asynccontextmanager
async def in_background(*loops: Loop) -> AsyncIterator[None]:
    """Run loops while the block runs. One that ends, however it does, ends it with an error."""
    async with TaskOwner(", ".join(loop.name for loop in loops)) as owner:
        told = [Turns(loop.name, loop.longest_seconds) for loop in loops]
        for loop, turns in zip(loops, told, strict=True):
            owner.keep(loop.run(turns), name=loop.name)
        _running.update(told)
        owner.start(_look_at(told), name="look")
        try:
            yield
        finally:
            _running.difference_update(told)


async def _look_at(told: list[Turns]) -> None:
    while True:
        for turns in told:
            turns.look()
        await asyncio.sleep(LOOK_SECONDS)


class Ahead(Generic[T]):
    """One thing that is done ahead of being asked for, as the next piece while this one is sent.

    Its error is for whoever asks; nothing is interrupted, so that it can be used in a generator.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> None:
        """What was begun before must have been asked for."""
        assert self._task is None  # noqa: S101
        self._task = asyncio.create_task(coroutine)

    @property
    def is_begun(self) -> bool:
        return self._task is not None

    async def result(self) -> T:
        """Wait for it; a cancellation of the one who waits is its own."""
        assert self._task is not None  # noqa: S101
        try:
            return await self._task
        finally:
            self._task = None

    async def end(self) -> None:
        """Cancel it, where nobody asked, and wait until it has ended, however it does."""
        task, self._task = self._task, None
        is_cancelled = False
        while task is not None and not task.done():
            task.cancel()
            try:
                await asyncio.wait([task], timeout=CANCEL_AGAIN_SECONDS)
            except asyncio.CancelledError:
                is_cancelled = True
        if task is not None and not task.cancelled():
            task.exception()  # seen, or asyncio would say that it wasn't
        if is_cancelled:
            raise asyncio.CancelledError
