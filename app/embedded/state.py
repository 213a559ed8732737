"""The state directory: everything that one installation keeps, and the lock that says who runs it.

lock  secrets.json  credentials.json  ready.json  ca.pem  cluster
pg/  valkey/  objects/  logs/  mail/  run/
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.embedded.account import can_traverse, service_account
from app.embedded.errors import EmbeddedError
from app.embedded.files import SHARED_DIRECTORY, make_shared, write_atomically

DIRECTORIES = ("valkey", "objects", "logs", "mail", "run")
CREDENTIALS_FILE = "credentials.json"
READY_FILE = "ready.json"
OURS = {*DIRECTORIES, "pg", "lock", "cluster", "clusters"}


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """Made once for an installation: the service's key and the password of each database role.
    `holdfast admin keys rotate` puts another key before those that were."""

    secret_key: str
    postgres: str
    iot_owner: str
    iot_ingest: str
    app: str
    secret_keys_old: list[str] = []

    @classmethod
    def made(cls) -> Secrets:
        made = (secrets.token_urlsafe(32) for _ in range(5))
        return cls(
            secret_key=next(made),
            postgres=next(made),
            iot_owner=next(made),
            iot_ingest=next(made),
            app=next(made),
        )

    def rotated(self) -> Secrets:
        """With a new key, and the present one among the old."""
        return msgspec.structs.replace(
            self,
            secret_key=secrets.token_urlsafe(32),
            secret_keys_old=[self.secret_key, *self.secret_keys_old],
        )

    def __repr__(self) -> str:
        return "Secrets(…)"


class State:
    """A locked state directory. Get one from `open_state`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.logs = directory / "logs"
        self.objects = directory / "objects"
        self.mail = directory / "mail"
        self.run = directory / "run"
        self.valkey = directory / "valkey"
        self.metrics = directory / "run" / "metrics"
        self.ready_file = directory / READY_FILE
        self.ca_file = directory / "ca.pem"
        self.credentials_file = directory / CREDENTIALS_FILE
        self.secrets_file = directory / "secrets.json"

    def log(self, name: str) -> Path:
        """Where the output of a program goes."""
        return self.logs / f"{name}.log"

    def keep_secrets(self, secrets: Secrets) -> None:
        """All of them or, after a crash, those before."""
        write_atomically(self.secrets_file, msgspec.json.encode(secrets).decode(), mode=0o600)

    def secrets(self) -> Secrets:
        """The installation's secrets, made at the first call."""
        path = self.secrets_file
        if not path.exists():
            if (self.directory / "cluster").exists() or (self.directory / "pg" / "data").exists():
                raise EmbeddedError(
                    f"{path} is missing: without it the database in {self.directory} is closed"
                )
            self.keep_secrets(Secrets.made())
        try:
            return msgspec.json.decode(path.read_bytes(), type=Secrets)
        except msgspec.DecodeError:
            raise EmbeddedError(f"{path} can't be read as secrets") from None

    def cluster(self) -> Path:
        """The home of PostgreSQL's cluster: `pg`, or another place when its account can't reach
        that.

        Such a place is remembered by its random id in the file `cluster`.
        """
        remembered = self.directory / "cluster"
        if remembered.exists():
            return self._remembered_cluster(remembered)
        home = self.directory / "pg"
        account = service_account()
        if home.exists() or can_traverse(self.directory, account):
            home.mkdir(mode=0o700 if account is None else 0o711, exist_ok=True)
            return home
        identifier = secrets.token_hex(8)
        write_atomically(remembered, identifier, mode=0o600)
        return self._remembered_cluster(remembered)

    def _remembered_cluster(self, remembered: Path) -> Path:
        home = SHARED_DIRECTORY / "clusters" / remembered.read_text().strip()
        if not home.exists() and self.credentials_file.exists():
            raise EmbeddedError(f"the database of {self.directory} was in {home}, which is gone")
        make_shared(home)
        return home


def default_directory() -> Path:
    """`/var/lib/holdfast` for root, otherwise `$XDG_STATE_HOME/holdfast`."""
    if os.geteuid() == 0:
        return SHARED_DIRECTORY
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "holdfast"


@contextmanager
def open_state(directory: Path) -> Iterator[State]:
    """Make and lock a state directory; raises EmbeddedError when it is in use or isn't one."""
    directory = directory.expanduser().resolve()
    try:
        _make(directory)
    except OSError as error:
        raise EmbeddedError(
            f"the state directory {directory} can't be used: {error.strerror}"
        ) from None
    # Opened without truncation: the file names its holder until the next one has the lock.
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, directory)
        yield State(directory)
    finally:
        os.close(descriptor)


def _make(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.stat()
    if found.st_uid != os.geteuid():
        raise EmbeddedError(
            f"the state directory {directory} belongs to user {found.st_uid}: start as that one"
        )
    # Its mode is about to be changed: a directory that holds something else is not taken for ours
    # by mistake.
    names = {entry.name for entry in directory.iterdir()}
    if "lock" not in names and not all(name in OURS or "postgresql-" in name for name in names):
        raise EmbeddedError(
            f"{directory} holds other files: give an empty or new directory for the state"
        )
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in DIRECTORIES:
        (directory / name).mkdir(mode=0o700, exist_ok=True)


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
        raise EmbeddedError(f"{directory} is already in use by process {holder}") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
