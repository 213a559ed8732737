"""Who may open a live stream, how many, for how long; and the WebSocket at the same address."""

from __future__ import annotations

import json
import signal
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.accounts.sessions.access_tokens import issue_access_token
from tests.make.devices import register_device
from tests.make.live import Stream, eventually, streaming
from tests.make.people import signing_key
from tests.make.platform import Organization, RunningPlatform, running_platform
from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key

WAIT_SECONDS = 30


@pytest.fixture(scope="module")
def strict() -> Iterator[RunningPlatform]:
    """A platform with low limits."""
    settings = {
        "STREAMS_PER_KEY": 2,
        "STREAMS_PER_ORGANIZATION": 3,
        "STREAMS": 4,
        "HEARTBEAT_SECONDS": 1,
    }
    with running_platform(
        {f"HOLDFAST_LIVE_{name}": str(value) for name, value in settings.items()}
    ) as found:
        yield found


def new_key(organization: Organization, *scopes: str) -> dict[str, Any]:
    answer = organization.http.post("/api-keys", json={"name": "live", "scopes": list(scopes)})
    assert answer.status_code == 201, answer.text
    key: dict[str, Any] = answer.json()
    return key


def sensor_of(organization: Organization, value: float | str = 20.5) -> str:
    device = register_device(organization, f"device {uuid.uuid4()}")["deviceId"]
    send(organization, [by_key(device, "t", at(-10_000), value)])
    return str(sensors_by_key(organization, device)["t"]["id"])


def ask(platform: RunningPlatform, key: str) -> httpx.Response:
    """Open a stream; where that is refused, the answer."""
    with platform.client(key) as http:
        return http.get("/readings/stream", params={"all": "true"})


def test_there_are_so_many_streams_and_no_more(strict: RunningPlatform) -> None:
    ours, other = strict.new_organization(), strict.new_organization()
    second = new_key(ours, "readings:read")["key"]
    with ExitStack() as stack:
        streams = [stack.enter_context(streaming(ours)) for _ in range(2)]
        for stream in streams:
            stream.until_ready()
        refused = ask(strict, ours.key)
        assert_problem(refused, 429, code="TOO_MANY_STREAMS")
        assert int(refused.headers["retry-after"]) > 0
        stack.enter_context(streaming(ours, key=second)).until_ready()
        assert_problem(ask(strict, second), 429, code="TOO_MANY_STREAMS")
        stack.enter_context(streaming(other)).until_ready()
        refused = ask(strict, other.key)
        assert_problem(refused, 503, code="UNAVAILABLE")
        assert int(refused.headers["retry-after"]) > 0

    def opens_again() -> bool:
        with (
            strict.client(ours.key) as http,
            http.stream("GET", "/readings/stream?all=true") as answer,
        ):
            return answer.status_code == 200

    eventually(opens_again, "a stream that was closed is still counted")


def test_a_quiet_stream_says_that_it_lives_and_where_it_stands(strict: RunningPlatform) -> None:
    organization = strict.new_organization()
    busy, quiet = sensor_of(organization), sensor_of(organization)
    with streaming(organization, sensorIds=quiet) as stream:
        stream.until_ready()
        began = stream.last_id
        send(organization, [{"sensorId": busy, "timestamp": at(1).isoformat(), "value": 1.5}])
        stream.until(
            lambda: "heartbeat" in stream.comments and stream.last_id != began,
            "a heartbeat at another position",
        )
        # The first reading may have been on its way to the log while the snapshot was taken.
        assert set(stream.keys) <= {(quiet, at(-10_000))}


def test_the_stream_ends_when_the_key_is_revoked(
    platform: RunningPlatform, organization: Organization
) -> None:
    key = new_key(organization, "readings:read")
    with streaming(organization, key=key["key"]) as stream, streaming(organization) as other:
        stream.until_ready()
        other.until_ready()
        assert organization.http.delete(f"/api-keys/{key['id']}").status_code == 204
        assert stream.until_told("end").data == {"reason": "UNAUTHENTICATED"}
        stream.until_over()
        assert not other.is_over


def test_the_stream_ends_when_the_token_expires(
    platform: RunningPlatform, organization: Organization
) -> None:
    token = issue_access_token(
        signing_key(platform),
        issuer=platform.base_url,
        user_id=uuid.uuid4(),
        org_id=uuid.UUID(organization.id),
        role="MEMBER",
        session_id=uuid.uuid4(),
        seconds=4,
    )
    with streaming(organization, key=token) as stream:
        stream.until_ready()
        assert stream.until_told("end").data == {"reason": "UNAUTHENTICATED"}
        stream.until_over()


