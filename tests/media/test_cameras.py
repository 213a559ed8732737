"""Cameras are kept with their address sealed; what can't be connected to is refused at once."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.outside import Reach, Refused
from app.media.streams import StreamRules, read_stream
from app.settings.cameras import CameraSettings
from tests.make.fleet import make_device
from tests.make.media import make_camera
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

STRICT = StreamRules.of(CameraSettings())
ANY = StreamRules(Reach(allow_private=True), ports=None)
URL = "rtsps://viewer:t0p%40secret@Camera.example.com/stream1?token=s3cret"


def test_a_camera_shows_its_address_without_what_is_secret_in_it(
    organization: Organization, platform: RunningPlatform
) -> None:
    made = make_camera(organization, streamUrl=URL, recording="OFF", retentionBytes=5_000_000_000)
    assert (made["stream"], made["status"], made["storedBytes"]) == (
        "rtsps://camera.example.com:322/stream1", "OFFLINE", 0,
    )  # fmt: skip
    http = organization.http
    path = f"/cameras/{made['id']}"
    assert http.get(path).json() == made
    listed = http.get("/cameras", params={"deviceId": made["deviceId"]})
    assert listed.json()["items"] == [made]
    changed = http.patch(path, json={"recording": "ON_DEMAND", "retentionBytes": None})
    assert changed.json() == {
        **made,
        "recording": "ON_DEMAND",
        "retentionBytes": None,
        "updatedAt": changed.json()["updatedAt"],
    }
    moved = http.patch(path, json={"streamUrl": "rtsp://other.example.com/live"}).json()
    assert moved["stream"] == "rtsp://other.example.com:554/live"
    with psycopg.connect(admin_address(platform)) as admin:
        rows = admin.execute("SELECT * FROM platform.camera").fetchall()
    for answer in (made, changed.text, rows):
        assert "s3cret" not in repr(answer)
        assert "secret@" not in repr(answer)


def test_a_deleted_camera_is_gone_with_its_secrets_and_its_name_is_free(
    organization: Organization, platform: RunningPlatform
) -> None:
    made = make_camera(organization)
    http = organization.http
    assert http.delete(f"/cameras/{made['id']}").status_code == 204
    assert_problem(http.get(f"/cameras/{made['id']}"), 404, code="NOT_FOUND")
    with psycopg.connect(admin_address(platform)) as admin:
        sealed = admin.execute(
            "SELECT sealed_stream FROM platform.camera WHERE id = %s", [made["id"]]
        ).fetchone()
    assert sealed in (None, (b"",))
    again = make_camera(organization, deviceId=made["deviceId"])
    assert http.delete(f"/devices/{made['deviceId']}").status_code == 204
    assert http.get(f"/cameras/{again['id']}").status_code == 404
    titles = [
        event["title"] for event in http.get("/events", params={"type": "MEDIA"}).json()["items"]
    ]
    assert "Camera door deleted, with its footage" in titles


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://camera.example.com/live.m3u8",
        "rtsp://127.0.0.1/stream",
        "rtsp://[::1]/stream",
        "rtsp://169.254.169.254/stream",
        "rtsp://10.1.2.3/stream",
        "rtsp://[::ffff:192.168.1.1]/stream",
        "rtsp://camera.example.com:6379/stream",
        "rtsp://camera.example.com:99999/stream",
        "rtsp://camera.example.com:/str eam",
        "rtsp:///stream",
        "rtsp://-/stream",
        "rtsp://camera.example.com/" + "x" * 2000,
    ],
)
def test_an_address_that_is_not_connected_to_is_refused(
    organization: Organization, url: str
) -> None:
    body = {
        "deviceId": make_device(organization, f"gateway-{uuid4().hex}"),
        "name": "x",
        "streamUrl": url,
    }
    answer = organization.http.post("/cameras", json=body)
    assert answer.status_code in (400, 422), answer.text
    if answer.status_code == 422:
        assert_problem(answer, 422, code="STREAM_REFUSED")
    with pytest.raises(Refused):
        read_stream(url, STRICT)


def test_a_network_that_the_installation_allows_is_reached_and_this_machine_never() -> None:
    inside = StreamRules.of(CameraSettings(networks="10.1.0.0/16, 127.0.0.0/8"))
    assert read_stream("rtsp://10.1.2.3/x", inside).netloc == "10.1.2.3:554"
    for url in ("rtsp://10.2.2.3/x", "rtsp://127.0.0.1/x"):
        with pytest.raises(Refused):
            read_stream(url, inside)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_an_address_or_refused(before: str, after: str) -> None:
    for url in (before, f"rtsp://{before}@h/{after}", f"rtsp://{before}", f"rtsps://h:{after}"):
        try:
            address = read_stream(url, ANY)
        except Refused:
            continue
        assert address.host
        assert 0 < address.port < 65_536


def test_what_is_in_an_address_is_given_to_the_camera_as_it_knows_it() -> None:
    address = read_stream(URL, STRICT)
    assert (address.user, address.password) == ("viewer", "t0p@secret")
    assert (address.host, address.port, address.target) == (
        "camera.example.com", 322, "/stream1?token=s3cret",
    )  # fmt: skip
    assert "secret" not in repr(address)
