"""Devices that take commands and answer, as firmware does: in order, each id once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.make.devices import Device, Session, connect
from tests.make.platform import Organization, RunningPlatform

Command = dict[str, Any]
Answers = list[dict[str, Any]]
"""What is answered, one after another, without the id."""


def tell(organization: Organization, device_id: str, method: str, **body: Any) -> httpx.Response:
    """Ask for a command; `wait` goes into the query."""
    query = {"wait": body.pop("wait")} if "wait" in body else {}
    return organization.http.post(
        f"/devices/{device_id}/commands", params=query, json={"method": method, **body}, timeout=60
    )


def succeed(command: Command) -> Answers:
    return [{"status": "ACKNOWLEDGED"}, {"status": "SUCCESS", "result": {"did": command["method"]}}]


@dataclass
class Listener:
    """A device that is connected. `told` is what it was told, again and again where it was."""

    session: Session
    told: list[Command] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [command["id"] for command in self.told]

    def answer(self, command_id: str, **answer: Any) -> None:
        """And wait until it is written."""
        topic = self.session.device.provisioned["mqtt"]["topics"]["commandResponse"]
        info = self.session.publish({"id": command_id, **answer}, topic=topic)
        info.wait_for_publish(30)
        assert info.is_published()


@contextmanager
def listening(
    platform: RunningPlatform, device: Device, react: Callable[[Command], Answers] = succeed
) -> Iterator[Listener]:
    """Connected and subscribed while the block runs, answering from the client's own thread."""
    session = connect(platform, device)
    listener = Listener(session)
    topics = device.provisioned["mqtt"]["topics"]

    def on_message(_client: object, _data: object, message: Any) -> None:
        command = json.loads(message.payload)
        listener.told.append(command)
        for answer in react(command):
            session.publish({"id": command["id"], **answer}, topic=topics["commandResponse"])

    session.client.on_message = on_message
    session.client.subscribe(topics["commands"], qos=1)
    try:
        yield listener
    finally:
        session.close()
