"""What `backup verify` and `restore` read alike: the inner tar, member by member."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

import psycopg
from psycopg.conninfo import make_conninfo

from app.embedded.backup import database
from app.embedded.backup.envelope import AskKey, reading
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
    decoded,
)
from app.embedded.backup.pieces import PIECE_BYTES, Members, PieceReader
from app.embedded.errors import EmbeddedError
from app.embedded.installation import DATABASE as DATABASE_NAME
from app.embedded.postgres import temporary_postgres
from app.embedded.state import Secrets
from db.migrations.roles import Login


class Kept(NamedTuple):
    """The small parts of a backup, which come before the large ones."""

    manifest: Manifest
    secrets: Secrets
    credentials: bytes | None
    settings: dict[str, str]


class Receiver(NamedTuple):
    """Where the parts go, in this order. `object` gets a key and its content."""

    kept: Callable[[Kept], None]
    dump: Callable[[IO[bytes]], None]
    object: Callable[[PurePosixPath, IO[bytes]], None]


def receive(source: IO[bytes], ask_key: AskKey, receiver: Receiver) -> Manifest:
    """Give all parts out. What was given is true when this has ended. Raises EmbeddedError."""
    with reading(source, ask_key) as (head, members):
        kept = _kept(head, members)
        receiver.kept(kept)
        with closing(io.BufferedReader(PieceReader(members, DATABASE), PIECE_BYTES)) as dump:
            receiver.dump(cast(IO[bytes], dump))
            while dump.read(PIECE_BYTES):  # what the reader of the dump didn't need
                pass
        _give_objects(members, receiver)
    return kept.manifest


def verify(source: IO[bytes], ask_key: AskKey) -> Manifest:
    """Open it, make a database of it for a moment, and count. Raises EmbeddedError."""
    kept: list[Kept] = []

    def load(dump: IO[bytes]) -> None:
        with temporary_postgres() as admin_url:
            url = make_conninfo(admin_url, dbname=DATABASE_NAME)
            roles = ("app", "iot_ingest", "iot_owner")
            logins = [Login(make_conninfo(url, user=role, password=role)) for role in roles]
            database.load(admin_url, logins, dump)
            compare(url, kept[0].manifest)

    def read(_key: PurePosixPath, content: IO[bytes]) -> None:
        while content.read(PIECE_BYTES):
            pass

    return receive(source, ask_key, Receiver(kept.append, load, read))


def compare(url: str, manifest: Manifest) -> None:
    """Raises EmbeddedError where a table has another number of rows than the snapshot had."""
    with psycopg.connect(url) as connection:
        found = database.count_rows(connection)
    for table, expected in manifest.rows.items():
        if found.get(table) != expected:
            raise EmbeddedError(f"{table} has {found.get(table)} rows instead of {expected}")


def _kept(head: Head, members: Members) -> Kept:
    manifest = decoded(_required(members, MANIFEST), Manifest)
    if manifest.head != head:
        raise EmbeddedError("the backup's head is another one's")
    secrets = decoded(_required(members, SECRETS), Secrets)
    credentials = members.take(CREDENTIALS)
    return Kept(
        manifest, secrets, credentials, decoded(_required(members, SETTINGS), dict[str, str])
    )


def _give_objects(members: Members, receiver: Receiver) -> None:
    count = size = 0
    while members.next is not None and members.next.name.startswith(OBJECTS + "/"):
        key = PurePosixPath(members.next.name).relative_to(OBJECTS)
        if not members.next.isreg() or ".." in key.parts or key.is_absolute():
            raise EmbeddedError(f"{key} is no object's key")
        count, size = count + 1, size + members.next.size
        receiver.object(key, members.stream())
        members.step()
    if decoded(_required(members, END), Totals) != Totals(objects=count, object_bytes=size):
        raise EmbeddedError("the backup is incomplete: objects are missing")


def _required(members: Members, name: str) -> bytes:
    content = members.take(name)
    if content is None:
        raise EmbeddedError(f"the backup is incomplete: {name} is missing")
    return content


def write_object(folder: Path, key: PurePosixPath, content: IO[bytes]) -> None:
    path = folder / key
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as file:
        while piece := content.read(PIECE_BYTES):
            file.write(piece)
