"""A camera that speaks HLS: its playlists and segments, fetched by us and handed to libav's process
as bytes.

libav's own reader would follow any address that a playlist names. Every address is checked as the
camera's is, its name is resolved once, and a number is what is connected to; no redirect is
followed. What is fetched has an end in bytes, and is read no faster than it may be sent. User and
password go to the camera's own host alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from app.core.outside import Refused, UnknownName
from app.media.streams import StreamAddress, StreamRules, read_stream
from workers.recorder.hls import (
    SourceBytes,
    SourcePlaylist,
    SourceSegment,
    Unfit,
    read_source_playlist,
)
from workers.recorder.messages import FedSegment, feed
from workers.recorder.pace import Pace
from workers.recorder.relay import Unwelcome

PLAYLIST_MAX_BYTES, SEGMENT_MAX_BYTES = 1 << 20, 48 << 20
FETCH_SECONDS = 20.0
BEGIN_WITH = 2
"""How many segments before the newest are recorded of what is there at the beginning."""
QUIET_SECONDS = 15.0
BELIEVED_BEHIND, BELIEVED_AHEAD = 60.0, 1.0
"""How far a playlist's wall times may lie from when they are read."""
DRIFT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class FeedTarget:
    """A camera's playlist, and what holds for all that it names."""

    address: StreamAddress
    rules: StreamRules
    tls: ssl.SSLContext
    max_bytes_per_second: int


class HlsFeed:
    """Of one connection: `run` until the playlist ends, stands still or isn't taken."""

    silent_seconds = 60.0  # segments come whole
    lost_packets = 0  # what is lost is sent again below HTTP

    def __init__(self, target: FeedTarget) -> None:
        self._target = target
        self.reason = ""
        """Why it broke off, if it did."""
        self._pace = Pace(target.max_bytes_per_second)
        self._ends_at: float | None = None  # what was fetched last, by its playlist or by arrival

    async def run(self, to: asyncio.StreamWriter) -> None:
        """Hand all segments to the child, and then the end."""
        try:
            async with httpx.AsyncClient(
                trust_env=False,
                verify=self._target.tls,
                timeout=FETCH_SECONDS,
                # A connection is checked for one name, and is that name's alone.
                limits=httpx.Limits(max_keepalive_connections=0),
            ) as http:
                async for told, data in self._segments(http):
                    await feed(to, told, data)
        except (Unfit, Unwelcome) as error:
            self.reason = str(error)
        except Refused as refusal:
            self.reason = f"its playlist leads to where nothing is fetched: {refusal}"
        except UnknownName:
            self.reason = "its name is not known"
        except (httpx.TimeoutException, TimeoutError):
            self.reason = "the camera does not answer"
        except (httpx.HTTPError, OSError):
            self.reason = "the camera can't be reached, or its certificate is not right"
        with contextlib.suppress(OSError):
            to.close()

    async def _segments(self, http: httpx.AsyncClient) -> AsyncIterator[tuple[FedSegment, bytes]]:
        url, found = await self._media_playlist(http)
        after: int | None = None
        head: tuple[SourceBytes, bytes] | None = None
        heard_at = time.monotonic()
        while True:
            new = [each for each in found.segments if after is None or each.number > after]
            if after is None and not found.has_ended:
                new = new[-BEGIN_WITH:]
            left = sum(each.seconds for each in new)
            for segment in new:
                if segment.head is not None and (head is None or head[0] != segment.head):
                    head = segment.head, await self._fetch(http, segment.head, PLAYLIST_MAX_BYTES)
                data = await self._fetch(http, segment.data, SEGMENT_MAX_BYTES)
                begin = head[1] if segment.head is not None and head is not None else b""
                yield self._told(segment, left), begin + data
                left -= segment.seconds
                after, heard_at = segment.number, time.monotonic()
            if found.has_ended:
                raise Unfit("its playlist has ended")
            if time.monotonic() - heard_at > max(5 * found.target_seconds, QUIET_SECONDS):
                raise Unfit("its playlist stands still")
            await asyncio.sleep(found.target_seconds / 2)
            found = await self._playlist(http, url)

    async def _media_playlist(self, http: httpx.AsyncClient) -> tuple[str, SourcePlaylist]:
        """Its own, or that of its best variant."""
        address = self._target.address
        url = f"{address.scheme}://{address.netloc}{address.target}"
        found = await self._playlist(http, url)
        if found.variant is not None:
            url = found.variant
            found = await self._playlist(http, url)
        if found.variant is not None:
            raise Unfit("its playlists lead to one another")
        return url, found

    async def _playlist(self, http: httpx.AsyncClient, url: str) -> SourcePlaylist:
        data = await self._fetch(http, SourceBytes(url), PLAYLIST_MAX_BYTES)
        return read_source_playlist(data.decode("utf-8", "replace"), url)

    def _told(self, segment: SourceSegment, left: float) -> FedSegment:
        """When it was taken: as the playlist says, where that can be, or else by its arrival;
        `left` seconds of footage, itself included, lie before now."""
        by_arrival, breaks = time.time() - left, segment.breaks
        taken = segment.taken
        if taken is None or not -BELIEVED_BEHIND <= taken - by_arrival <= BELIEVED_AHEAD:
            taken = by_arrival
            if self._ends_at is not None and abs(self._ends_at - by_arrival) < DRIFT_SECONDS:
                taken = self._ends_at
        self._ends_at = taken + segment.seconds
        return FedSegment(taken, breaks)

    async def _fetch(self, http: httpx.AsyncClient, what: SourceBytes, most: int) -> bytes:
        """Raises Refused, UnknownName, Unwelcome, Unfit, HTTPError."""
        address = read_stream(what.url, self._target.rules)
        if not address.is_hls:
            raise Unfit("its playlist leads to what is no HLS")
        headers = {
            "User-Agent": "holdfast",
            "Host": address.netloc,
            "Accept-Encoding": "identity",
        }
        if what.size is not None:
            headers["Range"] = f"bytes={what.begin}-{what.begin + what.size - 1}"
        for number in (numbers := await address.addresses(self._target.rules)):
            host = f"[{number}]" if ":" in number else number
            request = http.build_request(
                "GET",
                f"{address.scheme}://{host}:{address.port}{address.target}",
                headers=headers,
                # The certificate is compared with the name.
                extensions={"sni_hostname": address.host},
            )
            with contextlib.suppress(*([httpx.ConnectError] if number != numbers[-1] else [])):
                async with asyncio.timeout(FETCH_SECONDS):
                    answer = await http.send(
                        request, stream=True, auth=self._auth(address), follow_redirects=False
                    )
                    try:
                        return await self._read(answer, most)
                    finally:
                        await answer.aclose()
        raise OSError

    async def _read(self, answer: httpx.Response, most: int) -> bytes:
        if answer.is_redirect:
            raise Unwelcome("the camera answers with a redirect, which is not followed")
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise Unwelcome("the camera refuses the user or password")
        if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise Unwelcome(f"the camera answers {answer.status_code}")
        data = bytearray()
        async for piece in answer.aiter_bytes():
            data += piece
            if len(data) > most:
                raise Unwelcome("the camera sends more than may be")
            await self._pace.spend(len(piece))
        return bytes(data)

    def _auth(self, address: StreamAddress) -> httpx.BasicAuth | None:
        own = self._target.address
        is_own = (address.scheme, address.netloc) == (own.scheme, own.netloc)
        if own.user is None or not is_own:
            return None
        return httpx.BasicAuth(own.user, own.password or "")
