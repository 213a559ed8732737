"""How our own processes notice that the supervisor is gone, however it went.

The supervisor holds the writing end of a pipe, every process of ours inherits the reading end.
Nothing is ever written: the kernel closes the writing end with the supervisor, and the blocked read
returns.
"""

from __future__ import annotations

import os
import signal
import stat
import threading

VARIABLE = "HOLDFAST_LIFELINE_FD"
GRACE_SECONDS = 5.0


def watch_lifeline() -> None:
    """End this process soon after its supervisor ends. Call it first thing; no supervisor, no
    effect."""
    given = os.environ.get(VARIABLE)
    if given is None or not _is_pipe(int(given)):
        return
    threading.Thread(target=_wait, args=(int(given),), name="lifeline", daemon=True).start()


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:  # a process further down that inherited the variable, not the descriptor
        return False


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    # A timer of the kernel's would be replaced by anyone's alarm; this thread is ours.
    threading.Event().wait(GRACE_SECONDS)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # and what this process started
    os._exit(1)
