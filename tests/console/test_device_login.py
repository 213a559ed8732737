"""A program that asks to sign in, as the console shows it."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, expect

from tests.make.platform import Organization, RunningPlatform


def test_a_person_signs_in_and_lets_a_program_in_with_less_than_it_asked_for(
    platform: RunningPlatform, organization: Organization, page: Page
) -> None:
    form = {"client_id": "a program", "scope": "devices:read readings:read"}
    begun = httpx.post(f"{platform.base_url}/oauth/device", data=form, trust_env=False).json()
    page.goto("about:blank")
    page.goto(begun["verification_uri_complete"])
    page.get_by_label("Email").fill(organization.email)
    page.get_by_label("Password").fill(organization.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Code")).to_have_value(begun["user_code"])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("“a program” asked at")).to_be_visible()
    page.get_by_label("readings:read").uncheck()
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("status")).to_contain_text("It is signed in")
    [made] = [
        each
        for each in organization.http.get("/api-keys").json()["items"]
        if each["name"].startswith("a program")
    ]
    assert made["scopes"] == ["devices:read"]
