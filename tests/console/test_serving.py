"""The console's files: where they are, and what browsers may do with them."""

from __future__ import annotations

import re

import httpx
import pytest

from app.console.build import BUILT
from app.console.bundle import BundleFile, read_bundle, with_head
from app.console.controller import OutsideOrigins, page_told, policy_of
from app.settings.server import ServerSettings
from tests.make.platform import RunningPlatform
from tests.make.readings import assert_problem

pytestmark = pytest.mark.skipif(
    not (BUILT / "index.html").is_file(), reason="the console isn't built: make console"
)


@pytest.fixture
def site(platform: RunningPlatform) -> httpx.Client:
    return httpx.Client(base_url=platform.base_url)


@pytest.mark.parametrize("path", ["/console/", "/console", "/console/some-org/devices/42?x=1"])
def test_every_view_is_the_same_page_under_the_strict_policy(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert answer.headers["cache-control"] == "no-cache"
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


def test_the_root_leads_to_the_console_and_nothing_else_does(site: httpx.Client) -> None:
    assert site.get("/").headers["location"] == "/console/"
    for path in ("/devices", "/api/v1/nothing", "/consoles"):
        assert_problem(site.get(path), 404)


def test_assets_are_kept_for_ever_and_those_of_another_version_are_not_there(
    site: httpx.Client,
) -> None:
    [name] = re.findall(r'src="/console/(assets/[^"]+\.js)"', site.get("/console/").text)
    asset = site.get(f"/console/{name}")
    assert asset.status_code == 200
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-encoding"] == "gzip"
    again = site.get(f"/console/{name}", headers={"If-None-Match": asset.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert site.get("/console/assets/index-00000000.js").status_code == 404
    for path in ("/console/../pyproject.toml", "/console/%2e%2e/pyproject.toml"):
        assert "hatchling" not in site.get(path).text


def test_the_first_load_is_small() -> None:
    """In compressed bytes: what is needed before anything is seen, and what each page adds."""
    files = read_bundle()
    page = files["index.html"].body.decode()
    first = re.findall(r'(?:src|href)="/console/(assets/[^"]+)"', page)
    assert sum(len(files[name].compressed or files[name].body) for name in first) < 70_000
    for name, file in files.items():
        # Files that the map and the player alone ask for.
        most = 350_000 if "/borders-" in name else 125_000 if "/hls." in name else 60_000
        assert len(file.compressed or file.body) < most, name


def test_the_bundle_says_what_is_in_it() -> None:
    licences = (BUILT / ".vite" / "license.md").read_text()
    for package in ("svelte", "uplot", "openapi-fetch", "virtua", "leaflet", "lean-qr", "hls.js"):
        assert package in licences


def test_a_frame_may_show_the_shared_page_alone_where_the_operator_says_so(
    site: httpx.Client,
) -> None:
    for path in ("/console/shared", "/console/"):
        assert "frame-ancestors 'none'" in site.get(path).headers["content-security-policy"]
    origins = ["https://www.example.com", "https://*.example.org"]
    outside = OutsideOrigins(embedders=origins)
    assert policy_of("shared", outside).endswith(f"frame-ancestors {' '.join(origins)}")
    assert "unsafe" not in policy_of("shared", outside)
    for other in ("", "index.html", "some-org/dashboards/1", "shared/x"):
        assert policy_of(other, outside).endswith("frame-ancestors 'none'")


def test_pictures_of_maps_come_from_the_origin_that_the_operator_sets_and_from_no_other() -> None:
    tiles = ServerSettings(map_tiles_url="https://tiles.example.com:8443/{z}/{x}/{y}.png?k=1")
    assert list(tiles.faults()) == []
    policy = policy_of("", OutsideOrigins(tiles=tiles.map_tiles_origin))
    assert "img-src 'self' https://tiles.example.com:8443 data:" in policy
    assert "connect-src 'self';" in policy
    assert "example" not in policy_of("", OutsideOrigins(tiles=ServerSettings().map_tiles_origin))
    page = BundleFile(b"<head></head>", None, "text/html", "", "no-cache")
    told = page_told(
        ServerSettings(map_tiles_url="http://t/{z}/{x}/{y}", map_tiles_attribution='<"x')
    )
    assert b'content="http://t/{z}/{x}/{y}" data-attribution="&lt;&quot;x"></head>' in (
        with_head(page, told).body
    )


@pytest.mark.parametrize(
    "url",
    [
        "tiles.example.com/{z}/{x}/{y}",
        "https://tiles.example.com/{z}/{x}.png",
        "https://x.com; script-src */{z}/{x}/{y}",
        "https://tiles.example.com/{z}/{x}/{y}/{z}",
    ],
)
def test_what_is_no_address_of_tiles_is_no_setting(url: str) -> None:
    [fault] = ServerSettings(map_tiles_url=url).faults()
    assert "HOLDFAST_MAP_TILES_URL" in fault


@pytest.mark.parametrize("origin", ["www.example.com", "https://x.com; script-src *", "'self'"])
def test_what_is_no_origin_is_no_setting(origin: str) -> None:
    [fault] = ServerSettings(embed_origins=f"https://ok.example.com,{origin}").faults()
    assert "HOLDFAST_EMBED_ORIGINS" in fault
