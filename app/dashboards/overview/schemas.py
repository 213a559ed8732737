from __future__ import annotations

from typing import Annotated

import msgspec

from app.core.documentation import described
from app.core.wire import Moment, Read
from app.journal.events.schemas import EventRead

_AT = "2026-11-23T16:00:00Z"


class FleetFigures(Read):
    """Devices, however they are."""

    total: Annotated[int, described("All of them.", 120)]
    connected: Annotated[int, described("Those that are connected at this moment.", 117)]
    offline: Annotated[int, described("Those of status OFFLINE.", 2)]


class AlertFigures(Read):
    """Alerts that hold at this moment."""

    critical: Annotated[int, described("Of severity CRITICAL.", 1)]
    warning: Annotated[int, described("Of severity WARNING.", 3)]
    info: Annotated[int, described("Of severity INFO.", 0)]


class ReadingFigures(Read):
    """Readings that were stored, by when they were: of the last hour, and of a moment ago."""

    per_second: Annotated[float, described("Of the last minute that is counted, a second.", 101.4)]
    from_: Annotated[Moment, described("Where the first begins.", "2026-11-23T15:01:00Z")] = (
        msgspec.field(name="from")
    )
    interval: Annotated[str, described("How long each count is.", "PT1M")]
    counts: Annotated[
        list[int],
        described("Sixty; the last one is of the minute that hasn't ended.", [6084, 6090, 2011]),
    ]


class QuarantineFigures(Read):
    """What was refused in the last 24 hours."""

    entries: Annotated[int, described("Different ones.", 12)]
    occurrences: Annotated[int, described("How often they came.", 40)]


class FirstSteps(Read):
    """What is done of what whoever begins does one after the other."""

    has_device: Annotated[bool, described("There is a device.", True)]
    has_reading: Annotated[bool, described("One has sent a reading.", True)]
    has_rule: Annotated[bool, described("There is an alert rule.", False)]
    has_second_member: Annotated[bool, described("Two people are members.", False)]


class Overview(Read):
    """How the organization is doing. What the caller may not read is null."""

    at: Annotated[Moment, described("When it was looked at.", _AT)]
    devices: Annotated[FleetFigures, described("How the fleet is.")]
    alerts: Annotated[AlertFigures | None, described("By severity; needs alerts:read.")]
    readings: Annotated[
        ReadingFigures | None,
        described("How many come; needs readings:read. Null, too, while Valkey is away."),
    ]
    quarantine: Annotated[QuarantineFigures | None, described("Needs quarantine:read.")]
    events: Annotated[
        list[EventRead] | None,
        described("The newest ten, the newest first; needs events:read.", []),
    ]
    steps: Annotated[
        FirstSteps | None,
        described(
            "For a list that ticks itself; null for a customer, whom the organization serves."
        ),
    ]
