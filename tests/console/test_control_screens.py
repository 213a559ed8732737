"""What operators do with configurations, roll-outs and commands to groups."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.test_fleet_screens import opened
from tests.make.configuration import put_binding, sampling
from tests.make.fleet import make_device, make_group
from tests.make.platform import Organization
from tests.make.profiles import CLIMATE, SETTABLE, make_sensor_profile


@pytest.fixture
def group(organization: Organization) -> str:
    for number in range(4):
        make_device(organization, f"sampler-{number}", tags=["sampler"])
    return str(make_group(organization, "Samplers", "sampler")["id"])


@pytest.fixture
def profile(organization: Organization) -> dict[str, Any]:
    return make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])


def test_the_next_version_of_a_configuration_is_held_and_rolled_out(
    organization: Organization, page: Page, group: str, profile: dict[str, Any]
) -> None:
    sampling(organization, profile, 60)
    opened(page, organization, "configuration")
    page.get_by_role("table", name="Configurations").get_by_role("link", name="sampling").click()
    page.get_by_role("button", name="Next version").click()
    page.get_by_label("Content").fill('{"interval": 30, "mode": "ECO"}')
    page.get_by_role("button", name="Make version 2").click()
    changes = page.get_by_label("Changes of version 2")
    expect(changes).to_contain_text('-   "interval": 60')
    expect(changes).to_contain_text('+   "interval": 30')
    page.get_by_role("button", name="Bind version 2").click()
    page.get_by_label("Which").select_option("Samplers")
    page.get_by_label("Nobody yet").check()
    page.get_by_role("button", name="Bind", exact=True).click()
    expect(page.get_by_text("It is held")).to_be_visible()
    page.get_by_role("button", name="Roll out").click()
    page.get_by_label("Percent of phase 1").fill("50")
    page.get_by_role("button", name="Take phase 2 away").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="sampling 2")).to_be_visible()
    expect(page.get_by_role("heading", name="Phase 1 up to 50 %")).to_be_visible()
    [made] = organization.http.get("/rollouts").json()["items"]
    assert (made["version"], made["target"]["id"], made["phaseCount"]) == (2, group, 2)
    page.get_by_role("link", name="Roll-outs").click()
    row = page.get_by_role("table", name="Roll-outs").get_by_role("row").nth(1)
    expect(row).to_contain_text("Samplers")


def test_a_rollout_is_paused_resumed_and_aborted(
    organization: Organization, page: Page, group: str, profile: dict[str, Any]
) -> None:
    target = {"type": "DEVICE_GROUP", "id": group}
    binding = put_binding(organization, target, sampling(organization, profile, 60), held=True)
    path = f"/desired-state-bindings/{binding['id']}/rollouts"
    body = {"phases": [{"count": 1}, {"percent": 100}], "startAt": "2099-01-01T00:00:00Z"}
    rollout = organization.http.post(path, json=body).json()["id"]
    opened(page, organization, f"configuration/bindings/{binding['id']}/rollouts/{rollout}")
    devices = page.get_by_role("table", name="Devices of the roll-out")
    expect(devices.get_by_role("link")).to_have_count(4)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("paused by people")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Abort", exact=True).click()
    page.get_by_role("button", name="Abort it").click()
    expect(page.get_by_text("canceled by people")).to_be_visible()
    assert organization.http.get(f"{path}/{rollout}").json()["state"] == "CANCELED"


def test_a_group_is_told_something_and_each_devices_answer_is_looked_at(
    organization: Organization, page: Page, group: str
) -> None:
    opened(page, organization, "commands")
    page.get_by_role("button", name="Tell a group something").click()
    page.get_by_role("combobox", name="Group").select_option("Samplers")
    page.get_by_role("button", name="Tell them").click()
    expect(page.get_by_role("heading", name="REBOOT")).to_be_visible()
    table = page.get_by_role("table", name="Devices of the run")
    expect(table.get_by_role("link", name="sampler-3")).to_be_visible()
    page.get_by_role("button", name="Call off").click()
    page.get_by_role("button", name="Call it off").click()
    page.get_by_role("button", name="failed 4").click()
    expect(page.get_by_text("canceled").first).to_be_visible()
    [run] = organization.http.get("/command-runs").json()["items"]
    assert (run["groupId"], run["failed"]) == (group, 4)
