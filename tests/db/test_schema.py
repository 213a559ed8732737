"""The database is what its files say: made anew, or upgraded from any release before; on both backends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from app.embedded.postgres import temporary_postgres
from db import functions
from db.migrations.run import migrate
from db.migrations.timescale import Wish
from db.readings.backend import Backend
from db.rollups import refresh
from tests.make.catalogue import catalogue
from tests.make.database import BACKENDS, DatabaseUrls, empty_database, timescale_server
from tests.make.releases import RELEASES, restore


@dataclass(frozen=True)
class Databases:
    """On one server: one that a release left and that was then upgraded, and one made anew."""

    upgraded: DatabaseUrls
    fresh: DatabaseUrls
    answers_before: dict[str, Any]


@pytest.fixture(
    scope="module", params=[(each, on) for each in RELEASES for on in BACKENDS], ids=str
)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    release, backend = request.param
    with ExitStack() as opened:
        server = (
            timescale_server()
            if backend == "timescale"
            else opened.enter_context(temporary_postgres())
        )
        upgraded, fresh = (opened.enter_context(empty_database(server)) for _ in range(2))
        restore(release, upgraded, server, backend)
        before = answers(upgraded, partials="api.rollup_parts")
        for urls in (upgraded, fresh):
            migrate(
                owner_url=urls.owner,
                service_urls=[urls.app, urls.ingest],
                admin_url=server,
                timeseries=Wish.TIMESCALE if backend == "timescale" else Wish.AUTO,
            )
        yield Databases(upgraded, fresh, before)


def answers(urls: DatabaseUrls, *, partials: str = "api.rollup_partials") -> dict[str, Any]:
    """What each tenant is told of each of its sensors: readings, buckets and statistics. As tuples,
    since columns may have been called otherwise."""
    told: dict[str, Any] = {}
    with psycopg.connect(urls.admin) as admin:
        tenants = admin.execute("SELECT org_id, id FROM platform.sensor ORDER BY id").fetchall()
    with psycopg.connect(urls.app) as app:
        for organization, sensor in tenants:
            app.execute("SELECT set_config('app.org_id', %s, true)", [str(organization)])
            told[f"readings of {sensor}"] = app.execute(
                "SELECT * FROM api.raw_readings(%s, '2020-01-01', '2040-01-01', NULL, 9999, true)",
                [sensor],
            ).fetchall()
            told[f"statistics of {sensor}"] = app.execute(
                "SELECT * FROM api.reading_stats(%s, '2020-01-01', '2040-01-01')", [sensor]
            ).fetchall()
            for width in ("6 hours", "1 day"):
                buckets = app.execute(
                    f"SELECT * FROM {partials}(ARRAY[%s::uuid], ARRAY(SELECT generate_series("
                    "'2026-11-22Z'::timestamptz, '2026-12-02Z', %s::interval))) p "
                    "ORDER BY bucket".encode(),
                    [sensor, width],
                ).fetchall()
                # From the sensor's id on: the organization before it is newer than the first release.
                told[f"buckets of {sensor} by {width}"] = [
                    row[row.index(sensor) :] for row in buckets
                ]
    return told


def test_a_database_that_was_upgraded_equals_a_fresh_one(databases: Databases) -> None:
    upgraded, fresh = catalogue(databases.upgraded.admin), catalogue(databases.fresh.admin)
    assert upgraded.keys() == fresh.keys()
    for kind, expected in fresh.items():
        assert expected, f"no {kind} was looked at"
        assert upgraded[kind] == expected


def test_an_upgraded_database_answers_as_it_did(databases: Databases) -> None:
    told = answers(databases.upgraded)
    assert sum(len(rows) for rows in told.values()) > 3000
    assert told == databases.answers_before


def test_of_sensors_of_a_release_before_nothing_is_promised(databases: Databases) -> None:
    """Nobody has looked whether their readings hold integers that are no doubles."""
    with psycopg.connect(databases.upgraded.admin) as admin:
        found = admin.execute(
            "SELECT may_have_lone_integers, count(*) > 0 FROM platform.sensor GROUP BY 1"
        ).fetchall()
    assert found == [(True, True)]


async def test_the_worker_goes_on_where_the_release_before_left_off(databases: Databases) -> None:
    """Last of those that read: what was stale is repaired."""
    async with asyncpg.create_pool(databases.upgraded.owner, min_size=1, max_size=2) as owner:
        assert await owner.fetchval("SELECT count(*) FROM tsd.invalidation") > 50
        async with owner.acquire() as connection:
            while await refresh.repair(connection, buckets=1000):
                pass
        assert await owner.fetchval("SELECT count(*) FROM tsd.invalidation") == 0
    told, before = answers(databases.upgraded), databases.answers_before
    assert told.keys() == before.keys()
    for name, rows in told.items():
        facts = slice(0, -1)  # tiers: more comes from rollups now
        if name.startswith("readings"):
            assert rows == before[name]
        else:
            assert [_rounded(row[facts]) for row in rows] == [
                _rounded(row[facts]) for row in before[name]
            ]


def _rounded(row: tuple[Any, ...]) -> list[Any]:
    return [float(f"{value:.9g}") if isinstance(value, float) else value for value in row]


@pytest.fixture
def owner(databases: Databases) -> Iterator[psycopg.Connection]:
    """In a transaction that is taken back."""
    with psycopg.connect(databases.fresh.owner) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def backend(owner: psycopg.Connection) -> Backend:
    [(name,)] = owner.execute("SELECT tsd.backend()").fetchall()
    return Backend(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files, to be edited."""
    return Path(shutil.copytree(functions.FOLDER, tmp_path / "functions"))


