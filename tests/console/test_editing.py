"""A dashboard is put together in the console, and nothing of it is kept before it is saved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.test_journey import report, sign_in
from tests.make.fleet import make_device
from tests.make.platform import Organization, RunningPlatform


@pytest.fixture
def page(browser: Browser, platform: RunningPlatform, organization: Organization) -> Page:
    """A person who is signed in, at a home that is known."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{platform.base_url}/console/")
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    return page


def test_a_dashboard_is_made_by_keyboard_and_kept_when_it_is_saved(
    organization: Organization, page: Page
) -> None:
    device = make_device(organization, "cold-room-1")
    report(organization, device, 3.5, seconds_ago=60)
    made = organization.http.post("/dashboards", json={"name": "Empty"}).json()["id"]
    slug = organization.http.get("/organizations/current").json()["slug"]
    page.goto(re.sub("/console/.*", f"/console/{slug}/dashboards/{made}", page.url))
    page.get_by_role("button", name="Put something on it").click()
    page.get_by_label("One sensor").check()
    page.get_by_role("combobox", name="Device").select_option("cold-room-1")
    page.get_by_role("combobox", name="Sensor").select_option("temperature")
    widget = page.get_by_role("region", name="temperature")
    expect(widget.locator("canvas")).to_be_visible()

    handle = widget.get_by_role("button", name="arrows move it")
    handle.press("ArrowRight")
    handle.press("Shift+ArrowDown")
    expect(page.get_by_text("Column 2, row 1; 12 wide, 7 high.")).to_be_visible()
    handle.press("Control+z")
    expect(page.get_by_text("Column 1, row 1; 12 wide, 6 high.")).to_be_visible()
    handle.press("ArrowDown")
    page.get_by_label("Looks like").select_option("Numbers")
    expect(widget.get_by_text("3.5", exact=True)).to_be_visible()
    assert organization.http.get(f"/dashboards/{made}").json()["widgets"] == []

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    [kept] = organization.http.get(f"/dashboards/{made}").json()["widgets"]
    assert (kept["type"], kept["x"], kept["y"]) == ("STAT", 0, 1)


def test_a_device_becomes_a_dashboard_of_all_that_it_measures(
    organization: Organization, page: Page
) -> None:
    device = make_device(organization, "cold-room-1")
    report(organization, device, 3.5, seconds_ago=60)
    page.goto(f"{page.url}/devices/{device}")
    page.get_by_role("button", name="Make a dashboard of it").click()
    expect(page.get_by_role("heading", name="cold-room-1", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="temperature").locator("canvas")).to_be_visible()
    [made] = organization.http.get("/dashboards").json()["items"]
    assert page.url.endswith(f"/dashboards/{made['id']}")


def test_what_is_moved_by_the_pointer_covers_nothing(
    organization: Organization, page: Page
) -> None:
    place = {"type": "ALERT_LIST", "x": 0, "width": 8, "height": 4}
    widgets = [{"id": "one", "y": 0, **place}, {"id": "two", "y": 4, **place}]
    body = {"name": "Two lists", "widgets": widgets}
    made = organization.http.post("/dashboards", json=body).json()["id"]
    slug = organization.http.get("/organizations/current").json()["slug"]
    page.goto(re.sub("/console/.*", f"/console/{slug}/dashboards/{made}?edit", page.url))
    grip = page.get_by_role("button", name="one: arrows").bounding_box()
    assert grip is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5 + 200, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    one, two = organization.http.get(f"/dashboards/{made}").json()["widgets"]
    assert one["y"] > 0
    assert two["y"] >= one["y"] + one["height"]
