"""A device that publishes without end, and what of it must be stored."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from tests.make.devices import Device, connect, reading
from tests.make.platform import Organization, RunningPlatform

WAIT_SECONDS = 60


class EndlessDevice:
    """One device that publishes without end, and remembers which readings were acknowledged."""

    def __init__(
        self, platform: RunningPlatform, device: Device, start: datetime, *, reconnect: bool
    ) -> None:
        self.acknowledged: set[datetime] = set()
        self._progress = threading.Condition()
        self._sent: dict[int, datetime] = {}
        self._answered: set[int] = set()
        self._next = start
        self._over = threading.Event()
        self._session = connect(platform, device, reconnect=reconnect)
        self._session.client.reconnect_delay_set(0.05, 0.2)
        self._session.client.on_publish = self._on_publish
        self._window = threading.Semaphore(100)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            if not self._window.acquire(timeout=0.1):
                continue
            moment = self._next
            self._next += timedelta(milliseconds=1)
            mid = self._session.publish(reading("value", moment, moment.microsecond)).mid
            with self._progress:
                self._sent[mid] = moment
                self._settle()

    def _on_publish(self, _client: object, _data: object, mid: int, *_: object) -> None:
        with self._progress:
            self._answered.add(mid)
            self._settle()
        self._window.release()

    def _settle(self) -> None:
        """PUBACK may come before `publish` has told us the message's id."""
        for mid in self._answered & self._sent.keys():
            self._answered.remove(mid)
            self.acknowledged.add(self._sent.pop(mid))
        self._progress.notify_all()

    def wait_for(self, more: int) -> None:
        """Wait until so many more readings are acknowledged."""
        with self._progress:
            goal = len(self.acknowledged) + more
            assert self._progress.wait_for(lambda: len(self.acknowledged) >= goal, WAIT_SECONDS), (
                f"acknowledgements stopped at {len(self.acknowledged)} of {goal}"
            )

    def stop(self) -> datetime:
        """Stop publishing; the time up to which readings were sent."""
        self._over.set()
        self._thread.join()
        self._session.client.on_publish = None
        self._session.close()
        return self._next


def stored_of(
    organization: Organization, device: Device, start: datetime, end: datetime
) -> list[datetime]:
    sensor = organization.http.get("/sensors", params={"deviceId": device.id}).json()["items"][0][
        "id"
    ]
    found: list[datetime] = []
    params = {"from": start.isoformat(), "to": end.isoformat(), "limit": "10000"}
    while True:
        page = organization.http.get(f"/readings/sensor/{sensor}", params=params).json()
        found += [datetime.fromisoformat(item["timestamp"]) for item in page["items"]]
        if page["nextCursor"] is None:
            return found
        params["cursor"] = page["nextCursor"]


def assert_nothing_lost(stored: list[datetime], acknowledged: set[datetime]) -> None:
    assert len(stored) == len(set(stored)), "a reading is stored twice"
    missing = acknowledged - set(stored)
    assert not missing, (
        f"{len(missing)} of {len(acknowledged)} acknowledged readings are not stored"
    )
