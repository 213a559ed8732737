"""What the demonstration's devices report: a year of real temperatures, cold rooms, and a few
mistakes."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path

import msgspec

HOUR = timedelta(hours=1)
PACIFIC_STANDARD_TIME = timedelta(hours=-8)
YEAR_OF_SOURCE = 2010
COUNTERS_BEGAN = datetime(2024, 1, 1, tzinfo=UTC).timestamp()


class Reading(msgspec.Struct, frozen=True):
    """One reading by its sensor's key, as it stands on the wire."""

    sensor: str
    timestamp: datetime
    value: bool | int | float | str


class City(msgspec.Struct, frozen=True):
    """A place whose temperatures vega_datasets has: NOAA's, hourly, public domain, in degrees
    Fahrenheit."""

    device: str
    file: str


CITIES = (
    City("weather-seattle", "seattle-temps.csv"),
    City("weather-san-francisco", "sf-temps.csv"),
)


class Year:
    """Hourly temperatures that repeat every year: a time has the value of the same day and hour of
    the source.

    So the value depends on the time alone. Whatever is sent again, at whichever start, is a
    duplicate of what is stored and never in conflict with it; and January stays cold.
    """

    sensor = "temperature_f"

    def __init__(self, fahrenheit: dict[datetime, float]) -> None:
        self._fahrenheit = fahrenheit

    @classmethod
    def of(cls, city: City) -> Year:
        # The file alone: importing the package brings pandas, which takes seconds.
        path = Path(
            str(distribution("vega_datasets").locate_file(f"vega_datasets/_data/{city.file}"))
        )
        with path.open(newline="") as file:
            rows = csv.DictReader(file)
            return cls({_source_time(row["date"]): float(row["temp"]) for row in rows})

    def reading(self, at: datetime) -> Reading:
        """The temperature at any moment, interpolated between two hours to 0.01 °F."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        low, high = self._at_hour(hour), self._at_hour(hour + HOUR)
        return Reading(self.sensor, at, round(low + (high - low) * ((at - hour) / HOUR), 2))

    def hourly(self, start: datetime, end: datetime) -> Iterator[Reading]:
        """A reading for every full hour in [start, end]."""
        at = start
        while at <= end:
            yield self.reading(at)
            at += HOUR

    def _at_hour(self, hour: datetime) -> float:
        local = (hour + PACIFIC_STANDARD_TIME).replace(tzinfo=None)
        day = 28 if (local.month, local.day) == (2, 29) else local.day
        source = local.replace(year=YEAR_OF_SOURCE, day=day)
        if source not in self._fahrenheit:  # the hour that daylight saving time skips
            source -= HOUR
        return self._fahrenheit[source]


def _source_time(text: str) -> datetime:
    """`2010/01/01 00:00`, or with seconds: each file has its own way."""
    return datetime.fromisoformat(text[:16].replace("/", "-"))


class ColdRoom:
    """A simulated cold room. Every few minutes its door is opened, it warms, and the compressor
    cools it down."""

    sensors = ("temperature", "humidity", "door_open", "energy_wh", "compressor")
    cycle_seconds = 240.0
    open_seconds = 25.0

    def __init__(self, name: str) -> None:
        self._random = random.Random(name)  # noqa: S311 - noise, not a secret
        self._phase = self._random.uniform(0, self.cycle_seconds)
        self._watts = self._random.uniform(800, 1600)

    def reading(self, number: int, at: datetime) -> Reading:
        """The reading of that number; the sensors take turns."""
        sensor = self.sensors[number % len(self.sensors)]
        return Reading(sensor, at, self._value(sensor, at.timestamp()))

    def _value(self, sensor: str, seconds: float) -> bool | int | float | str:
        since_open = (seconds + self._phase) % self.cycle_seconds
        is_open = since_open < self.open_seconds
        warmth = (
            since_open / self.open_seconds
            if is_open
            else math.exp((self.open_seconds - since_open) / 50.0)
        )
        match sensor:
            case "temperature":
                return round(3.0 + 4.5 * warmth + self._random.gauss(0, 0.05), 2)
            case "humidity":
                return round(62.0 + 21.0 * warmth + self._random.gauss(0, 0.3), 1)
            case "door_open":
                return is_open
            case "energy_wh":  # a counter: it only rises, over restarts too
                return int((seconds - COUNTERS_BEGAN) * self._watts / 3600)
            case _:
                return "RUNNING" if warmth > 0.1 else "IDLE"


def mistakes() -> Iterator[bytes]:
    """Messages that belong into quarantine, each for another reason, for ever.

    They are the same every time: the platform then counts occurrences instead of keeping thousands.
    """
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)  # a device whose clock was never set
    stranger = {
        "sensorId": "00000000-0000-7000-8000-000000000000",
        "timestamp": long_ago,
        "value": 1,
    }
    while True:
        yield encode([Reading("temperature", long_ago, 4.0)])
        yield msgspec.json.encode(stranger)
        yield b'{"sensor": "temperature", "timestamp": "20'  # cut off on its way
        yield msgspec.json.encode({"sensor": "humidity", "timestamp": long_ago})  # without a value


def encode(readings: list[Reading]) -> bytes:
    """One message: a single reading as an object, several as an array."""
    return msgspec.json.encode(readings[0] if len(readings) == 1 else readings)
