"""Where Unix sockets lie: their path may have 107 bytes, and a URL must be able to carry it as it
is."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

from app.embedded.account import Account, can_traverse
from app.embedded.errors import EmbeddedError

LONGEST = 107  # sizeof(sun_path) - 1, see unix(7)


def socket_directory(preferred: Path, file_name: str, account: Account | None = None) -> Path:
    """The preferred directory if its path is short enough, or one in /tmp named by its hash."""
    if _fits(preferred / file_name):
        return preferred
    name = f"holdfast-{hashlib.sha256(os.fsencode(preferred)).hexdigest()[:16]}"
    for base in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - made 0700 and its owner is checked
        if _fits(base / name / file_name) and can_traverse(base, account):
            return base / name
    raise EmbeddedError(
        f"no path is short enough for a Unix socket: {preferred}, {tempfile.gettempdir()}"
    )


def _fits(path: Path) -> bool:
    # arq hands the path of a unix:// URL on without decoding it, so a path that needs encoding
    # can't be used.
    return len(os.fsencode(path)) <= LONGEST and quote(str(path)) == str(path)


def remove_if_elsewhere(directory: Path, preferred: Path) -> None:
    """Remove a socket directory that isn't the preferred one, hence nobody would find and tidy
    it."""
    if directory != preferred:
        shutil.rmtree(directory, ignore_errors=True)


def make_private(directory: Path, account: Account | None = None) -> None:
    """Make a 0700 directory for the account; raises EmbeddedError when someone else's is in its
    place."""
    owner = os.geteuid() if account is None else account.uid
    try:
        directory.mkdir(mode=0o700)
        if account is not None:
            os.chown(directory, *account, follow_symlinks=False)
    except FileExistsError:
        pass
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedError(f"{directory} isn't a private directory of user {owner}: remove it")
