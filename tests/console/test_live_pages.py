"""What is shown goes on by itself, whatever becomes of the line; and a link shows it, too."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.console.test_fleet_screens import opened
from tests.make.browser import Witness
from tests.make.fleet import make_device, make_group, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import make_device_profile, make_sensor_profile
from tests.make.readings import by_key, send

PLACE = {"x": 0, "y": 0, "width": 12, "height": 6}


def report(organization: Organization, device: str, **values: float) -> None:
    now = datetime.now(UTC)
    receipt = send(organization, [by_key(device, key, now, each) for key, each in values.items()])
    assert receipt["accepted"] == len(values), receipt


def test_a_connection_that_hangs_is_replaced(organization: Organization, page: Page) -> None:
    device = make_device(organization, "room-1")
    report(organization, device, temperature=3.0)
    opened_sockets: list[WebSocketRoute] = []

    def hang_at_first(route: WebSocketRoute) -> None:
        opened_sockets.append(route)
        if len(opened_sockets) > 1:
            route.connect_to_server()

    page.route_web_socket("**/readings/stream*", hang_at_first)
    page.clock.install()
    opened(page, organization, f"devices/{device}")
    expect(page.get_by_role("link", name="temperature")).to_be_visible()
    for _ in range(200):
        if opened_sockets:
            break
        page.clock.run_for(100)
    assert len(opened_sockets) == 1
    page.clock.run_for(20_000)
    expect(page.get_by_text("Not live since")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_text("Not live since")).to_have_count(0)
    report(organization, device, temperature=7.25)
    page.clock.run_for(1_000)
    expect(page.get_by_text("7.25", exact=True)).to_be_visible(timeout=20_000)


def test_who_looks_at_less_of_the_same_goes_on_where_it_was(
    organization: Organization, page: Page
) -> None:
    device = make_device(organization, "room-1")
    report(organization, device, temperature=3.0, humidity=40.0)
    with page.expect_websocket() as first:
        opened(page, organization, f"devices/{device}")
        first.value.wait_for_event("framereceived", lambda frame: "snapshot" in str(frame))
    with page.expect_websocket(lambda socket: "%2C" not in socket.url) as told:
        page.get_by_role("link", name="temperature").click()
    query = parse_qs(urlsplit(told.value.url).query)
    assert len(query["sensorIds"]) == 1
    assert "lastEventId" in query


def test_what_a_link_shows_is_live(
    organization: Organization, browser: Browser, platform: RunningPlatform
) -> None:
    device = make_device(organization, "room-1")
    report(organization, device, temperature=3.0, humidity=40.0)
    sensors = {
        each["name"]: each["id"] for each in organization.http.get("/sensors").json()["items"]
    }
    series = [{"input": {"sensorId": sensors["temperature"]}, "function": "last"}]
    body = {"name": "Rooms", "widgets": [{"id": "now", "type": "STAT", "series": series, **PLACE}]}
    made = organization.http.post("/dashboards", json=body).json()["id"]
    link = organization.http.post(f"/dashboards/{made}/shares", json={}).json()["url"]
    token = urlsplit(link).fragment
    with browser.new_context() as context:
        page = context.new_page()
        witness = Witness(page, platform.base_url)
        page.goto(f"{platform.base_url}/console/shared#{token}")
        expect(page.get_by_text("3", exact=True)).to_be_visible()
        report(organization, device, temperature=7.25, humidity=99.0)
        expect(page.get_by_text("7.25", exact=True)).to_be_visible(timeout=10_000)
        expect(page.get_by_text("99")).to_have_count(0)
        assert witness.troubles == []


def test_a_dashboard_has_devices_on_a_map_and_cards_that_tell_them_something(
    organization: Organization, page: Page, platform: RunningPlatform
) -> None:
    witness = Witness(page, platform.base_url)
    make_sensor_profile(organization)
    command = {"method": "DEFROST", "params": {"type": "object", "properties": {}}}
    make_device_profile(organization, commands=[command])
    site = make_site(organization, "Amsterdam West", latitude=52.4, longitude=4.9)["id"]
    profile = {"name": "station", "version": "1.0"}
    device = make_device(organization, "room-1", siteId=site, deviceProfile=profile, tags=["cold"])
    group = make_group(organization, "Cold rooms", "cold")["id"]
    variables = [{"name": "group", "kind": "DEVICE_GROUP", "default": group}]
    widgets = [
        {"id": "map", "type": "MAP", **PLACE},
        {"id": "cards", "type": "DEVICE", **PLACE, "x": 12},
    ]
    body = {"name": "Rooms", "variables": variables, "widgets": widgets}
    answer = organization.http.post("/dashboards", json=body)
    assert answer.status_code == 201, answer.text
    opened(page, organization, f"dashboards/{answer.json()['id']}")
    expect(page.get_by_role("button", name="room-1: 1 devices")).to_be_visible()
    page.get_by_role("button", name="Tell room-1 to defrost").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_text("defrost: pending")).to_be_visible(timeout=30_000)
    [told] = organization.http.get(f"/devices/{device}/commands").json()["items"]
    assert told["method"] == "DEFROST"
    assert witness.troubles == []


def test_eight_tabs_are_all_live(
    organization: Organization, context: BrowserContext, page: Page
) -> None:
    """With Server-Sent Events the seventh would wait for ever."""
    device = make_device(organization, "room-1")
    report(organization, device, temperature=3.0)
    opened(page, organization, f"devices/{device}")
    tabs = [page, *(context.new_page() for _ in range(7))]
    for tab in tabs[1:]:
        tab.goto(page.url)
    for tab in tabs:
        expect(tab.get_by_role("link", name="temperature")).to_be_visible(timeout=20_000)
    report(organization, device, temperature=7.25)
    for tab in tabs:
        expect(tab.get_by_text("7.25", exact=True)).to_be_visible(timeout=20_000)


def test_a_session_that_was_ended_elsewhere_leads_to_the_sign_in(
    organization: Organization, page: Page
) -> None:
    opened(page, organization, "devices")
    http = organization.http
    credentials = {"email": organization.email, "password": organization.password}
    bearer = http.post("/auth/login", json=credentials).json()["accessToken"]
    signed = {"Authorization": f"Bearer {bearer}"}
    assert http.delete("/auth/sessions", headers=signed).is_success
    page.reload()
    expect(page.get_by_role("heading", name="Sign in to Holdfast")).to_be_visible()
