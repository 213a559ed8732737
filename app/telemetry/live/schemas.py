"""The data of each event."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.documentation import described
from app.core.live_events import EndTold
from app.core.wire import Read
from app.telemetry.readings.schemas import LatestReading

RESET_REASONS = {
    "TOO_OLD": "the id to resume from is not, or no longer, in the log",
    "BEGIN": "nobody had been watching for a while, so the log begins anew",
    "RESUMED": "live push was away and is back",
    "DROPPED": "more was committed than could be passed on",
    "PUBLISHER_LOST": "a process that stores readings ended before it could tell what it had stored",
    "TOO_SLOW": "the client reads more slowly than even the newest values come",
}


class SelectionTold(Read):
    """Event `selection`, the first one, and again when the fleet has changed what is selected; a snapshot follows."""

    sensors: Annotated[
        int | None,
        described("How many sensors are selected now; null for the whole organization.", 12),
    ]
    missing: Annotated[
        list[UUID],
        described("Ids that were named and are not there, or not this organization's.", []),
    ]


class SnapshotTold(Read):
    """Event `snapshot`: the newest reading of each sensor, in one or more events of which the last is complete."""

    items: Annotated[list[LatestReading], described("At most one for each sensor.")]
    complete: Annotated[bool, described("Whether this was the snapshot's last event.", True)]


class ReadingsTold(Read, omit_defaults=True):
    """Event `readings`: what was committed since the event before, each sensor's in the order of its commits. A
    reading may be older than one that came before it: then it arrived late."""

    items: Annotated[list[LatestReading], described("One or more readings.")]
    conflated: Annotated[
        bool,
        described(
            "The client was too slow for every reading: these are the newest of each sensor that reported.",
            True,
        ),
    ] = False


class ResetTold(Read):
    """Event `reset`: readings before this event may be missing, and a snapshot follows. What is missing can be
    asked for with `listReadings`; every reading after the event comes as always."""

    reason: Annotated[
        str,
        described(
            "; ".join(f"{name}: {text}" for name, text in RESET_REASONS.items()) + ".",
            "TOO_OLD",
            enum=list(RESET_REASONS),
        ),
    ]


class PausedTold(Read):
    """Event `paused`: live push can't be reached. A reset follows when it can."""


# In the order in which a client meets them.
EVENTS: dict[str, type[msgspec.Struct]] = {
    "selection": SelectionTold,
    "snapshot": SnapshotTold,
    "readings": ReadingsTold,
    "reset": ResetTold,
    "paused": PausedTold,
    "end": EndTold,
}
