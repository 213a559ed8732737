"""What a device sends and gets, with what became of it, for whoever looks: live, and for the last
hour."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ingest.certificates import Authority
from tests.make.devices import Device, Session, connect, provision_device, reading
from tests.make.fleet import make_device
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem, by_key, send
from tests.make.workers import wait_until

Line = dict[str, Any]
SECONDS = 20


@dataclass
class Stream:
    """An inspector's stream, read beside the test."""

    events: queue.Queue[tuple[str, Line]] = field(default_factory=queue.Queue)
    lines: list[Line] = field(default_factory=list)

    def until(self, holds: Callable[[Line], bool]) -> Line:
        """The first line from here on for which it holds."""
        deadline = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(queue.Empty):
                name, data = self.events.get(timeout=0.1)
                if name == "line":
                    self.lines.append(data)
                    if holds(data):
                        return data
            assert time.monotonic() < deadline, self.lines

    def named(self, name: str) -> Line:
        """The next event of that name."""
        deadline = time.monotonic() + SECONDS
        while True:
            found, data = self.events.get(timeout=max(deadline - time.monotonic(), 0.01))
            if found == name:
                return data


@contextlib.contextmanager
def inspecting(http: httpx.Client, device_id: str, *, seconds: int = 60) -> Iterator[Stream]:
    stream, is_over = Stream(), threading.Event()

    def read(answer: httpx.Response) -> None:
        name = ""
        with contextlib.suppress(httpx.HTTPError):
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    stream.events.put((name, json.loads(line.removeprefix("data: "))))
                if is_over.is_set():
                    return

    with http.stream(
        "GET",
        f"/devices/{device_id}/inspector",
        params={"seconds": seconds},
        headers={"Accept": "text/event-stream"},
        timeout=60,
    ) as answer:
        assert answer.status_code == 200, answer.read()
        reader = threading.Thread(target=read, args=[answer])
        reader.start()
        try:
            assert stream.named("watching")["deviceId"] == device_id
            yield stream
        finally:
            is_over.set()
            answer.extensions["network_stream"].get_extra_info("socket").shutdown(2)
            reader.join()


def last_hour(organization: Organization, device_id: str) -> dict[str, Any]:
    answer = organization.http.get(f"/devices/{device_id}/inspector")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lines_of(organization: Organization, device_id: str) -> list[Line]:
    """But for failed handshakes: all tests come from one address."""
    return [line for line in last_hour(organization, device_id)["items"] if line["kind"] != "TLS"]


def until_line(organization: Organization, device_id: str, holds: Callable[[Line], bool]) -> Line:
    wait_until(lambda: any(map(holds, lines_of(organization, device_id))), "the line is told")
    return next(line for line in lines_of(organization, device_id) if holds(line))


def told(line: Line) -> tuple[str, str, str | None]:
    return line["kind"], line["outcome"], line["reason"]


@pytest.fixture
def device(organization: Organization) -> Device:
    return provision_device(organization, "gateway")


