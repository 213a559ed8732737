"""What an operator finds in the log of a request."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

import pytest

from tests.make.devices import WAIT_SECONDS
from tests.make.platform import Organization, RunningPlatform

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


def _line(platform: RunningPlatform, request_id: str) -> dict[str, Any]:
    """The one line of the request, which is written as soon as the answer is sent."""
    log = platform.state / "state" / "logs" / "api.log"
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := [line for line in log.read_text().splitlines() if request_id in line]):
        assert time.monotonic() < deadline, "the request has no line"
        time.sleep(0.01)
    (line,) = map(json.loads, found)
    return dict(line)


@pytest.mark.parametrize(
    ("path", "credential", "status"),
    [
        ("/devices", "their own", 200),
        ("/devices?limit=x", "their own", 400),
        ("/devices/0190d3a0-0000-7000-8000-00000000dead", "their own", 404),
        ("/devices", "sk_live_of_nobody", 401),
        ("/devices", "nothing", 401),
    ],
)
def test_a_line_says_what_was_answered_and_no_secret(
    platform: RunningPlatform, organization: Organization, path: str, credential: str, status: int
) -> None:
    key = organization.key if credential == "their own" else credential
    request_id = secrets.token_hex(8)
    headers = {"Authorization": f"Bearer {key}", "X-Request-Id": request_id}
    answer = organization.http.get(path, headers=headers)
    assert answer.status_code == status
    line = _line(platform, request_id)
    assert (line["method"], line["path"], line["status"]) == (
        "GET",
        "/api/v1" + path.partition("?")[0],
        status,
    )
    assert not key or key not in json.dumps(line)


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        (f"00-{TRACE}-{SPAN}-01", TRACE),
        (f"cc-{TRACE}-{SPAN}-01-of-a-later-version", TRACE),
        (f"ff-{TRACE}-{SPAN}-01", None),
        (f"00-{'0' * 32}-{SPAN}-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-{SPAN}-01", None),
        ('"},{"event":"forged', None),
    ],
)
def test_a_trace_is_found_by_its_id(
    platform: RunningPlatform, organization: Organization, header: str, trace: str | None
) -> None:
    request_id = secrets.token_hex(8)
    answer = organization.http.get(
        "/auth/me", headers={"traceparent": header, "X-Request-Id": request_id}
    )
    assert answer.status_code == 200
    assert _line(platform, request_id).get("trace_id") == trace


def test_a_line_has_the_method_that_came(
    platform: RunningPlatform, organization: Organization
) -> None:
    request_id = secrets.token_hex(8)
    answer = organization.http.head("/devices", headers={"X-Request-Id": request_id})
    assert answer.status_code == 200
    assert _line(platform, request_id)["method"] == "HEAD"
