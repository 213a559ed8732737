"""What the console shows of other origins: an S3 store, a camera's gateway, a server of maps. Each
only where the operator has named it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import av
import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.test_camera_screens import JOB_MS, seen_to
from tests.console.test_fleet_screens import opened
from tests.make.clips import make_camera, recorded_camera, seconds
from tests.make.elsewhere import OtherSite, other_site
from tests.make.footage import FPS, Recipe, draw, record
from tests.make.objects import moto_server, moto_settings
from tests.make.platform import Organization, RunningPlatform, running_platform

pytestmark = pytest.mark.timeout(300)

_REFUSED = "Content Security Policy"


@dataclass(frozen=True)
class Surroundings:
    platform: RunningPlatform
    bucket: str  # its address
    gateway: OtherSite
    tiles: OtherSite


@pytest.fixture(scope="module")
def beside() -> Iterator[Surroundings]:
    with ExitStack() as stack:
        objects = moto_settings(endpoint := stack.enter_context(moto_server()))
        gateway, tiles = stack.enter_context(other_site()), stack.enter_context(other_site())
        settings = objects | {
            "HOLDFAST_GATEWAY_ORIGINS": gateway.origin,
            "HOLDFAST_MAP_TILES_URL": f"{tiles.origin}/{{z}}/{{x}}/{{y}}.jpg",
            "HOLDFAST_MAP_TILES_ATTRIBUTION": "© Nobody",
        }
        platform = stack.enter_context(running_platform(settings))
        [bucket] = re.findall(r"s3://([^?]+)", objects["HOLDFAST_OBJECTS_URL"])
        yield Surroundings(platform, f"{endpoint}/{bucket}", gateway, tiles)


@pytest.fixture
def tenant(beside: Surroundings) -> Iterator[Organization]:
    organization = beside.platform.new_organization()
    yield organization
    organization.http.close()


@pytest.fixture
def refused(beside: Surroundings, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its policy has refused."""
    page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if _REFUSED in said.text else None)
    page.goto(f"{beside.platform.base_url}/")
    yield page, troubles
    page.close()


def test_footage_pictures_and_clips_come_from_the_store_that_is_set(
    beside: Surroundings, tenant: Organization, refused: tuple[Page, list[str]]
) -> None:
    page, troubles = refused

    def keep(key: str, data: bytes) -> None:
        answer = httpx.put(f"{beside.bucket}/{key}", content=data, trust_env=False)
        assert answer.status_code == 200, answer.text

    camera_id, _ = recorded_camera(beside.platform, tenant, keep=keep)
    rule = {
        "name": "doors",
        "match": {"sources": ["X_DOOR"]},
        "cameraIds": [camera_id],
        "preRollSeconds": 1,
        "postRollSeconds": 2,
    }
    assert tenant.http.post("/media-capture-rules", json=rule).status_code == 201
    event = {"type": "X_DOOR", "title": "Opened", "occurredAt": seconds(4).isoformat()}
    assert tenant.http.post("/events", json=event).status_code == 201

    at = seconds(5).isoformat().replace("+00:00", "Z")
    opened(page, tenant, f"cameras/{camera_id}?at={at}")
    policy = page.request.get(page.url).headers["content-security-policy"]
    origin = beside.bucket.rpartition("/")[0]
    for directive in ("img-src", "media-src", "connect-src"):
        [sources] = re.findall(rf"{directive} ([^;]+);", policy)
        assert origin in sources.split()
    seen_to(page, 5 * FPS, page.get_by_role("slider", name="Moment of the footage"))
    page.goto(re.sub(r"/cameras/.*", "/cameras/captures", page.url))
    picture = page.get_by_role("link", name="What was seen at").locator("img")
    expect(picture).to_be_visible(timeout=JOB_MS)
    expect(picture).to_have_js_property("naturalWidth", 320)
    assert str(picture.get_attribute("src")).startswith(origin)
    picture.click()
    expect(page.locator("video")).to_have_js_property("duration", 3, timeout=JOB_MS)
    assert troubles == []


def test_what_a_camera_sees_now_is_shown_by_the_gateway_that_is_named(
    beside: Surroundings, tenant: Organization, refused: tuple[Page, list[str]]
) -> None:
    page, troubles = refused
    [segment] = record(Recipe(seconds=4))
    beside.gateway.files |= {
        "/api/door.m3u8": ("application/vnd.apple.mpegurl", _PLAYLIST),
        "/api/door.mp4": ("video/mp4", segment.data),
    }
    camera_id = make_camera(tenant, localUrl=f"{beside.gateway.origin}/api/door.m3u8?jwt={{token}}")
    opened(page, tenant, f"cameras/{camera_id}")
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.get_by_text(f"From the gateway at {beside.gateway.origin[7:]}")).to_be_visible()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    assert "/api/door.mp4" in beside.gateway.asked
    assert troubles == []


_PLAYLIST = b"""#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:4,
door.mp4
#EXT-X-ENDLIST
"""


def test_a_gateway_that_nobody_named_is_not_asked_and_the_page_says_so(
    beside: Surroundings, tenant: Organization, refused: tuple[Page, list[str]]
) -> None:
    page, troubles = refused
    with other_site() as stranger:
        camera_id = make_camera(tenant, localUrl=f"{stranger.origin}/door.m3u8?jwt={{token}}")
        opened(page, tenant, f"cameras/{camera_id}")
        page.get_by_role("button", name="Live", exact=True).click()
        said = f"Through the platform: the operator hasn't let the console ask {stranger.origin}"
        expect(page.get_by_text(said)).to_be_visible()
        assert stranger.asked == []
        assert troubles == []
        with pytest.raises(Exception, match="Failed to fetch"):
            page.evaluate("address => fetch(address)", stranger.origin)
        assert stranger.asked == []  # the policy, and not politeness alone


def test_a_map_is_drawn_of_the_pictures_of_the_server_that_is_set(
    beside: Surroundings, tenant: Organization, refused: tuple[Page, list[str]]
) -> None:
    page, troubles = refused
    beside.tiles.otherwise = ("image/jpeg", _tile())
    site = {"name": "Delft", "latitude": 52.01, "longitude": 4.36}
    assert tenant.http.post("/sites", json=site).status_code == 201
    opened(page, tenant, "sites")
    drawn = page.locator("img.leaflet-tile").first
    expect(drawn).to_be_visible()
    expect(drawn).to_have_js_property("naturalWidth", 256)
    expect(page.get_by_text("© Nobody")).to_be_visible()
    assert all(re.fullmatch(r"/\d+/\d+/\d+\.jpg", path) for path in beside.tiles.asked)
    assert len(beside.tiles.asked) > 1
    assert troubles == []


def _tile() -> bytes:
    """A picture of 256 × 256."""
    file = io.BytesIO()
    with av.open(file, "w", format="mjpeg") as output:
        stream = output.add_stream("mjpeg", rate=1)
        stream.width = stream.height = 256
        stream.pix_fmt = "yuvj420p"
        frame = av.VideoFrame.from_ndarray(draw(1, 256, 256), format="yuv420p").reformat(
            format="yuvj420p"
        )
        output.mux([*stream.encode(frame), *stream.encode()])
    return file.getvalue()
