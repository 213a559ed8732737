"""Cameras, and what hangs on them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg

from tests.make.fleet import make_device
from tests.make.platform import Organization


def make_camera(organization: Organization, **more: Any) -> dict[str, Any]:
    """One that nobody answers for, seen with a device of its own unless one is given."""
    body = {"name": "door", "streamUrl": "rtsp://camera.invalid/stream", **more}
    body.setdefault("deviceId", make_device(organization, f"gateway-{uuid4().hex}"))
    answer = organization.http.post("/cameras", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


_CUT = "range_from, range_to) VALUES (gen_random_uuid(), %(camera)s, {}now(), now() + '1 second')"
_ROWS = (
    "INSERT INTO platform.dvr_segment (camera_id, starts_at, ends_at, run, clock, source, "
    "object_key, size_bytes, init_bytes, part_offsets, part_milliseconds, part_keys, codecs, "
    "width, height) VALUES (%(camera)s, now(), now() + '1 second', '1-1', 'ARRIVAL', 'PUSHED', "
    "'x', 1, 1, '{}', '{}', '{}', 'avc1', 1, 1)",
    "INSERT INTO platform.dvr_upload (id, camera_id, starts_at, content_type, size_bytes, sha256, "
    "object_key, requested_by, expires_at) VALUES (gen_random_uuid(), %(camera)s, now(), 'x', 1, "
    "'x', 'x', 'x', now())",
    "INSERT INTO platform.object_garbage (object_key, due_at) VALUES ('x', now())",
    "INSERT INTO platform.dvr_clip_request (id, camera_id, requested_by, " + _CUT.format("'x', "),
    "INSERT INTO platform.media_capture (id, camera_id, " + _CUT.format(""),
    "WITH rule AS (INSERT INTO platform.media_capture_rule (id, name, match, pre_roll_seconds, "
    "post_roll_seconds, cooldown_seconds, max_per_hour, created_by) "
    "VALUES (gen_random_uuid(), 'x', '{}', 1, 1, 1, 1, 'x') RETURNING id) "
    "INSERT INTO platform.media_capture_state (rule_id, camera_id) "
    "SELECT id, %(camera)s FROM rule",
    "INSERT INTO platform.live_session (id, camera_id, requested_by, expires_at) "
    "VALUES (gen_random_uuid(), %(camera)s, 'x', now())",
    "INSERT INTO platform.media_usage (camera_id, day) VALUES (%(camera)s, current_date)",
)


def put_media_rows(connection: psycopg.Connection, camera_id: str) -> None:
    """One of everything that hangs on a camera of the transaction's organization."""
    for statement in _ROWS:
        connection.execute(statement.encode(), {"camera": camera_id})
