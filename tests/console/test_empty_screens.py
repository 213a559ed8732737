"""Where there is nothing yet, each screen says what to do, and doing it leads on."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.console.test_fleet_screens import opened
from tests.make.platform import Organization

SCREENS = (
    "devices", "groups", "sites", "configuration", "configuration/bindings",
    "configuration/rollouts", "configuration/drift", "commands", "dashboards", "alerts",
    "alerting", "alerting/channels", "alerting/mutes", "profiles", "admin/exports",
)  # fmt: skip

# Where what to do isn't a button in a card.
LINKS = {"dashboards": "Look at the packs", "alerts": "Rules"}


def test_each_empty_screen_has_an_action_that_works(organization: Organization, page: Page) -> None:
    opened(page, organization, "")
    base = page.url.rstrip("/")
    faults = []
    for screen in SCREENS:
        page.goto(f"{base}/{screen}")
        cards = page.locator("main .card").locator("button, a.button").filter(visible=True)
        named = page.get_by_role("main").get_by_role("link", name=LINKS.get(screen))
        action = named if screen in LINKS else cards
        expect(action.first, screen).to_be_visible()
        before = page.url
        action.first.click()
        page.wait_for_load_state("networkidle")
        if page.url == before and not page.get_by_role("dialog").count():
            faults.append(screen)
        if page.get_by_role("alert").count():
            faults.append(f"{screen}: {page.get_by_role('alert').first.inner_text()}")
    assert faults == []
