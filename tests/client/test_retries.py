"""What is sent again, against servers that fail in every way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest

from holdfast_client import (
    ApiError,
    AsyncHoldfast,
    Holdfast,
    HoldfastError,
    NotFound,
    RateLimited,
    Retries,
    Unreachable,
)
from holdfast_client.retries import retry_after_of
from tests.make.receivers import Answer, receiver, status

AT_ONCE = Retries(tries=3, first_seconds=0.001)
SITE = "3ef9edfd-b281-5160-bdcb-d06b19b57167"


def client(url: str) -> Holdfast:
    return Holdfast(url, "sk_live_x", retries=AT_ONCE)


def cut(then: Answer, times: int = 1) -> Answer:
    """Hang up on the first requests without a word."""

    def answer(handler: BaseHTTPRequestHandler, number: int) -> None:
        if number > times:
            then(handler, number)
            return
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    return answer


@pytest.mark.parametrize("code", [408, 425, 429, 502, 503, 504])
def test_an_answer_that_says_not_now_is_asked_again(code: int) -> None:
    with receiver(status(code, code, 204)) as here, client(here.url("")) as holdfast:
        holdfast.sites.delete(SITE)
        assert len(here.received) == 3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 412, 422, 500, 501])
def test_an_answer_that_says_no_is_not_asked_again(code: int) -> None:
    with receiver(status(code)) as here, client(here.url("")) as holdfast:
        with pytest.raises(ApiError) as refused:
            holdfast.sites.delete(SITE)
        assert (refused.value.status, len(here.received)) == (code, 1)


def test_it_is_not_tried_for_ever() -> None:
    with receiver(status(429, **{"Retry-After": "0"})) as here, client(here.url("")) as holdfast:
        with pytest.raises(RateLimited) as refused:
            holdfast.sites.get(SITE)
        assert (refused.value.retry_after, len(here.received)) == (0, 3)


@pytest.mark.parametrize("told", ["301", "9" * 400, "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_nobody_is_made_to_wait_for_ever(told: str) -> None:
    with receiver(status(429, **{"Retry-After": told})) as here, client(here.url("")) as holdfast:
        with pytest.raises(RateLimited) as refused:
            holdfast.sites.get(SITE)
        assert len(here.received) == 1
        assert (refused.value.retry_after or 0) > 300


def test_what_has_a_key_keeps_it_when_it_is_sent_again() -> None:
    with receiver(cut(status(500), times=2)) as here, client(here.url("")) as holdfast:
        with pytest.raises(ApiError):
            holdfast.sites.create(name="Amsterdam")
        keys = [each.headers["idempotency-key"] for each in here.received]
        assert len(keys) == 3
        assert len(set(keys)) == 1
        with pytest.raises(ApiError):
            holdfast.sites.create(name="Rotterdam", idempotency_key="mine")
        assert here.received[-1].headers["idempotency-key"] == "mine"


def comment(holdfast: Holdfast) -> object:
    return holdfast.alerts.comment(SITE, comment="seen")


def test_what_may_have_been_done_is_not_done_twice() -> None:
    with receiver(cut(status(204))) as here, client(here.url("")) as holdfast:
        with pytest.raises(Unreachable):
            comment(holdfast)
        assert len(here.received) == 1


def test_what_was_refused_for_now_was_not_done_and_is_sent_again() -> None:
    refusing = status(503, 400, **{"Retry-After": "0"})
    with receiver(refusing) as here, client(here.url("")) as holdfast:
        with pytest.raises(ApiError, match="400"):
            comment(holdfast)
        assert len(here.received) == 2


def test_what_never_left_is_sent_again_whatever_it_is() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with (
            client(f"http://127.0.0.1:{nobody.getsockname()[1]}") as holdfast,
            pytest.raises(Unreachable),
        ):
            comment(holdfast)


def test_a_deletion_whose_answer_was_lost_is_a_deletion() -> None:
    with receiver(cut(status(404))) as here, client(here.url("")) as holdfast:
        holdfast.sites.delete(SITE)
        assert len(here.received) == 2
    with receiver(status(404)) as here, client(here.url("")) as holdfast, pytest.raises(NotFound):
        holdfast.sites.delete(SITE)


async def test_the_asynchronous_client_does_the_same() -> None:
    with receiver(cut(status(503, 503, 404))) as here:
        async with AsyncHoldfast(here.url(""), "sk_live_x", retries=AT_ONCE) as holdfast:
            await holdfast.sites.delete(SITE)
            assert len(here.received) == 3
            with pytest.raises(Unreachable):
                async with asyncio.timeout(30):
                    await AsyncHoldfast("http://127.0.0.1:1", retries=AT_ONCE).sites.get(SITE)


def test_the_waits_grow_and_have_an_end() -> None:
    retries = Retries(first_seconds=0.5, longest_seconds=4)
    for failed, longest in enumerate((0.5, 1, 2, 4, 4, 4), start=1):
        assert all(0 <= retries.wait_after(failed) <= longest for _ in range(50))
    assert 7 <= retries.wait_after(1, told=7) <= 7.5


def test_retry_after_is_read_in_seconds_and_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert retry_after_of({"Retry-After": "12"}) == 12
    assert 3500 < (retry_after_of({"Retry-After": later}) or 0) <= 3600
    assert retry_after_of({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}) == 0
    assert retry_after_of({"Retry-After": "soon"}) is None
    assert retry_after_of({}) is None


@pytest.mark.parametrize("make", [Holdfast, AsyncHoldfast])
def test_without_an_address_there_is_no_client(
    make: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDFAST_URL", raising=False)
    with pytest.raises(ValueError, match="HOLDFAST_URL"):
        make()


def test_an_answer_that_is_not_ours_is_an_error_with_its_words() -> None:
    def teapot(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(418)
        handler.send_header("Content-Length", "12")
        handler.end_headers()
        handler.wfile.write(b"I'm a teapot")

    with (
        receiver(teapot) as here,
        client(here.url("")) as holdfast,
        pytest.raises(HoldfastError, match="I'm a teapot"),
    ):
        holdfast.sites.get(SITE)
