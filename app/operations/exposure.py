"""What of an installation is open that should not be: as far as its settings and its database tell.
For `holdfast doctor`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import httpx

from app.core.objects.open import s3_address
from app.operations.timeseries_health import HealthFinding
from app.settings import PREFIX, Settings
from app.settings.security import is_weak
from db.connections.types import Pool

FULL_SHARE = 0.9
_PASSWORD_CHARACTERS = 16
_SECONDS = 5.0


class DatabaseExposure(NamedTuple):
    """What everybody may in the database, and whether one query may fill its disk."""

    public_may_connect: bool
    public_may_make_tables: bool
    has_no_file_limit: bool


async def exposure_of(pool: Pool) -> DatabaseExposure:
    """As role `app` sees it."""
    [row] = await pool.fetch(
        "SELECT bool_or(privilege_type = 'CONNECT'), bool_or(privilege_type = 'TEMPORARY'), "
        "current_setting('temp_file_limit') = '-1' "
        "FROM (SELECT coalesce(datacl, acldefault('d', datdba)) AS acl FROM pg_database "
        "      WHERE datname = current_database()) d "
        "LEFT JOIN LATERAL (SELECT * FROM aclexplode(d.acl) WHERE grantee = 0) p ON true"
    )
    return DatabaseExposure(bool(row[0]), bool(row[1]), bool(row[2]))


def findings(settings: Settings, database: DatabaseExposure | None) -> Iterator[HealthFinding]:
    """All that is open, the worst first."""
    yield from _secrets(settings)
    yield from _addresses(settings)
    if database is not None:
        yield from _database(database)
    yield from _objects(settings)


def _secrets(settings: Settings) -> Iterator[HealthFinding]:
    if is_weak(settings.security.secret_key):
        yield HealthFinding(
            f"{PREFIX}SECRET_KEY can be guessed", "Make another: docs/operations.md says how."
        )
    for name, url in _database_urls(settings):
        if _has_weak_password(url):
            yield HealthFinding(
                f"the password in {name} can be guessed",
                "Give the role one of `openssl rand -hex 32`, and run `holdfast migrate`.",
            )


def _database_urls(settings: Settings) -> Iterator[tuple[str, str]]:
    database = settings.database
    urls = {
        "DATABASE_URL": database.url,
        "INGEST_DATABASE_URL": database.ingest_url,
        "OWNER_DATABASE_URL": database.owner_url,
        "ADMIN_DATABASE_URL": database.admin_url,
    }
    yield from ((f"{PREFIX}{name}", url) for name, url in urls.items() if url is not None)


def _has_weak_password(url: str) -> bool:
    """Of a server that is reached by network."""
    parts = urlsplit(url)
    if not parts.hostname or _is_loopback(parts.hostname) or parts.password is None:
        return False
    password = unquote(parts.password)
    return password == parts.username or len(password) < _PASSWORD_CHARACTERS


def _addresses(settings: Settings) -> Iterator[HealthFinding]:
    server = settings.server
    public = urlsplit(server.public_url)
    is_seen = not _is_loopback(public.hostname or "")
    if settings.security.allow_registration and is_seen:
        yield HealthFinding(
            "anybody who reaches it may make an organization",
            f"Set {PREFIX}ALLOW_REGISTRATION=false, and `holdfast admin organization` makes them.",
        )
    if public.scheme == "http" and is_seen:
        yield HealthFinding(
            f"keys and passwords travel in clear to {server.public_url}",
            f"Put a proxy with TLS before it, and set {PREFIX}PUBLIC_URL to its https:// address.",
        )
    if not _is_loopback(server.metrics_host) and not _is_private(server.metrics_host):
        yield HealthFinding(
            "everybody who reaches the machine may read its figures",
            f"Set {PREFIX}METRICS_HOST to an address that Prometheus alone reaches.",
        )
    if public.scheme == "https" and not _trusts_others(server.trusted_proxies):
        yield HealthFinding(
            "behind its proxy all clients without a token share one limit",
            f"Name the proxy in {PREFIX}TRUSTED_PROXIES, where it isn't on this machine.",
        )


def _trusts_others(trusted_proxies: str) -> bool:
    networks = [ip_network(each.strip()) for each in trusted_proxies.split(",") if each.strip()]
    return any(not network.is_loopback for network in networks)


def _is_private(host: str) -> bool:
    """Of a network that isn't the internet; 0.0.0.0 is of all."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _database(database: DatabaseExposure) -> Iterator[HealthFinding]:
    if database.public_may_connect or database.public_may_make_tables:
        yield HealthFinding(
            "every role of the server may connect to the database, or fill its disk",
            f"Run `holdfast migrate` with {PREFIX}ADMIN_DATABASE_URL: it takes that from PUBLIC.",
        )
    if database.has_no_file_limit:
        yield HealthFinding(
            "one query may fill the database's disk with temporary files",
            f"Run `holdfast migrate` with {PREFIX}ADMIN_DATABASE_URL: it sets temp_file_limit.",
        )


def _objects(settings: Settings) -> Iterator[HealthFinding]:
    parts = urlsplit(settings.storage.objects_url)
    if parts.scheme == "file" and _is_nearly_full(Path(unquote(parts.path))):
        yield HealthFinding(
            f"the disk of the object folder is more than {FULL_SHARE:.0%} full",
            "Make room: exports are deleted by themselves, readings as their retention says.",
        )
    if parts.scheme == "s3" and _shows_itself(parts.netloc, parts.query):
        yield HealthFinding(
            "everybody may list the bucket of the object store",
            "Take its public access away: links are signed, and need none.",
        )


def _is_nearly_full(folder: Path) -> bool:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return False
    return usage.used > FULL_SHARE * usage.total


def _shows_itself(bucket: str, query: str) -> bool:
    address = s3_address(bucket, query)
    endpoint = address.public_endpoint or address.endpoint
    if endpoint is None:
        endpoint = f"https://s3.{address.region or 'us-east-1'}.amazonaws.com"
    try:
        return httpx.get(f"{endpoint}/{bucket}/", timeout=_SECONDS, trust_env=False).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
