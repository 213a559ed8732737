"""Customers in the console: made and given something by the organization, and what they see."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.make.browser import Witness, sign_in
from tests.make.customers import customer_of, fleet_of
from tests.make.fleet import make_device
from tests.make.people import new_person
from tests.make.platform import Organization, RunningPlatform


def test_a_customer_is_added_and_given_a_device(
    organization: Organization, page: Page, platform: RunningPlatform
) -> None:
    witness = Witness(page, platform.base_url)
    device = make_device(organization, "gauge of theirs")
    sign_in(page, organization)
    page.get_by_role("link", name="Customers", exact=True).click()
    page.get_by_role("button", name="Add the first").click()
    page.get_by_label("Name").fill("Van Dijk")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Van Dijk")).to_be_visible()
    expect(page.get_by_text("They have no device.")).to_be_visible()
    expect(page.get_by_text("Nobody of theirs can sign in.")).to_be_visible()
    theirs = page.url
    page.goto(f"{theirs.partition('/customers/')[0]}/devices/{device}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("dialog").get_by_label("Customer").select_option(label="Van Dijk")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Van Dijk").click()
    expect(page.get_by_role("link", name="gauge of theirs")).to_be_visible()
    page.get_by_role("button", name="Take gauge of theirs back").click()
    expect(page.get_by_text("They have no device.")).to_be_visible()
    assert witness.troubles == []


def test_somebody_of_a_customer_sees_their_things_and_no_way_to_others(
    organization: Organization, page: Page, platform: RunningPlatform
) -> None:
    witness = Witness(page, platform.base_url)
    make_device(organization, "not theirs")
    with customer_of(platform, organization, "Van Dijk") as customer:
        ids = fleet_of(organization, customer, "Van Dijk")
        email, password = new_person(platform, organization, "MEMBER", customer_id=customer.id)
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        links = page.get_by_role("navigation", name="Pages").get_by_role("link")
        assert links.all_inner_texts() == [
            *("Home", "Dashboards", "Alerts", "Cameras", "Events", "Annotations"),
            *("Devices", "Sites", "Exports", "Sessions", "Security"),
        ]
        page.get_by_role("link", name="Devices", exact=True).click()
        expect(page.get_by_role("link", name="device of Van Dijk")).to_be_visible()
        assert page.get_by_text("not theirs").count() == 0
        for name in links.all_inner_texts():
            links.get_by_text(name, exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            page.wait_for_load_state("networkidle")
        page.goto(f"{page.url.partition('/admin/')[0]}/devices/{ids['device_id']}")
        tabs = page.get_by_role("navigation", name="Of this device").get_by_role("link")
        assert "Configuration" not in tabs.all_inner_texts()
        for name in tabs.all_inner_texts():
            tabs.get_by_text(name, exact=True).click()
            page.wait_for_load_state("networkidle")
    assert witness.troubles == []
