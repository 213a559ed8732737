"""A platform to which every client is a stranger: the loopback address is no proxy of its own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.make.platform import RunningPlatform, running_platform


class Strangers:
    """Clients of that platform, from whichever address they like."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.platform = platform

    def sign_in(self, address: str, email: str, password: str) -> httpx.Response:
        transport = httpx.HTTPTransport(local_address=address, verify=False)
        with httpx.Client(transport=transport, timeout=60, trust_env=False) as http:
            return http.post(
                f"{self.platform.base_url}/api/v1/auth/login",
                json={"email": email, "password": password},
            )


@pytest.fixture(scope="session")
def strangers() -> Iterator[Strangers]:
    with running_platform({"HOLDFAST_TRUSTED_PROXIES": "127.9.9.9"}) as platform:
        yield Strangers(platform)
