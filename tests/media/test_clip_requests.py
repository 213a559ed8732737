"""Clips that people ask for: what is in them, what is told of them, and whose they are."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import httpx

from tests.make.clips import (
    ask_for_clip,
    fetch,
    make_camera,
    microseconds,
    path_of,
    put_footage,
    recorded_camera,
    seconds,
    wait_for_clip,
)
from tests.make.footage import Recipe, numbers_in, record
from tests.make.objects import files_of
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until


def test_a_clip_has_the_pictures_of_its_range_and_tells_where_they_are(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    asked = ask_for_clip(organization, camera_id, seconds(1.5), seconds(9))
    assert asked.status_code == 201
    assert (asked.json()["status"], asked.json()["downloadUrl"]) == ("PENDING", None)
    clip = wait_for_clip(organization, path_of(asked))
    data = fetch(clip["downloadUrl"])
    assert numbers_in(data) == [*range(38, 225)]
    assert (clip["sizeBytes"], clip["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    (span,) = clip["spans"]
    assert (span["at"], clip["missing"], clip["progress"]) == (0, [], 1)
    assert datetime.fromisoformat(span["from"]) == seconds(1.52)
    assert datetime.fromisoformat(span["to"]) == seconds(9)
    assert numbers_in(fetch(clip["thumbnailUrl"])) == [38]


def test_what_was_not_recorded_is_told(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization)
    first, _, last = record(Recipe(), microseconds(seconds(0)))
    put_footage(platform, organization, camera_id, [first, last])
    asked = ask_for_clip(organization, camera_id, seconds(3), seconds(14))
    clip = wait_for_clip(organization, path_of(asked))
    missing = [
        (datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"]))
        for one in clip["missing"]
    ]
    assert missing == [(seconds(4), seconds(8)), (seconds(12), seconds(14))]
    assert [span["at"] for span in clip["spans"]] == [0, 1]


def test_a_clip_of_nothing_fails_and_says_so(organization: Organization) -> None:
    camera_id = make_camera(organization)
    asked = ask_for_clip(organization, camera_id, seconds(0), seconds(5))
    clip = wait_for_clip(organization, path_of(asked), "FAILED")
    assert (clip["failure"], clip["downloadUrl"]) == ("NO_FOOTAGE", None)
    filters = {"cameraId": camera_id, "status": "FAILED"}
    listed = organization.http.get("/dvr-clip-requests", params=filters).json()["items"]
    assert [one["id"] for one in listed] == [clip["id"]]


def test_a_range_that_ends_in_the_future_is_waited_for(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization, segmentSeconds=2)
    begin = datetime.now(UTC)
    asked = ask_for_clip(organization, camera_id, begin, begin + timedelta(seconds=2))
    put_footage(platform, organization, camera_id, record(Recipe(), microseconds(begin)))
    clip = wait_for_clip(organization, path_of(asked))
    assert clip["missing"] == []
    assert datetime.fromisoformat(clip["completedAt"]) > begin + timedelta(seconds=2)


def test_a_clip_that_is_deleted_leaves_no_file(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    asked = ask_for_clip(organization, camera_id, seconds(0), seconds(2))
    clip = wait_for_clip(organization, path_of(asked))
    assert organization.http.delete(path_of(asked)).status_code == 204
    assert_problem(organization.http.get(path_of(asked)), 404)
    wait_until(
        lambda: not [path for path in files_of(platform) if clip["id"] in path.name],
        "the clip's files are gone",
    )
    assert httpx.get(clip["downloadUrl"], trust_env=False).status_code == 404


def test_ranges_that_can_not_be_are_refused(organization: Organization) -> None:
    camera_id, now = make_camera(organization), datetime.now(UTC)
    for since, until in (
        (seconds(5), seconds(5)),
        (seconds(0), seconds(3601)),
        (now + timedelta(days=2), now + timedelta(days=2, seconds=9)),
    ):
        assert_problem(ask_for_clip(organization, camera_id, since, until), 400, 422)


def test_a_neighbours_footage_is_not_cut(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    assert_problem(ask_for_clip(neighbour, camera_id, seconds(0), seconds(2)), 404)


def test_without_an_encoder_a_clip_says_what_it_lacks(
    near: RunningPlatform, tenant: Organization
) -> None:
    camera_id, _ = recorded_camera(near, tenant)
    asked = ask_for_clip(tenant, camera_id, seconds(1.5), seconds(9))
    clip = wait_for_clip(tenant, path_of(asked))
    assert clip["spans"] == [{"from": told(seconds(2)), "to": told(seconds(9)), "at": 0.0}]
    assert clip["missing"] == [{"from": told(seconds(1.5)), "to": told(seconds(2))}]
    assert numbers_in(fetch(clip["downloadUrl"])) == [*range(50, 225)]
    nothing = ask_for_clip(tenant, camera_id, seconds(2.5), seconds(3.5))
    failed = wait_for_clip(tenant, path_of(nothing), "FAILED")
    assert failed["failure"].startswith("no key frame was taken in the range")


def told(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
