"""A request's head has a limit: nobody fills the memory with headers."""

from __future__ import annotations

import socket

import httpx
import pytest

from app.core.http.connection import HEAD_MAX_BYTES
from tests.make.platform import Organization, RunningPlatform


def _answer_to(platform: RunningPlatform, *pieces: bytes) -> bytes:
    """What comes back before the connection is closed; the platform may close it while we still
    send."""
    host, _, port = platform.base_url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass
        received = b""
        try:
            while more := connection.recv(65_536):
                received += more
        except ConnectionResetError:
            pass
        return received


def test_long_headers_are_served_up_to_the_limit(organization: Organization) -> None:
    answer = organization.http.get(
        "/organizations/current", headers={"X-Long": "x" * (HEAD_MAX_BYTES - 2_000)}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"x" * HEAD_MAX_BYTES,
        b"\r\n".join(b"X-%d: x" % number for number in range(8_000)),
    ],
    ids=["one long header", "many headers"],
)
def test_a_larger_head_is_refused_and_the_connection_closed(
    platform: RunningPlatform, head: bytes
) -> None:
    answer = _answer_to(platform, b"GET /health/live HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert b'"code":"HEADERS_TOO_LARGE"' in answer


def test_a_header_without_end_is_not_waited_for(platform: RunningPlatform) -> None:
    pieces = [b"GET /health/live HTTP/1.1\r\nX-Endless: ", *[b"x" * 10_000] * 50]
    assert _answer_to(platform, *pieces)[:12] in (
        b"HTTP/1.1 431",
        b"",
    )  # b"": reset while we still sent


def test_a_long_address_is_refused_too(platform: RunningPlatform) -> None:
    answer = _answer_to(
        platform, b"GET /?" + b"x" * HEAD_MAX_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_large_body_is_no_head(platform: RunningPlatform) -> None:
    with httpx.Client(trust_env=False) as http:
        for _ in range(2):
            answer = http.post(f"{platform.base_url}/api/v1/auth/login", content=b" " * 200_000)
            assert answer.status_code == 400
