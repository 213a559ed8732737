"""Clips hold exactly the pictures that were taken in their range: each shows its number."""

from __future__ import annotations

import io
import os
import random
import tempfile
from collections.abc import AsyncIterator

import pytest

from tests.make.footage import EPOCH, PICTURE, Recipe, RecordedSegment, numbers_in, record, taken
from workers.clips.cut import CutPictures, cut
from workers.clips.footage import FootageSegment
from workers.clips.making import SegmentBytes, make_clip, make_still
from workers.clips.spans import ClipSpan
from workers.sandbox.process import SandboxRefused

RECIPES = {
    "H.264": Recipe(),
    "H.265": Recipe(codec="hevc"),
    "B-frames": Recipe(b_frames=2),
    "sound": Recipe(has_sound=True),
}
CUTS = 200 if "FUZZ_SECONDS" in os.environ else 4
LENGTHS = (50_000, 500_000, 1_300_000, 3_000_000, 7_770_000)
SECOND = 1_000_000
LARGEST = 1 << 28


def cut_out(
    segments: list[RecordedSegment], since: int, until: int, *, encodes: bool = True
) -> tuple[bytes, CutPictures]:
    """In this process: what a child does behind its walls."""
    used = [
        FootageSegment(one.starts_at, one.ends_at, one.run, one.data)
        for one in segments
        if one.ends_at > since and one.starts_at < until
    ]
    target = io.BytesIO()
    model = max(used, key=lambda one: min(one.ends_at, until) - max(one.starts_at, since))

    def again() -> io.BytesIO:
        return io.BytesIO(target.getvalue())

    made = cut(model, used, since, until, target, again, encodes=encodes)
    return target.getvalue(), made


def wanted(segments: list[RecordedSegment], since: int, until: int) -> list[int]:
    return [number for moment, number in taken(segments) if since <= moment < until]


@pytest.mark.parametrize("kind", RECIPES)
@pytest.mark.timeout(60 + 3 * CUTS)
def test_random_ranges_are_cut_to_the_picture(kind: str) -> None:
    segments, chance, wrong = record(RECIPES[kind]), random.Random(kind), []
    for turn in range(CUTS):
        since = EPOCH + chance.randrange(0, 11_900_000)
        until = min(since + chance.choice(LENGTHS), segments[-1].ends_at)
        if turn % 3 == 0:  # exactly when pictures were taken
            since, until = since // PICTURE * PICTURE, -(-until // PICTURE) * PICTURE
        want = wanted(segments, since, until)
        if want and numbers_in(cut_out(segments, since, until)[0]) != want:
            wrong.append((since - EPOCH, until - EPOCH))
    assert wrong == []


def test_a_gap_is_closed_up_and_told() -> None:
    segments = record(RECIPES["H.264"])
    del segments[1]
    clip, made = cut_out(segments, EPOCH + 3 * SECOND, EPOCH + 9 * SECOND)
    assert numbers_in(clip) == [*range(75, 100), *range(200, 225)]
    assert [(one.since - EPOCH, one.until - EPOCH, one.at) for one in made.spans] == [
        (3 * SECOND, 4 * SECOND, 0),
        (8 * SECOND, 9 * SECOND, SECOND),
    ]


def test_whole_groups_are_copied_and_only_the_first_one_is_encoded() -> None:
    _, made = cut_out(record(RECIPES["H.264"]), EPOCH + 1_500_000, EPOCH + 9 * SECOND)
    assert (made.copied, made.encoded) == (175, 12)


def test_footage_of_other_parameters_is_scaled_into_the_longer_parts_own() -> None:
    large = record(RECIPES["H.264"])
    small = record(
        Recipe(width=160, height=96, seconds=4, run="1-2", first_number=300),
        EPOCH + 12 * SECOND,
    )
    segments = [*large, *small]
    clip, made = cut_out(segments, EPOCH + 7 * SECOND, EPOCH + 14 * SECOND)
    assert numbers_in(clip) == wanted(segments, EPOCH + 7 * SECOND, EPOCH + 14 * SECOND)
    assert [one.at for one in made.spans] == [0, 5 * SECOND]


