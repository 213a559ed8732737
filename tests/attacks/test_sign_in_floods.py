"""Ten thousand guesses at one account, and its owner, who signs in all the time."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from redis.asyncio import Redis

from app.accounts.sign_in_attempts import OF_PASSWORDS, Asker, SignInAttempts
from app.core.errors import TooManyRequests
from app.core.keys import Keys
from tests.attacks.conftest import Strangers
from tests.make.readings import assert_problem

GUESSES, ROUNDS = 10_000, 100
OWN = "127.0.0.0/24"  # the owner's network, from which somebody guesses, too


def browser(strangers: Strangers, address: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{strangers.platform.base_url}/api/v1",
        transport=httpx.HTTPTransport(local_address=address, verify=False),
        timeout=60,
        trust_env=False,
    )


def must_wait(http: httpx.Client, body: dict[str, Any]) -> bool:
    """Sooner or later: waits grow faster than hashing is slow."""
    return any(http.post("/auth/login", json=body).status_code == 429 for _ in range(20))


async def is_let_in(attempts: SignInAttempts, email: str, asker: Asker) -> bool:
    try:
        await attempts.begin(email, asker)
    except TooManyRequests:
        return False
    return True


async def flood(strangers: Strangers, email: str, device: str) -> tuple[int, int]:
    """How many guesses were let through to a password's hashing, and how many of the owner's."""
    url = strangers.platform.program("api").environ()["HOLDFAST_REDIS_URL"]
    keys = Keys.derive(strangers.platform.secret_key())
    networks = [OWN, *(f"10.0.{n}.0/24" for n in range(250))]
    guesses, own = 0, 0
    async with Redis.from_url(url) as redis:
        attempts, owner = SignInAttempts(redis, keys), Asker(OWN, device)
        for each in range(ROUNDS):
            tried = [
                is_let_in(attempts, email, Asker(networks[(each * 7 + n) % len(networks)]))
                for n in range(GUESSES // ROUNDS)
            ]
            *found, mine = await asyncio.gather(*tried, is_let_in(attempts, email, owner))
            guesses, own = guesses + sum(found), own + mine
            await attempts.succeeded(email, owner)
    return guesses, own


def test_an_owner_in_a_browser_that_is_known_is_let_in_at_every_moment(
    strangers: Strangers,
) -> None:
    organization = strangers.platform.new_organization()
    body = {"email": organization.email, "password": organization.password, "cookie": True}
    with browser(strangers, "127.0.0.77") as owner, browser(strangers, "127.0.0.78") as beside:
        assert owner.post("/auth/login", json=body).status_code == 200
        device = owner.cookies["holdfast_device"]
        guesses, own = asyncio.run(flood(strangers, organization.email, "another of theirs"))
        assert own == ROUNDS
        assert guesses < GUESSES // 100
        wrong = body | {"password": "a wrong password"}
        assert must_wait(beside, wrong)
        # In the same network, and without the cookie, even the right password has to wait.
        assert_problem(beside.post("/auth/login", json=body), 429, code="RATE_LIMITED")
        assert owner.post("/auth/login", json=body).status_code == 200
        # It is the browser's for this account alone, and nobody makes one.
        for cookie in (device[:-4] + "AAAA", "x" * 80, ""):
            beside.headers["Cookie"] = f"holdfast_device={cookie}"
            assert_problem(beside.post("/auth/login", json=body), 429, code="RATE_LIMITED")
        beside.headers["Cookie"] = f"holdfast_device={device}"
        assert must_wait(beside, {"email": "nobody@example.com", "password": "a wrong password"})


def test_a_thief_of_the_cookie_has_no_more_guesses_than_a_network(strangers: Strangers) -> None:
    url = strangers.platform.program("api").environ()["HOLDFAST_REDIS_URL"]
    keys = Keys.derive(strangers.platform.secret_key())

    async def let_in(name: str, device: str | None) -> int:
        async with Redis.from_url(url) as redis:
            attempts, thief = SignInAttempts(redis, keys), Asker("203.0.113.0/24", device)
            return sum([await is_let_in(attempts, name, thief) for _ in range(40)])

    for name, device in (("one@example.com", "stolen"), ("other@example.com", None)):
        # Ten are free; a wait that has passed meanwhile lets one more in, and the next is longer.
        assert OF_PASSWORDS.free <= asyncio.run(let_in(name, device)) < 2 * OF_PASSWORDS.free
