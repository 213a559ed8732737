"""A camera watched live in the console, in a real browser with hls.js."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.console.test_fleet_screens import opened
from tests.make.browser import Witness, running_browser
from tests.make.platform import Organization, RunningPlatform
from tests.make.workers import wait_until
from tests.media.test_recording import camera_of
from workers.twin.pictures import number_in
from workers.twin.rtsp import RATE, TwinCamera

pytestmark = pytest.mark.timeout(400)  # each waits for real seconds, on a machine that may be busy

SHOWN_MS = 60_000
_PLAYING = """() => {
  const video = document.querySelector("video");
  return video.readyState >= 3 && !video.paused && video.currentTime > 0.5;
}"""


@contextmanager
def twin_beside() -> Iterator[TwinCamera]:
    """A camera in a thread: the browser's driver has this one."""
    began, ended = threading.Event(), threading.Event()
    twin = TwinCamera()

    async def serve() -> None:
        async with twin.serving():
            began.set()
            await asyncio.to_thread(ended.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert began.wait(30)
        yield twin
    finally:
        ended.set()
        thread.join(30)


def shown_number(page: Page) -> int:
    """Which picture the player shows, by the file that it saves of it; a player that waits for the
    next one for a moment has none."""
    while True:
        page.wait_for_function(_PLAYING, timeout=SHOWN_MS)
        try:
            with page.expect_download(timeout=3000) as saved:
                page.get_by_role("button", name="Save the picture").click()
        except PlaywrightTimeout:
            continue
        return number_of(saved.value.path().read_bytes())


def number_of(picture: bytes) -> int:
    with av.open(io.BytesIO(picture), "r") as file:
        [frame] = file.decode(video=0)
        plane: Any = frame.planes[0]
        luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        number = number_in(luma[: frame.height, : frame.width])
    assert number is not None
    return number


def test_what_a_camera_sees_now_is_shown_until_another_moment_is_asked_for(
    near: RunningPlatform, tenant: Organization
) -> None:
    with twin_beside() as twin, running_browser() as browser:
        camera = camera_of(tenant, twin, recording="CONTINUOUS")
        page = browser.new_page()
        page.goto(f"{near.base_url}/")
        witness = Witness(page, near.base_url)
        opened(page, tenant, f"cameras/{camera['id']}")
        page.get_by_role("button", name="Live", exact=True).click()
        first = shown_number(page)
        expect(page.get_by_text("● Live")).to_be_visible()
        behind = time.time() - twin.began - first / RATE
        print(f"live in the console: {behind:.1f} s behind")
        assert behind > 0
        wait_until(lambda: shown_number(page) > first + RATE, "it goes on")

        [session] = tenant.http.get("/live", params={"cameraId": camera["id"]}).json()["items"]
        assert session["status"] == "ACTIVE"
        page.get_by_role("button", name="−10 s").click()
        expect(page.get_by_text("● Live")).to_be_hidden()
        wait_until(
            lambda: tenant.http.get(f"/live/{session['id']}").json()["status"] != "ACTIVE",
            "the session is ended",
        )
        assert witness.troubles == []
