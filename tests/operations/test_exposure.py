"""`holdfast doctor` names what is open, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import psycopg
import pytest

from app.operations.exposure import DatabaseExposure, exposure_of, findings
from app.settings import (
    DatabaseSettings,
    SecuritySettings,
    ServerSettings,
    Settings,
    StorageSettings,
)
from tests.make.database import DatabaseUrls

PASSWORD = sha256(b"password").hexdigest()
CLOSED = DatabaseExposure(False, False, False)


def settings(tmp_path: Path, **groups: dict[str, Any]) -> Settings:
    """As compose.yaml has them, but for what is given by group."""
    made = Settings(
        server=ServerSettings(
            public_url="https://iot.example.com", trusted_proxies="172.30.80.0/24"
        ),
        database=DatabaseSettings(
            url=f"postgresql://app:{PASSWORD}@database/holdfast",
            ingest_url=f"postgresql://iot_ingest:{PASSWORD}@database/holdfast",
        ),
        storage=StorageSettings(redis_url="redis://valkey", objects_url=tmp_path.as_uri()),
        security=SecuritySettings(secret_key=PASSWORD),
    )
    replaced = {
        name: msgspec.structs.replace(getattr(made, name), **fields)
        for name, fields in groups.items()
    }
    return msgspec.structs.replace(made, **replaced)


def test_an_installation_as_compose_has_it_is_closed(tmp_path: Path) -> None:
    assert list(findings(settings(tmp_path), CLOSED)) == []


def test_one_on_loopback_is_closed_though_anybody_there_may_register(tmp_path: Path) -> None:
    local = settings(
        tmp_path,
        server={"public_url": "http://127.0.0.1:8080", "trusted_proxies": "127.0.0.1,::1"},
        security={"allow_registration": True},
        database={"url": "postgresql://app:x@/holdfast?host=/run/postgresql"},
    )
    assert list(findings(local, CLOSED)) == []


@dataclass(frozen=True)
class Hole:
    """What is open, in a word of the finding, by which settings or in which database."""

    word: str
    groups: dict[str, dict[str, Any]]
    database: DatabaseExposure = CLOSED


HOLES = [
    Hole("SECRET_KEY", {"security": {"secret_key": "0" * 32}}),
    Hole("HOLDFAST_DATABASE_URL", {"database": {"url": "postgresql://app:app@database/holdfast"}}),
    Hole(
        "HOLDFAST_OWNER_DATABASE_URL",
        {"database": {"owner_url": "postgresql://iot_owner:hunter2@database/holdfast"}},
    ),
    Hole("make an organization", {"security": {"allow_registration": True}}),
    Hole("in clear", {"server": {"public_url": "http://iot.example.com"}}),
    Hole("share one limit", {"server": {"trusted_proxies": "127.0.0.1,::1"}}),
    Hole("share one limit", {"server": {"trusted_proxies": ""}}),
    Hole("its figures", {"server": {"metrics_host": "0.0.0.0"}}),
    Hole("its figures", {"server": {"metrics_host": "9.9.9.9"}}),
    Hole("may connect", {}, CLOSED._replace(public_may_connect=True)),
    Hole("fill its disk", {}, CLOSED._replace(public_may_make_tables=True)),
    Hole("temporary files", {}, CLOSED._replace(has_no_file_limit=True)),
]


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.word)
def test_what_is_open_is_named(tmp_path: Path, hole: Hole) -> None:
    [found] = findings(settings(tmp_path, **hole.groups), hole.database)
    assert hole.word in found.what
    assert found.mend
    for secret in ("hunter2", "0" * 32, ":app@"):
        assert secret not in found.what + found.mend


async def test_a_migrated_database_is_closed_and_an_opened_one_is_seen(urls: DatabaseUrls) -> None:
    database = psycopg.conninfo.conninfo_to_dict(urls.admin)["dbname"]
    async with asyncpg.create_pool(urls.app, min_size=1, max_size=1) as pool:
        assert await exposure_of(pool) == CLOSED
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            admin.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO PUBLIC".encode())
        assert await exposure_of(pool) == DatabaseExposure(True, True, False)
