"""Playlists and tokens, without a platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.footage import gaps
from app.media.playlists import entry_of, vod_playlist
from app.media.tokens import BadToken, MediaToken, read_token

BEGIN = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
SECRETS = [b"newest", b"older"]
TOKEN = MediaToken("playback", ("org", "camera"), BEGIN + timedelta(hours=1))


@dataclass(frozen=True)
class StoredSegment:
    """Ten seconds in five parts, of which the first, the third and the fifth have key frames."""

    starts_at: datetime = BEGIN
    ends_at: datetime = BEGIN + timedelta(seconds=10)
    run: str = "1-1"
    object_key: str = "a"
    size_bytes: int = 600
    init_bytes: int = 100
    part_offsets: tuple[int, ...] = (100, 200, 300, 400, 500)
    part_milliseconds: tuple[int, ...] = (2000,) * 5
    part_keys: tuple[bool, ...] = (True, False, True, False, True)


def after(count: float) -> datetime:
    return BEGIN + timedelta(seconds=count)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (-5, 20, (0, 10, 100, 600)),
        (0, 10, (0, 10, 100, 600)),
        (4.5, 5, (4, 6, 300, 400)),
        (3.9, 4, (0, 4, 100, 300)),
        (8, 8.1, (8, 10, 500, 600)),
    ],
)
def test_a_range_is_played_from_the_key_frame_before_it(
    since: float, until: float, found: tuple[float, float, int, int]
) -> None:
    entry = entry_of(StoredSegment(), after(since), after(until))
    begin, end = ((moment - BEGIN).total_seconds() for moment in (entry.starts_at, entry.ends_at))
    assert (begin, end, entry.begin, entry.end) == found


def test_a_playlist_tells_wall_times_gaps_and_where_to_begin() -> None:
    first = StoredSegment()
    second = replace(first, starts_at=after(10), ends_at=after(20), object_key="b")
    third = replace(first, starts_at=after(30), ends_at=after(40), object_key="c")
    rows = [first, second, third]
    entries = [entry_of(row, after(5), after(33)) for row in rows]
    text = vod_playlist(entries, [f"/{row.object_key}.mp4" for row in rows], after(5))
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:10",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=1.000,PRECISE=YES",
        '#EXT-X-MAP:URI="/a.mp4",BYTERANGE="100@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-15T10:30:04.000Z",
        "#EXTINF:6.00000,",
        "#EXT-X-BYTERANGE:300@300",
        "/a.mp4",
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-15T10:30:10.000Z",
        "#EXTINF:10.00000,",
        "#EXT-X-BYTERANGE:500@100",
        "/b.mp4",
        "#EXT-X-DISCONTINUITY",
        '#EXT-X-MAP:URI="/c.mp4",BYTERANGE="100@0"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-01-15T10:30:30.000Z",
        "#EXTINF:4.00000,",
        "#EXT-X-BYTERANGE:200@100",
        "/c.mp4",
        "#EXT-X-ENDLIST",
    ]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=12),
    st.integers(0, 60),
    st.integers(1, 60),
)
def test_every_moment_is_either_covered_or_missing(
    footage: list[tuple[int, int]], begin: int, length: int
) -> None:
    ranges = sorted((after(start), after(start + seconds)) for start, seconds in footage)
    inside = [one for one in ranges if one[1] > after(begin) and one[0] < after(begin + length)]
    missing = gaps(after(begin), after(begin + length), inside)
    for place in range(length):
        moment = after(begin + place + 0.5)
        is_covered = any(start <= moment < end for start, end in ranges)
        assert is_covered != any(start <= moment < end for start, end in missing)


def test_a_token_says_what_was_signed_under_any_of_the_secrets() -> None:
    for secret in SECRETS:
        found = read_token(TOKEN.signed([secret]), "playback", SECRETS, now=BEGIN)
        assert found == TOKEN


def test_a_token_that_was_changed_is_refused_wherever_it_was() -> None:
    signed = TOKEN.signed(SECRETS)
    for place in range(len(signed) - 1):  # the last letter has bits that stand for nothing
        other = "A" if signed[place] != "A" else "B"
        with pytest.raises(BadToken):
            read_token(signed[:place] + other + signed[place + 1 :], "playback", SECRETS, now=BEGIN)


@pytest.mark.parametrize(
    ("purpose", "secrets", "hours"),
    [("live", SECRETS, 0), ("playback", [b"another"], 0), ("playback", SECRETS, 1)],
)
def test_a_token_is_good_for_its_purpose_under_our_secrets_until_it_ends(
    purpose: str, secrets: list[bytes], hours: int
) -> None:
    with pytest.raises(BadToken):
        read_token(TOKEN.signed(SECRETS), purpose, secrets, now=BEGIN + timedelta(hours=hours))


@given(st.text(max_size=600))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        read_token(text, "playback", SECRETS, now=BEGIN)
