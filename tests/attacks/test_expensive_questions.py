"""Questions that cost much: each has a maximum, and who asks too many is refused at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from app.accounts.sign_in_attempts import OF_PASSWORDS
from tests.attacks.conftest import Strangers
from tests.make.devices import register_device
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

PASSWORD = "correct horse battery"
COMMON = ["password1234", "aaaaaaaaaaaa", "123456789012", " " * 12, "qwertyuiop12"]

FREE = OF_PASSWORDS.free


def test_a_search_takes_so_many_tags_and_no_more(organization: Organization) -> None:
    for query in ("&".join(f"tag=t{n}" for n in range(21)), "tag=" + "a," * 1500, "tag=a&" * 1500):
        assert_problem(organization.http.get(f"/devices?{query.rstrip('&,')}"), 400)
    twenty = "&".join(f"tag=t{n}" for n in range(20))
    assert organization.http.get(f"/devices?{twenty}").status_code == 200


def test_a_search_by_words_takes_so_many_and_no_more(organization: Organization) -> None:
    words = " ".join(f"w{n}" for n in range(21))
    assert_problem(organization.http.get("/devices", params={"q": words}), 400)


def test_devices_with_all_of_several_tags_are_found(organization: Organization) -> None:
    tags = {"one": ["a", "b", "c"], "two": ["a", "b"], "three": ["c"], "four": []}
    for name, of_it in tags.items():
        device = register_device(organization, name)["deviceId"]
        organization.http.patch(f"/devices/{device}", json={"tags": of_it}).raise_for_status()
    for wanted, found in (
        ("a,b,c", {"one"}),
        ("a,b", {"one", "two"}),
        ("b,a,a", {"one", "two"}),
        ("a,z", set()),
    ):
        page = organization.http.get("/devices", params={"tag": wanted, "includeTotal": "true"})
        assert {item["name"] for item in page.json()["items"]} == found
        assert page.json()["total"] == len(found)


def test_metrics_are_not_on_the_public_port_and_readiness_is_made_once_a_second(
    platform: RunningPlatform,
) -> None:
    assert httpx.get(f"{platform.base_url}/metrics", trust_env=False).status_code == 404
    text = httpx.get(platform.metrics_url, trust_env=False).text
    assert "holdfast_loop_turned_at_seconds" in text
    elsewhere = platform.metrics_url.replace("/metrics", "/other")
    assert httpx.get(elsewhere, trust_env=False).status_code == 404


@pytest.mark.parametrize("password", COMMON)
def test_passwords_that_are_guessed_first_are_refused(
    platform: RunningPlatform, password: str
) -> None:
    body = {
        "email": "weak@example.com",
        "password": password,
        "name": "Ada",
        "organizationName": "A",
    }
    with platform.client() as http:
        assert_problem(http.post("/auth/register", json=body), 400, code="WEAK_PASSWORD")


def test_a_flood_of_sign_ins_is_refused_at_once_and_its_neighbour_is_served(
    strangers: Strangers,
) -> None:
    organization = strangers.platform.new_organization()
    begun, answers = threading.Barrier(60), list[int]()

    def flood(number: int) -> None:
        begun.wait()
        email = f"{number}@example.com"
        answers.append(strangers.sign_in("127.0.0.1", email, "a wrong password").status_code)

    with ThreadPoolExecutor(60) as pool:
        for number in range(59):
            pool.submit(flood, number)
        begun.wait()
        right = strangers.sign_in("127.0.0.2", organization.email, organization.password)
    assert right.status_code == 200
    assert set(answers) == {401, 429}
    assert answers.count(429) > answers.count(401)


def test_guesses_at_an_account_wait_ever_longer_and_its_owner_is_let_in(
    strangers: Strangers,
) -> None:
    organization = strangers.platform.new_organization()
    email, password = organization.email, organization.password
    # From where the owner has signed in before.
    assert strangers.sign_in("127.0.0.9", email, password).status_code == 200
    for tried in (email, "nobody@example.com"):
        answers = [
            strangers.sign_in("127.0.0.3", tried, "a wrong password") for _ in range(FREE + 1)
        ]
        assert [answer.status_code for answer in answers] == [401] * FREE + [429], tried
        assert int(answers[-1].headers["Retry-After"]) >= 1
    # From many places at once.
    statuses = {
        strangers.sign_in(f"127.0.3.{number}", email, "a wrong password").status_code
        for number in range(1, 14)
    }
    assert statuses == {401, 429}
    assert strangers.sign_in("127.0.0.9", email, password).status_code == 200


def test_an_old_hash_verifies_and_is_renewed(
    platform: RunningPlatform, organization: Organization
) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(parallelism=4).hash(organization.password)
    body = {"email": organization.email, "password": organization.password}
    with (
        psycopg.connect(admin_address(platform), autocommit=True) as admin,
        platform.client() as http,
    ):
        admin.execute(
            "UPDATE platform.user_account SET password_hash = %s WHERE email = %s",
            [old, organization.email],
        )
        assert http.post("/auth/login", json=body).status_code == 200
        [(kept,)] = admin.execute(
            "SELECT password_hash FROM platform.user_account WHERE email = %s",
            [organization.email],
        ).fetchall()
        assert ",p=1$" in kept
        assert http.post("/auth/login", json=body).status_code == 200
