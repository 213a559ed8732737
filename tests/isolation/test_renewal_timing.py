"""How long a stranger waits must not tell whether there is a certificate with a serial number."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable

import httpx

from tests.isolation.test_timing import ATTEMPTS, PAIRS, differ
from tests.make.devices import new_key, signing_request
from tests.make.platform import RunningPlatform
from tests.make.renewals import sign
from tests.make.resources import World

CSR = signing_request(new_key())
Ask = Callable[[httpx.Client, str], httpx.Response]


def challenge(http: httpx.Client, serial: str) -> httpx.Response:
    return http.post("/devices/certificate/challenge", json={"serial": serial})


def renew(http: httpx.Client, serial: str) -> httpx.Response:
    body = {"serial": serial, "csr": CSR, "signature": sign(new_key(), b"nothing")}
    return http.post("/devices/certificate/renew", json=body)


def seconds(http: httpx.Client, ask: Ask, serial: str, status: int) -> float:
    began = time.perf_counter()
    answer = ask(http, serial)
    took = time.perf_counter() - began
    assert answer.status_code == status, answer.text
    return took


def are_told_apart(http: httpx.Client, ask: Ask, known: str, status: int) -> bool:
    """In turns whose order is drawn: what disturbs one disturbs the other."""
    there: list[float] = []
    not_there: list[float] = []
    for _ in range(PAIRS):
        turns = [(there, known), (not_there, secrets.token_hex(20))]
        random.shuffle(turns)
        for found, serial in turns:
            found.append(seconds(http, ask, serial, status))
    return differ(there, not_there)


def test_a_challenge_for_a_serial_number_takes_as_long_as_for_nobodys(
    platform: RunningPlatform, theirs: World
) -> None:
    with platform.client() as http:
        assert not all(
            are_told_apart(http, challenge, theirs.ids["serial"], 200) for _ in range(ATTEMPTS)
        )


def test_a_renewal_without_the_key_takes_as_long_as_of_nobodys_certificate(
    platform: RunningPlatform, theirs: World
) -> None:
    with platform.client() as http:
        assert not all(
            are_told_apart(http, renew, theirs.ids["serial"], 401) for _ in range(ATTEMPTS)
        )
