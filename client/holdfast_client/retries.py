"""Which requests are sent again, and when."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from holdfast_client.endpoint import Endpoint
from holdfast_client.errors import Unreachable

# The request didn't leave: it can't have been done.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PASSING = {408, 425, 429, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Retries:
    """Full jitter between nothing and a limit that doubles; what Retry-After says, where it is said."""

    tries: int = 5
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    longest_told_seconds: float = 300.0  # who is told to wait longer is told so by the error

    def wait_after(self, failed: int, told: float | None = None) -> float:
        """Seconds until the next try, after so many that failed."""
        if told is not None:
            return told + random.uniform(0, self.first_seconds)  # noqa: S311 - not all at once
        limit = min(self.longest_seconds, self.first_seconds * 2 ** (failed - 1))
        return random.uniform(0, limit)  # noqa: S311 - as above


async def sleep(seconds: float) -> None:
    """asyncio's, which nobody else needs to import."""
    import asyncio

    await asyncio.sleep(seconds)


class Tries:
    """Of one request: after each, how long to wait for the next, and what its end is."""

    def __init__(self, endpoint: Endpoint, retries: Retries) -> None:
        self._endpoint, self._retries = endpoint, retries
        self._failed = 0
        self._may_be_done = False

    def after_error(self, error: httpx.TransportError) -> float:
        """Seconds to wait, as no answer came. Raises Unreachable where it must not be sent again."""
        self._failed += 1
        was_sent = not isinstance(error, NOT_SENT)
        self._may_be_done |= was_sent
        if self._is_last or (was_sent and self._endpoint.retry == "never"):
            words = str(error) or type(error).__name__
            raise Unreachable(
                f"no answer from {error.request.url.netloc.decode()}: {words}"
            ) from error
        return self._retries.wait_after(self._failed)

    def after_answer(self, response: httpx.Response) -> float | None:
        """Seconds to wait where it says "not now"; None where it is the answer."""
        self._failed += 1
        told = retry_after_of(response.headers)
        is_too_long = told is not None and told > self._retries.longest_told_seconds
        if self._is_last or is_too_long or not self._may_follow(response):
            return None
        return self._retries.wait_after(self._failed, told)

    def settled(self, response: httpx.Response) -> httpx.Response:
        """The answer; a deletion that found nothing when it was sent again has been done before."""
        is_gone = self._endpoint.method == "DELETE" and response.status_code == 404
        return httpx.Response(204) if is_gone and self._may_be_done else response

    def _may_follow(self, response: httpx.Response) -> bool:
        """An answer that says when to come back says also that it wasn't done."""
        if response.status_code in {429, 503} and "Retry-After" in response.headers:
            return True
        return response.status_code in _PASSING and self._endpoint.retry != "never"

    @property
    def _is_last(self) -> bool:
        return self._failed >= self._retries.tries


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """In seconds, said as a number or as a date."""
    said = headers.get("Retry-After")
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
