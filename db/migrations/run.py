"""Bringing a database to the newest schema, and telling whether the models still agree with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from db.migrations import previous_release
from db.migrations.cluster import settle_cluster
from db.migrations.customers import settle_customers
from db.migrations.env_options import MIGRATION_OPTIONS
from db.migrations.roles import Login, prepare_database
from db.migrations.timescale import Wish, settle
from db.models import Row
from db.queries.events import MONTHS_AHEAD
from db.readings.backend import Backend

# A migration that waits for a lock makes every later query wait behind it: better to fail and be
# tried again.
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "10min"


def migrate(
    *,
    owner_url: str,
    service_urls: list[str],
    admin_url: str | None,
    timeseries: Wish = Wish.AUTO,
    move_readings: bool = False,
    quotas: Mapping[str, int] | None = None,
) -> Backend:
    """Create roles and schemas (needs the superuser's address), run what migrations are missing,
    settle the backend, make the functions what their files say: all of it, or nothing.

    Without `admin_url` the roles and schemas must exist already, made once by hand from
    db/migrations/roles.py. Gives the backend that keeps the readings; `move_readings` lets it change
    where there are some. `quotas` is how much each organization may have of each kind that
    platform.quota knows; None leaves them as they are, and at first without end.
    """
    if admin_url is not None:
        prepare_database(admin_url, [Login(url) for url in (owner_url, *service_urls)], timeseries)
    with _connect(owner_url) as connection, connection.begin():
        owner = connection.connection.driver_connection
        assert isinstance(owner, psycopg.Connection)  # noqa: S101 - _connect makes no other
        owner.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        owner.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        previous_release.adopt(owner)
        command.upgrade(_alembic(connection), "head")
        owner.execute(
            "SET LOCAL statement_timeout = 0"
        )  # moving readings takes as long as it takes
        backend = settle(owner, timeseries, move_readings=move_readings)
        settle_customers(owner)
        _set_quotas(owner, quotas or {})
        settle_cluster(owner)
        owner.execute("SELECT tsd.ensure_event_partitions(%s)", [MONTHS_AHEAD])
        owner.execute("SELECT tsd.ensure_audit_partitions(%s)", [MONTHS_AHEAD])
        return backend


def _set_quotas(owner: psycopg.Connection, quotas: Mapping[str, int]) -> None:
    for kind, at_most in quotas.items():
        owner.execute("UPDATE platform.quota SET at_most = %s WHERE kind = %s", [at_most, kind])


def schema_drift(owner_url: str) -> list[Any]:
    """What would have to change for the database to equal the models. Empty when they agree."""
    with _connect(owner_url) as connection:
        return list(
            compare_metadata(
                MigrationContext.configure(connection, opts=MIGRATION_OPTIONS), Row.metadata
            )
        )


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _connect(url: str) -> Connection:
    # The URL goes to psycopg as it is: SQLAlchemy's own parser doesn't know libpq's
    # `?host=/socket/directory`.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    return engine.connect()
