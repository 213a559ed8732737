"""How much each row measures. Large enough for seconds where it counts, small enough for a smoke test otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Sizes:
    """Of one run, and how often everything is repeated."""

    repetitions: int = 3
    short_repetitions: int = 5  # of what takes a second: reads and trivial requests
    yardstick_readings: int = 300_000
    http_large_readings: int = 200_000
    http_small_readings: int = 20_000
    mqtt_single_readings: int = 60_000
    mqtt_batch_readings: int = 200_000
    mqtt_alone_readings: int = 500
    backlog_readings: int = 259_200  # 30 days, every 10 seconds
    backlog_paces: int = 40
    marks_readings: int = 1_000_000
    history_step: timedelta = timedelta(
        seconds=10
    )  # of the series that is read: 259,200 readings in 30 days
    series_step: timedelta = timedelta(seconds=60)  # of each of 35 further series
    fast_step: timedelta = timedelta(seconds=0.1)  # of one day of one sensor
    reads: int = 20
    devices: int = 100_000
    annotations: int = 1_000_000
    analysed_readings: int = 1_000_000
    calculated_sensors: int = 10_000
    pages: int = 200
    request_seconds: float = 1.0
    charges: int = 5_000
    asked_under_flood: int = 200
    live_seconds: float = 8
    idle_sessions: int = 1_000
    storm_devices: int = 2_000
    export_readings: int = 10_000_000
    ingested_beside_export: int = 400
    command_devices: int = 1_000
    commands_of_each: int = 10
    command_trips: int = 500


QUICK = Sizes(
    repetitions=1,
    short_repetitions=1,
    yardstick_readings=20_000,
    http_large_readings=20_000,
    http_small_readings=2_000,
    mqtt_single_readings=2_000,
    mqtt_batch_readings=10_000,
    mqtt_alone_readings=50,
    backlog_readings=20_000,
    backlog_paces=5,
    marks_readings=50_000,
    history_step=timedelta(seconds=100),
    series_step=timedelta(seconds=900),
    fast_step=timedelta(seconds=1),
    reads=5,
    devices=20_000,
    annotations=20_000,
    analysed_readings=20_000,
    calculated_sensors=500,
    pages=20,
    request_seconds=0.3,
    charges=500,
    asked_under_flood=25,
    live_seconds=2,
    idle_sessions=50,
    storm_devices=100,
    export_readings=100_000,
    ingested_beside_export=50,
    command_devices=20,
    commands_of_each=3,
    command_trips=30,
)
