"""A client of the live stream that runs in a thread, as an application would, and remembers all that it was told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tests.make.platform import Organization

WAIT_SECONDS = 30
Key = tuple[str, datetime]  # sensor, time: what names a reading


@dataclass(frozen=True)
class StreamEvent:
    name: str
    data: Any
    id: str | None

    @property
    def readings(self) -> list[tuple[str, datetime, Any]]:
        return [
            (item["sensorId"], datetime.fromisoformat(item["timestamp"]), item["value"])
            for item in self.data["items"]
        ]


@dataclass
class Stream:
    """What one connection was told. `last_id` is what a client sends when it comes back."""

    told: list[StreamEvent] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    retry: int | None = None
    last_id: str | None = None
    is_over: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def until(self, holds: Callable[[], bool], what: str = "") -> None:
        with self._changed:
            assert self._changed.wait_for(holds, WAIT_SECONDS), (
                f"{what} not told; the last: {self.told[-5:]}"
            )

    def until_told(self, name: str, count: int = 1) -> StreamEvent:
        self.until(lambda: len(self.of(name)) >= count, name)
        return self.of(name)[count - 1]

    def until_ready(self) -> None:
        """The first snapshot has come, or the stream goes on where it was."""
        self.until(
            lambda: any(one.name in ("snapshot", "readings", "reset") for one in self.told), "ready"
        )

    def until_seen(self, keys: set[Key]) -> None:
        self.until(lambda: keys <= set(self.keys), f"{len(keys)} readings")

    def until_over(self) -> None:
        self.until(lambda: self.is_over, "the end")

    def of(self, name: str) -> list[StreamEvent]:
        return [one for one in self.told if one.name == name]

    @property
    def readings(self) -> list[tuple[str, datetime, Any]]:
        """Every reading that came as an event of its own, in order; not again what a snapshot before it told, as it
        does where the commit and the snapshot were at one moment."""
        found: list[tuple[str, datetime, Any]] = []
        known: set[tuple[str, datetime, Any]] = set()
        for one in self.told:
            if one.name == "snapshot":
                known |= set(one.readings)
            elif one.name == "readings":
                found += [reading for reading in one.readings if reading not in known]
        return found

    @property
    def keys(self) -> list[Key]:
        return [(sensor, ts) for sensor, ts, _ in self.readings]

    def take_in(self, lines: Iterator[str]) -> None:
        """Parse as WHATWG HTML 9.2 says."""
        name, data, id_ = "message", "", None
        for line in lines:
            field_, _, value = line.partition(":")
            value = value.removeprefix(" ")
            with self._changed:
                match field_:
                    case "" if not line:
                        if id_ is not None:
                            self.last_id = id_
                        if data:
                            self.told.append(StreamEvent(name, json.loads(data), id_))
                        name, data, id_ = "message", "", None
                    case "":
                        self.comments.append(value)
                    case "event":
                        name = value
                    case "data":
                        data += value
                    case "id":
                        id_ = value
                    case "retry":
                        self.retry = int(value)
                self._changed.notify_all()

    def over(self) -> None:
        with self._changed:
            self.is_over = True
            self._changed.notify_all()


@contextmanager
def streaming(
    organization: Organization,
    *,
    base_url: str | None = None,
    last_id: str | None = None,
    key: str | None = None,
    path: str = "/readings/stream",
    **query: Any,
) -> Iterator[Stream]:
    """Connected while the block runs; of readings, with `all=true` where nothing is selected."""
    stream = Stream(last_id=last_id)
    headers = {"Authorization": f"Bearer {key or organization.key}"} | (
        {"Last-Event-ID": last_id} if last_id else {}
    )
    client = httpx.Client(
        base_url=base_url or str(organization.http.base_url),
        timeout=WAIT_SECONDS,
        trust_env=False,
        verify=False,
    )
    if path == "/readings/stream" and not query:
        query = {"all": "true"}
    request = client.build_request("GET", path, params=query, headers=headers)
    answer = client.send(request, stream=True)
    assert answer.status_code == 200, answer.read()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"

    def read() -> None:
        try:
            stream.take_in(answer.iter_lines())
        except (httpx.HTTPError, httpx.StreamError):
            pass
        finally:
            stream.over()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        _hang_up(answer)
        thread.join(WAIT_SECONDS)
        client.close()


def _hang_up(answer: httpx.Response) -> None:
    """Close the socket under the thread that reads it: `close` alone would wait for that thread."""
    connection = answer.extensions["network_stream"].get_extra_info("socket")
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
