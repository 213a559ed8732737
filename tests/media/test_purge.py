"""Footage goes by age, by size and with its camera: rows, objects, clips, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from app.core.objects import numbered_key
from app.settings import Settings
from tests.make.media import make_camera
from tests.make.objects import files_of
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from workers.context import WorkerContext, open_worker_context
from workers.media.purge import purge_footage

HOUR = timedelta(hours=1)


@pytest.fixture
async def context(platform: RunningPlatform) -> AsyncIterator[WorkerContext]:
    settings = Settings.from_environment(platform.program("worker").environ())
    assert settings.database.owner_url is not None
    async with open_worker_context(settings, settings.database.owner_url) as context:
        yield context


@pytest.fixture
def admin(platform: RunningPlatform) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_address(platform), autocommit=True) as connection:
        yield connection


async def store_hours(
    context: WorkerContext, admin: psycopg.Connection, camera_id: str, ages: list[int]
) -> list[str]:
    """Segments of 100 bytes that began so many hours ago; their keys."""
    [org_id] = admin.execute(
        "SELECT org_id FROM platform.camera WHERE id = %s", [camera_id]
    ).fetchone() or [None]
    stored = []
    for number, age in enumerate(ages, start=1):
        key = numbered_key(UUID(str(org_id)), f"dvr-{camera_id}", 1, number, ".mp4")
        await context.objects.put(key, b"x" * 100, content_type="video/mp4")
        admin.execute(
            "WITH added AS (INSERT INTO platform.dvr_segment (org_id, camera_id, starts_at, "
            "ends_at, run, clock, source, object_key, size_bytes, init_bytes, part_offsets, "
            "part_milliseconds, part_keys, codecs, width, height) VALUES (%s, %s, now() - %s, "
            "now() - %s + interval '10 s', '1-1', 'CAMERA', 'RECORDER', %s, 100, 1, '{}', '{}', "
            "'{}', 'avc1', 1, 1)) "
            "UPDATE platform.camera SET stored_bytes = stored_bytes + 100 WHERE id = %s",
            [org_id, camera_id, age * HOUR, age * HOUR, key, camera_id],
        )
        stored.append(key)
    return stored


def rows_of(admin: psycopg.Connection, camera_id: str) -> list[str]:
    rows = admin.execute(
        "SELECT object_key FROM platform.dvr_segment WHERE camera_id = %s ORDER BY starts_at DESC",
        [camera_id],
    )
    return [key for (key,) in rows.fetchall()]


def make_due(admin: psycopg.Connection, organization: Organization) -> None:
    admin.execute(
        "UPDATE platform.object_garbage SET due_at = now() WHERE org_id = %s", [organization.id]
    )


def objects_of(platform: RunningPlatform, camera_id: str) -> set[str]:
    return {path.name for path in files_of(platform) if path.parent.name == f"dvr-{camera_id}"}


async def test_what_is_too_old_or_too_much_goes_the_oldest_first_and_its_objects_later(
    organization: Organization,
    platform: RunningPlatform,
    context: WorkerContext,
    admin: psycopg.Connection,
) -> None:
    camera_id = make_camera(organization, recording="OFF", retentionHours=10)["id"]
    keys = await store_hours(context, admin, camera_id, [1, 2, 3, 11, 12])
    await purge_footage(context)
    assert rows_of(admin, camera_id) == keys[:3]
    assert len(objects_of(platform, camera_id)) == 5, "whoever reads them still can"
    make_due(admin, organization)
    await purge_footage(context)
    assert objects_of(platform, camera_id) == {key.rpartition("/")[2] for key in keys[:3]}
    admin.execute("UPDATE platform.camera SET retention_bytes = 150 WHERE id = %s", [camera_id])
    await purge_footage(context)
    assert rows_of(admin, camera_id) == keys[:1]
    assert organization.http.get(f"/cameras/{camera_id}").json()["storedBytes"] == 100
    usage = admin.execute(
        "SELECT max(stored_bytes) FROM platform.media_usage WHERE camera_id = %s", [camera_id]
    ).fetchone()
    assert usage == (500,)


async def test_of_a_deleted_camera_nothing_is_left(
    organization: Organization,
    platform: RunningPlatform,
    context: WorkerContext,
    admin: psycopg.Connection,
) -> None:
    gone, other = (
        make_camera(organization, name=name, recording="OFF")["id"] for name in ("gone", "other")
    )
    await store_hours(context, admin, gone, [1, 2])
    kept = await store_hours(context, admin, other, [1])
    clip = numbered_key(UUID(organization.id), "clips", 1, 1, ".mp4")
    unclaimed = numbered_key(UUID(organization.id), f"dvr-{gone}", 7, 4, ".mp4")
    for key in (clip, unclaimed):
        await context.objects.put(key, b"x", content_type="video/mp4")
    admin.execute(
        "INSERT INTO platform.dvr_clip_request (org_id, id, camera_id, range_from, range_to, "
        "requested_by, object_key) VALUES (%s, gen_random_uuid(), %s, now(), now() + "
        "interval '1 s', 'x', %s)",
        [organization.id, gone, clip],
    )
    admin.execute(
        "UPDATE platform.camera_lease SET fence = 7, last_number = 3 WHERE camera_id = %s", [gone]
    )
    assert organization.http.delete(f"/cameras/{gone}").status_code == 204
    await purge_footage(context)
    make_due(admin, organization)
    await purge_footage(context)
    tables = ("camera", "camera_lease", "dvr_segment", "dvr_clip_request")
    for table in tables:
        column = "id" if table == "camera" else "camera_id"
        left = admin.execute(
            f"SELECT count(*) FROM platform.{table} WHERE {column} = %s".encode(), [gone]
        ).fetchone()
        assert left == (0,), table
    assert objects_of(platform, gone) == set()
    assert await context.objects.find(clip) is None
    assert rows_of(admin, other) == kept
    assert await context.objects.find(kept[0]) is not None
