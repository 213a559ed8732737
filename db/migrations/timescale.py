"""Which backend keeps the readings: what is wished for, what the server offers, what the database has.

| backend    | where                        | readings                           | rollups               |
|------------|------------------------------|------------------------------------|-----------------------|
| plain      | PostgreSQL alone             | day partitions, row-level security | tables                |
| hypertable | TimescaleDB, Apache edition  | a private hypertable               | the same tables       |
| timescale  | TimescaleDB, community's     | the same, columns after a week     | continuous aggregates |

`holdfast migrate` settles it while there are no readings; later only `holdfast migrate --to-timescale` moves them.
"""

from __future__ import annotations

from enum import StrEnum

import psycopg
from psycopg import sql

from db.connections.types import Connection, Pool
from db.timeseries import COLUMNSTORE, CONTINUOUS_AGGREGATES, HYPERTABLE


class Backend(StrEnum):
    """What a database has; `tsd.backend()` tells it."""

    PLAIN = "plain"
    HYPERTABLE = "hypertable"
    TIMESCALE = "timescale"


class Wish(StrEnum):
    """What the operator wants of a new database."""

    AUTO = "auto"  # TimescaleDB where the database has the extension already
    PLAIN = "plain"
    TIMESCALE = "timescale"  # the extension is made, and its absence is an error


class TimescaleMissing(Exception):
    """TimescaleDB was asked for, and the server or the database doesn't have it."""


class CanNotMove(Exception):
    """The readings have to stay with the backend that they are on."""


# Before 2.29.1 any role could drop any chunk through the first of them; none of them is for the public.
INTERNALS = (
    "drop_chunk",
    "drop_osm_chunk",
    "create_chunk",
    "create_compressed_chunk",
    "freeze_chunk",
    "unfreeze_chunk",
    "hypertable_osm_range_update",
    "lock_osm_chunk_dimension_slice",
)


def prepare_extension(connection: psycopg.Connection, wish: Wish) -> None:
    """As superuser in the service's database: make the extension where it is wished for, and close what it opens.

    Raises TimescaleMissing when it is wished for and the server can't give it.
    """
    if wish is Wish.TIMESCALE:
        preloaded = connection.execute("SHOW shared_preload_libraries").fetchone()
        if preloaded is None or "timescaledb" not in preloaded[0]:
            raise TimescaleMissing("the server doesn't load timescaledb (shared_preload_libraries)")
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
    schema = extension_schema(connection)
    if schema is None:
        return
    connection.execute(
        sql.SQL("GRANT USAGE ON SCHEMA {} TO iot_owner").format(sql.Identifier(schema))
    )
    functions = connection.execute(
        "SELECT oid::regprocedure::text FROM pg_proc "
        "WHERE pronamespace = '_timescaledb_functions'::regnamespace AND proname = ANY (%s)",
        [list(INTERNALS)],
    ).fetchall()
    for (function,) in functions:
        connection.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC".encode())
        connection.execute(f"GRANT EXECUTE ON FUNCTION {function} TO iot_owner".encode())


def extension_schema(connection: psycopg.Connection) -> str | None:
    """Where the extension's functions are in this database; None where it isn't installed."""
    row = connection.execute(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'"
    ).fetchone()
    return None if row is None else str(row[0])


def backend_of(connection: psycopg.Connection) -> Backend:
    """What this database has."""
    row = connection.execute("SELECT tsd.backend()").fetchone()
    assert row is not None  # noqa: S101 - a scalar function returns one row
    return Backend(row[0])


def settle(connection: psycopg.Connection, wish: Wish, *, move_readings: bool = False) -> Backend:
    """As iot_owner, in one transaction of the caller's: bring the readings to the backend that is wished for.

    A database that holds readings stays what it is, unless `move_readings`: nobody reads or writes them meanwhile.
    Raises TimescaleMissing when TimescaleDB is wished for and this database doesn't have it, CanNotMove when something
    would be lost.
    """
    backend = backend_of(connection)
    schema = extension_schema(connection)
    if wish is Wish.TIMESCALE and schema is None:
        raise TimescaleMissing("this database doesn't have the extension timescaledb")
    if wish is Wish.PLAIN or schema is None or (has_readings(connection) and not move_readings):
        return backend
    if backend is not Backend.TIMESCALE and has_rollups_alone(connection):
        raise CanNotMove(
            "of readings older than their retention only rollups are left, and those can't be moved"
        )
    # The extension's functions are named without their schema, which differs from server to server.
    connection.execute(
        sql.SQL("SET LOCAL search_path = pg_catalog, {}").format(sql.Identifier(schema))
    )
    if backend is Backend.PLAIN:
        connection.execute(HYPERTABLE.read_bytes())
    if backend is not Backend.TIMESCALE and has_community_licence(connection):
        for script in (CONTINUOUS_AGGREGATES, COLUMNSTORE):
            connection.execute(script.read_bytes())
    return backend_of(connection)


def has_community_licence(connection: psycopg.Connection) -> bool:
    """TimescaleDB's Apache edition has no columnstore, no continuous aggregates and no policies."""
    row = connection.execute("SELECT current_setting('timescaledb.license', true)").fetchone()
    return row is not None and row[0] == "timescale"


def has_readings(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT EXISTS (SELECT FROM tsd.reading)").fetchone()
    return row is not None and bool(row[0])


def has_rollups_alone(connection: psycopg.Connection) -> bool:
    """Whether there are rollups of readings that are no longer kept."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM tsd.rollup_1d, tsd.retention_mark WHERE bucket < raw_from)"
    ).fetchone()
    return row is not None and bool(row[0])


async def backend(connection: Connection | Pool) -> Backend:
    """What this database has, for those who maintain it."""
    return Backend(await connection.fetchval("SELECT tsd.backend()"))


async def extension(connection: Connection | Pool) -> str:
    """Where the extension's functions are, ready to be put before a name."""
    schema: str = await connection.fetchval(
        "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
        "WHERE extname = 'timescaledb'"
    )
    return schema
