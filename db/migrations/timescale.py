"""Who keeps the readings, as the operator wishes and the server offers: plain PostgreSQL or TimescaleDB.

`holdfast migrate` settles it while there are no readings; later only `holdfast migrate --to-timescale`
moves them. db/readings/backend.py says what backends there are.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import sql

from db import functions
from db.readings.backend import Backend

_HERE = Path(__file__).parent
TO_HYPERTABLE = _HERE / "to_hypertable.sql"
TO_CONTINUOUS_AGGREGATES = _HERE / "to_continuous_aggregates.sql"
TO_COLUMNSTORE = _HERE / "to_columnstore.sql"


class Wish(StrEnum):
    """What the operator wants of a new database."""

    AUTO = "auto"  # TimescaleDB where the database has the extension already
    PLAIN = "plain"
    TIMESCALE = "timescale"  # the extension is made, and its absence is an error


class TimescaleMissing(Exception):
    """TimescaleDB was asked for, and the server or the database doesn't have it."""


class CanNotMove(Exception):
    """The readings have to stay with the backend that they are on."""


# Before 2.29.1 any role could drop any chunk through the first of them; none is for the public.
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
    """As superuser in the service's database: make the extension where it is wished for, and close
    what it opens.

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
    internals = connection.execute(
        "SELECT oid::regprocedure::text FROM pg_proc "
        "WHERE pronamespace = '_timescaledb_functions'::regnamespace AND proname = ANY (%s)",
        [list(INTERNALS)],
    ).fetchall()
    for (function,) in internals:
        connection.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC".encode())
        connection.execute(f"GRANT EXECUTE ON FUNCTION {function} TO iot_owner".encode())


def extension_schema(connection: psycopg.Connection) -> str | None:
    """Where the extension's functions are in this database; None where it isn't installed."""
    row = connection.execute(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'"
    ).fetchone()
    return None if row is None else str(row[0])


def backend_of(connection: psycopg.Connection) -> Backend:
    """What this database has, as iot_owner."""
    functions.make(connection, "tsd.backend")
    row = connection.execute("SELECT tsd.backend()").fetchone()
    assert row is not None  # noqa: S101 - a scalar function returns one row
    return Backend(row[0])


def settle(connection: psycopg.Connection, wish: Wish, *, move_readings: bool = False) -> Backend:
    """As iot_owner, in the migrations' transaction: bring the readings to the backend that is wished
    for, and the functions to what they are there.

    A database that holds readings stays what it is, unless `move_readings`: nobody reads or writes
    them meanwhile. Raises TimescaleMissing when TimescaleDB is wished for and this database doesn't
    have it, CanNotMove when something would be lost.
    """
    backend = _moved(connection, wish, backend_of(connection), move_readings=move_readings)
    functions.apply(connection, backend)
    return backend


def _moved(
    connection: psycopg.Connection, wish: Wish, backend: Backend, *, move_readings: bool
) -> Backend:
    schema = extension_schema(connection)
    if wish is Wish.TIMESCALE and schema is None:
        raise TimescaleMissing("this database doesn't have the extension timescaledb")
    if wish is Wish.PLAIN or schema is None or (has_readings(connection) and not move_readings):
        return backend
    best = Backend.TIMESCALE if has_community_licence(connection) else Backend.HYPERTABLE
    if backend in (best, Backend.TIMESCALE):
        return backend
    if has_rollups_alone(connection):
        raise CanNotMove(
            "of readings older than their retention only rollups are left, and those can't be moved"
        )
    # The extension's functions are named without their schema, which differs from server to server.
    connection.execute(
        sql.SQL("SET LOCAL search_path = pg_catalog, {}").format(sql.Identifier(schema))
    )
    if backend is Backend.PLAIN:
        connection.execute(TO_HYPERTABLE.read_bytes())
    if best is Backend.TIMESCALE:
        # The aggregates are made of functions that only they need.
        functions.apply(connection, best)
        for script in (TO_CONTINUOUS_AGGREGATES, TO_COLUMNSTORE):
            connection.execute(script.read_bytes())
    return best


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
