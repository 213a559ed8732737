"""Sensors that are calculated, and jobs that find things."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.test_fleet_screens import opened
from tests.console.test_journey import AXE, looked_at
from tests.make.analytics import make_definition, run_now
from tests.make.annotations import make_class
from tests.make.browser import sign_in
from tests.make.fleet import make_calculated, make_device, make_sensor
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import by_key, send


def with_a_day(organization: Organization, device_id: str, key: str, off: float) -> str:
    """A sensor that has reported for some hours, with a pause of one."""
    sensor = make_sensor(organization, device_id, key, unit="°C")
    now = datetime.now(UTC)
    minutes = [minute for minute in range(0, 600, 2) if not 200 < minute < 260]
    readings = [
        by_key(device_id, key, now - timedelta(minutes=m), off + math.sin(m / 50)) for m in minutes
    ]
    send(organization, readings)
    return str(sensor["id"])


def test_a_calculated_sensor_is_made_with_a_preview_and_shows_its_formula(
    organization: Organization, page: Page
) -> None:
    device = make_device(organization, "heat-exchanger")
    with_a_day(organization, device, "inlet", 60)
    with_a_day(organization, device, "outlet", 40)
    opened(page, organization, f"devices/{device}")
    page.get_by_role("link", name="New calculated sensor").click()
    page.get_by_label("Key", exact=True).fill("spread")
    for name in ("inlet", "outlet"):
        page.get_by_label("Add a sensor").click()
        page.get_by_role("button", name=f"{name} of").click()
    page.get_by_label("Formula").fill("a - c")
    expect(page.get_by_text("there is no input c")).to_be_visible()
    page.get_by_label("Formula").fill("a - b")
    expect(page.get_by_text("moments have a value")).to_be_visible()
    page.get_by_role("button", name="Make the sensor").click()
    expect(page.get_by_role("heading", name="spread")).to_be_visible()
    expect(page.get_by_text("a - b")).to_be_visible()
    page.get_by_role("link", name="outlet").click()
    expect(page.get_by_text("heat-exchanger, as b")).to_be_visible()


def test_a_job_is_made_run_over_a_range_and_switched_off(
    organization: Organization, page: Page
) -> None:
    make_class(organization, "silent")
    device = make_device(organization, "cold-room")
    with_a_day(organization, device, "temperature", 4)
    opened(page, organization, "annotations/jobs")
    page.get_by_role("button", name="Make a job").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("Gaps")
    form.get_by_label("Choose the sensor").click()
    form.get_by_role("button", name="temperature of").click()
    form.get_by_role("button", name="Make the job").click()
    expect(page.get_by_role("heading", name="Gaps")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    page.get_by_role("button", name="Run over a range").click()
    form.get_by_label("Only what is new").check()
    form.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("succeeded").first).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="its annotations").click()
    expect(page.get_by_role("table", name="Found by itself")).to_be_visible()


def test_no_screen_of_calculations_and_jobs_keeps_anybody_out(
    browser: Browser, platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    """As of all the others, in the same looks."""
    if not AXE.is_file():
        pytest.skip("axe-core isn't installed: make console-check")
    device = make_device(organization, "heat-exchanger")
    inlet, outlet = (
        with_a_day(organization, device, key, off) for key, off in (("inlet", 60), ("outlet", 40))
    )
    inputs = {"a": {"sensorId": inlet}, "b": {"sensorId": outlet, "aggregate": "AVG"}}
    calculation = {"expression": "(a - b) / a * 100", "inputs": inputs}
    spread = make_calculated(
        organization, deviceId=device, key="spread", unit="%", calculation=calculation
    )["id"]
    class_id = str(make_class(organization, "silent", color="#d64545")["id"])
    job = make_definition(organization, class_id, inlet, field="inlet")
    run_now(organization, job)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{platform.base_url}/console/")
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    home, faults = page.url, []
    for path in (
        f"sensors/{spread}", f"sensors/{outlet}", f"sensors/calculate?of={spread}",
        f"sensors/calculate?device={device}", "annotations/jobs", f"annotations/jobs/{job}",
        "annotations/found",
    ):  # fmt: skip
        page.goto(f"{home}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("heading", name="There is no such page")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        faults += looked_at(page, tmp_path / path.replace("/", "-").partition("?")[0])
    context.close()
    assert not faults, "\n".join(faults)
