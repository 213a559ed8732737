"""The lifeline alone: a process of ours notices its supervisor's end, whatever it is doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from app.core.lifeline import GRACE_SECONDS, VARIABLE

WATCH = """
import {before}
from app.core.lifeline import watch_lifeline
watch_lifeline()
print("watching", flush=True)
time.sleep(60)
"""
STUBBORN = """signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "60"])
"""
COUNT_THREADS = """
import threading
from app.core.lifeline import watch_lifeline
watch_lifeline()
print(threading.active_count())
"""


def _watching(before: str) -> tuple[subprocess.Popen[str], int]:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH.format(before=before)],
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(reading,),
        start_new_session=True,
        env={**os.environ, VARIABLE: str(reading)},
    )
    os.close(reading)
    assert process.stdout is not None
    assert process.stdout.readline() == "watching\n"
    return process, writing


def test_the_end_of_the_supervisor_ends_it() -> None:
    process, writing = _watching("time")
    with process:
        os.close(writing)
        assert process.wait(2) == -signal.SIGTERM


def test_one_that_ignores_sigterm_ends_with_what_it_started() -> None:
    process, writing = _watching(STUBBORN)
    began = time.monotonic()
    os.close(writing)
    with process:
        assert process.stdout is not None
        assert (
            process.stdout.read() == ""
        )  # the end of its child too: that has the other end of the same pipe
        assert process.wait(2) == -signal.SIGKILL
    assert GRACE_SECONDS <= time.monotonic() - began < GRACE_SECONDS + 2


def test_without_a_supervisor_it_does_nothing() -> None:
    for given in ({}, {VARIABLE: "250"}):
        environment = {
            **{name: value for name, value in os.environ.items() if name != VARIABLE},
            **given,
        }
        done = subprocess.run(
            [sys.executable, "-c", COUNT_THREADS], env=environment, capture_output=True, check=True
        )
        assert done.stdout == b"1\n"
