"""The demonstration's camera: a twin that shows a clock and what the first cold room measures, so
that whoever has no camera sees one recorded."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from importlib.util import find_spec
from pathlib import Path

import httpx

from app.demo.device import DemoDevice

PROJECT = Path(__file__).parents[2]  # where `workers` is found, installed or not
PORT = 8554
RETRY_SECONDS = 1.0
NAME = "Demo: cold room"


async def show_camera(http: httpx.AsyncClient, room: DemoDevice, *, is_wanted: bool) -> None:
    """Until cancelled. Where there is no codec, or the port is another's, there is no camera."""
    if is_wanted and find_spec("av") is not None:
        twin = await _start()
        try:
            if await _is_serving(twin):
                await _show(twin, http, room)
        finally:
            with contextlib.suppress(ProcessLookupError):
                twin.kill()
            await twin.wait()
    await asyncio.Event().wait()  # to the end, like all the others


async def _start() -> asyncio.subprocess.Process:
    # By name: nothing of app imports workers, which import app.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers.twin", str(PORT)),
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _is_serving(twin: asyncio.subprocess.Process) -> bool:
    assert twin.stdout is not None  # noqa: S101 - a pipe
    return bool(await twin.stdout.readline())


async def _show(
    twin: asyncio.subprocess.Process, http: httpx.AsyncClient, room: DemoDevice
) -> None:
    assert twin.stdin is not None  # noqa: S101 - a pipe
    is_there = False
    with contextlib.suppress(OSError):  # it has ended
        while twin.returncode is None:
            is_there = is_there or await _make(http, room.device_id)
            twin.stdin.write(room.latest.replace("\n", " ").encode() + b"\n")
            await twin.stdin.drain()
            await asyncio.sleep(RETRY_SECONDS)


async def _make(http: httpx.AsyncClient, device_id: str | None) -> bool:
    """Whether it is there, perhaps from the start before."""
    if device_id is None:
        return False
    body = {
        "deviceId": device_id,
        "name": NAME,
        "streamUrl": f"rtsp://127.0.0.1:{PORT}/room",
        "retentionHours": 24,
        "retentionBytes": 1_000_000_000,
    }
    try:
        answer = await http.post("/cameras", json=body)
    except httpx.HTTPError:  # it is just starting, or starting again
        return False
    return answer.status_code in (httpx.codes.CREATED, httpx.codes.CONFLICT)
