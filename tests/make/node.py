"""Packages of npm for the tests that want a client in JavaScript, as locked, in a cache outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest


def installed_node_modules(folder: Path) -> Path:
    """The node_modules of the package.json and package-lock.json in `folder`. Skips where they can't be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed: what needs them is not tried")
    lock = (folder / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    place = cache / "holdfast-tests" / hashlib.sha256(lock).hexdigest()[:16]
    if not (place / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, place)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            pytest.skip(f"npm can't install {folder.name}'s packages here: {done.stderr[-300:]}")
        (place / "complete").touch()
    return place / "node_modules"
