"""Readings over HTTP, as a machine client sends and asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import httpx

from tests.make.platform import Organization

# Readings of tests lie a little in the past, on a whole second.
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)


def at(seconds: float) -> datetime:
    """A moment so many seconds after the tests' own beginning."""
    return NOW + timedelta(seconds=seconds)


def by_key(device_id: str, key: str, moment: datetime, value: Any, **more: Any) -> dict[str, Any]:
    return {
        "deviceId": device_id,
        "sensor": key,
        "timestamp": moment.isoformat(),
        "value": value,
        **more,
    }


def send(organization: Organization, readings: list[dict[str, Any]]) -> dict[str, Any]:
    """Send a batch; the receipt."""
    answer = organization.http.post("/readings/batch", json=readings)
    assert answer.status_code == 200, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def errors_of(receipt: dict[str, Any]) -> list[tuple[int, str]]:
    return [(error["index"], error["code"]) for error in receipt["errors"]]


def sensors_by_key(organization: Organization, device_id: str) -> dict[str, dict[str, Any]]:
    answer = organization.http.get("/sensors", params={"deviceId": device_id, "limit": 500})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    return {sensor["key"]: sensor for sensor in items}


def span(start: datetime | None = None, end: datetime | None = None) -> dict[str, str]:
    """The parameters of a range; without edges all that a test may have sent."""
    start, end = start or NOW - timedelta(days=100), end or NOW + timedelta(hours=2)
    return {"from": start.isoformat(), "to": end.isoformat()}


def stored(
    organization: Organization, sensor_id: str, **parameters: str | int
) -> list[tuple[datetime, Any]]:
    """All readings of a sensor, oldest first."""
    answer = organization.http.get(
        f"/readings/sensor/{sensor_id}", params={**span(), "limit": 10_000, **parameters}
    )
    assert answer.status_code == 200, answer.text
    return [
        (datetime.fromisoformat(item["timestamp"]), item["value"])
        for item in answer.json()["items"]
    ]


PROBLEM_FIELDS = {"type", "title", "status", "code", "instance", "requestId"}
INTERNALS = (
    "Traceback", "asyncpg", "sqlalchemy", "psycopg", ".py", "/work", "site-packages", "SELECT ", "INSERT ",
    "platform.", "tsd.", "pg_", "msgspec", "litestar", "RecursionError", "0x",
)  # fmt: skip


def assert_problem(
    answer: httpx.Response, *statuses: int, code: str | None = None
) -> dict[str, Any]:
    """The answer is a well formed problem that tells nothing of our insides; gives its body."""
    assert answer.status_code in statuses, f"{answer.status_code} {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.keys() >= PROBLEM_FIELDS
    assert body["status"] == answer.status_code
    assert body["requestId"] == answer.headers["x-request-id"] != ""
    assert code is None or body["code"] == code, body
    told = " ".join(
        [
            str(body.get("detail") or ""),
            body["title"],
            body["code"],
            *map(str, body.get("errors") or []),
        ]
    )
    asked = unquote_plus(
        str(answer.request.url)
    )  # what the client wrote itself may be repeated to it
    assert [word for word in INTERNALS if word in told and word not in asked] == [], told
    return body
