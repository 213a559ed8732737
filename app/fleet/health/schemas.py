from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from app.core.documentation import described
from app.core.wire import Moment, NextCursor, Read

_UPTIME = described("Since it last started, in seconds.", 86_400)
_HEAP = described("Memory that it has left, in bytes.", 181_248)
_SIGNAL = described("Strength of its radio signal in dBm.", -67.0)
_CONNECTION = described("How it is connected, in its own words.", "WIFI")
_SENT = described("Readings sent since it last started.", 10_482)
_DROPPED = described("Readings that it had to give up since it last started.", 0)


class HealthSnapshot(Read):
    """What a device said of itself at a moment; what it didn't say is null."""

    recorded_at: Annotated[
        Moment, described("When, by the device's clock.", "2026-11-23T10:30:00Z")
    ]
    uptime_seconds: Annotated[int | None, _UPTIME]
    free_heap_bytes: Annotated[int | None, _HEAP]
    signal_strength_dbm: Annotated[float | None, _SIGNAL]
    connection_type: Annotated[str | None, _CONNECTION]
    readings_sent: Annotated[int | None, _SENT]
    readings_dropped: Annotated[int | None, _DROPPED]


class ChartInterval(StrEnum):
    """How long a bucket of a chart is; each begins at a multiple of it since 2000, UTC."""

    MINUTE = "PT1M"
    FIVE_MINUTES = "PT5M"
    QUARTER = "PT15M"
    HOUR = "PT1H"
    SIX_HOURS = "PT6H"
    DAY = "P1D"

    @property
    def length(self) -> timedelta:
        return _LENGTHS[self]


_LENGTHS = {
    ChartInterval.MINUTE: timedelta(minutes=1),
    ChartInterval.FIVE_MINUTES: timedelta(minutes=5),
    ChartInterval.QUARTER: timedelta(minutes=15),
    ChartInterval.HOUR: timedelta(hours=1),
    ChartInterval.SIX_HOURS: timedelta(hours=6),
    ChartInterval.DAY: timedelta(days=1),
}


class HealthRange(Read):
    """What the snapshots of a bucket said of one thing."""

    min: Annotated[float, described("The smallest.", -71.0)]
    avg: Annotated[float, described("The mean.", -67.5)]
    max: Annotated[float, described("The largest.", -62.0)]


_RANGE = described("Null where no snapshot of the bucket told it.")


class HealthBucket(Read):
    """A span of time in which there are snapshots; spans without any are left out."""

    start: Annotated[
        Moment, msgspec.Meta(description="Where it begins.", examples=["2026-11-23T10:00:00Z"])
    ] = msgspec.field(name="from")
    count: Annotated[int, described("How many snapshots it has.", 12)]
    uptime_seconds: Annotated[HealthRange | None, _RANGE]
    free_heap_bytes: Annotated[HealthRange | None, _RANGE]
    signal_strength_dbm: Annotated[HealthRange | None, _RANGE]
    readings_sent: Annotated[HealthRange | None, _RANGE]
    readings_dropped: Annotated[HealthRange | None, _RANGE]


class DeviceHealth(Read, omit_defaults=True):
    """The newest snapshot, all null before the first; and with `from` or `to` a page of those in that range."""

    recorded_at: Annotated[
        Moment | None,
        described("When, by the device's clock; null before the first.", "2026-11-23T10:30:00Z"),
    ]
    uptime_seconds: Annotated[int | None, _UPTIME]
    free_heap_bytes: Annotated[int | None, _HEAP]
    signal_strength_dbm: Annotated[float | None, _SIGNAL]
    connection_type: Annotated[str | None, _CONNECTION]
    readings_sent: Annotated[int | None, _SENT]
    readings_dropped: Annotated[int | None, _DROPPED]
    items: Annotated[
        list[HealthSnapshot] | msgspec.UnsetType,
        described("The range's snapshots, newest first; only with `from` or `to`."),
    ] = msgspec.UNSET
    next_cursor: NextCursor | msgspec.UnsetType = msgspec.UNSET
    buckets: Annotated[
        list[HealthBucket] | msgspec.UnsetType,
        described("The range as a chart, oldest first; only with `interval`, in place of `items`."),
    ] = msgspec.UNSET
