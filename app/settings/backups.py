"""Backups by a clock, of an embedded installation. Without a folder none are made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from app.settings.group import PREFIX, Positive, SettingsGroup, named


class BackupSettings(SettingsGroup, frozen=True, kw_only=True):
    # On another disk than the state directory, as a mounted share.
    folder: Annotated[str | None, named("BACKUP_FOLDER")] = None
    every_hours: Annotated[Positive, named("BACKUP_EVERY_HOURS")] = 24
    # How many are kept; older ones of this installation are deleted when a newer one is whole.
    keep: Annotated[Positive, named("BACKUP_KEEP")] = 7

    def faults(self) -> Iterator[str]:
        if self.folder is not None and not Path(self.folder).is_absolute():
            yield f"{PREFIX}BACKUP_FOLDER must be an absolute path"
