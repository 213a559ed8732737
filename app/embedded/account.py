"""Which account PostgreSQL runs under (it refuses root), and what that account can reach."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from typing import NamedTuple


class Account(NamedTuple):
    uid: int
    gid: int


def service_account() -> Account | None:
    """The account that root drops to: `postgres` or else `nobody`; None when we aren't root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(65_534, 65_534)


def owner_of(path: Path) -> Account | None:
    """The account that root drops to for files that exist already; None when we aren't root."""
    if os.geteuid() != 0:
        return None
    found = path.lstat()
    return Account(found.st_uid, found.st_gid)


def can_traverse(directory: Path, account: Account | None) -> bool:
    """Whether the account may pass through the directory and all above it, by the mode bits."""
    if account is None:
        return True
    real = directory.resolve()
    return all(_may_enter(step.stat(), account) for step in (real, *real.parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
