"""`holdfast backup create`: of a platform that runs, and of one that rests.

Objects are listed after the snapshot was taken. They are written before the rows that name them, so
that none of those rows is without its object; what was deleted meanwhile is what the platform has
forgotten.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import msgspec

from app.embedded.backup import database
from app.embedded.backup.envelope import Lock, writing
from app.embedded.backup.format import (
    CREDENTIALS,
    DATABASE,
    END,
    MANIFEST,
    OBJECTS,
    SECRETS,
    SETTINGS,
    Head,
    Manifest,
    Totals,
)
from app.embedded.backup.pieces import PieceWriter, add_member
from app.embedded.errors import EmbeddedError
from app.embedded.postgres import Postgres
from app.embedded.state import State, open_state
from app.operations.backup_files import UNFINISHED
from app.settings import Settings

_HIDDEN = "."  # what the object folder keeps for itself, as uploads that aren't whole


def create_file(directory: Path, target: Path, lock: Lock) -> Manifest:
    """A file that is whole or isn't there. Raises EmbeddedError."""
    if target.exists():
        raise EmbeddedError(f"{target} is there already")
    part = target.with_name(target.name + UNFINISHED)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            manifest = create(directory, file, lock)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return manifest


def create(directory: Path, target: IO[bytes], lock: Lock) -> Manifest:
    """Write a backup of the installation into a stream. Raises EmbeddedError."""
    with (
        _serving(directory) as (state, postgres),
        database.snapshot_of(postgres.admin_url) as snapshot,
    ):
        head = Head(
            installation=_installation(state),
            created_at=datetime.now(UTC).replace(microsecond=0),
            version=version("holdfast"),
            encryption="age" if lock.public_keys else "none",
            recipients=[] if lock.sealed_key else list(lock.public_keys),
        )
        manifest = Manifest(
            head=head, schema=snapshot.schema, postgresql=snapshot.postgresql, rows=snapshot.rows
        )
        with writing(target, head, lock) as tar:
            add_member(tar, MANIFEST, msgspec.json.encode(manifest))
            add_member(tar, SECRETS, state.secrets_file.read_bytes())
            if state.credentials_file.exists():
                add_member(tar, CREDENTIALS, state.credentials_file.read_bytes())
            add_member(tar, SETTINGS, msgspec.json.encode(_chosen_settings(os.environ)))
            pieces = PieceWriter(tar, DATABASE)
            database.dump(postgres.admin_url, snapshot, pieces)  # type: ignore[arg-type]
            pieces.close()
            add_member(tar, END, msgspec.json.encode(_add_objects(tar, state.objects)))
    return manifest


@contextmanager
def _serving(directory: Path) -> Iterator[tuple[State, Postgres]]:
    """The installation with its database: that which runs, or one that is started for the block."""
    directory = directory.expanduser().resolve()
    running = State(directory)
    if not running.secrets_file.exists():
        raise EmbeddedError(f"{directory} is no state directory of an installation")
    postgres = _postgres(running)
    if postgres.data.exists() and postgres.is_ready():
        yield running, postgres
        return
    with open_state(directory) as state:
        postgres = _postgres(state)
        postgres.start()
        try:
            yield state, postgres
        finally:
            postgres.stop()


def _postgres(state: State) -> Postgres:
    return Postgres(state.cluster(), state.secrets().postgres, log=state.log("postgres"))


def _installation(state: State) -> str:
    try:
        authority = ssl.PEM_cert_to_DER_cert(state.ca_file.read_text())
    except (FileNotFoundError, ValueError):
        raise EmbeddedError(
            f"{state.ca_file} is missing: start the platform once with `holdfast up`"
        ) from None
    return hashlib.sha256(authority).hexdigest()[:32]


def _chosen_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What was set here and is no credential: for those who set it again elsewhere."""
    known = Settings.tunable_names()
    secret = ("PASSWORD", "SECRET", "TOKEN", "USER", "_KEY")
    return {
        name: value
        for name, value in sorted(environment.items())
        if name in known and not any(word in name for word in secret)
    }


def _add_objects(tar: tarfile.TarFile, folder: Path) -> Totals:
    count = size = 0
    for path in sorted(folder.rglob("*")):
        key = path.relative_to(folder)
        if key.parts[0].startswith(_HIDDEN) or not path.is_file():
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:  # forgotten meanwhile
            continue
        with file:
            member = tarfile.TarInfo(f"{OBJECTS}/{key.as_posix()}")
            member.size, member.mode = os.fstat(file.fileno()).st_size, 0o600
            tar.addfile(member, file)
        count, size = count + 1, size + member.size
    return Totals(objects=count, object_bytes=size)
