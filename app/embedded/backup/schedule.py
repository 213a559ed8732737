"""Backups by a clock: when the next one is due, and which are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.operations.backup_files import UNFINISHED, backups_in, name_of
from app.settings.backups import BackupSettings

AGAIN_SECONDS = 900.0


def seconds_until_due(settings: BackupSettings, folder: Path, now: datetime) -> float:
    made = backups_in(folder)
    if not made:
        return 0.0
    due = made[-1][0] + timedelta(hours=settings.every_hours)
    return max(0.0, (due - now).total_seconds())


def forget_old(settings: BackupSettings, folder: Path) -> None:
    for _, path in backups_in(folder)[: -settings.keep]:
        path.unlink(missing_ok=True)


def forget_unfinished(folder: Path) -> None:
    """What was left of those whose maker was killed: nobody goes on with one."""
    for path in folder.glob(f"holdfast-*.backup{UNFINISHED}"):
        path.unlink(missing_ok=True)


async def keep_backups(
    settings: BackupSettings,
    make: Callable[[Path], Awaitable[None]],
    told: Callable[[str], None],
) -> None:
    """Make one whenever one is due; `make` raises where it can't. Without a folder: nothing."""
    if settings.folder is None:
        return
    folder = Path(settings.folder)
    while True:
        await asyncio.sleep(seconds_until_due(settings, folder, datetime.now(UTC)))
        target = folder / name_of(datetime.now(UTC))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            forget_unfinished(folder)
            await make(target)
        except Exception as error:  # of whatever kind: it is tried again
            told(f"the backup failed: {error}")
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            forget_old(settings, folder)
