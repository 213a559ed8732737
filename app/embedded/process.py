"""One program: how it is started, watched and ended, so that nothing outlives the supervisor.

Three nets hold. Foreign programs get PR_SET_PDEATHSIG; our own processes watch a lifeline pipe
(core/lifeline.py); and what slipped through both is ended before the next start (leftovers.py).
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals

from app.embedded.account import Account
from app.embedded.log_rotation import rotate_if_large

PR_SET_PDEATHSIG = 1
SECOND_SIGNAL_SECONDS = 0.5
ASK_SECONDS = 0.1

# Loaded here and not in the new process: between fork and exec hardly anything is safe.
_libc = ctypes.CDLL(None, use_errno=True)


async def at_once() -> bool:
    """The readiness of a program that nobody waits for."""
    return True


def _nothing() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how. `prepare` runs before every start; `is_ready` is asked until it says
    yes."""

    name: str
    argv: tuple[str, ...]
    log: Path
    directory: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    descriptors: tuple[int, ...] = ()
    account: Account | None = None
    parent_death_signal: Signals | None = None
    stop_signals: tuple[Signals, ...] = (signal.SIGTERM,)
    ready_seconds: float = 300.0  # PostgreSQL may recover, Valkey may read a large file
    stop_seconds: float = 2.0  # for the first signal; after the last comes SIGKILL
    needs: tuple[str, ...] = ()
    prepare: Callable[[], None] = _nothing
    is_ready: Callable[[], Awaitable[bool]] = at_once
    clear: Callable[[], None] = _nothing  # after the last end: what the program itself left running


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches the supervisor alone.

    Call it from the main thread: the kernel sends the parent death signal when the *thread* that
    forked ends.
    """
    rotate_if_large(program.log)
    account = program.account
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=program.directory,
            env=dict(program.environment),
            pass_fds=program.descriptors,
            start_new_session=True,
            umask=0o077,
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else [],
            preexec_fn=dies_with_parent(program.parent_death_signal),  # noqa: PLW1509 - one system call
        )


def dies_with_parent(sent: Signals | None) -> Callable[[], None] | None:
    """A preexec_fn that ties a process to this one; it runs after the change of user, which clears
    it."""
    if sent is None:
        return None
    parent = os.getpid()

    def tie() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the tie held
            os._exit(1)

    return tie


class Child:
    """A started program inside an event loop."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self._process = spawn(program)
        self.pid = self._process.pid
        self._exit: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        _call_at_end(self.pid, self._reap)

    async def exited(self) -> int:
        """Wait until it has ended, and its process group with it; the exit code, negative for a
        signal."""
        return await asyncio.shield(self._exit)

    async def stop(self, deadline: float) -> None:
        """End it, politely first; returns when it is gone. `deadline` is a time of
        time.monotonic()."""
        patience, signals = self.program.stop_seconds, self.program.stop_signals
        for later, sent in zip(reversed(range(len(signals))), signals, strict=True):
            left = deadline - time.monotonic() - later * SECOND_SIGNAL_SECONDS
            if await self._ended_after(sent, min(patience, left)):
                return
            patience = SECOND_SIGNAL_SECONDS
        self.kill()
        await self.exited()

    def kill(self) -> None:
        """SIGKILL to its whole process group."""
        if not self._exit.done():
            _signal_group(self.pid, signal.SIGKILL)

    async def _ended_after(self, sent: Signals, seconds: float) -> bool:
        if not self._exit.done():
            os.kill(self.pid, sent)
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self.exited()
        except TimeoutError:
            return False
        return True

    def _reap(self) -> None:
        # Not yet reaped, so the number can't have been given to anyone else: the group is still the
        # child's.
        _signal_group(self.pid, signal.SIGKILL)
        self._exit.set_result(self._process.wait())


def _call_at_end(pid: int, call: Callable[[], None]) -> None:
    """Once, in the event loop, when the process has ended."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        if _has_ended(pid):
            call()
        else:
            loop.call_later(ASK_SECONDS, ask)

    def ended() -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        call()

    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # Linux before 5.3, or a sandbox that forbids it
        ask()
    else:
        loop.add_reader(descriptor, ended)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _signal_group(group: int, sent: Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sent)
