"""Bringing a database to the newest schema, and telling whether the models still agree with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from db.migrations.env_options import LOCK_TIMEOUT, MIGRATION_OPTIONS
from db.models import Row
from db.roles import Login, prepare_database
from db.timeseries.backend import Backend, Wish, settle

MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(
    *,
    owner_url: str,
    service_urls: list[str],
    admin_url: str | None,
    timeseries: Wish = Wish.AUTO,
    move_readings: bool = False,
) -> Backend:
    """Create roles and schemas (needs the superuser's address), run what migrations are missing, settle the backend.

    Without `admin_url` the roles and schemas must exist already, made once by hand from db/roles.py. Gives the
    backend that keeps the readings; `move_readings` lets it change where there are some.
    """
    if admin_url is not None:
        prepare_database(admin_url, [Login(url) for url in (owner_url, *service_urls)], timeseries)
    with _connect(owner_url) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    with psycopg.connect(owner_url) as owner:
        owner.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        return settle(owner, timeseries, move_readings=move_readings)


def schema_drift(owner_url: str) -> list[Any]:
    """What would have to change for the database to equal the models. Empty when they agree."""
    with _connect(owner_url) as connection:
        return list(
            compare_metadata(
                MigrationContext.configure(connection, opts=MIGRATION_OPTIONS), Row.metadata
            )
        )


def _connect(url: str) -> Connection:
    # The URL goes to psycopg as it is: SQLAlchemy's own parser doesn't know libpq's `?host=/socket/directory`.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    return engine.connect()
