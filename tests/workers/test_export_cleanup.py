"""Files of exports vanish: when their time is over, and when their worker died before anybody knew
of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from app.core.objects import new_key
from app.settings import Settings
from tests.make.exports import create_export, export_of, wait_for_export
from tests.make.objects import files_of
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until
from workers.context import WorkerContext, open_worker_context
from workers.exports.cleanup import ORPHAN_AFTER, delete_orphans


def hours_pass(platform: RunningPlatform, export_id: str, hours: float) -> None:
    """For this export, and for what is to be done with it."""
    given = {"id": export_id, "time": timedelta(hours=hours)}
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.export SET created_at = created_at - %(time)s, completed_at = completed_at - %(time)s, "
            "expires_at = expires_at - %(time)s WHERE id = %(id)s",
            given,
        )
        admin.execute(
            "UPDATE platform.job SET run_at = run_at - %(time)s "
            "WHERE kind = 'expire-export' AND payload ->> 'exportId' = %(id)s",
            given,
        )


def files_named(platform: RunningPlatform, export_id: str) -> list[str]:
    return [path.name for path in files_of(platform) if export_id in path.name]


def test_an_export_is_there_for_24_hours_and_then_it_and_its_file_are_gone(
    platform: RunningPlatform, organization: Organization
) -> None:
    ready = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    hours_pass(platform, ready["id"], 23.9)
    late = export_of(organization, ready["id"])
    [expires] = parse_qs(urlsplit(late["downloadUrl"]).query)["expires"]
    assert int(expires) == int(datetime.fromisoformat(late["expiresAt"]).timestamp())
    assert httpx.get(late["downloadUrl"], trust_env=False).status_code == 200
    hours_pass(platform, ready["id"], 0.1)
    wait_until(lambda: files_named(platform, ready["id"]) == [], "the file is gone")
    wait_until(lambda: export_of(organization, ready["id"]) == {}, "the export is gone")
    assert_problem(
        httpx.get(ready["downloadUrl"], trust_env=False), 404
    )  # the link itself is still good


def test_an_expired_export_gives_no_link_though_nobody_has_deleted_it_yet(
    platform: RunningPlatform, organization: Organization
) -> None:
    ready = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    worker = platform.program("worker")
    worker.suspend()
    try:
        hours_pass(platform, ready["id"], 24.1)
        expired = export_of(organization, ready["id"])
        assert (expired["status"], "downloadUrl" in expired) == ("READY", False)
    finally:
        worker.resume()


@pytest.fixture
async def context(platform: RunningPlatform) -> AsyncIterator[WorkerContext]:
    settings = Settings.from_environment(platform.program("worker").environ())
    assert settings.database.owner_url
    async with open_worker_context(settings, settings.database.owner_url) as context:
        yield context


async def put(context: WorkerContext, org_id: str, area: str) -> str:
    key = new_key(UUID(org_id), area, uuid4(), ".zip")
    async with context.objects.upload(key, content_type="application/zip") as upload:
        await upload.write(b"PK")
    return key


async def test_an_orphan_is_deleted_after_an_hour_and_nothing_else(
    context: WorkerContext,
    platform: RunningPlatform,
    organization: Organization,
    neighbour: Organization,
) -> None:
    ready = wait_for_export(
        organization, create_export(organization, scopeType="ORGANIZATION")["id"]
    )
    orphans = [await put(context, each.id, "exports") for each in (organization, neighbour)]
    other = await put(context, organization.id, "captures")
    soon = datetime.now(UTC) + ORPHAN_AFTER

    await delete_orphans(context, now=soon - timedelta(minutes=5))
    assert [key for key in orphans if await context.objects.find(key) is None] == []
    await delete_orphans(context, now=soon + timedelta(minutes=5))
    assert [key for key in orphans if await context.objects.find(key) is not None] == []
    assert await context.objects.find(other) is not None
    assert len(files_named(platform, ready["id"])) == 1
    await context.objects.delete(other)
