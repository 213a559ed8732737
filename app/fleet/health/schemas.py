from __future__ import annotations

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
