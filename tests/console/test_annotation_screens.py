"""What people note on charts, and how a sensor compares with one that is trusted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.test_fleet_screens import opened
from tests.console.test_journey import AXE, looked_at
from tests.make.annotations import make_annotation, make_class, reference_pair
from tests.make.browser import sign_in
from tests.make.clips import AN_HOUR_AGO, recorded_camera
from tests.make.fleet import make_component, make_device, make_sensor
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import NOW, by_key, send


def test_a_note_is_made_by_dragging_and_found_changed_and_deleted(
    organization: Organization, page: Page
) -> None:
    fields = {"type": "object", "properties": {"cause": {"enum": ["door", "power"]}}}
    make_class(organization, "excursion", fields={**fields, "required": ["cause"]})
    device = make_device(organization, "cold-room-1")
    moments = [NOW + timedelta(minutes=minute) for minute in range(60)]
    send(organization, [by_key(device, "temperature", moment, 4.0) for moment in moments])
    sensor = organization.http.get("/sensors").json()["items"][0]["id"]
    span = f"from={moments[0].isoformat()}&to={moments[-1].isoformat()}".replace("+00:00", "Z")
    opened(page, organization, f"sensors/{sensor}?{span}")
    chart = page.get_by_role("img", name="Chart of").locator(".u-over")
    place = chart.bounding_box()
    assert place is not None
    left, y = place["x"] + place["width"] / 4, place["y"] + place["height"] / 2
    page.keyboard.down("Alt")
    page.mouse.move(left, y)
    page.mouse.down()
    page.mouse.move(left + place["width"] / 4, y, steps=4)
    page.mouse.up()
    page.keyboard.up("Alt")
    form = page.get_by_role("dialog")
    form.get_by_label("cause").select_option("door")
    form.get_by_label("Note").fill("Loading")
    form.get_by_role("button", name="Annotate").click()
    page.get_by_role("button", name="excursion").click()
    [made] = organization.http.get("/annotations").json()["items"]
    assert (made["scopeId"], made["values"], made["note"]) == (sensor, {"cause": "door"}, "Loading")
    edges = [(moments[0] + timedelta(seconds=59 * 60 * part)).timestamp() for part in (0.25, 0.5)]
    for edge, name in zip(edges, ("from", "to"), strict=True):
        assert abs(timestamp(made[name]) - edge) < 60
    form.get_by_label("Note").fill("Loading until three")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Annotations").click()
    expect(page.get_by_text("Loading until three cause door")).to_be_visible()
    page.get_by_role("button", name="Open excursion").click()
    form.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing has been noted yet.")).to_be_visible()
    assert organization.http.get("/annotations").json()["items"] == []


def timestamp(text: str) -> float:
    return (NOW.fromisoformat(text)).timestamp()


def test_a_comparison_says_in_words_how_far_a_sensor_is_off(
    organization: Organization, page: Page
) -> None:
    components = []
    start = NOW.replace(minute=0, second=0) - timedelta(hours=12)
    for name, off in (("low-cost", 1.5), ("station", 0.0)):
        device = make_device(organization, name)
        components.append(make_component(organization, device, "air")["id"])
        moments = [start + timedelta(minutes=10 * number) for number in range(72)]
        values = [(moment, 10 + number % 7 + off) for number, moment in enumerate(moments)]
        send(organization, [by_key(device, "pm25", *each, component="air") for each in values])
    pair = reference_pair(*components, "Roof")
    assert organization.http.post("/reference-pairs", json=pair).status_code == 201
    opened(page, organization, "annotations/pairs")
    page.get_by_role("link", name="Roof").click()
    expect(page.get_by_text("air of low-cost beside air of station")).to_be_visible()
    expect(page.get_by_text("On average it reads 1.5 more than the reference.")).to_be_visible()
    expect(page.get_by_role("img", name="Each bucket by the mean of both")).to_be_visible()


def test_no_screen_of_cameras_and_notes_keeps_anybody_out(
    browser: Browser, platform: RunningPlatform, organization: Organization, tmp_path: Path
) -> None:
    """As of all the others, in the same looks."""
    if not AXE.is_file():
        pytest.skip("axe-core isn't installed: make console-check")
    camera, _ = recorded_camera(platform, organization)
    sensor = make_sensor(organization, make_device(organization, "cold-room-1"), "temperature")
    kind = make_class(organization, color="#d64545")["id"]
    make_annotation(organization, kind, sensor["id"])
    components = []
    for name in ("low-cost", "station"):
        device = make_device(organization, name)
        components.append(make_component(organization, device, "air")["id"])
        moments = [NOW - timedelta(minutes=10 * number) for number in range(24)]
        send(organization, [by_key(device, "pm25", at, 7.0, component="air") for at in moments])
    pair = reference_pair(*components, "Roof")
    made = organization.http.post("/reference-pairs", json=pair).json()["id"]
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{platform.base_url}/console/")
    sign_in(page, organization)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    home, faults = page.url, []
    for path in (
        "cameras", f"cameras/{camera}?at={AN_HOUR_AGO:%Y-%m-%dT%H:%M:%SZ}", "cameras/captures",
        "cameras/rules", "annotations", "annotations/classes", "annotations/pairs",
        f"annotations/pairs/{made}",
    ):  # fmt: skip
        page.goto(f"{home}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("heading", name="There is no such page")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        faults += looked_at(page, tmp_path / path.replace("/", "-"))
    context.close()
    assert not faults, "\n".join(faults)
