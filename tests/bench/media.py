"""Cameras: how well their pictures are dated, what one costs its recorder, and how soon and how far
behind it is watched. The limits are what is promised, not measured beside it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any
from uuid import uuid4

import av
import httpx
import numpy as np
import psutil

from tests.bench.results import Measure, Pair, Run, Topic, aim, quantile
from tests.bench.stand import Stand
from tests.make.live_pictures import LivePlayer, hinted_part, parts_of, watch, whole_segments
from tests.make.platform import Organization
from tests.media.test_recording import camera_of, footage, segments, until
from workers.twin.encoder import PictureEncoder, numbers_in, units_of
from workers.twin.rtsp import GOP, RATE, TwinCamera

LABELS, CPU, FIRST, BEHIND = "media-labels", "media-cpu", "media-live-first", "media-live-behind"
NAMES = LABELS, CPU, FIRST, BEHIND
PICTURE_MS = 1000 / RATE
HEAVY_CAMERAS = 4
HEAVY_KBIT = 4_000
CPU_SECONDS = 15.0
SEGMENTS, PARTS = 4, 8


@dataclass(frozen=True)
class Watched:
    """A camera that is recorded, and what it films."""

    stand: Stand
    organization: Organization
    twin: TwinCamera
    camera: dict[str, Any]


def topic(stand: Stand) -> Topic:
    @contextlib.asynccontextmanager
    async def pairs() -> AsyncIterator[Sequence[Pair]]:
        organization = await asyncio.to_thread(stand.platform.new_organization)
        async with TwinCamera().serving() as twin:
            camera = await asyncio.to_thread(camera_of, organization, twin, recording="CONTINUOUS")
            seen = Watched(stand, organization, twin, camera)
            await segments(stand.platform, camera, 1)
            yield [
                _pair(LABELS, "a picture is dated wrongly by", "ms", PICTURE_MS, _labels(seen)),
                _pair(CPU, f"recording {HEAVY_KBIT / 1000:.0f} Mbit/s", "% core", 1.5, _cpu(seen)),
                _pair(FIRST, "live, warm: to the first pictures", "s", 1.0, _first(seen)),
                _pair(BEHIND, "live: a part is behind its pictures", "s p95", 3.0, _behind(seen)),
            ]
        organization.http.close()

    return Topic(NAMES, stand.sizes.repetitions, pairs)


def _pair(name: str, title: str, unit: str, promised: float, measure: Measure) -> Pair:
    return Pair(name, title, unit, measure, "promised", aim(promised), is_lower_better=True)


def _labels(seen: Watched) -> Measure:
    """The largest error of all pictures in the newest segments."""

    async def measure() -> Run:
        platform = seen.stand.platform
        there = await segments(platform, seen.camera, 0)
        rows = (await segments(platform, seen.camera, len(there) + SEGMENTS))[-SEGMENTS:]
        errors = [error for row in rows for error in _errors(seen, row)]
        return Run(max(errors) * 1000, {"pictures": len(errors)})

    return measure


def _errors(seen: Watched, row: dict[str, Any]) -> list[float]:
    found = numbers_in(footage(seen.stand.platform, row))
    begin = row["starts_at"].timestamp() - found[0][0]
    return [
        abs(begin + at - (seen.twin.began + number / RATE))
        for at, number in found
        if number is not None
    ]


def _cpu(seen: Watched) -> Measure:
    """Of the recorder and its children, for each camera more."""

    async def measure() -> Run:
        recorder = seen.stand.platform.program("recorder")
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(HEAVY_CAMERAS):
                twin = await stack.enter_async_context(TwinCamera(film=NoisyFilm).serving())
                camera = await asyncio.to_thread(
                    camera_of, seen.organization, twin, name=f"heavy {uuid4()}"
                )
                await until(seen.organization, camera, status="ONLINE")
                path = f"/cameras/{camera['id']}"
                stack.push_async_callback(asyncio.to_thread, seen.organization.http.delete, path)
            before, began = _cpu_seconds(recorder), time.perf_counter()
            await asyncio.sleep(CPU_SECONDS)
            spent = _cpu_seconds(recorder) - before
            wall = time.perf_counter() - began
            memory = _children_megabytes(recorder)
        share = 100 * spent / wall / (HEAVY_CAMERAS + 1)  # the light one is a camera, too
        return Run(share, {"kbit_of_film": NoisyFilm.kilobits(), "pss_mb_of_child": memory})

    return measure


def _cpu_seconds(recorder: psutil.Process) -> float:
    times = [each.cpu_times() for each in (recorder, *recorder.children())]
    return sum(each.user + each.system for each in times)


def _children_megabytes(recorder: psutil.Process) -> float:
    return quantile([each.memory_full_info().pss / 1e6 for each in recorder.children()], 0.5)


def _first(seen: Watched) -> Measure:
    """From the question until the newest whole segment is there."""

    async def measure() -> Run:
        began = time.perf_counter()
        async with _watching(seen) as player:
            playlist = await player.playlist()
            await player.bytes_of(whole_segments(playlist)[-1])
            return Run(time.perf_counter() - began)

    return measure


def _behind(seen: Watched) -> Measure:
    """From the newest picture of a part being taken until a player that waited has the part."""

    async def measure() -> Run:
        async with _watching(seen) as player:
            playlist, behind = await player.playlist(), list[float]()
            while len(behind) < PARTS:
                number, part = hinted_part(playlist)
                playlist = await player.playlist(msn=number, part=part)
                newest = parts_of(playlist)[-1]
                numbers = [each for each in await player.numbers([newest], playlist) if each]
                if numbers:  # else it needs pictures before it
                    behind.append(time.time() - (seen.twin.began + numbers[-1] / RATE))
            return Run(quantile(behind, 0.95), {"median_s": quantile(behind, 0.5)})

    return measure


@contextlib.asynccontextmanager
async def _watching(seen: Watched) -> AsyncIterator[LivePlayer]:
    session = await asyncio.to_thread(watch, seen.organization, seen.camera["id"])
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        yield LivePlayer(session["remoteUrl"], http)
    await asyncio.to_thread(seen.organization.http.delete, f"/live/{session['id']}")


class NoisyFilm:
    """A second of noise, encoded once and sent again and again: for a viewer of its own."""

    def __init__(self) -> None:
        self._at = 0

    def encode(self, number: int, lines: Sequence[str]) -> tuple[bool, list[bytes]]:
        units = _noise()[self._at % GOP]
        self._at += 1
        return self._at % GOP == 1, units

    def parameter_sets(self) -> list[bytes]:
        return [unit for unit in _noise()[0] if unit[0] & 31 in PictureEncoder.PARAMETER_SETS]

    @staticmethod
    def kilobits() -> float:
        """Of a second."""
        return sum(len(unit) for units in _noise() for unit in units) * 8 / 1000 * RATE / GOP


@cache
def _noise() -> list[list[bytes]]:
    """Units of each of the GOP's pictures, 1280 × 720."""
    codec: Any = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = 1280, 720, "yuv420p"
    codec.time_base, codec.framerate, codec.thread_count = Fraction(1, RATE), Fraction(RATE), 1
    rate = f"bitrate={HEAVY_KBIT}:vbv-maxrate={HEAVY_KBIT}:vbv-bufsize={HEAVY_KBIT}"
    codec.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": f"keyint={GOP}:min-keyint={GOP}:scenecut=0:repeat-headers=1:aud=0:{rate}",
    }
    chance, made = np.random.default_rng(1), list[list[bytes]]()
    for number in range(2 * GOP):  # the first second finds the rate
        picture = chance.integers(96, 160, (720 * 3 // 2, 1280), np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, codec.time_base
        made += [units_of(bytes(packet)) for packet in codec.encode(frame)]
    return made[GOP:]
