"""What the database's functions, views and triggers ARE: one file each, made anew when it changes.

Tables, types and grants on them are changed by migrations; a function or view has no past worth
keeping, so its file is edited. A file's first folder is the schema, whose owner owns what it makes.
Where backends differ, the file lies one folder deeper, in one of _FOLDERS.

A file creates with OR REPLACE what it is named after (or a family that belongs together, such as a
trigger with its function) and says who may call it: nobody else may, not even PUBLIC. Files that
name one another are made in that order. What no file makes any more is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import psycopg

from db.readings.backend import Backend

OWNERS = {"api": "iot_api", "auth": "iot_auth", "platform": "iot_owner", "tsd": "iot_owner"}
"""The schemas that hold functions of ours, each with its owner."""

FOLDER = Path(__file__).parent
_FOLDERS = {
    Backend.PLAIN: ("partitions", "rollup_tables"),
    Backend.HYPERTABLE: ("hypertable", "rollup_tables"),
    Backend.TIMESCALE: ("hypertable", "continuous_aggregates"),
}
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_MAKES = re.compile(r"CREATE OR REPLACE (?:FUNCTION|AGGREGATE|VIEW) (\w+\.\w+)")
_NAMES = re.compile(rf"\b(?:{'|'.join(OWNERS)})\.\w+")


@dataclass(frozen=True)
class FunctionFile:
    """A file with what it makes and whose names stand in it. `name` is its schema and stem."""

    name: str
    text: str
    makes: frozenset[str]
    uses: frozenset[str]

    @classmethod
    def read(cls, path: Path, schema: str) -> FunctionFile:
        text = path.read_text()
        code = _COMMENT.sub("", text)
        makes = frozenset(_MAKES.findall(code))
        return cls(f"{schema}.{path.stem}", text, makes, frozenset(_NAMES.findall(code)) - makes)

    @property
    def owner(self) -> str:
        return OWNERS[self.name.partition(".")[0]]


def files_of(backend: Backend, folder: Path = FOLDER) -> list[FunctionFile]:
    """Every file that counts on this backend, each after those whose functions it names."""
    places = [(schema, folder / schema) for schema in OWNERS]
    places += [("tsd", folder / "tsd" / variant) for variant in _FOLDERS[backend]]
    files = [
        FunctionFile.read(path, schema)
        for schema, place in places
        for path in sorted(place.glob("*.sql"))
    ]
    by_function = {made: file for file in files for made in file.makes}
    order = TopologicalSorter(
        {file: {by_function[name] for name in file.uses & by_function.keys()} for file in files}
    )
    return list(order.static_order())


def apply(connection: psycopg.Connection, backend: Backend, folder: Path = FOLDER) -> list[str]:
    """Make every function, view and trigger what its file says; the names of what was made anew.

    As iot_owner, in one transaction of the caller's, after the migrations. A file counts as changed
    when its text or that of a file it uses did, or when something that it makes isn't there.
    """
    files = files_of(backend, folder)
    fingerprints = _fingerprints(files)
    known: dict[str, str] = dict(
        connection.execute("SELECT name, sha256 FROM platform.function_file").fetchall()
    )
    there = {found.name for found in _found(connection)}
    changed = [
        file
        for file in files
        if known.get(file.name) != fingerprints[file.name] or not file.makes <= there
    ]
    for file in reversed(changed):
        _make_room(connection, file.makes)
    for file in changed:
        _make(connection, file)
        connection.execute(
            "INSERT INTO platform.function_file (name, sha256) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()",
            [file.name, fingerprints[file.name]],
        )
    _drop_others(connection, {made for file in files for made in file.makes})
    connection.execute(
        "DELETE FROM platform.function_file WHERE name <> ALL (%s)", [[*fingerprints]]
    )
    return [file.name for file in changed]


def prepare(connection: psycopg.Connection) -> None:
    """What this module stands on, for the first migration: where it remembers what it made, and that
    a new function is closed to everybody."""
    connection.execute(
        "CREATE TABLE platform.function_file (name text PRIMARY KEY, sha256 text NOT NULL, "
        "applied_at timestamptz NOT NULL DEFAULT now())"
    )
    for owner in sorted(set(OWNERS.values())):
        _become(connection, owner)
        connection.execute("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    _become(connection, None)


def make(connection: psycopg.Connection, name: str) -> None:
    """Make what one file says, for a migration whose tables lean on it."""
    schema, _, stem = name.partition(".")
    _make(connection, FunctionFile.read(FOLDER / schema / f"{stem}.sql", schema))


def _fingerprints(files: Iterable[FunctionFile]) -> dict[str, str]:
    """By name: a hash of the file and of those that it uses, which come before it."""
    found: dict[str, str] = {}
    by_function: dict[str, str] = {}
    for file in files:
        used = sorted(by_function[name] for name in file.uses & by_function.keys())
        found[file.name] = sha256("\n".join([file.text, *used]).encode()).hexdigest()
        by_function |= dict.fromkeys(file.makes, found[file.name])
    return found


_FIND = """
SELECT nspname, nspname || '.' || proname,
  CASE WHEN prorettype = 'trigger'::regtype THEN 'TRIGGER' ELSE 'ROUTINE' END,
  p.oid::regprocedure::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = ANY (%(schemas)s)
