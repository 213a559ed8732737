"""The dump of one snapshot of the database, and a database made of it, by PostgreSQL's programs.

They are told where by the environment: arguments can be read by everybody on the machine.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.embedded.backup.pieces import PIECE_BYTES
from app.embedded.errors import EmbeddedError
from app.embedded.installation import DATABASE
from app.embedded.postgres_binaries import ENVIRONMENT, usable_binaries
from db.migrations.roles import Login, prepare_database

# Told in the manifest, and compared after a restore.
COUNTED = (
    "platform.organization",
    "platform.user_account",
    "platform.device",
    "platform.sensor",
    "platform.certificate",
    "platform.api_key",
    "platform.event",
    "tsd.reading",
)


class DumpSnapshot(NamedTuple):
    """What all of a backup shows, for as long as its transaction is open."""

    id: str
    schema: str
    postgresql: str
    rows: dict[str, int]


@contextmanager
def snapshot_of(admin_url: str) -> Iterator[DumpSnapshot]:
    """Held while the block runs."""
    with psycopg.connect(make_conninfo(admin_url, dbname=DATABASE)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield DumpSnapshot(
            _value(connection, "SELECT pg_export_snapshot()"),
            _value(connection, "SELECT version_num FROM platform.alembic_version"),
            _value(connection, "SHOW server_version"),
            count_rows(connection),
        )


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    return {
        table: int(_value(connection, f"SELECT count(*) FROM {table}"))  # noqa: S608 - of constants
        for table in COUNTED
    }


def dump(admin_url: str, snapshot: DumpSnapshot, target: IO[bytes]) -> None:
    """Raises EmbeddedError with what pg_dump says."""
    argv = ["pg_dump", "--format=custom", "--compress=none", f"--snapshot={snapshot.id}"]
    with _running(argv, admin_url, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        while piece := process.stdout.read(PIECE_BYTES):
            target.write(piece)


def load(admin_url: str, logins: list[Login], source: IO[bytes]) -> None:
    """Make roles and the database, of a dump. Raises EmbeddedError with what pg_restore says."""
    prepare_database(admin_url, logins)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER iot_owner TEMPLATE template0").format(name)
        )
    argv = ["pg_restore", "--exit-on-error", f"--dbname={DATABASE}"]
    with _running(argv, admin_url, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - it was asked for
        with process.stdin as target:
            while piece := source.read(PIECE_BYTES):
                target.write(piece)
    prepare_database(admin_url, logins)
    with psycopg.connect(make_conninfo(admin_url, dbname=DATABASE), autocommit=True) as connection:
        connection.execute("ANALYZE")


@contextmanager
def _running(
    argv: list[str], admin_url: str, *, stdin: int = subprocess.DEVNULL, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL's on the platform's database, until it has ended well."""
    where = conninfo_to_dict(make_conninfo(admin_url, dbname=DATABASE))
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    environment = ENVIRONMENT | {names[key]: str(where[key]) for key in names if where.get(key)}
    environment["PGDATABASE"] = DATABASE
    program = str(usable_binaries(None) / argv[0])
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [program, *argv[1:]],
            stdin=stdin,
            stdout=stdout if stdout is not None else said,
            stderr=said,
            cwd=os.sep,
            env=environment,
        ) as process,
    ):
        try:
            yield process
        except BrokenPipeError:  # it has ended, and says why
            pass
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            said.seek(0)
            raise EmbeddedError(f"{argv[0]} failed", said.read().decode(errors="replace")[-4000:])


def _value(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query).fetchone()
    assert row is not None  # noqa: S101 - of one row
    return str(row[0])
