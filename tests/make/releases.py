"""Databases of releases before this one (tests/db/releases), as they stood when they were dumped."""

from __future__ import annotations

import gzip
from pathlib import Path

import psycopg

from db.migrations.roles import Login, prepare_database
from db.migrations.timescale import Wish, extension_schema
from tests.make.database import DatabaseUrls

_FOLDER = Path(__file__).parents[1] / "db" / "releases"
RELEASES = sorted(folder.name for folder in _FOLDER.iterdir() if folder.is_dir())


def restore(release: str, urls: DatabaseUrls, server: str, backend: str) -> None:
    """Make the database at `urls` what that release left on this backend; `server` is the
    superuser's address."""
    wish = Wish.TIMESCALE if backend == "timescale" else Wish.PLAIN
    prepare_database(server, [Login(url) for url in (urls.owner, urls.app, urls.ingest)], wish)
    with psycopg.connect(urls.admin) as admin:
        admin.execute(_script(release, "database"))
    if wish is Wish.TIMESCALE:
        _move_to_timescale(release, urls)


def _script(release: str, name: str) -> bytes:
    return gzip.decompress((_FOLDER / release / f"{name}.sql.gz").read_bytes())


def _move_to_timescale(release: str, urls: DatabaseUrls) -> None:
    """As that release did, and then as its worker did: rollups up to what has settled."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        schema = extension_schema(owner)
        with owner.transaction():
            owner.execute(f"SET LOCAL search_path = pg_catalog, {schema}".encode())
            owner.execute(_script(release, "to_timescale"))
        is_moving = True
        while is_moving:
            [span] = owner.execute("SELECT * FROM tsd.next_span('30 days')").fetchall()
            for refresh in owner.execute("SELECT * FROM tsd.next_refreshes(%s, %s)", span):
                owner.execute(
                    f"CALL {schema}.refresh_continuous_aggregate("
                    "%s::text::regclass, %s::timestamptz, %s::timestamptz, force => true)".encode(),
                    refresh,
                )
            owner.execute("SELECT tsd.write_minutes(%s, %s)", span)
            [(is_moving,)] = owner.execute("SELECT tsd.move_marks(%s)", span[1:]).fetchall()
