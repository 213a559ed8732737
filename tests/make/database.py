"""A migrated database of its own, for tests of what stands below HTTP, on either backend of the readings."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from app.embedded.postgres import temporary_postgres
from db.migrations.run import migrate
from db.migrations.timescale import Wish

DATABASE = "holdfast"
TIMESCALE_URL = "TEST_TIMESCALE_URL"
"""The environment variable with a superuser's address on a server that has TimescaleDB."""

BACKENDS = ("plain", "timescale")
"""What fixtures are parametrized with."""


@dataclass(frozen=True)
class DatabaseUrls:
    """One address for each role; `admin` is the superuser's, in the service's database."""

    admin: str
    owner: str
    ingest: str
    app: str


def urls_of(admin_url: str, database: str = DATABASE) -> DatabaseUrls:
    """Addresses in the same cluster for roles whose password is their name."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]

    def url(netloc: str) -> str:
        return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))

    return DatabaseUrls(
        admin=url(parts.netloc),
        owner=url(f"iot_owner:iot_owner@{host}"),
        ingest=url(f"iot_ingest:iot_ingest@{host}"),
        app=url(f"app:app@{host}"),
    )


def database_on(backend: str) -> AbstractContextManager[DatabaseUrls]:
    """One of BACKENDS. Skips the test where no server with TimescaleDB is given."""
    return timescale_database() if backend == "timescale" else migrated_database()


@contextmanager
def migrated_database() -> Iterator[DatabaseUrls]:
    """In a cluster of its own, of plain PostgreSQL."""
    with temporary_postgres() as admin_url:
        urls = urls_of(admin_url)
        migrate(owner_url=urls.owner, service_urls=[urls.app, urls.ingest], admin_url=admin_url)
        yield urls


@contextmanager
def timescale_database(wish: Wish = Wish.TIMESCALE) -> Iterator[DatabaseUrls]:
    """In the cluster of TEST_TIMESCALE_URL, under a name of its own, dropped at the end."""
    admin_url = timescale_server()
    with empty_database(admin_url) as urls:
        migrate(
            owner_url=urls.owner,
            service_urls=[urls.app, urls.ingest],
            admin_url=admin_url,
            timeseries=wish,
        )
        yield urls


def timescale_server() -> str:
    """The superuser's address; skips the test where there is none."""
    if TIMESCALE_URL not in os.environ:
        pytest.skip(f"needs a server with TimescaleDB: {TIMESCALE_URL} isn't set")
    return os.environ[TIMESCALE_URL]


@contextmanager
def empty_database(admin_url: str) -> Iterator[DatabaseUrls]:
    """Addresses in a database that isn't there yet; whoever made it, it is dropped at the end.

    Its roles are the cluster's: tests that run beside each other share them, with their names as passwords.
    """
    name = f"holdfast_test_{os.getpid()}_{secrets.token_hex(4)}"
    try:
        yield urls_of(admin_url, name)
    finally:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
