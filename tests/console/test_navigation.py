"""How one gets about: groups of pages on a desk, a bar and a sheet on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_journey import AXE, audit
from tests.make.browser import sign_in
from tests.make.platform import Organization


def test_a_telephone_has_what_is_used_most_at_hand_and_all_of_it_in_a_sheet(
    organization: Organization, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, organization)
    bar = page.get_by_role("navigation", name="Most used pages")
    expect(bar.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("navigation", name="Pages", exact=True)).to_be_hidden()
    bar.get_by_role("link", name="Alerts").click()
    expect(page.get_by_role("heading", name="Alerts", level=1)).to_be_visible()

    more = bar.get_by_role("button", name="More")
    more.press("Enter")
    sheet = page.get_by_role("dialog", name="All pages")
    expect(sheet.get_by_role("list", name="Administration").get_by_role("link")).to_have_count(3)
    if AXE.is_file():
        assert audit(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    sheet.get_by_role("link", name="Quarantine").press("Enter")
    expect(page.get_by_role("heading", name="Quarantine", level=1)).to_be_visible()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("width", [390, 320])
def test_the_tab_that_is_shown_is_in_sight_and_nothing_lies_beside_the_page(
    organization: Organization, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.goto(f"{page.url}/admin/sessions")
    tab = page.get_by_role("link", name="Sessions", exact=True)
    expect(tab).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
