"""Recorders and their children are killed again and again: what is lost is seconds, nothing
overlaps, and no object is without a row, nor a row without its object. `make fuzz` runs it."""

from __future__ import annotations

import asyncio
import os
import time
from itertools import cycle, pairwise
from typing import Any

import psutil
import psycopg
import pytest

from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.media.test_recording import camera_of, segments, until
from workers.twin.rtsp import TwinCamera

SECONDS = float(os.environ.get("RECORDER_CHAOS_SECONDS", "0"))


@pytest.mark.timeout(int(SECONDS) + 600)
@pytest.mark.skipif(not SECONDS, reason="takes minutes: RECORDER_CHAOS_SECONDS isn't set")
async def test_kills_cost_seconds_of_footage_and_nothing_else(
    near: RunningPlatform, tenant: Organization
) -> None:
    lost: dict[str, list[float]] = {"child": [], "recorder": []}
    async with TwinCamera().serving() as twin:
        camera = camera_of(tenant, twin)
        rows = await segments(near, camera, 2)
        victims, deadline = cycle(lost), time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            victim = next(victims)
            await asyncio.to_thread(kill, near, victim)
            rows = await segments(near, camera, len(rows) + 3)
            gaps = [after["starts_at"] - before["ends_at"] for before, after in pairwise(rows[-5:])]
            lost[victim].append(max(gaps).total_seconds())
        await asyncio.to_thread(
            tenant.http.patch, f"/cameras/{camera['id']}", json={"recording": "OFF"}
        )
        await until(tenant, camera, status="OFFLINE", statusReason="it is not recorded now")
    rows = await segments(near, camera, 0)
    print(f"\nrecorders killed: seconds lost {lost}, segments {len(rows)}")
    assert all(before["ends_at"] <= after["starts_at"] for before, after in pairwise(rows))
    assert stored(near, tenant, camera) - garbage(near, tenant) == {
        row["object_key"].rpartition("/")[2] for row in rows
    }


def kill(platform: RunningPlatform, victim: str) -> None:
    """Both are started again by who is above them."""
    recorder = platform.program("recorder")
    for each in recorder.children() if victim == "child" else [recorder]:
        each.kill()
        psutil.wait_procs([each], timeout=10)


def stored(platform: RunningPlatform, organization: Organization, camera: Any) -> set[str]:
    folder = platform.state / "state" / "objects" / organization.id / f"dvr-{camera['id']}"
    return {path.name for path in folder.iterdir()}


def garbage(platform: RunningPlatform, organization: Organization) -> set[str]:
    with psycopg.connect(admin_address(platform)) as admin:
        found = admin.execute(
            "SELECT object_key FROM platform.object_garbage WHERE org_id = %s", [organization.id]
        )
        return {str(key).rpartition("/")[2] for (key,) in found.fetchall()}
