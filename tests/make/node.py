"""Programs out of npm, as locked, for the tests that want a judge which nobody here wrote."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def installed(folder: Path) -> Path:
    """node_modules for the folder's package.json, in a cache outside the repository. Skips where it can't be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed: what they judge is not tried")
    lock = (folder / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    place = cache / "holdfast-npm" / hashlib.sha256(lock).hexdigest()[:16]
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        # Installed aside and then named: another process may be at it too, and either's result is whole.
        with tempfile.TemporaryDirectory(dir=place.parent) as aside:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(folder / name, aside)
            command = [
                "npm",
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefer-offline",
            ]
            done = subprocess.run(
                command, cwd=aside, capture_output=True, text=True, check=False, timeout=300
            )
            if done.returncode != 0:
                pytest.skip(
                    f"npm can't install {folder.name}/package.json here: {done.stderr[-300:]}"
                )
            whole = Path(f"{aside}.whole")
            Path(aside).rename(whole)
            Path(aside).mkdir()
            with contextlib.suppress(OSError):
                whole.rename(place)
            shutil.rmtree(whole, ignore_errors=True)
    return place / "node_modules"