def now(**ahead: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(**ahead)


def _wrong_topic(session: Session, _: RunningPlatform) -> None:
    session.publish(b"{}", topic="v1/readings/mine")


def _foreign_sensor(session: Session, _: RunningPlatform) -> None:
    stranger = "01890a5d-ac96-774b-bcce-b302099a8057"
    session.publish({"sensorId": stranger, "timestamp": now().isoformat(), "value": 1})


def _bad_json(session: Session, _: RunningPlatform) -> None:
    session.publish(b'{"sensor": "t", ')


def _future_clock(session: Session, _: RunningPlatform) -> None:
    session.publish(reading("t", now(hours=2), 21.5))


def _second_client(session: Session, platform: RunningPlatform) -> None:
    connect(platform, session.device).close()


def _another_client_id(session: Session, platform: RunningPlatform) -> None:
    with pytest.raises(ConnectionError):
        connect(platform, session.device, client_id="my-sensor")


MISTAKES: dict[str, tuple[Callable[[Session, RunningPlatform], None], tuple[str, str], str]] = {
    "wrong topic": (
        _wrong_topic,
        ("PUBLISH", "REFUSED"),
        "TOPIC_REFUSED: may not publish to v1/readings/mine",
    ),
    "foreign sensor": (_foreign_sensor, ("PUBLISH", "QUARANTINED"), "UNKNOWN_SENSOR: "),
    "bad JSON": (_bad_json, ("PUBLISH", "QUARANTINED"), "MALFORMED: "),
    "future clock": (
        _future_clock,
        ("PUBLISH", "QUARANTINED"),
        "BAD_TIMESTAMP: the timestamp is too far ahead of the platform's clock",
    ),
    "second client": (
        _second_client,
        ("DISCONNECT", "ENDED"),
        "TAKEN_OVER: by a connection from 127.0.0.1",
    ),
    "another client id": (
        _another_client_id,
        ("CONNECT", "REFUSED"),
        "CLIENT_ID_REFUSED: client id is not the id of the certificate's device: 'my-sensor'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_usual_mistake_is_named_in_one_line(
    mistake: str, platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    make, expected, reason = MISTAKES[mistake]
    session = connect(platform, device)
    with inspecting(organization.http, device.id) as stream:
        make(session, platform)
        line = stream.until(lambda line: (line["kind"], line["outcome"]) == expected)
    assert line["reason"].startswith(reason)
    session.close()


def test_problems_are_known_though_nobody_looked_and_connections_too(
    platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    session = connect(platform, device)
    _bad_json(session, platform)
    session.publish_all([reading("t", now(), 21.5)])
    _wrong_topic(session, platform)
    assert session.disconnected.wait(SECONDS)
    session.close()
    refused = until_line(organization, device.id, lambda line: line["outcome"] == "REFUSED")
    assert refused["reason"].startswith("TOPIC_REFUSED")
    until_line(organization, device.id, lambda line: line["kind"] == "DISCONNECT")
    found, lines = last_hour(organization, device.id), lines_of(organization, device.id)
    outcomes = [(line["kind"], line["outcome"]) for line in lines]
    assert sorted(outcomes[:2]) == [("DISCONNECT", "ENDED"), ("PUBLISH", "REFUSED")]
    assert outcomes[2:] == [("PUBLISH", "QUARANTINED"), ("CONNECT", "ACCEPTED")]
    quarantined = lines[2]
    assert (quarantined["payload"], quarantined["bytes"]) == ('{"sensor": "t", ', 16)
    assert quarantined["topic"] == device.topic
    assert found["problemsFrom"] < found["trafficFrom"] <= now(seconds=1).isoformat()


def test_once_somebody_has_looked_all_traffic_is_told_with_what_became_of_it(
    platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    topics = device.provisioned["mqtt"]["topics"]
    with inspecting(organization.http, device.id) as stream:
        session = connect(platform, device)
        assert stream.until(lambda line: line["kind"] == "CONNECT")["outcome"] == "ACCEPTED"
        session.client.subscribe(topics["receipts"], 1)
        stream.until(lambda line: told(line) == ("SUBSCRIBE", "ACCEPTED", None))
        session.client.subscribe("v1/#", 1)
        stream.until(lambda line: (line["kind"], line["outcome"]) == ("SUBSCRIBE", "REFUSED"))

        one = reading("t", now(), 21.5, receipt="r1")
        session.publish_all([one])
        stored = stream.until(lambda line: line["outcome"] == "STORED")
        assert json.loads(stored["payload"]) == one
        assert (stored["direction"], stored["topic"]) == ("UP", topics["readings"])
        if not any(line["outcome"] == "SENT" for line in stream.lines):
            stream.until(lambda line: line["outcome"] == "SENT")
        receipt = next(line for line in stream.lines if line["outcome"] == "SENT")
        assert (receipt["direction"], receipt["topic"]) == ("DOWN", topics["receipts"])
        assert json.loads(receipt["payload"])["id"] == "r1"
        stream.until(lambda line: line["outcome"] == "ACKNOWLEDGED")

        session.publish_all([one])
        stream.until(lambda line: line["outcome"] == "DUPLICATE")
        session.publish_all([[reading("t", now(), 1), reading("t", now(hours=1), 2), one]])
        mixed = stream.until(lambda line: line["outcome"] == "QUARANTINED")
        assert mixed["reason"].startswith("BAD_TIMESTAMP: ")

        for name, body in (("status", {"status": "ONLINE"}), ("health", {"uptimeSeconds": 1})):
            session.publish(body, topic=topics[name]).wait_for_publish(SECONDS)
            accepted = stream.until(lambda line: line["outcome"] == "ACCEPTED")
            assert (accepted["topic"], json.loads(accepted["payload"])) == (topics[name], body)
        session.publish({"status": "fine"}, topic=topics["status"]).wait_for_publish(SECONDS)
        line = stream.until(lambda line: line["outcome"] == "QUARANTINED")
        assert (line["topic"], line["reason"]) == (
            topics["status"],
            "MALFORMED: not a status report",
        )

        send(organization, [by_key(device.id, "h", now(), 3.5)])
        assert stream.until(lambda line: line["kind"] == "HTTP")["outcome"] == "STORED"
        session.close()
        assert told(stream.until(lambda line: line["kind"] == "DISCONNECT"))[2] == "DISCONNECT"
    until_line(organization, device.id, lambda line: line["kind"] == "DISCONNECT")
    kinds = {line["kind"] for line in lines_of(organization, device.id)}
    assert kinds == {"CONNECT", "SUBSCRIBE", "PUBLISH", "HTTP", "DISCONNECT"}


def test_a_certificate_that_opens_nothing_is_told_of_its_device(
    platform: RunningPlatform, organization: Organization, device: Device, tmp_path: Path
) -> None:
    connect(platform, device).close()
    wait_until(lambda: bool(lines_of(organization, device.id)), "its address is known")
    with inspecting(organization.http, device.id) as stream:
        stranger = Authority(tmp_path, "others").issue(device.id)
        foreign = Device(
            device.id,
            device.org_id,
            device.provisioned,
            Path(stranger.certificate_file),
            Path(stranger.key_file),
            device.ca_file,
        )
        with pytest.raises(OSError):  # noqa: PT011 - TLS 1.3 tells nothing, 1.2 an alert
            connect(platform, foreign)
        handshake = stream.until(lambda line: line["kind"] == "TLS")
        assert handshake["reason"].startswith("the certificate is not of our authority (from 127.")
        assert handshake["reason"].endswith("whose it was, nobody knows)")
        revoke = f"/devices/{device.id}/certificates/{device.serial}/revoke"
        assert organization.http.post(revoke).status_code == 204
        with pytest.raises(ConnectionError):
            connect(platform, device)
        line = stream.until(lambda line: "CERTIFICATE_REVOKED" in (line["reason"] or ""))
        assert told(line)[:2] == ("TLS", "REFUSED")
    hint = last_hour(organization, device.id)["hint"]
    assert hint == f"it can't connect: its newest certificate {device.serial} is revoked"


def test_a_device_that_was_never_provisioned_says_so(organization: Organization) -> None:
    found = last_hour(organization, make_device(organization, "boxed"))
    assert (found["items"], found["hint"]) == (
        [],
        "it has no certificate yet: it has to be provisioned",
    )


def test_who_may_not_read_readings_sees_no_payload(
    platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    session = connect(platform, device)
    _bad_json(session, platform)
    until_line(organization, device.id, lambda line: line["outcome"] == "QUARANTINED")
    key = organization.http.post("/api-keys", json={"name": "x", "scopes": ["devices:read"]}).json()
    with platform.client(key["key"]) as http:
        items = http.get(f"/devices/{device.id}/inspector").json()["items"]
        assert items
        assert {line["payload"] for line in items} == {None}
    session.close()


def test_a_stream_ends_with_its_time_and_with_its_key(
    platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    with inspecting(organization.http, device.id, seconds=1) as stream:
        assert stream.named("end") == {"reason": "TIME"}
    key = organization.http.post("/api-keys", json={"name": "short-lived"}).json()
    with platform.client(key["key"]) as http, inspecting(http, device.id) as stream:
        assert organization.http.delete(f"/api-keys/{key['id']}").status_code == 204
        assert stream.named("end") == {"reason": "UNAUTHENTICATED"}


def test_an_organization_has_so_many_streams(
    platform: RunningPlatform, organization: Organization, device: Device
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            http = stack.enter_context(platform.client(organization.key))
            stack.enter_context(inspecting(http, device.id))
        answer = organization.http.get(
            f"/devices/{device.id}/inspector", headers={"Accept": "text/event-stream"}
        )
        assert_problem(answer, 429, code="TOO_MANY_STREAMS")
    assert_problem(
        organization.http.get(f"/devices/{device.id}/inspector", params={"seconds": 0}), 400
    )
