"""The backups that a clock has made, in their folder; and whether the newest is too old."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.settings.backups import BackupSettings

NAME = re.compile(r"holdfast-(\d{8}T\d{6})Z\.backup")
TIME = "%Y%m%dT%H%M%S"
UNFINISHED = ".part"  # behind the name, while it is made
# What is late by so much is a reason to look.
LATE = timedelta(hours=48)


def backups_in(folder: Path) -> list[tuple[datetime, Path]]:
    """Those that a clock has made, oldest first."""
    found = []
    for path in folder.glob("holdfast-*.backup"):
        if match := NAME.fullmatch(path.name):
            found.append((datetime.strptime(match[1], TIME).replace(tzinfo=UTC), path))
    return sorted(found)


def name_of(at: datetime) -> str:
    return f"holdfast-{at:{TIME}}Z.backup"


def fault_of_backups(settings: BackupSettings, now: datetime) -> str | None:
    """What is wrong with them, if anything is. Nothing where none are wanted."""
    if settings.folder is None:
        return None
    made = backups_in(Path(settings.folder))
    if not made:
        return f"there is no backup in {settings.folder}"
    newest = made[-1][0]
    if now - newest > max(LATE, 2 * timedelta(hours=settings.every_hours)):
        return f"the newest backup is of {newest:%Y-%m-%d %H:%M} UTC"
    return None
