"""Playback of any range: every segment is reached by the playlist alone."""

from __future__ import annotations

import re

import httpx

from tests.make.clips import make_camera, microseconds, put_footage, recorded_camera, seconds
from tests.make.footage import Recipe, numbers_in, record
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem


def playback_of(
    organization: Organization, camera_id: str, since: float, until: float
) -> httpx.Response:
    range_ = {"from": seconds(since).isoformat(), "to": seconds(until).isoformat()}
    return organization.http.get(f"/cameras/{camera_id}/playback", params=range_)


def played(playlist: str) -> bytes:
    """All bytes that a player fetches, in its order."""
    data = b""
    pattern = r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@(\d+)"|BYTERANGE:(\d+)@(\d+)\n(\S+)'
    for found in re.finditer(pattern, playlist):
        map_url, map_size, map_begin, size, begin, url = found.groups()
        first, length = int(begin or map_begin), int(size or map_size)
        answer = httpx.get(
            url or map_url,
            headers={"Range": f"bytes={first}-{first + length - 1}"},
            trust_env=False,
        )
        assert answer.status_code == 206
        assert answer.headers["content-type"] == "video/mp4"
        data += answer.content
    return data


def test_a_range_is_played_by_its_playlist_alone(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    found = playback_of(organization, camera_id, 3, 9).json()
    assert (found["missing"], [span["at"] for span in found["spans"]]) == ([], [0])
    playlist = httpx.get(found["playlistUrl"], trust_env=False)  # without a key
    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert numbers_in(played(playlist.text)) == [*range(50, 250)]  # from key frame to part's end


def test_a_gap_is_told_and_a_discontinuity(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id = make_camera(organization)
    first, _, last = record(Recipe(), microseconds(seconds(0)))
    put_footage(platform, organization, camera_id, [first, last])
    found = playback_of(organization, camera_id, 0, 12).json()
    assert [span["at"] for span in found["spans"]] == [0, 4]
    assert len(found["missing"]) == 1
    playlist = httpx.get(found["playlistUrl"], trust_env=False).text
    assert playlist.count("#EXT-X-DISCONTINUITY") == 1


def test_a_range_without_footage_has_no_playlist(organization: Organization) -> None:
    found = playback_of(organization, make_camera(organization), 0, 12).json()
    assert (found["playlistUrl"], found["spans"]) == (None, [])


def test_a_range_that_is_too_long_is_refused(organization: Organization) -> None:
    camera_id = make_camera(organization)
    assert_problem(playback_of(organization, camera_id, 0, 7 * 3600), 422)


def test_an_address_that_was_changed_is_refused(
    platform: RunningPlatform, organization: Organization
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    url = playback_of(organization, camera_id, 0, 4).json()["playlistUrl"]
    assert_problem(httpx.get(url.replace("/playback/", "/playback/A"), trust_env=False), 403)
