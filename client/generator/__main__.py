"""`python -m generator docs/openapi.json holdfast_client/api`, as `make client` calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from generator.document import read
from generator.modules import modules


def write(document: Path, directory: Path) -> None:
    """Every module anew, in the form that ruff gives them."""
    files = modules(read(json.loads(document.read_text())))
    for old in directory.glob("*.py"):
        if old.name not in files:
            old.unlink()
    for name, text in files.items():
        (directory / name).write_text(text)
    form = ["--isolated", "--quiet", "--line-length", "100", "--target-version", "py311"]
    ruff = [sys.executable, "-m", "ruff"]
    ours = ["--config", 'lint.isort.known-first-party=["holdfast_client"]']
    subprocess.run(
        [*ruff, "check", *form, *ours, "--fix", "--select", "F401,I", directory], check=True
    )
    subprocess.run([*ruff, "format", *form, directory], check=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
