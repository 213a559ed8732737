"""The page that browses the document needs nothing from elsewhere, and is there only where the document is."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from app.main import create_app
from app.settings import (
    DatabaseSettings,
    SecuritySettings,
    ServerSettings,
    Settings,
    StorageSettings,
)
from tests.make.platform import Organization, RunningPlatform
from tests.make.routes import routes_of
from tests.openapi.browser import PROGRAM, open_tab

PAGE = Path(__file__).parents[2] / "app" / "openapi" / "page"
ADDRESSES = ("/api/v3", "/api/v3/docs", "/api/v3/docs.js", "/api/v3/docs.css")
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"


def service(*, expose_openapi: bool) -> Litestar:
    nowhere = "postgresql://nowhere/nothing"
    settings = Settings(
        database=DatabaseSettings(url=nowhere, ingest_url=nowhere),
        storage=StorageSettings(redis_url="redis://nowhere", objects_url="file:///nowhere"),
        security=SecuritySettings(secret_key="0" * 32),
        server=ServerSettings(expose_openapi=expose_openapi),
    )
    return create_app(settings)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_page_is_public_and_allows_nothing_but_this_origin(
    platform: RunningPlatform, address: str
) -> None:
    answer = httpx.get(f"{platform.base_url}{address}", trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith(POLICY)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["content-type"].count("charset") == 1


def test_the_page_names_no_other_place() -> None:
    for file in PAGE.iterdir():
        assert re.findall(r"(?:https?:)?//[a-z]", file.read_text().replace("// ", "")) == [], (
            file.name
        )
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|style=", file.read_text()
        ), file.name


def test_neither_page_nor_document_is_there_where_it_is_not_exposed() -> None:
    shown = {route.path for route in routes_of(service(expose_openapi=True))}
    hidden = {route.path for route in routes_of(service(expose_openapi=False))}
    assert shown - hidden == {*ADDRESSES, "/api/v3/api-docs"}


@pytest.mark.skipif(
    PROGRAM is None, reason="no Chromium is installed: the page is not tried in a browser"
)
def test_a_browser_shows_the_page_finds_an_operation_and_tries_it(
    platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    with open_tab(tmp_path) as tab:
        for domain in ("Network", "Runtime", "Log", "Page"):
            tab.send(f"{domain}.enable")
        tab.send("Page.navigate", url=f"{platform.base_url}/api/v3")
        tab.wait_for("document.querySelectorAll('article').length >= 40")

        tab.run("document.querySelector('#search').value = 'organization current'")
        tab.run("document.querySelector('#search').dispatchEvent(new Event('input'))")
        shown = tab.run("[...document.querySelectorAll('article:not([hidden])')].map(({id}) => id)")
        assert {"getCurrentOrganization", "updateCurrentOrganization"} <= set(shown)
        assert all("Organization" in id_ or "Member" in id_ or "Invitation" in id_ for id_ in shown)

        tab.run(f"document.querySelector('#key').value = {organization.key!r}")
        tab.run("location.hash = '#getCurrentOrganization'")
        tab.wait_for("document.querySelector('#getCurrentOrganization button')")
        tab.run("document.querySelector('#getCurrentOrganization button').click()")
        tab.wait_for("document.querySelector('#getCurrentOrganization [aria-live] pre')")
        assert organization.id in tab.run(
            "document.querySelector('#getCurrentOrganization').textContent"
        )

        # Everything that can be opened, and what is inside of it.
        for inside in ("details.answer", "details.answer ul.fields"):
            tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            tab.wait_for(f"document.querySelectorAll('{inside}').length > 200")

        asked = {request["request"]["url"] for request in tab.told("Network.requestWillBeSent")}
        assert {url for url in asked if not url.startswith(f"{platform.base_url}/")} == set()
        wrong = [*tab.told("Runtime.exceptionThrown"), *tab.told("Log.entryAdded")]
        assert [one for one in wrong if one.get("entry", {}).get("level") != "verbose"] == []
