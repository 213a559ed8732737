"""Cameras are recorded, to the picture; what dies is started again, and nothing overlaps."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import psutil
import psycopg
import pytest

from tests.make.media import make_camera
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from workers.twin.encoder import numbers_in
from workers.twin.rtsp import RATE, TwinCamera

# Each waits for footage of real seconds, on a machine that may be busy.
pytestmark = pytest.mark.timeout(400)
WAIT_SECONDS = 120
SECRET = ("viewer", "p@ss: w/rd")
PATH = "viewer:p%40ss%3A%20w%2Frd"


def camera_of(organization: Organization, twin: TwinCamera, **more: Any) -> dict[str, Any]:
    url = f"rtsp://{PATH}@127.0.0.1:{twin.port}/stream"
    return make_camera(organization, streamUrl=url, segmentSeconds=2, **more)


async def until(organization: Organization, camera: dict[str, Any], **expected: Any) -> Any:
    """The camera, once it is as expected."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            answer = await asyncio.to_thread(organization.http.get, f"/cameras/{camera['id']}")
            found = answer.json()
            if all(found[name] == value for name, value in expected.items()):
                return found
            await asyncio.sleep(0.2)


async def segments(platform: RunningPlatform, camera: dict[str, Any], at_least: int) -> list[Any]:
    """In the order of time, once there are so many."""
    async with (
        asyncio.timeout(WAIT_SECONDS),
        await psycopg.AsyncConnection.connect(
            admin_address(platform), autocommit=True
        ) as connection,
    ):
        while True:
            cursor = await connection.execute(
                "SELECT * FROM platform.dvr_segment WHERE camera_id = %s ORDER BY starts_at",
                [camera["id"]],
            )
            names = [column.name for column in cursor.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
            if len(rows) >= at_least:
                return rows
            await asyncio.sleep(0.2)


def footage(platform: RunningPlatform, row: dict[str, Any]) -> bytes:
    return (platform.state / "state" / "objects" / row["object_key"]).read_bytes()


def assert_whole(platform: RunningPlatform, twin: TwinCamera, row: dict[str, Any]) -> None:
    """Each picture was taken when the segment says, to the tenth of a picture's time."""
    data = footage(platform, row)
    assert len(data) == row["size_bytes"]
    found = numbers_in(data)
    first = found[0][0]
    numbers = [number for _, number in found]
    assert numbers == list(range(numbers[0] or 0, (numbers[0] or 0) + len(numbers)))
    for at, number in found:
        taken = row["starts_at"].timestamp() + at - first
        assert number is not None
        assert abs(taken - (twin.began + number / RATE)) < 0.1 / RATE
    for offset in row["part_offsets"]:
        assert data[offset + 4 : offset + 8] == b"moof"
    assert row["part_offsets"][0] == row["init_bytes"]


async def test_what_a_camera_shows_is_recorded_and_dated_to_the_picture(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as twin:
        twin.credentials = SECRET
        camera = camera_of(tenant, twin)
        await until(tenant, camera, status="ONLINE", statusReason=None)
        rows = await segments(near, camera, 3)
        for row in rows:
            assert (row["clock"], row["width"], row["height"]) == ("CAMERA", 320, 192)
            assert row["codecs"].startswith("avc1.42")
            assert_whole(near, twin, row)
        for before, after in pairwise(rows):
            assert before["ends_at"] == after["starts_at"]
        seen = await until(tenant, camera, status="ONLINE")
        assert seen["storedBytes"] >= sum(row["size_bytes"] for row in rows)
        assert seen["lastPictureAt"] is not None
        answer = await asyncio.to_thread(
            tenant.http.patch, f"/cameras/{camera['id']}", json={"recording": "OFF"}
        )
        assert answer.status_code == 200
        await until(tenant, camera, status="OFFLINE", statusReason="it is not recorded now")
    events = tenant.http.get("/events", params={"type": "MEDIA"}).json()["items"]
    assert [event["details"]["status"] for event in events] == ["OFFLINE", "ONLINE"]


async def test_a_child_that_dies_costs_seconds_and_nothing_overlaps(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as twin:
        twin.credentials = SECRET
        camera = camera_of(tenant, twin)
        await segments(near, camera, 2)
        recorder = psutil.Process(near.program("recorder").pid)
        for child in recorder.children():
            child.kill()
        there = await segments(near, camera, 0)
        rows = await segments(near, camera, len(there) + 3)
        for before, after in pairwise(rows):
            assert before["ends_at"] <= after["starts_at"]
        for row in rows:
            assert_whole(near, twin, row)
        assert len({row["run"] for row in rows}) == 2
    files = near.state / "state" / "objects" / tenant.id / f"dvr-{camera['id']}"
    rows = await segments(near, camera, 0)
    missing = {row["object_key"].rpartition("/")[2] for row in rows} - {
        path.name for path in files.iterdir()
    }
    assert not missing


async def test_a_camera_that_sends_elsewhere_is_not_followed(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as inner, TwinCamera().serving() as twin:
        twin.redirect = f"rtsp://127.0.0.1:{inner.port}/secret"
        camera = camera_of(tenant, twin)
        await until(
            tenant,
            camera,
            status="OFFLINE",
            statusReason="the camera answers with a redirect, which is not followed",
        )
        assert not inner.asked


async def test_a_wrong_password_and_nobody_there_are_told_without_the_address(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as twin:
        twin.credentials = ("other", "words")
        camera = camera_of(tenant, twin)
        await until(tenant, camera, statusReason="the camera refuses the user or password")
    nobody = make_camera(tenant, name="nobody", streamUrl=f"rtsp://127.0.0.1:{twin_port()}/x")
    await until(tenant, nobody, statusReason="the camera can't be reached")


def twin_port() -> int:
    """One at which nobody listens."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
