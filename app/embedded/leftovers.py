"""What an earlier run left behind: processes that slipped through the other nets (process.py),
being busy or half started, are found in /proc and ended before the next start."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from signal import Signals

from app.embedded.errors import EmbeddedError

# Marks every process of ours with the installation that it belongs to.
STATE_VARIABLE = "HOLDFAST_STATE_DIR"


def processes() -> Iterator[Path]:
    """The /proc directory of every process but this one."""
    own = str(os.getpid())
    return (
        entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and entry.name != own
    )


def running_in(directory: Path, executable: str) -> list[int]:
    """Processes of an executable whose working directory is this one, as a server's is its data."""
    return [int(entry.name) for entry in processes() if _runs_in(entry, directory, executable)]


def _runs_in(entry: Path, directory: Path, executable: str) -> bool:
    try:
        # Never by the directory alone: a shell may stand in it. "(deleted)" follows an upgrade.
        program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        return program == executable and (entry / "cwd").readlink() == directory
    except OSError:  # ended meanwhile, or another user's
        return False


def supervised(state_directory: Path) -> list[int]:
    """Processes of ours that a supervisor of this state directory started, and theirs."""
    marker = os.fsencode(f"{STATE_VARIABLE}={state_directory}")
    return [int(entry.name) for entry in processes() if marker in _environment(entry)]


def _environment(entry: Path) -> list[bytes]:
    try:
        return (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def end_all(find: Callable[[], list[int]], sent: Signals, seconds: float) -> None:
    """Signal what `find` finds, wait, SIGKILL what is still there; returns when it finds no
    more."""
    if not (found := find()):
        return
    _signal_each(found, sent)
    deadline = time.monotonic() + seconds
    while found := find():
        if time.monotonic() > deadline:
            _signal_each(found, signal.SIGKILL)
        if time.monotonic() > deadline + 10:
            raise EmbeddedError(f"processes {found} of an earlier run can't be ended")
        time.sleep(0.01)


def _signal_each(pids: list[int], sent: Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, sent)