@pytest.mark.parametrize("kind", ["H.264", "H.265"])
def test_without_an_encoder_a_clip_begins_at_a_key_frame_and_says_so(kind: str) -> None:
    since, until = EPOCH + 1_500_000, EPOCH + 9 * SECOND
    clip, made = cut_out(record(RECIPES[kind]), since, until, encodes=False)
    assert numbers_in(clip) == [*range(50, 225)]
    assert made.spans == [ClipSpan(EPOCH + 2 * SECOND, until, 0)]
    assert (made.copied, made.encoded) == (175, 0)


def test_without_an_encoder_what_has_other_parameters_is_left_out() -> None:
    small = Recipe(width=160, height=96, seconds=4, run="1-2", first_number=300)
    segments = [*record(RECIPES["H.264"]), *record(small, EPOCH + 12 * SECOND)]
    clip, made = cut_out(segments, EPOCH + 8 * SECOND, EPOCH + 14 * SECOND, encodes=False)
    assert numbers_in(clip) == [*range(200, 300)]
    assert made.spans == [ClipSpan(EPOCH + 8 * SECOND, EPOCH + 12 * SECOND, 0)]


@pytest.mark.parametrize("kind", ["H.264", "H.265"])
async def test_a_child_behind_walls_makes_the_clip_and_tells_how_far_it_is(kind: str) -> None:
    segments, told = record(RECIPES[kind]), []
    used = [SegmentBytes(one.starts_at, one.ends_at, one.run, one.data) for one in segments]

    async def in_turn() -> AsyncIterator[SegmentBytes]:
        for segment in used:
            yield segment

    async def report(until: int) -> None:
        told.append(until - EPOCH)

    since, until = EPOCH + 1_300_000, EPOCH + 11_010_000
    with tempfile.TemporaryFile() as file:
        made = await make_clip(
            used[0], in_turn(), since, until, file, report, largest_bytes=LARGEST
        )
        file.seek(0)
        clip = file.read()
    assert numbers_in(clip) == wanted(segments, since, until)
    assert made.spans == [ClipSpan(EPOCH + 33 * PICTURE, until, 0)]
    assert told == [8 * SECOND]
    assert clip.index(b"moov") < clip.index(b"mdat")  # players begin before the file is there


async def test_a_clip_that_becomes_too_large_is_refused() -> None:
    (segment, *_) = record(RECIPES["H.264"])
    whole = SegmentBytes(segment.starts_at, segment.ends_at, segment.run, segment.data)

    async def in_turn() -> AsyncIterator[SegmentBytes]:
        yield whole

    async def report(until: int) -> None:
        raise AssertionError("there is nothing to tell of")

    with tempfile.TemporaryFile() as file, pytest.raises(SandboxRefused):
        await make_clip(whole, in_turn(), EPOCH, segment.ends_at, file, report, largest_bytes=5000)


async def test_a_still_shows_the_last_picture_before_its_moment() -> None:
    segment = record(RECIPES["H.264"])[1]
    whole = SegmentBytes(segment.starts_at, segment.ends_at, segment.run, segment.data)
    with tempfile.TemporaryFile() as file:
        size = await make_still(whole, segment.starts_at + 10 * PICTURE + 1, file)
        file.seek(0)
        picture = file.read()
    assert len(picture) == size
    assert numbers_in(picture) == [segment.numbers[10]]


async def test_what_is_no_footage_is_refused_without_a_word_of_where_it_is() -> None:
    hostile = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nfile:///etc/passwd\n" * 9
    with tempfile.TemporaryFile() as file, pytest.raises(SandboxRefused) as refusal:
        await make_still(SegmentBytes(0, 1, "", hostile), 0, file)
    assert "passwd" not in str(refusal.value)
