"""Each program by itself: what it lacks is said before it begins."""

from __future__ import annotations

import os
import subprocess
import sys
from secrets import token_hex

import pytest


def ended(command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a program says that ends before it has begun."""
    environment = {name: text for name, text in os.environ.items() if "HOLDFAST" not in name}
    return subprocess.run(
        [sys.executable, "-m", "app", command],
        env=environment | settings,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("command", ["api", "broker", "worker", "migrate", "doctor"])
def test_a_program_without_settings_says_which_it_needs(command: str) -> None:
    done = ended(command)
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr.upper()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["worker", "migrate"])
def test_who_maintains_tables_needs_the_owners_address(command: str) -> None:
    nowhere = "postgresql://nobody@/nowhere"
    done = ended(
        command,
        HOLDFAST_DATABASE_URL=nowhere,
        HOLDFAST_INGEST_DATABASE_URL=nowhere,
        HOLDFAST_REDIS_URL="redis://nowhere",
        HOLDFAST_OBJECTS_URL="file:///nowhere",
        HOLDFAST_SECRET_KEY=token_hex(32),
    )
    assert (done.returncode, "HOLDFAST_OWNER_DATABASE_URL is missing" in done.stderr) == (2, True)
