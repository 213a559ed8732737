"""The demonstration's fleet: weather stations that replay a real year, and simulated cold rooms."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx

from app.demo.device import BrokerAddress, DemoDevice, Report
from app.demo.home import HistoryUpload, Home
from app.demo.outbox import Acknowledgements, Parcel
from app.demo.readings import CITIES, HOUR, ColdRoom, Reading, Year, encode, mistakes
from app.demo.registrar import Registrar
from app.demo.together import together
from app.embedded.ready import DemoOptions, Ready

HISTORY = timedelta(days=365)  # the platform accepts 400 days
# Of a weather station; divides the hour, so that a live reading on the hour is history's reading.
LIVE_SECONDS = 2
# A cold room publishes at most this often: at a high rate, several readings a message.
MESSAGE_SECONDS = 0.2
READINGS_PER_MESSAGE = 500  # about 40 KB; a message may have 256 KB
BEHIND_SECONDS = 5.0  # what a cold room catches up with; beyond that it goes on from now
REPEATED_EACH = 100  # message of a cold room: it is sent twice
MISTAKEN = 1 / 500  # share of readings that are bad, …
MISTAKES_PER_SECOND = 1.0  # … but no more than so many of the whole fleet


class Fleet:
    """All devices of the demonstration."""

    def __init__(self, ready: Ready, options: DemoOptions, http: httpx.AsyncClient) -> None:
        self.acknowledgements = Acknowledgements()
        self.has_history = asyncio.Event()  # the year of the first weather station is in
        self._homes = Path(ready.ca_file).with_name("demo")
        self._registrar = Registrar(http)
        self._broker = BrokerAddress(ready.mqtt_host, ready.mqtt_port)
        # At least one cold room: the weather alone would be a quiet show.
        cities = CITIES[: options.devices - 1]
        rooms = options.devices - len(cities)
        self.mistaken = min(MISTAKEN, MISTAKES_PER_SECOND / options.rate)
        self.stations = [
            self._device(city.device, partial(self._replay, Year.of(city))) for city in cities
        ]
        self.rooms = [
            self._device(
                name, partial(_simulate, ColdRoom(name), options.rate / rooms, self.mistaken)
            )
            for name in (f"cold-room-{number:02}" for number in range(1, rooms + 1))
        ]

    @property
    def devices(self) -> list[DemoDevice]:
        return [*self.stations, *self.rooms]

    @property
    def connected(self) -> int:
        return sum(device.is_connected for device in self.devices)

    async def run(self) -> None:
        """Until cancelled."""
        await together(*(device.run() for device in self.devices))

    def _device(self, name: str, report: Report) -> DemoDevice:
        home = Home(self._homes / name)
        return DemoDevice(name, home, self._registrar, self._broker, self.acknowledgements, report)

    async def _replay(self, year: Year, device: DemoDevice) -> None:
        await _upload_history(year, device)
        if device is self.stations[0]:
            self.has_history.set()
        await _go_on_live(year, device)


async def _upload_history(year: Year, device: DemoDevice) -> None:
    """The year up to now, or what is missing since the last time."""
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    start = max(device.home.uploaded_to(device.device_id) or end - HISTORY, end - HISTORY)
    hours = (end - start) // HOUR + 1
    sent = 0
    for batch in _batches(year.hourly(start, end)):
        await device.outbox.put(Parcel(encode(batch), len(batch)))
        sent += len(batch)
        device.latest = f"history {sent / hours:.0%}"
    await device.outbox.emptied()
    device.home.remember(HistoryUpload(device.device_id, end))


async def _go_on_live(year: Year, device: DemoDevice) -> None:
    """The temperature of this moment every few seconds; one an hour would look like standing
    still."""
    while True:
        now = time.time()
        at = (now // LIVE_SECONDS + 1) * LIVE_SECONDS
        await asyncio.sleep(at - now)
        reading = year.reading(datetime.fromtimestamp(at, UTC))
        await device.outbox.put(Parcel(encode([reading]), 1))
        device.latest = f"{reading.value:.2f} °F"


async def _simulate(room: ColdRoom, rate: float, mistaken: float, device: DemoDevice) -> None:
    """`rate` readings a second, of which a few are repeated, and a mistake now and then."""
    measured = itertools.count()
    published = random.randrange(REPEATED_EACH // 4)  # noqa: S311 - the first ones come soon, not all at once
    mistakes_due = random.uniform(0.5, 1)  # noqa: S311
    wrong = mistakes()
    due = time.time() + random.random() / rate  # noqa: S311
    while True:
        await asyncio.sleep(max(due - time.time(), MESSAGE_SECONDS))
        now = time.time()
        if (
            abs(now - due) > BEHIND_SECONDS + 1 / rate
        ):  # the outbox was full for long, or the clock was set
            due = now
        count = max(int((now - due) * rate) + 1, 0)
        times = (datetime.fromtimestamp(due + n / rate, UTC) for n in range(count))
        for batch in _batches(room.reading(next(measured), at) for at in times):
            parcel = Parcel(encode(batch), len(batch))
            await device.outbox.put(parcel)
            device.latest = _shown(batch) or device.latest
            published += 1
            if published % REPEATED_EACH == REPEATED_EACH // 4:
                await device.outbox.put(parcel)
            mistakes_due += len(batch) * mistaken
            if mistakes_due >= 1:
                mistakes_due -= 1
                await device.outbox.put(Parcel(next(wrong), 1))
        due += count / rate


def _batches(readings: Iterable[Reading]) -> Iterator[list[Reading]]:
    remaining = iter(readings)
    while batch := list(itertools.islice(remaining, READINGS_PER_MESSAGE)):
        yield batch


def _shown(batch: list[Reading]) -> str | None:
    temperatures = [reading.value for reading in batch if reading.sensor == "temperature"]
    return f"{temperatures[-1]:.2f} °C" if temperatures else None
