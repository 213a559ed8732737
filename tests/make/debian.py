"""Programs out of Debian's packages, for the tests that want a client which nobody here wrote."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

# Servers stand where not everybody's shell looks.
_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"


@cache
def program(name: str, package: str) -> str:
    """The program's path; installs its package where apt and the rights are there, skips the test otherwise."""
    if found := shutil.which(name, path=_PATH):
        return found
    if not shutil.which("apt-get") or os.geteuid() != 0:
        pytest.skip(
            f"{name} is not installed (Debian package {package}), and can't be installed from here"
        )
    # One test process at a time: apt has locks of its own, on which it fails instead of waiting.
    with Path(tempfile.gettempdir(), "holdfast-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["update"], ["install", "-y", "--no-install-recommends", package]):
            subprocess.run(
                ["apt-get", "-qq", *command], check=False, capture_output=True, timeout=100
            )
    return shutil.which(name, path=_PATH) or pytest.skip(
        f"{name} could not be installed (Debian package {package})"
    )
