"""Nothing leaves a sandbox: each attempt is made from inside, after the walls stand."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

CASES = 7_000 if "FUZZ_SECONDS" in os.environ else 40
ATTEMPTS = {
    "opens a file": "open('/etc/hostname')",
    "makes a file": "os.open('/tmp/made-inside', os.O_CREAT | os.O_WRONLY)",
    "lists a folder": "os.listdir('/')",
    "deletes a file": "os.unlink('/tmp/nothing-there')",
    "opens a socket": "socket.socket()",
    "forks": "os.fork()",
    "starts a program": "os.execv('/bin/true', ['true'])",
    "ends its parent": "os.kill(os.getppid(), 9)",
    "raises its limits": "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))",
    "takes a lot of memory": "bytearray(1 << 30)",
}
PROGRAM = """
import json, os, resource, socket, threading
from workers.sandbox.walls import SandboxLimits, limit, wall_off

attempts = {attempts!r}
codes = {{name: compile(text, name, "exec") for name, text in attempts.items()}}
limit(SandboxLimits(20, 512 << 20))
is_walled = wall_off()
outcome = {{}}
for name, code in codes.items():
    try:
        exec(code)
        outcome[name] = "done"
    except (OSError, MemoryError, ValueError) as error:
        outcome[name] = type(error).__name__
thread = threading.Thread(target=outcome.__setitem__, args=("computes in a thread", "done"))
thread.start()
thread.join()
os.write(1, json.dumps([is_walled, outcome]).encode())
os._exit(0)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are Linux' own")
def test_a_process_behind_walls_computes_and_does_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", PROGRAM.format(attempts=ATTEMPTS)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    is_walled, outcome = json.loads(done.stdout)
    assert is_walled
    assert outcome.pop("computes in a thread") == "done"
    assert outcome.pop("takes a lot of memory") == "MemoryError"
    assert set(outcome) | {"takes a lot of memory"} == set(ATTEMPTS)
    assert set(outcome.values()) <= {"PermissionError", "ValueError"}


@pytest.mark.timeout(120 + CASES)
def test_damaged_footage_is_read_or_refused_and_breaks_nothing() -> None:
    """A signal that the reader gets ends its own process alone; none was ever seen but the end of
    its time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.media.mutants", str(CASES), str(CASES)],
        capture_output=True,
        check=True,
        timeout=110 + CASES,
    )
    outcomes = json.loads(done.stdout)
    print(outcomes)
    assert sum(outcomes.values()) == CASES
    assert outcomes.keys() <= {"read", "refused"}
