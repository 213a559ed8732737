"""Log files of programs that run: none grows beyond its size, and one older file is kept of each.

A program holds its file open and appends to it, so the file can't be moved away while it runs.
What it holds is copied, and then the file is cut: lines that are written in between, in some
microseconds, are lost; none is written twice or torn by us. A disk that is full is no reason to let
the log grow: then the copy is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from pathlib import Path

LOG_MAX_BYTES = 10 * 1024 * 1024
LOOK_SECONDS = 1.0


async def keep_rotated(folder: Path) -> None:
    """Look at every log of the folder, once a second, without end."""
    while True:
        for log in folder.glob("*.log"):
            await asyncio.to_thread(rotate_if_large, log)
        await asyncio.sleep(LOOK_SECONDS)


def rotate_if_large(log: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_MAX_BYTES:
            rotate(log)


def rotate(log: Path) -> None:
    """Keep what it holds as its older file, and go on with it empty. Raises nothing."""
    older = log.with_name(log.name + ".1")
    with contextlib.suppress(OSError):
        older.unlink(missing_ok=True)  # first: it may be what fills the disk
        with log.open("rb") as source, older.open("wb") as copy:
            os.fchmod(copy.fileno(), 0o600)
            while source.tell() < os.fstat(source.fileno()).st_size:  # what came meanwhile, too
                shutil.copyfileobj(source, copy)
    with contextlib.suppress(OSError):
        os.truncate(log, 0)