def test_a_key_that_may_not_read_is_refused(
    platform: RunningPlatform, organization: Organization
) -> None:
    assert_problem(
        ask(platform, new_key(organization, "readings:write")["key"]), 403, code="FORBIDDEN"
    )


def test_a_stream_lasts_so_long_and_one_that_nobody_reads_is_given_up() -> None:
    settings = {"HOLDFAST_LIVE_LIFETIME_SECONDS": "2", "HOLDFAST_LIVE_STALL_SECONDS": "1"}
    with running_platform(settings | {"HOLDFAST_LIVE_HEARTBEAT_SECONDS": "1"}) as platform:
        organization = platform.new_organization()
        with streaming(organization) as stream:
            assert stream.until_told("end").data == {"reason": "LIFETIME"}
            stream.until_over()

        sensor = sensor_of(organization, "text")
        with open_and_never_read(platform, organization, sensor):
            eventually(lambda: connections(platform) == 1, "the stream was not counted")
            fill(organization, sensor, 15_000)
            eventually(
                lambda: connections(platform) == 0, "a stream that nobody reads was not given up"
            )


def connections(platform: RunningPlatform) -> float:
    text = httpx.get(platform.metrics_url, trust_env=False).text
    values = [
        line.split()[-1]
        for line in text.splitlines()
        if line.startswith("holdfast_live_connections")
    ]
    return sum(map(float, values))


