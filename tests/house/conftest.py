from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.standalone.postgres import temporary_postgres
from db.migrate import migrate


@dataclass(frozen=True)
class MigratedDatabase:
    """The addresses of a database at the newest schema, by role."""

    admin: str
    owner: str
    app: str
    ingest: str


@pytest.fixture(scope="session")
def database() -> Iterator[MigratedDatabase]:
    """A cluster of its own, brought to the newest schema by the migrations."""
    with temporary_postgres() as admin:
        owner, app, ingest = (_url(admin, role) for role in ("iot_owner", "app", "iot_ingest"))
        migrate(owner_url=owner, service_urls=[app, ingest], admin_url=admin)
        yield MigratedDatabase(make_conninfo(admin, dbname="holdfast"), owner, app, ingest)


def _url(admin: str, role: str) -> str:
    parts = conninfo_to_dict(admin)
    return f"postgresql://{role}:secret-of-{role}@/holdfast?host={quote(str(parts['host']))}&port={parts['port']}"
