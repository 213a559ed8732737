"""The two clients."""

from __future__ import annotations

import os
import ssl
from types import TracebackType
from typing import Self

import httpx

from holdfast_client.api.namespaces import AsyncNamespaces, Namespaces
from holdfast_client.retries import Retries
from holdfast_client.transport import AsyncConnection, Connection

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
Verify = bool | ssl.SSLContext


class Holdfast(Namespaces):
    """The API of one platform, as one organization.

        with Holdfast("https://iot.example.com", "sk_live_…") as holdfast:
            for device in holdfast.devices.each(tag=["cold-chain"]):
                print(device.name)

    `url` and `key` come from HOLDFAST_URL and HOLDFAST_API_KEY where they aren't given; `key` may be
    a person's access token, too. It may be used by several threads at once.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        retries: Retries | None = None,
        timeout: httpx.Timeout = _TIMEOUT,
        verify: Verify = True,
    ) -> None:
        base, headers = _of(url, key)
        verify = verify if base.startswith("https:") else False  # certificates cost 20 ms to load
        http = httpx.Client(base_url=base, headers=headers, timeout=timeout, verify=verify)
        super().__init__(Connection(http, retries or Retries()))

    def close(self) -> None:
        """Its connections."""
        self._connection.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self.close()


class AsyncHoldfast(AsyncNamespaces):
    """The same for asynchronous programs: `async with AsyncHoldfast(…) as holdfast`."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        retries: Retries | None = None,
        timeout: httpx.Timeout = _TIMEOUT,
        verify: Verify = True,
    ) -> None:
        base, headers = _of(url, key)
        http = httpx.AsyncClient(base_url=base, headers=headers, timeout=timeout, verify=verify)
        super().__init__(AsyncConnection(http, retries or Retries()))

    async def aclose(self) -> None:
        """Its connections."""
        await self._connection.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        await self.aclose()


def _of(url: str | None, key: str | None) -> tuple[str, dict[str, str]]:
    url = url or os.environ.get("HOLDFAST_URL")
    key = key or os.environ.get("HOLDFAST_API_KEY")
    if not url:
        raise ValueError("no address: give one, or set HOLDFAST_URL")
    headers = {"User-Agent": "holdfast-client/0.1.0"}
    return url.rstrip("/"), headers | ({"Authorization": f"Bearer {key}"} if key else {})
