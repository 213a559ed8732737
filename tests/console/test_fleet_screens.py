"""What people do with a fleet in the console: find, choose, tell, place, compare."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.make.browser import Witness, sign_in
from tests.make.cut_line import line_to
from tests.make.fleet import make_device, make_group, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import by_key, send


def opened(page: Page, organization: Organization, path: str) -> None:
    """One of the organization's pages, for somebody who is signed in."""
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.goto(f"{page.url}/{path}")


def test_a_long_list_is_in_the_page_as_far_as_it_is_seen(
    organization: Organization, page: Page, platform: RunningPlatform
) -> None:
    witness = Witness(page, platform.base_url)
    operations = [{"op": "create", "data": {"name": f"gauge-{n:04}"}} for n in range(1000)]
    organization.http.post("/devices/bulk", json={"operations": operations})
    opened(page, organization, "devices")
    table = page.get_by_role("table", name="Devices")
    expect(table.get_by_role("link", name="gauge-0000")).to_be_visible()
    expect(page.get_by_role("button", name="all 1,000")).to_be_visible()
    last = table.get_by_role("link", name="gauge-0999")
    for _ in range(200):  # pages are read as one comes to their end
        assert page.locator('[role="row"]').count() <= 60
        if last.count():
            break
        page.mouse.wheel(0, 20_000)
        page.evaluate("new Promise(requestAnimationFrame)")
        page.wait_for_load_state("networkidle")
    expect(last).to_be_visible()
    page.get_by_role("searchbox", name="Find by name").fill("gauge-07")
    expect(table.get_by_role("link", name="gauge-0700")).to_be_visible()
    expect(page.get_by_role("button", name="all 100")).to_be_visible()
    assert page.url.endswith("q=gauge-07")
    assert witness.troubles == []


def test_devices_that_are_chosen_join_a_group(organization: Organization, page: Page) -> None:
    group = make_group(organization, "Cold rooms", "cold-chain")["id"]
    for name in ("room-1", "room-2", "gate"):
        make_device(organization, name)
    opened(page, organization, "devices")
    page.get_by_label("Choose room-1").check()
    page.get_by_label("Choose room-2").check()
    page.get_by_role("button", name="Add to a group").click()
    page.get_by_role("dialog").get_by_label("Group").select_option(group)
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    found = organization.http.get("/devices", params={"groupId": group, "sort": "name"}).json()
    assert [each["name"] for each in found["items"]] == ["room-1", "room-2"]


def test_a_device_is_told_something_and_the_command_is_called_off(
    organization: Organization, page: Page
) -> None:
    device = make_device(organization, "room-1")
    opened(page, organization, f"devices/{device}/commands")
    page.get_by_label("Delay in seconds").fill("5")
    page.get_by_role("button", name="Send").click()
    table = page.get_by_role("table", name="Commands")
    expect(table.get_by_text("pending")).to_be_visible()
    [command] = organization.http.get(f"/devices/{device}/commands").json()["items"]
    assert (command["method"], command["params"]) == ("REBOOT", {"delay_seconds": 5})
    table.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Call it off").click()
    expect(table.get_by_text("canceled")).to_be_visible()


def test_a_device_is_deleted_by_who_types_its_name(organization: Organization, page: Page) -> None:
    device = make_device(organization, "room-1")
    opened(page, organization, f"devices/{device}")
    page.get_by_role("button", name="Delete", exact=True).click()
    confirm = page.get_by_role("button", name="Delete the device")
    expect(confirm).to_be_disabled()
    page.get_by_label("Type room-1 to go on").fill("room-1")
    confirm.click()
    expect(page.get_by_text("There are no devices yet.")).to_be_visible()
    assert organization.http.get(f"/devices/{device}").status_code == 404


