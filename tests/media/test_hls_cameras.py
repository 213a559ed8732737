"""Cameras that speak HLS: read to the picture, and led nowhere."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from functools import partial

import av
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.outside import Reach
from app.media.streams import StreamRules, read_stream
from tests.make.footage import FPS, draw, numbers_in
from tests.make.live_pictures import watch
from tests.make.media import make_camera
from tests.make.platform import Organization, RunningPlatform
from tests.media.test_recording import camera_of, footage, segments
from workers.recorder.feed import FeedTarget, HlsFeed
from workers.recorder.hls import SourceBytes, Unfit, read_source_playlist
from workers.recorder.messages import Message, SegmentEnded
from workers.recorder.muxing import StreamRecorder
from workers.recorder.sighting import ToldClock
from workers.twin import encoder
from workers.twin.rtsp import RATE, TwinCamera

ANY = StreamRules(Reach(allow_private=True), ports=None, allow_http=True)
BASE = "https://camera.example.com/door/index.m3u8?key=1"


def test_what_a_playlist_says_is_read() -> None:
    found = read_source_playlist(
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n"
        '#EXT-X-MAP:URI="head.mp4",BYTERANGE="700@0"\n'
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:40Z\n#EXTINF:4.0,\n"
        "#EXT-X-BYTERANGE:50@700\na.mp4\n"
        "#EXTINF:3.5,\n#EXT-X-BYTERANGE:60\na.mp4\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\n/b.mp4\n",
        BASE,
    )
    one, two, three = found.segments
    head = SourceBytes("https://camera.example.com/door/head.mp4", 0, 700)
    assert (one.number, one.head, one.taken, two.taken) == (7, head, 100.0, 104.0)
    assert two.data == SourceBytes("https://camera.example.com/door/a.mp4", 750, 60)
    assert (three.data.url, three.breaks) == ("https://camera.example.com/b.mp4", True)


def test_the_best_variant_is_taken_and_what_is_encrypted_refused() -> None:
    text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow\n#EXT-X-STREAM-INF:BANDWIDTH=9\nhigh\n"
    found = read_source_playlist(text, BASE)
    assert found.variant == "https://camera.example.com/door/high"
    with pytest.raises(Unfit, match="encrypted"):
        read_source_playlist('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n', BASE)


@given(st.lists(st.sampled_from([
    "#EXTINF:", "#EXT-X-MAP:", "#EXT-X-BYTERANGE:", "#EXT-X-MEDIA-SEQUENCE:", "#EXT-X-KEY:",
    "#EXT-X-PROGRAM-DATE-TIME:", "#EXT-X-STREAM-INF:", "nan", "1e400", "-4@-2", "9" * 5000, "[",
    "//[::1", "\n", 'URI="x"', "2026-01-01T00:00:00Z", "4,", "a.mp4",
]), max_size=30))  # fmt: skip
def test_any_playlist_is_read_or_refused(pieces: list[str]) -> None:
    try:
        found = read_source_playlist("#EXTM3U\n" + "".join(pieces), BASE)
    except Unfit:
        return
    assert all(0 < each.seconds <= 120 for each in found.segments)


def transport_stream(first: int, count: int, begin: int) -> bytes:
    """Pictures `first` and those after it; `begin` is the number that has time stamp 0."""
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        params = f"keyint={FPS}:scenecut=0:bframes=0"
        stream.codec_context.options = {"preset": "ultrafast", "x264-params": params}
        for number in range(first, first + count):
            frame = av.VideoFrame.from_ndarray(draw(number, 320, 192), format="yuv420p")
            frame.pts, frame.time_base = number - begin, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def test_transport_streams_that_follow_on_one_another_lose_no_picture() -> None:
    told: list[tuple[Message, bytes]] = []
    clock = ToldClock()
    with StreamRecorder(
        lambda message, data: told.append((message, data)), segment_seconds=2, clock=clock
    ) as recorder:
        for first in range(0, 6 * FPS, 2 * FPS):
            data = io.BytesIO(transport_stream(first, 2 * FPS, 0))
            with av.open(data, format="mpegts") as container:
                recorder.read(container, partial(clock.tell, 1000 + first / FPS))
    ended = [message for message, _ in told if isinstance(message, SegmentEnded)]
    assert [each.start for each in ended] == pytest.approx([1000, 1002, 1004], abs=0.01)
    file = b"".join(data for message, data in told if not isinstance(message, SegmentEnded))
    assert numbers_in(file) == [*range(6 * FPS)]


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Where every question gets this answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/index.m3u8"


async def reason_of(url: str, rules: StreamRules = ANY) -> str:
    """Why a camera there isn't recorded."""
    target = FeedTarget(read_stream(url, ANY), rules, ssl.create_default_context(), 1_000_000)
    feed = HlsFeed(target)
    async with answering(b"") as sink:
        _, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(sink).port)
        await feed.run(writer)
    return feed.reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://inner/\r\n\r\n", "redirect"),
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", "refuses the user or password"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2_000_000, "more than may be"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", "no playlist"),
        (b"HTTP/1.1 200 OK\r\n\r\n#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n", "nothing is fetched"),
        (b"HTTP/1.1 200 OK\r\n\r\n#EXTM3U\n#EXTINF:2,\nrtsp://inner/x\n", "no HLS"),
        (b"", "can't be reached"),
    ],
)
async def test_a_playlist_leads_nowhere_else(answer: bytes, reason: str) -> None:
    async with answering(answer) as url:
        assert reason in await reason_of(url)


async def test_an_address_on_this_machine_is_fetched_only_where_that_is_allowed() -> None:
    strict = StreamRules(Reach(), ports=None, allow_http=True)
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n#EXTM3U\n") as url:
        assert "private, local or reserved" in await reason_of(url, strict)


@pytest.mark.timeout(400)
async def test_a_camera_is_recorded_out_of_its_playlist_to_the_picture(
    near: RunningPlatform, tenant: Organization
) -> None:
    """The playlist is our own, of another camera that somebody watches."""
    async with TwinCamera().serving() as twin:
        watched = camera_of(tenant, twin, recording="OFF")
        session = await asyncio.to_thread(watch, tenant, watched["id"])
        camera = await asyncio.to_thread(
            make_camera,
            tenant,
            name="by playlist",
            streamUrl=session["remoteUrl"],
            segmentSeconds=2,
        )
        rows = await segments(near, camera, 2)
        for row in rows:
            found = encoder.numbers_in(footage(near, row))
            numbers = [number or 0 for _, number in found]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            taken = twin.began + numbers[0] / RATE
            assert abs(row["starts_at"].timestamp() - taken) < 2 / RATE
