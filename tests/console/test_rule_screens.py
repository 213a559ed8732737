"""What people make of alert rules in the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_fleet_screens import opened
from tests.make.browser import Witness
from tests.make.fleet import make_device, make_sensor
from tests.make.found_alerts import report
from tests.make.platform import Organization, RunningPlatform

WAIT_MS = 60_000


@pytest.fixture
def sensor(organization: Organization) -> str:
    """Above 30 for a while, an hour ago."""
    device = make_device(organization, "cold-room")
    sensor = str(make_sensor(organization, device, "temperature", name="Air", unit="°C")["id"])
    start = datetime.now(UTC) - timedelta(hours=2)
    report(organization, sensor, start, (0, 20.0), (1800, 36.0), (3600, 20.0))
    return sensor


def test_a_rule_with_levels_and_times_is_made_tried_and_changed(
    organization: Organization, page: Page, platform: RunningPlatform, sensor: str
) -> None:
    witness = Witness(page, platform.base_url)
    opened(page, organization, f"alerting/rules/new?sensor={sensor}")
    page.get_by_label("Name").fill("Too warm")
    page.get_by_label("Value, °C").fill("30")
    said = page.get_by_label("What it says, and finds")
    expect(said).to_contain_text("Warning when temperature is above 30 °C for 5 min.")
    expect(said).to_contain_text("It would have fired 1 time, for 25 min")
    page.get_by_role("button", name="Also critical").click()
    page.get_by_label("Value, °C").nth(1).fill("35")
    page.get_by_text("When it is over").nth(1).click()
    page.get_by_label("Back at, °C").last.fill("37")
    expect(page.get_by_text("it is above 35, where it begins").first).to_be_visible()
    page.get_by_label("Back at, °C").last.fill("33")
    page.get_by_label("Only at certain times of the week").check()
    page.get_by_label("Of the clock").select_option("UTC")
    expect(said).to_contain_text("Mon–Fri 08:00–18:00 in UTC.")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_role("heading", name="Too warm")).to_be_visible()
    table = page.get_by_role("table", name="Where it stands")
    expect(table).to_contain_text("cold-room Air", timeout=WAIT_MS)  # a worker finds its sensors
    [made] = organization.http.get("/alert-rules").json()["items"]
    levels = [(each["value"], each["clearValue"], each["forSeconds"]) for each in made["levels"]]
    assert levels == [(30.0, None, 300), (35.0, 33.0, 0)]
    assert made["schedule"]["weekly"][0]["days"] == ["MON", "TUE", "WED", "THU", "FRI"]
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Only at certain times of the week").uncheck()
    page.get_by_role("button", name="Test it on all of them").click()
    expect(page.get_by_label("On all that it watches")).to_contain_text(
        "It would have fired 1 time"
    )
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What it said before")).to_be_visible()
    [changed] = organization.http.get("/alert-rules").json()["items"]
    assert (changed["id"], changed["version"], changed["schedule"]) == (made["id"], 2, None)
    # A rule that makes no sense yet is answered so, and shown where it is.
    assert [each for each in witness.troubles if "422" not in each] == []


def test_a_formula_is_mended_where_it_is_wrong(
    organization: Organization, page: Page, sensor: str
) -> None:
    opened(page, organization, f"alerting/rules/new?sensor={sensor}")
    page.get_by_label("Name").fill("By formula")
    page.get_by_label("When").first.select_option("EXPRESSION")
    page.get_by_label("The formula").fill("a > 30 a")
    expect(page.get_by_text("'a' is not expected at character 8").first).to_be_visible()
    page.get_by_label("The formula").fill("a > 30 and b < 5")
    page.get_by_role("button", name="Another sensor").click()
    page.get_by_label("Whose b").select_option("OWN")
    said = page.get_by_label("What it says, and finds")
    expect(said).to_contain_text("Warning when a > 30 and b < 5")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.get_by_role("heading", name="By formula")).to_be_visible()
    [made] = organization.http.get("/alert-rules").json()["items"]
    assert sorted(made["condition"]["inputs"]) == ["a", "b"]


KINDS = {
    "NO_DATA": "is silent for 15 min",
    "STUCK": "has not changed in 15 min",
    "RATE_OF_CHANGE": "the change of temperature in 15 min is above 30 °C",
    "AGGREGATE": "the average of temperature in 15 min is above 30 °C",
}


def test_every_kind_of_rule_is_said_in_words_and_a_device_may_be_gone(
    organization: Organization, page: Page, sensor: str
) -> None:
    opened(page, organization, f"alerting/rules/new?sensor={sensor}")
    page.get_by_label("Value, °C").fill("30")
    said = page.get_by_label("What it says, and finds")
    for kind, words in KINDS.items():
        page.get_by_label("When").first.select_option(kind)
        expect(said).to_contain_text(words)
    page.get_by_label("When").first.select_option("DISCONNECTED")
    page.get_by_label("Watch").select_option("ORGANIZATION")
    expect(said).to_contain_text("Warning when the device is disconnected for 5 min.")
    page.get_by_label("Name").fill("Gone")
    page.get_by_role("button", name="Make the rule").click()
    table = page.get_by_role("table", name="Where it stands")
    expect(table).to_contain_text("waits for a first reading", timeout=WAIT_MS)
    expect(table.get_by_role("link", name="cold-room")).to_be_visible()


def test_a_pack_brings_a_rule_which_is_muted(organization: Organization, page: Page) -> None:
    assert organization.http.post("/packs/cold-chain/install").status_code == 200
    opened(page, organization, "profiles/packs/cold-chain")
    page.get_by_role("button", name="Make a rule of fridge-too-warm").click()
    expect(page.get_by_role("heading", name="fridge-too-warm")).to_be_visible()
    [made] = organization.http.get("/alert-rules").json()["items"]
    assert made["levels"][0]["severity"] == "CRITICAL"
    page.get_by_role("button", name="Mute").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it").click()
    expect(page.get_by_role("link", name="Mutes")).to_have_attribute("aria-current", "page")
    [mute] = organization.http.get("/alert-mutes").json()["items"]
    assert mute["ruleId"] == made["id"]
