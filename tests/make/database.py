"""A migrated database of its own, for tests of what stands below HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from app.standalone.postgres import temporary_postgres
from db.migrate import migrate

DATABASE = "holdfast"


@dataclass(frozen=True)
class DatabaseUrls:
    """One address for each role; `admin` is the superuser's, in the service's database."""

    admin: str
    owner: str
    ingest: str
    app: str


def urls_of(admin_url: str) -> DatabaseUrls:
    """Addresses in the same cluster for roles whose password is their name."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rpartition("@")[2]

    def url(netloc: str) -> str:
        return urlunsplit((parts.scheme, netloc, f"/{DATABASE}", parts.query, ""))

    return DatabaseUrls(
        admin=url(parts.netloc),
        owner=url(f"iot_owner:iot_owner@{host}"),
        ingest=url(f"iot_ingest:iot_ingest@{host}"),
        app=url(f"app:app@{host}"),
    )


@contextmanager
def migrated_database() -> Iterator[DatabaseUrls]:
    with temporary_postgres() as admin_url:
        urls = urls_of(admin_url)
        migrate(owner_url=urls.owner, service_urls=[urls.app, urls.ingest], admin_url=admin_url)
        yield urls
