"""A device as a good one is built: it publishes at a pace, does each command once and answers again
where it was told again, takes its configuration and says so, and comes back by itself."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.make.devices import Device, connect, reading
from tests.make.platform import RunningPlatform

PACE_SECONDS = 0.05
WAIT_SECONDS = 60


class Firmware:
    """Runs until it is stopped. `acknowledged` are the times of readings whose PUBACK came, `done`
    the commands in the order in which they were done, `document` the newest configuration."""

    def __init__(self, platform: RunningPlatform, device: Device) -> None:
        self.device = device
        self.acknowledged: set[datetime] = set()
        self.done: list[str] = []
        self.document: dict[str, Any] = {"version": 0, "hash": None}
        self.start = self._next = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self._changed = threading.Condition()
        self._unanswered: dict[int, datetime] = {}
        self._over = threading.Event()
        self._session = connect(platform, device, reconnect=True)
        self._topics = device.provisioned["mqtt"]["topics"]
        client = self._session.client
        client.reconnect_delay_set(0.05, 0.2)
        client.on_publish = self._published
        client.on_message = self._told
        client.on_connect = lambda *_: self._subscribe()
        self._subscribe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _subscribe(self) -> None:
        for name in ("commands", "configDesired"):
            self._session.client.subscribe(self._topics[name], qos=1)

    def _run(self) -> None:
        while not self._over.wait(PACE_SECONDS):
            with self._changed:  # PUBACK waits until it is known what was published
                moment = self._next
                self._next += timedelta(milliseconds=1)
                mid = self._session.publish(reading("value", moment, moment.microsecond)).mid
                self._unanswered[mid] = moment

    def _published(self, _client: object, _data: object, mid: int, *_: object) -> None:
        with self._changed:
            if (moment := self._unanswered.pop(mid, None)) is not None:
                self.acknowledged.add(moment)
            self._changed.notify_all()

    def _told(self, _client: object, _data: object, message: Any) -> None:
        told = json.loads(message.payload)
        if message.topic == self._topics["commands"]:
            self._do(told)
        elif told["version"] >= self.document["version"]:
            self._take(told)

    def _do(self, command: dict[str, Any]) -> None:
        if command["id"] not in self.done:
            self.done.append(command["id"])
        answer = {"id": command["id"], "status": "SUCCESS", "result": {"at": len(self.done)}}
        self._session.publish(answer, topic=self._topics["commandResponse"])

    def _take(self, document: dict[str, Any]) -> None:
        self.document = document
        names = ("target", "artefactId", "version", "hash")
        targets = [
            {name: each[name] for name in names} | {"status": "ACCEPTED"}
            for each in document["targets"]
        ]
        self._session.client.publish(
            self._topics["configReported"], json.dumps({"targets": targets}), qos=1, retain=True
        )

    def stop_publishing(self) -> datetime:
        """And wait until all that was published is acknowledged; the time up to which it was."""
        self._over.set()
        self._thread.join()
        with self._changed:
            answered = self._changed.wait_for(lambda: not self._unanswered, WAIT_SECONDS)
        assert answered, f"{len(self._unanswered)} readings are not acknowledged"
        return self._next

    def close(self) -> None:
        self._over.set()
        self._session.close()