def test_a_device_is_placed_by_clicking_on_the_map(organization: Organization, page: Page) -> None:
    site = make_site(organization, "Amsterdam West", latitude=52.4, longitude=4.9)["id"]
    device = make_device(organization, "room-1", siteId=site)
    opened(page, organization, "sites")
    page.get_by_role("button", name="Amsterdam West: 1 devices").click()
    expect(page.get_by_role("heading", name="Amsterdam West")).to_be_visible()
    page.get_by_role("button", name="Place room-1").click()
    page.get_by_role("application").click(position={"x": 300, "y": 200})
    expect(page.get_by_role("button", name="room-1: 1 devices")).to_be_visible()
    place = organization.http.get(f"/devices/{device}").json()["location"]
    assert abs(place["latitude"] - 52.4) < 5
    assert abs(place["longitude"] - 4.9) < 10


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Asia/Kathmandu", "America/St_Johns"])
def test_days_of_a_chart_begin_at_midnight_where_they_are_asked_for(
    organization: Organization, page: Page, zone: str
) -> None:
    """Over the week in which clocks change in Europe and in Newfoundland."""
    device = make_device(organization, "room-1")
    start = datetime(2026, 10, 23, tzinfo=UTC)
    moments = [start + timedelta(hours=hour) for hour in range(10 * 24)]
    send(organization, [by_key(device, "temperature", at, 1.0) for at in moments])
    sensor = organization.http.get("/sensors").json()["items"][0]["id"]
    span = "from=2026-10-23T00:00:00Z&to=2026-11-02T00:00:00Z"
    opened(page, organization, f"sensors/{sensor}?{span}&interval=P1D&function=count&tz={zone}")
    expect(page.get_by_text("240 readings in buckets of P1D")).to_be_visible()
    path = f"/readings/sensor/{sensor}/aggregated?{span}&interval=P1D&functions=count"
    answer = organization.http.get(f"{path}&fill=null&timezone={zone}")
    counts = [each["count"] for each in answer.json()["items"]]
    page.get_by_text("Values as a table").click()
    table = page.get_by_role("region", name="Values").get_by_role("row")
    expect(table).to_have_count(len(counts) + 1)
    rows = table.all()[1:]
    shown = [row.get_by_role("cell").all_inner_texts() for row in rows]
    assert [int(count) for _, count in shown] == counts
    assert all(", 00:00:00" in at for at, _ in shown[1:])  # the first is cut off by the range


def test_a_line_that_is_cut_is_said_and_mends_itself(
    organization: Organization, browser: Browser, platform: RunningPlatform
) -> None:
    device = make_device(organization, "room-1")
    send(organization, [by_key(device, "temperature", datetime.now(UTC), 3.0)])
    address = urlsplit(platform.base_url)
    assert address.hostname and address.port  # noqa: PT018
    with line_to(address.hostname, address.port) as line, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{line.port}/console/")
        opened(page, organization, f"devices/{device}")
        expect(page.get_by_role("link", name="temperature")).to_be_visible()
        send(organization, [by_key(device, "temperature", datetime.now(UTC), 4.5)])
        expect(page.get_by_text("4.5", exact=True)).to_be_visible(timeout=20_000)
        line.cut()
        expect(page.get_by_text("Not live since")).to_be_visible()
        send(organization, [by_key(device, "temperature", datetime.now(UTC), 7.25)])
        line.mend()
        expect(page.get_by_text("7.25", exact=True)).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Not live since")).to_have_count(0)


def test_after_an_upgrade_a_page_offers_to_reload(organization: Organization, page: Page) -> None:
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.route("**/assets/Devices-*.js", lambda route: route.fulfill(status=404))
    page.get_by_role("link", name="Devices", exact=True).click()
    expect(page.get_by_text("There is a new version of the console.")).to_be_visible()
    page.unroute("**/assets/Devices-*.js")
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("heading", name="Devices")).to_be_visible()


def test_a_token_is_there_to_copy_and_to_scan(organization: Organization, page: Page) -> None:
    site = make_site(organization, "Amsterdam West")["id"]
    opened(page, organization, "devices/new")
    page.get_by_label("Name").fill("room-1")
    page.get_by_label("Site").select_option(site)
    page.get_by_label("Tags").fill("cold-chain, spare")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("img", name="as a QR code")).to_be_visible()
    token = page.get_by_label("The token", exact=True).inner_text()
    page.get_by_role("button", name="Python").click()
    program = page.get_by_label("A program that exchanges the token").inner_text()
    assert token in program
    compile(program, "device.py", "exec")
    [device] = organization.http.get("/devices").json()["items"]
    assert (device["siteId"], device["tags"]) == (site, ["cold-chain", "spare"])