UNION ALL
-- On TimescaleDB the tiers are views, and the migrations'.
SELECT nspname, nspname || '.' || relname, 'VIEW', c.oid::regclass::text
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = ANY (%(schemas)s) AND relkind = 'v' AND relname !~ '^rollup_'
"""


class _Found(NamedTuple):
    """What is in one of our schemas: VIEW, ROUTINE, or TRIGGER for a function that triggers call."""

    schema: str
    name: str
    kind: str
    signature: str


def _found(connection: psycopg.Connection) -> list[_Found]:
    return [_Found(*row) for row in connection.execute(_FIND, {"schemas": [*OWNERS]})]


def _make(connection: psycopg.Connection, file: FunctionFile) -> None:
    _become(connection, file.owner)
    connection.execute(file.text.encode())
    _become(connection, None)


def _make_room(connection: psycopg.Connection, names: Set[str]) -> None:
    """Drop what is called so, whatever its signature. What tables lean on stays, to be replaced in
    place; it loses its grants, to be given those of its file."""
    for found in _found(connection):
        if found.name in names:
            _become(connection, OWNERS[found.schema])
            try:
                with connection.transaction():
                    _drop(connection, found.kind, [found.signature])
            except psycopg.errors.DependentObjectsStillExist:
                others = {"PUBLIC", "app", "app_customer", "iot_ingest", *OWNERS.values()} - {
                    OWNERS[found.schema]
                }
                connection.execute(
                    f"REVOKE ALL ON ROUTINE {found.signature} FROM {', '.join(others)}".encode()
                )
    _become(connection, None)


def _drop_others(connection: psycopg.Connection, names: Set[str]) -> None:
    """Drop what is called otherwise, all at once, since some of it may lean on the rest."""
    others = [found for found in _found(connection) if found.name not in names]
    for schema, owner in OWNERS.items():
        _become(connection, owner)
        for kind in ("TRIGGER", "VIEW", "ROUTINE"):
            signatures = [it.signature for it in others if (it.schema, it.kind) == (schema, kind)]
            if signatures:
                _drop(connection, kind, signatures)
    _become(connection, None)


def _drop(connection: psycopg.Connection, kind: str, signatures: Sequence[str]) -> None:
    what = "VIEW" if kind == "VIEW" else "ROUTINE"
    triggers_too = " CASCADE" if kind == "TRIGGER" else ""
    connection.execute(f"DROP {what} {', '.join(signatures)}{triggers_too}".encode())


def _become(connection: psycopg.Connection, role: str | None) -> None:
    connection.execute(f"SET LOCAL ROLE {role or 'NONE'}".encode())
