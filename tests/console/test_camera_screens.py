"""What people do with cameras in the console: add one, look at what it recorded, cut it out."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.console.test_fleet_screens import opened
from tests.make.browser import Witness
from tests.make.clips import recorded_camera, seconds
from tests.make.fleet import make_device
from tests.make.footage import FPS, numbers_in
from tests.make.platform import Organization, RunningPlatform

JOB_MS = 90_000  # a worker may have much to do before


def shown_number(page: Page, line: Locator) -> int | None:
    """Which picture the player shows, by the file that it saves of it."""
    with page.expect_download() as saved:
        line.press("s")
    [number] = numbers_in(saved.value.path().read_bytes())
    return number


def test_a_camera_that_is_added_is_tried_and_what_is_wrong_is_said(
    organization: Organization, page: Page
) -> None:
    make_device(organization, "cold-room-1")
    opened(page, organization, "cameras")
    page.get_by_role("button", name="Add a camera").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("Door")
    with page.expect_response("**/api/v1/devices?*q=cold*"):
        form.get_by_label("Seen with the device").fill("cold-room-1")
    form.get_by_label("Address of its stream").fill("rtsp://camera.invalid:9/door")
    form.get_by_label("User", exact=True).fill("viewer")
    form.get_by_label("Password", exact=True).fill("f@r:1")
    form.get_by_role("button", name="Save and test").click()
    expect(form.get_by_text("The platform doesn't connect there: its port")).to_be_visible()
    form.get_by_label("Address of its stream").fill("rtsp://camera.invalid/door")
    form.get_by_role("button", name="Save and test").click()
    expect(form.get_by_text("No pictures: ")).to_be_visible(timeout=60_000)
    expect(form.get_by_text("rtsp://camera.invalid:554/door")).to_be_visible()
    form.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("There are no cameras yet.")).to_be_visible()
    assert organization.http.get("/cameras").json()["items"] == []


def test_the_moment_that_is_asked_for_is_shown_and_cut_to_the_picture(
    platform: RunningPlatform, organization: Organization, page: Page
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    witness = Witness(page, platform.base_url)
    at = seconds(5).isoformat().replace("+00:00", "Z")
    opened(page, organization, f"cameras/{camera_id}?at={at}")
    line = page.get_by_role("slider", name="Moment of the footage")
    seen_to(page, 5 * FPS, line)
    line.press("i")
    line.press("ArrowRight")
    line.press("ArrowRight")
    seen_to(page, 7 * FPS, line)
    line.press("o")
    expect(page.get_by_role("button", name="Make a clip of 2 s")).to_be_enabled()
    line.press("c")
    button = page.get_by_role("button", name="Download the clip")
    expect(button).to_be_visible(timeout=JOB_MS)
    with page.expect_download() as saved:
        button.click()
    assert numbers_in(saved.value.path().read_bytes()) == [*range(5 * FPS, 7 * FPS)]
    line.press("Shift+ArrowRight")
    expect(page.get_by_text("Nothing was recorded at this moment.")).to_be_visible()
    line.press("Shift+ArrowLeft")
    line.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function(
        "before => Number(document.querySelector('[role=slider]').ariaValueNow) > before",
        arg=seconds(7.5).timestamp() * 1000,
    )
    assert witness.troubles == []


def seen_to(page: Page, number: int, line: Locator) -> None:
    """The player shows this picture, once it has found it."""
    for _ in range(100):
        if page.locator("video").evaluate("video => video.readyState >= 2 && !video.seeking"):
            break
        page.wait_for_timeout(100)
    assert shown_number(page, line) == number


def test_a_rule_that_is_made_captures_what_was_seen_and_is_switched_off(
    platform: RunningPlatform, organization: Organization, page: Page
) -> None:
    camera_id, _ = recorded_camera(platform, organization)
    camera: dict[str, Any] = organization.http.get(f"/cameras/{camera_id}").json()
    opened(page, organization, "cameras/rules")
    page.get_by_role("button", name="Make a rule").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("What was said")
    form.get_by_label("alert", exact=True).uncheck()
    form.get_by_label("critical", exact=True).uncheck()
    form.get_by_label("note", exact=True).check()
    form.get_by_label("Seconds before").fill("1")
    form.get_by_label("Seconds after").fill("2")
    form.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_text("On note: 1 s before to 2 s after, seen by")).to_be_visible()
    note = {"type": "NOTE", "title": "Door opened", "occurredAt": seconds(5).isoformat()}
    happened = organization.http.post("/events", json={**note, "deviceId": camera["deviceId"]})
    assert happened.status_code == 201, happened.text
    page.get_by_role("button", name="Switch off What was said").click()
    expect(page.get_by_text("switched off")).to_be_visible()
    page.get_by_role("link", name="what it captured").click()
    page.get_by_role("link", name="What was seen at").click()
    expect(page.get_by_text("Door opened,")).to_be_visible()
    expect(page.get_by_role("link", name="Download")).to_be_visible(timeout=JOB_MS)
    expect(page.locator("video")).to_have_js_property("duration", 3)