def _names(connection: psycopg.Connection, query: str) -> set[str]:
    return {
        name for (name,) in connection.execute(query.encode(), [[*functions.OWNERS]]).fetchall()
    }


def test_every_function_and_view_of_ours_is_in_a_file_and_the_other_way_round(
    owner: psycopg.Connection, backend: Backend
) -> None:
    files = functions.files_of(backend)
    routines = _names(
        owner,
        "SELECT nspname || '.' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace "
        "WHERE nspname = ANY (%s)",
    )
    views = _names(
        owner,
        "SELECT schemaname || '.' || viewname FROM pg_views WHERE schemaname = ANY (%s) "
        "AND viewname !~ '^rollup_'",
    )
    made = [name for file in files for name in file.makes]
    assert len(made) == len(set(made)), "one function, one file"
    assert set(made) == routines | views
    for file in files:
        assert any(name == file.name for name in file.makes) or len(file.makes) > 1, file.name


def test_each_file_comes_after_those_that_it_uses() -> None:
    for backend in Backend:
        seen: set[str] = set()
        files = functions.files_of(backend)
        everything = {name for file in files for name in file.makes}
        for file in files:
            assert file.uses & everything <= seen, file.name
            seen |= file.makes


def test_applying_the_files_again_does_nothing(owner: psycopg.Connection, backend: Backend) -> None:
    before = owner.execute("SELECT oid, xmin::text FROM pg_proc ORDER BY oid").fetchall()
    assert functions.apply(owner, backend) == []
    assert owner.execute("SELECT oid, xmin::text FROM pg_proc ORDER BY oid").fetchall() == before


def test_a_changed_file_is_applied_with_those_that_use_it(
    owner: psycopg.Connection, backend: Backend, folder: Path
) -> None:
    changed = folder / "tsd" / "dense_above.sql"
    changed.write_text(changed.read_text().replace("RETURN 60", "RETURN 61"))
    applied = functions.apply(owner, backend, folder)
    assert applied[0] == "tsd.dense_above"
    assert "tsd.dense_minutes" in applied
    assert "tsd.store_readings" not in applied
    assert owner.execute("SELECT tsd.dense_above()").fetchall() == [(61,)]
    assert functions.apply(owner, backend, folder) == []


def test_of_a_changed_signature_only_the_new_one_is_left(
    owner: psycopg.Connection, backend: Backend, folder: Path
) -> None:
    changed = folder / "tsd" / "expire.sql"
    changed.write_text(
        changed.read_text()
        .replace("p_limit integer\n", "p_limit integer, p_more text DEFAULT NULL\n")
        .replace("RETURNS bigint", "RETURNS numeric")
    )
    assert functions.apply(owner, backend, folder) == ["tsd.expire"]
    signatures = owner.execute(
        "SELECT pg_get_function_result(oid), pronargs FROM pg_proc "
        "WHERE pronamespace = 'tsd'::regnamespace AND proname = 'expire'"
    ).fetchall()
    assert signatures == [("numeric", 5)]


def test_what_no_file_makes_any_more_is_dropped_and_what_is_missing_is_made(
    owner: psycopg.Connection, backend: Backend, folder: Path
) -> None:
    owner.execute("CREATE FUNCTION tsd.gone() RETURNS integer LANGUAGE sql RETURN 1")
    owner.execute("CREATE FUNCTION tsd.gone_too() RETURNS integer LANGUAGE sql RETURN tsd.gone()")
    owner.execute("DROP FUNCTION tsd.expire")
    (folder / "platform" / "announce_retention.sql").unlink()
    assert functions.apply(owner, backend, folder) == ["tsd.expire"]
    left = _names(
        owner,
        "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace "
        "WHERE nspname = ANY (%s)",
    )
    assert left & {"gone", "gone_too", "announce_retention", "expire"} == {"expire"}
    assert (
        owner.execute("SELECT FROM pg_trigger WHERE tgname = 'announce_retention'").fetchall() == []
    ), "a trigger goes with its function"


def test_a_function_that_tables_lean_on_is_replaced_in_place_and_has_the_grants_of_its_file(
    owner: psycopg.Connection, backend: Backend, folder: Path
) -> None:
    owner.execute("SET LOCAL ROLE iot_api")
    owner.execute("GRANT EXECUTE ON FUNCTION api.org TO iot_auth")
    owner.execute("SET LOCAL ROLE NONE")
    changed = folder / "api" / "org.sql"
    changed.write_text(f"-- Changed.\n{changed.read_text()}")
    [before] = owner.execute("SELECT 'api.org'::regproc::oid").fetchall()
    applied = functions.apply(owner, backend, folder)
    assert {"api.org", "api.reading", "api.raw_readings"} <= set(applied)
    after = owner.execute(
        "SELECT p.oid, grantee::regrole::text FROM pg_proc p, aclexplode(proacl) "
        "WHERE p.oid = 'api.org'::regproc ORDER BY grantee"
    ).fetchall()
    assert after == [(*before, "-"), (*before, "iot_api")]


def test_partial_aggregates_have_the_same_columns_wherever_they_are_kept(
    owner: psycopg.Connection,
) -> None:
    [(columns,)] = owner.execute("SELECT tsd.partial_columns()").fetchall()
    expected = [tuple(columns.split(", "))]
    for relation in ("partial", "rollup_1m", "rollup_15m", "rollup_1h", "rollup_1d"):
        found = owner.execute(
            "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 3 AND attname <> 'tiers'",
            [f"tsd.{relation}"],
        ).fetchall()
        assert [tuple(names) for (names,) in found] == expected, relation
