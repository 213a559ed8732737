"""Footage that a gateway has recorded itself: inspected behind walls, and made ours or refused."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.make.clips import AN_HOUR_AGO, make_camera
from tests.make.devices import WAIT_SECONDS, connect, provision_device
from tests.make.footage import FPS, Recipe, numbers_in, record
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until
from tests.media.mutants import mutated
from tests.media.test_hls_cameras import transport_stream
from tests.media.test_playback import playback_of, played
from workers.inspection.job import SegmentRefused, made_anew
from workers.sandbox.process import SandboxRefused

FILM = record(Recipe())[0].data
"""Pictures 0 to 99."""


def announced(data: bytes, **more: Any) -> dict[str, Any]:
    return {
        "startsAt": AN_HOUR_AGO.isoformat(),
        "sizeBytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        **more,
    }


def announce(
    organization: Organization, camera_id: str, *segments: dict[str, Any]
) -> httpx.Response:
    return organization.http.post(f"/cameras/{camera_id}/segments", json={"segments": segments})


def push(organization: Organization, camera_id: str, data: bytes, **more: Any) -> dict[str, Any]:
    """What became of it."""
    answer = announce(organization, camera_id, announced(data, **more))
    assert answer.status_code == 201, answer.text
    [upload] = answer.json()["uploads"]
    sent = httpx.put(upload["url"], content=data, headers=upload["headers"], trust_env=False)
    assert sent.is_success, sent.text
    path = f"/cameras/{camera_id}/segments/{upload['segmentId']}"
    assert organization.http.post(f"{path}/complete").status_code == 202

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = organization.http.get(path).json()
        return found if found["status"] in ("STORED", "REFUSED") else None

    found: dict[str, Any] = wait_until(ended, "it is inspected", 90)
    return found


def test_what_was_sent_is_footage_like_any_other_and_not_twice(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization)
    assert push(organization, camera_id, FILM)["status"] == "STORED"
    follows = AN_HOUR_AGO + timedelta(seconds=4)
    stream = transport_stream(100, 4 * FPS, 0)
    sent = push(
        organization, camera_id, stream, contentType="video/mp2t", startsAt=follows.isoformat()
    )
    assert sent["status"] == "STORED"
    found = playback_of(organization, camera_id, 0, 8).json()
    assert found["missing"] == []
    playlist = httpx.get(found["playlistUrl"], trust_env=False).text
    assert numbers_in(played(playlist.split("#EXT-X-DISCONTINUITY")[0])) == [*range(100)]
    again = push(organization, camera_id, FILM)
    assert (again["status"], again["failure"]) == (
        "REFUSED",
        "there is footage of that time already",
    )
    assert organization.http.get(f"/cameras/{camera_id}").json()["storedBytes"] > 0
    titles = {event["title"] for event in organization.http.get("/events").json()["items"]}
    assert "Footage that was sent was refused" in titles


def test_what_is_no_footage_is_refused_in_words(organization: Organization) -> None:
    camera_id = make_camera(organization)
    refused = push(organization, camera_id, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    assert refused["status"] == "REFUSED"
    assert refused["failure"].startswith("Invalid data")


def test_what_can_not_be_kept_is_refused_before_it_is_sent(organization: Organization) -> None:
    camera_id = make_camera(organization, retentionHours=2)
    for moment in (datetime.now(UTC) + timedelta(hours=1), AN_HOUR_AGO - timedelta(hours=2)):
        one = announced(FILM, startsAt=moment.isoformat())
        assert_problem(announce(organization, camera_id, one), 422)
    assert_problem(announce(organization, camera_id, announced(FILM, sizeBytes=70_000_000)), 400)
    assert_problem(announce(organization, camera_id, *[announced(FILM)] * 101), 400)


def test_a_segment_of_another_camera_is_not_found(organization: Organization) -> None:
    camera_id, other = make_camera(organization), make_camera(organization)
    made = announce(organization, camera_id, announced(FILM))
    [upload] = made.json()["uploads"]
    path = f"/cameras/{other}/segments/{upload['segmentId']}"
    assert_problem(organization.http.get(path), 404)
    assert_problem(organization.http.post(f"{path}/complete"), 404)


def test_a_key_of_cameras_sends_their_footage_and_learns_what_became_of_it(
    platform: RunningPlatform, organization: Organization
) -> None:
    own, other = make_camera(organization), make_camera(organization)
    bound = {"name": "beside the door", "cameraIds": [own]}
    made = organization.http.post("/api-keys", json=bound).json()
    assert (made["scopes"], made["cameraIds"]) == (["segments:write"], [own])
    for scopes in (["media:write"], ["segments:write", "media:read"], []):
        answer = organization.http.post("/api-keys", json={**bound, "scopes": scopes})
        assert_problem(answer, 422, code="UNPROCESSABLE")
    anew = organization.http.post(f"/api-keys/{made['id']}/rotate", json={}).json()
    with platform.client(anew["key"]) as http:
        [upload] = http.post(
            f"/cameras/{own}/segments", json={"segments": [announced(FILM)]}
        ).json()["uploads"]
        httpx.put(upload["url"], content=FILM, headers=upload["headers"], trust_env=False)
        path = f"/cameras/{own}/segments/{upload['segmentId']}/complete"
        wait_until(lambda: http.post(path).json()["status"] == "STORED", "it is stored", 90)
        assert_problem(http.post(path.replace(own, other)), 403, code="FORBIDDEN")
        assert organization.http.delete(f"/cameras/{own}").status_code == 204
        assert_problem(http.post(f"/cameras/{own}/segments", json=_ANY), 404, code="NOT_FOUND")


_ANY = {"segments": [announced(FILM)]}


def test_a_gateway_asks_over_mqtt_where_to_send_its_footage(
    platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    gateway = provision_device(organization, "gateway", directory=tmp_path)
    camera_id = make_camera(organization, deviceId=gateway.id)
    topics = gateway.provisioned["mqtt"]["topics"]
    session = connect(platform, gateway)
    session.client.subscribe(topics["mediaGrants"], 1)

    def ask(**request: Any) -> dict[str, Any]:
        body = {"cameraId": camera_id, **request}
        session.publish(body, topic=topics["mediaRequest"]).wait_for_publish(WAIT_SECONDS)
        answer: dict[str, Any] = json.loads(session.received.get(timeout=WAIT_SECONDS).payload)
        assert answer["id"] == request["id"]
        return answer

    [upload] = ask(id="r1", segments=[announced(FILM)])["uploads"]
    httpx.put(upload["url"], content=FILM, headers=upload["headers"], trust_env=False)
    assert ask(id="r2", completed=[upload["segmentId"]])["uploads"] == []
    path = f"/cameras/{camera_id}/segments/{upload['segmentId']}"
    wait_until(lambda: organization.http.get(path).json()["status"] == "STORED", "stored", 90)
    others = make_camera(organization)
    assert ask(id="r3", cameraId=others, segments=[announced(FILM)])["error"] == "NOT_FOUND"
    session.close()


async def test_a_damaged_file_is_made_ours_or_refused_and_never_more() -> None:
    chance = random.Random(7)
    for damaged in [FILM[: len(FILM) // 2], *(mutated(FILM, chance) for _ in range(3))]:
        try:
            segment = await made_anew(damaged, "video/mp4", AN_HOUR_AGO)
        except (SandboxRefused, SegmentRefused):
            continue
        assert segment.parts
        assert segment.end > segment.start


@pytest.mark.parametrize("kind", ["video/mp4", "video/mp2t"])
async def test_a_format_is_never_guessed(kind: str) -> None:
    for disguised in (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n", b"ffconcat"):
        with pytest.raises((SandboxRefused, SegmentRefused)) as refused:
            await made_anew(disguised, kind, AN_HOUR_AGO)
        assert "ended early" not in str(refused.value)
