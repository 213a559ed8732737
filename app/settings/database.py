"""PostgreSQL: one address for each role, and how much of it is used."""

from __future__ import annotations

from typing import Annotated, Literal

from app.settings.group import Positive, SettingsGroup, named, placed


class DatabaseSettings(SettingsGroup, frozen=True, kw_only=True):
    # One address per database role (see db/migrations/roles.py). The owner's is for `migrate` and
    # the worker, the superuser's for `migrate` alone; no serving process should be given them.
    url: Annotated[str, placed("DATABASE_URL")]
    ingest_url: Annotated[str, placed("INGEST_DATABASE_URL")]
    owner_url: Annotated[str | None, placed("OWNER_DATABASE_URL")] = None
    admin_url: Annotated[str | None, placed("ADMIN_DATABASE_URL")] = None

    # What keeps the readings of a new database: TimescaleDB, whose absence is then an error; plain
    # PostgreSQL; or TimescaleDB where the database has the extension already. See
    # db/migrations/timescale.py.
    timeseries: Annotated[Literal["auto", "plain", "timescale"], placed("TIMESERIES")] = "auto"

    # Of each API process: its two pools of connections, to read and to write, and how many of each
    # one organization holds at once at most; fewer while others hold some.
    pool_size: Annotated[Positive, named("DATABASE_POOL_SIZE")] = 10
    connections_per_organization: Annotated[Positive, named("ORGANIZATION_CONNECTIONS")] = 6
    statement_timeout_seconds: Annotated[Positive, named("STATEMENT_TIMEOUT_SECONDS")] = 30