def open_and_never_read(
    platform: RunningPlatform, organization: Organization, sensor: str
) -> socket.socket:
    host, _, port = platform.base_url.removeprefix("http://").rpartition(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.sendall(
        f"GET /api/v1/readings/stream?sensorIds={sensor} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {organization.key}\r\n\r\n".encode()
    )
    return connection


def fill(organization: Organization, sensor: str, count: int, first: int = 0) -> None:
    """A kilobyte each."""
    key = {"sensorId": sensor}
    readings = [
        {
            **key,
            "timestamp": at(-count / 1000 + n / 1000).isoformat(),
            "value": f"{n:06}" + "x" * 994,
        }
        for n in range(first, first + count)
    ]
    for start in range(0, count, 5000):
        assert send(organization, readings[start : start + 5000])["accepted"] == 5000


def test_a_slow_reader_is_told_the_newest_value_and_slows_nobody_down(
    platform: RunningPlatform, organization: Organization
) -> None:
    sensor = sensor_of(organization, "text")
    count = 15_000
    with (
        open_and_never_read(platform, organization, sensor) as slow,
        streaming(organization) as quick,
    ):
        quick.until_ready()
        fill(organization, sensor, count)
        quick.until(lambda: len(quick.readings) == count, "every reading")
        assert not any("conflated" in one.data for one in quick.of("readings"))

        stream = Stream()
        slow.settimeout(WAIT_SECONDS)
        lines = (line for line in slow.makefile("r", encoding="utf-8", newline="\n"))

        def newest() -> bool:
            return any(value.startswith(f"{count - 1:06}") for _, _, value in stream.readings)

        def until_newest() -> Iterator[str]:
            for line in lines:
                text = line.rstrip("\r\n")
                # The lines of HTTP's chunks are no fields of an event.
                if text.startswith(("id:", "event:", "data:", ":")) or not text:
                    yield text
                if newest():
                    return

        stream.take_in(until_newest())
    assert any(one.data.get("conflated") for one in stream.of("readings"))
    assert not stream.of("reset")
    assert len(stream.readings) < count


def test_sigterm_ends_streams_with_a_word() -> None:
    with running_platform() as platform:
        organization = platform.new_organization()
        with streaming(organization) as stream:
            stream.until_ready()
            api = platform.program("api")
            api.send_signal(signal.SIGTERM)
            assert stream.until_told("end").data == {"reason": "STOPPING"}
            stream.until_over()
            assert psutil.wait_procs([api], timeout=10)[1] == []


# The WebSocket


def socket_to(
    platform: RunningPlatform,
    *,
    protocols: list[str] | None = None,
    key: str | None = None,
    **query: str,
) -> ClientConnection:
    address = (
        platform.base_url.replace("http://", "ws://")
        + "/api/v1/readings/stream?"
        + urlencode(query)
    )
    return connect(
        address,
        subprotocols=[Subprotocol(one) for one in protocols or []] or None,
        additional_headers={"Authorization": f"Bearer {key}"} if key else None,
        proxy=None,
    )


def message(connection: ClientConnection) -> dict[str, Any]:
    while True:
        told: dict[str, Any] = json.loads(connection.recv(WAIT_SECONDS))
        if told["event"] != "heartbeat":
            return told


@pytest.mark.parametrize("how", ["header", "subprotocol"])
def test_a_websocket_tells_the_same_and_resumes(
    platform: RunningPlatform, organization: Organization, how: str
) -> None:
    sensor = sensor_of(organization)
    who: dict[str, Any] = (
        {"key": organization.key}
        if how == "header"
        else {"protocols": ["holdfast", f"bearer.{organization.access_token}"]}
    )
    with socket_to(platform, sensorIds=sensor, **who) as connection:
        assert connection.subprotocol == (None if how == "header" else "holdfast")
        assert message(connection) == {"event": "selection", "data": {"sensors": 1, "missing": []}}
        assert message(connection)["event"] == "snapshot"
        connection.send("what a client says has no meaning")
        send(organization, [{"sensorId": sensor, "timestamp": at(1).isoformat(), "value": 1.5}])
        values: list[float] = []
        # The first reading may have been on its way to the log while the snapshot was taken.
        while 1.5 not in values:
            told = message(connection)
            assert told["event"] == "readings"
            values += [item["value"] for item in told["data"]["items"]]
    send(organization, [{"sensorId": sensor, "timestamp": at(2).isoformat(), "value": 2.5}])
    with socket_to(platform, sensorIds=sensor, lastEventId=told["id"], **who) as connection:
        assert message(connection)["event"] == "selection"
        assert [item["value"] for item in message(connection)["data"]["items"]] == [2.5]


@pytest.mark.parametrize(
    ("protocols", "query", "code", "reason"),
    [
        ([], {"all": "true"}, 4401, "UNAUTHENTICATED"),
        (["holdfast", "bearer.nonsense"], {"all": "true"}, 4401, "UNAUTHENTICATED"),
        (["holdfast", "bearer.{write}"], {"all": "true"}, 4403, "FORBIDDEN"),
        (["holdfast", "bearer.{key}"], {}, 4400, "MALFORMED"),
        (["holdfast", "bearer.{key}"], {"all": "1"}, 4400, "MALFORMED"),
        (["holdfast", "bearer.{key}"], {"sensorIds": "{foreign}"}, 4404, "NOT_FOUND"),
        (["holdfast", "bearer.{key}"], {"deviceId": str(uuid.uuid4())}, 4404, "NOT_FOUND"),
        (["holdfast"], {"all": "true", "token": "{key}"}, 4401, "UNAUTHENTICATED"),
    ],
)
def test_a_websocket_that_is_refused_says_why(
    platform: RunningPlatform,
    tenant: Organization,
    neighbour: Organization,
    protocols: list[str],
    query: dict[str, str],
    code: int,
    reason: str,
) -> None:
    names = {"key": tenant.key, "foreign": str(uuid.uuid4()), "write": ""}
    if "foreign" in str(query):
        names["foreign"] = sensor_of(neighbour)
    if "write" in str(protocols):
        names["write"] = new_key(tenant, "readings:write")["key"]
    query = {name: value.format(**names) for name, value in query.items()}
    with (
        socket_to(
            platform, protocols=[one.format(**names) for one in protocols], **query
        ) as connection,
        pytest.raises(ConnectionClosed) as closed,
    ):
        connection.recv(WAIT_SECONDS)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, reason)


def test_a_websocket_ends_when_the_key_is_revoked(
    platform: RunningPlatform, organization: Organization
) -> None:
    key = new_key(organization, "readings:read")
    with socket_to(platform, key=key["key"], all="true") as connection:
        assert message(connection)["event"] == "selection"
        assert message(connection)["event"] == "snapshot"
        assert organization.http.delete(f"/api-keys/{key['id']}").status_code == 204
        assert message(connection) == {"event": "end", "data": {"reason": "UNAUTHENTICATED"}}
        with pytest.raises(ConnectionClosed):
            connection.recv(WAIT_SECONDS)
