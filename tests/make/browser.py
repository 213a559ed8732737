"""A real browser, Debian's Chromium, where it is installed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.console.build import BUILT
from tests.make.debian import program
from tests.make.platform import Organization

_FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@contextlib.contextmanager
def running_browser() -> Iterator[Browser]:
    """Skips where there is no Chromium, or no console to look at."""
    chromium = program("chromium", "chromium")
    if not (BUILT / "index.html").is_file():
        pytest.skip("the console isn't built: make console")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


class Witness:
    """What a page did that nobody sees: messages, errors, requests to elsewhere."""

    def __init__(self, page: Page, origin: str) -> None:
        self.troubles: list[str] = []
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url, origin))

    def _said(self, type_: str, text: str) -> None:
        if type_ in ("error", "warning"):
            self.troubles.append(f"{type_}: {text}")

    def _asked(self, url: str, origin: str) -> None:
        if not url.startswith((origin, origin.replace("http", "ws", 1), "data:", "blob:")):
            self.troubles.append(f"a request to {url}")


def sign_in(page: Page, organization: Organization, *, password: str | None = None) -> None:
    page.get_by_label("Email").fill(organization.email)
    page.get_by_label("Password").fill(password or organization.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
