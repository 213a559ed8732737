"""A small player of what is live: it knows what a playlist says, and reads numbers in pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx

from tests.make.platform import Organization
from workers.twin.encoder import numbers_in


@dataclass
class LivePlayer:
    """Of one session, without a key."""

    url: str
    http: httpx.AsyncClient

    async def playlist(self, **wait_for: int) -> str:
        answer = await self.ask("index.m3u8", **{f"_HLS_{name}": n for name, n in wait_for.items()})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        return answer.text

    async def ask(self, name: str, **query: int) -> httpx.Response:
        return await self.http.get(self.url.replace("index.m3u8", name), params=query)

    async def bytes_of(self, name: str) -> bytes:
        answer = await self.ask(name)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "video/mp4"
        return answer.content

    async def numbers(self, names: list[str], playlist: str) -> list[int | None]:
        """Of the pictures in these segments or parts."""
        [head] = re.findall(r'MAP:URI="([^"]+)"', playlist)[-1:]
        data = await self.bytes_of(head)
        for name in names:
            data += await self.bytes_of(name)
        return [number for _, number in numbers_in(data)]


def whole_segments(playlist: str) -> list[str]:
    return re.findall(r"^segment-.*$", playlist, re.MULTILINE)


def parts_of(playlist: str) -> list[str]:
    return re.findall(r'PART:DURATION=[\d.]+,URI="([^"]+)"', playlist)


def hinted_part(playlist: str) -> tuple[int, int]:
    """Number of the segment, and of the part, that come next."""
    [found] = re.findall(r'HINT:TYPE=PART,URI="part-(\d+)-(\d+)', playlist)
    return int(found[0]), int(found[1])


def watch(organization: Organization, camera_id: str) -> dict[str, Any]:
    """A new session."""
    answer = organization.http.post(f"/cameras/{camera_id}/live")
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session
