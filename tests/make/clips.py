"""Cameras with footage that a recorder would have left, and what is cut of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg

from app.core.objects import numbered_key
from tests.make.devices import register_device
from tests.make.footage import Recipe, RecordedSegment, record
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.workers import wait_until

AN_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Keep = Callable[[str, bytes], None]
"""Stores an object under a key."""
CODECS = {"h264": "avc1.42c01e", "hevc": "hvc1.1.6.L60.90"}


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def make_camera(organization: Organization, **fields: Any) -> str:
    """A camera that nobody can connect to, so that what it has seen is what a test says; its id."""
    name = f"camera {uuid4()}"
    answer = organization.http.post(
        "/cameras",
        json={
            "deviceId": register_device(organization, name)["deviceId"],
            "name": name,
            "streamUrl": "rtsp://camera.invalid/stream",
            "recording": "OFF",
            **fields,
        },
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def put_footage(
    platform: RunningPlatform,
    organization: Organization,
    camera_id: str,
    segments: list[RecordedSegment],
    recipe: Recipe | None = None,
    *,
    keep: Keep | None = None,
) -> None:
    """Objects and rows, as a recorder leaves them; objects in the platform's folder, unless `keep`
    puts them elsewhere."""
    recipe = recipe or Recipe()
    keep = keep or _in_folder_of(platform)
    with psycopg.connect(admin_address(platform)) as admin:
        for number, segment in enumerate(segments):
            series = microseconds(datetime.now(UTC))
            key = numbered_key(UUID(organization.id), f"dvr-{camera_id}", series, number, ".mp4")
            keep(key, segment.data)
            admin.execute(
                "INSERT INTO platform.dvr_segment (org_id, camera_id, starts_at, ends_at, run, "
                "clock, source, object_key, size_bytes, init_bytes, part_offsets, "
                "part_milliseconds, part_keys, codecs, width, height) VALUES (%s, %s, %s, %s, %s, "
                "'ARRIVAL', 'RECORDER', %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    organization.id,
                    camera_id,
                    moment(segment.starts_at),
                    moment(segment.ends_at),
                    segment.run,
                    key,
                    len(segment.data),
                    segment.init_bytes,
                    list(segment.part_offsets),
                    list(segment.part_ms),
                    [True] * len(segment.part_offsets),
                    CODECS[recipe.codec],
                    recipe.width,
                    recipe.height,
                ],
            )


def _in_folder_of(platform: RunningPlatform) -> Keep:
    def keep(key: str, data: bytes) -> None:
        path = platform.state / "state" / "objects" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return keep


def recorded_camera(
    platform: RunningPlatform,
    organization: Organization,
    recipe: Recipe | None = None,
    *,
    keep: Keep | None = None,
) -> tuple[str, list[RecordedSegment]]:
    """A camera with twelve seconds of footage from AN_HOUR_AGO on."""
    camera_id = make_camera(organization)
    segments = record(recipe or Recipe(), microseconds(AN_HOUR_AGO))
    put_footage(platform, organization, camera_id, segments, recipe, keep=keep)
    return camera_id, segments


def seconds(count: float) -> datetime:
    """So long after the footage's begin."""
    return AN_HOUR_AGO + timedelta(seconds=count)


def ask_for_clip(
    organization: Organization, camera_id: str, since: datetime, until: datetime
) -> httpx.Response:
    body = {"cameraId": camera_id, "from": since.isoformat(), "to": until.isoformat()}
    return organization.http.post("/dvr-clip-requests", json=body)


def wait_for_clip(
    organization: Organization, path: str, status: str = "READY", seconds: float = 90
) -> dict[str, Any]:
    """A clip or a capture, when it is so far."""

    def reached() -> dict[str, Any] | None:
        found: dict[str, Any] = organization.http.get(path).json()
        assert status == "FAILED" or found["status"] != "FAILED", found
        return found if found["status"] == status else None

    found: dict[str, Any] = wait_until(reached, f"{path} becomes {status}", seconds)
    return found


def path_of(asked: httpx.Response) -> str:
    """Of what that created, as an organization's client asks for it."""
    assert asked.status_code == 201, asked.text
    return asked.headers["location"].removeprefix("/api/v1")


def fetch(url: str) -> bytes:
    answer = httpx.get(url, trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.content
