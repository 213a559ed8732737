"""A second factor in the console: added, asked for at the door, and again for what is dangerous."""

from __future__ import annotations

import base64
import time

import psycopg
from playwright.sync_api import Page, expect

from app.accounts.factor_codes import STEP_SECONDS, code_at
from tests.console.test_fleet_screens import opened
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform


def test_a_person_adds_a_factor_signs_in_with_it_and_is_asked_again(
    platform: RunningPlatform, organization: Organization, page: Page
) -> None:
    opened(page, organization, "admin/security")
    page.get_by_role("button", name="Add a second factor").click()
    page.get_by_label("Password").fill(organization.password)
    page.get_by_role("button", name="Go on").click()
    secret = base64.b32decode(page.get_by_label("The secret", exact=True).inner_text())
    expect(page.get_by_role("img", name="The secret as a QR code")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill(code_at(secret, int(time.time() // STEP_SECONDS)))
    page.get_by_role("button", name="Turn it on").click()
    first, second, *_ = page.get_by_label("Recovery codes").inner_text().split()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes are left")).to_be_visible()
    page.get_by_role("button", name="Require a second factor").click()
    expect(page.get_by_text("Members must have a second factor")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(organization.email)
    page.get_by_label("Password").fill(organization.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(first)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.user_session SET mfa_at = now() - interval '16 minutes' "
            "WHERE org_id = %s",
            [organization.id],
        )
    page.reload()
    page.get_by_role("button", name="Make recovery codes anew").click()
    asked = page.get_by_role("dialog", name="Is it still you?")
    asked.get_by_label("Code").fill(second)
    asked.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Recovery codes")).to_be_visible()
    assert second not in page.get_by_label("Recovery codes").inner_text()
    expect(asked).to_be_hidden()


def test_who_must_have_a_factor_sees_the_way_to_one_and_nothing_else(
    platform: RunningPlatform, organization: Organization, page: Page
) -> None:
    with psycopg.connect(admin_address(platform)) as admin:
        admin.execute(
            "UPDATE platform.organization SET require_second_factor = true WHERE id = %s",
            [organization.id],
        )
    page.get_by_label("Email").fill(organization.email)
    page.get_by_label("Password").fill(organization.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="A second factor")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.get_by_label("Password").fill(organization.password)
    page.get_by_role("button", name="Go on").click()
    secret = base64.b32decode(page.get_by_label("The secret", exact=True).inner_text())
    page.get_by_role("textbox", name="Code").fill(code_at(secret, int(time.time() // STEP_SECONDS)))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
