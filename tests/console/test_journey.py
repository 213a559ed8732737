"""What people do in the console, in a real browser against the real platform."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.console.build import WEB
from tests.make.browser import Witness, sign_in
from tests.make.configuration import put_binding, sampling
from tests.make.fleet import make_device, make_group, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE, SETTABLE, make_sensor_profile
from tests.make.readings import by_key, send

KEEP_PICTURES = "CONSOLE_PICTURES" in os.environ  # for people to look at, below pytest's folder
# Contrasts are of a scheme, whatever the width; the whole is for those who look at pictures.
LOOKS = ((1280, "light"), (390, "dark"))
ALL_LOOKS = (*LOOKS, (390, "light"), (1280, "dark"))
AXE = WEB / "node_modules/axe-core/axe.min.js"


def report(organization: Organization, device: str, value: float, *, seconds_ago: float) -> None:
    moment = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    receipt = send(organization, [by_key(device, "temperature", moment, value)])
    assert receipt["accepted"] == 1, receipt


def test_a_person_signs_in_and_sees_a_reading_come(
    platform: RunningPlatform, organization: Organization, page: Page
) -> None:
    witness = Witness(page, platform.base_url)
    device = make_device(organization, "cold-room-1")
    for minute in range(30):
        report(organization, device, 3.0 + minute / 10, seconds_ago=60.0 * (30 - minute))
    sign_in(page, organization)
    slug = organization.http.get("/organizations/current").json()["slug"]
    expect(page).to_have_url(f"{platform.base_url}/console/{slug}")
    page.get_by_role("link", name="Devices", exact=True).click()
    expect(page).to_have_url(f"{platform.base_url}/console/{slug}/devices")
    page.get_by_role("searchbox").fill("cold")
    page.get_by_role("link", name="cold-room-1").click()
    expect(page.get_by_text("5.9", exact=True)).to_be_visible()
    report(organization, device, 7.25, seconds_ago=0)
    expect(page.get_by_text("7.25", exact=True)).to_be_visible(timeout=10_000)
    page.get_by_role("link", name="temperature").click()
    expect(page.locator("canvas")).to_be_visible()
    expect(page.get_by_text("31 readings in buckets of")).to_be_visible(timeout=10_000)
    page.get_by_text("Values as a table").click()
    expect(page.get_by_role("cell", name="7.25").first).to_be_visible()
    assert witness.troubles == []


def test_a_wrong_password_is_said_and_nothing_of_a_token_is_kept_where_scripts_look(
    organization: Organization, page: Page
) -> None:
    sign_in(page, organization, password="not the password")
    expect(page.get_by_role("alert")).to_have_text("the email or the password is wrong")
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage, c: document.cookie})")
    assert "eyJ" not in kept
    assert "rt_" not in kept


def test_tabs_share_a_session_and_signing_out_ends_it_in_all(
    organization: Organization, context: BrowserContext, page: Page, platform: RunningPlatform
) -> None:
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    others = [context.new_page() for _ in range(3)]
    for other in others:
        other.goto(f"{platform.base_url}/console/")
    for each in (page, *others):
        each.reload()
    for each in (page, *others):
        expect(each.get_by_role("heading", name="Home")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    for each in (page, *others):
        expect(each.get_by_role("heading", name="Sign in to Holdfast")).to_be_visible()


def test_an_empty_organization_is_told_what_to_do_first(
    organization: Organization, page: Page
) -> None:
    sign_in(page, organization)
    page.get_by_role("link", name="Register a device").click()
    page.get_by_label("Name").fill("first-device")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_label("Commands that exchange the token")).to_contain_text("openssl")
    device = organization.http.get("/devices").json()["items"][0]["id"]
    report(organization, device, 1.0, seconds_ago=1)
    expect(page.get_by_text("✓ Its first reading is stored")).to_be_visible(timeout=10_000)


def test_a_dashboard_of_a_pack_shows_what_comes(organization: Organization, page: Page) -> None:
    assert organization.http.post("/packs/cold-chain/install").status_code == 200
    sign_in(page, organization)
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name="Dashboards", exact=True).click()
    page.get_by_role("button", name="Make a dashboard").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(cold-chain)")
    [made] = organization.http.get("/dashboards").json()["items"]
    expect(page.locator(".grid > section")).to_have_count(made["widgetCount"])


@pytest.mark.timeout(360)
def test_no_screen_keeps_anybody_out(
    browser: Browser, platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    """By axe's rules (WCAG 2.0 to 2.2, A and AA), and without scrolling sideways; light and dark,
    on a phone and on a desk."""
    if not AXE.is_file():
        pytest.skip("axe-core isn't installed: make console-check")
    device = make_device(organization, "cold-room-1")
    report(organization, device, 3.0, seconds_ago=60)
    sensor = organization.http.get("/sensors").json()["items"][0]["id"]
    dashboard = organization.http.post("/dashboards", json={"name": "Empty"}).json()["id"]
    site = make_site(organization, "Amsterdam West", latitude=52.4, longitude=4.9)["id"]
    group = make_group(organization, "Cold", "cold-chain")["id"]
    assert organization.http.post("/packs/cold-chain/install").status_code == 200
    hook = {"url": "https://hooks.example.com/alerts"}
    fleet = {"type": "DEVICE_GROUP", "id": group}
    profile = make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])
    for interval in (30, 60):
        artefact = sampling(organization, profile, interval)
    binding = put_binding(organization, fleet, artefact, held=True)["id"]
    rollouts = f"/desired-state-bindings/{binding}/rollouts"
    plan = {"phases": [{"percent": 5}, {"percent": 100}], "startAt": "2099-01-01T00:00:00Z"}
    rollout = organization.http.post(rollouts, json=plan).json()["id"]
    make_device(organization, "cold-room-2", tags=["cold-chain"])
    told = f"/device-groups/{group}/commands"
    run = organization.http.post(told, json={"method": "REBOOT"}).json()["id"]
    body = {"name": "Night shift", "type": "WEBHOOK", "webhook": hook}
    channel = organization.http.post("/notification-channels", json=body).json()["id"]
    # Colours that are on their way from light to dark have a contrast of their own.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{platform.base_url}/console/")
    faults = looked_at(page, tmp_path / "sign-in")
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    slug = organization.http.get("/organizations/current").json()["slug"]
    tabs = ("config", "commands", "health", "connections", "events", "certificates", "access")
    for path in (
        "", "devices", "devices/new", f"devices/{device}", f"sensors/{sensor}", "dashboards",
        f"dashboards/{dashboard}", "sites", f"sites/{site}", "groups", f"groups/{group}",
        f"dashboards/{dashboard}?edit",
        "configuration", "configuration/of/sampling", "configuration/bindings",
        f"configuration/bindings/{binding}", f"configuration/bindings/{binding}/rollouts/{rollout}",
        "configuration/rollouts", "configuration/drift", "commands", f"commands/{group}/{run}",
        "alerts", "alerting", f"alerting/rules/new?sensor={sensor}", "alerting/channels",
        f"alerting/channels/{channel}", "alerting/mutes", "events", "profiles",
        "profiles?of=sensors", "profiles/packs", "profiles/packs/cold-chain",
        "admin/exports", "admin/organization",
        "admin/operations", "admin/quarantine", "admin/members", "admin/audit",
        "admin/keys", "admin/sessions",
        *(f"devices/{device}/{tab}" for tab in tabs),
    ):  # fmt: skip
        page.goto(f"{platform.base_url}/console/{slug}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("heading", name="There is no such page")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        faults += looked_at(page, tmp_path / (path.replace("/", "-") or "home"))
    context.close()
    assert not faults, "\n".join(faults)


def looked_at(page: Page, picture: Path) -> list[str]:
    """What is wrong with a page in each of its looks."""
    faults = []
    for width, scheme in ALL_LOOKS if KEEP_PICTURES else LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        faults += [f"{picture.name} {width} {scheme}: {fault}" for fault in audit(page)]
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            faults.append(f"{picture.name} {width}: {overflow} px too wide")
        if KEEP_PICTURES:
            page.screenshot(path=f"{picture}-{width}-{scheme}.png")
    return faults


def audit(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]
