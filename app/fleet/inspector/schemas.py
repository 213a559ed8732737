from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import Moment, Read
from ingest.inspector.entry import Direction, Kind, Outcome

OUTCOMES = {
    "STORED": "committed; `reason` counts where there are several readings",
    "DUPLICATE": "it was stored before",
    "QUARANTINED": "refused and kept aside; `reason` begins with the code",
    "REFUSED": "it had no effect; `reason` says why",
    "ACCEPTED": "taken",
    "ENDED": "the connection is over; `reason` begins as in the list of connections",
    "SENT": "sent to the device",
    "ACKNOWLEDGED": "the device has acknowledged it",
    "UNACKNOWLEDGED": "the connection ended before the device acknowledged it",
    "NOT_SHOWN": "so much came at once that this and others before it can't be shown",
}
END_REASONS = {
    "TIME": "the time that was asked for is over",
    "UNAUTHENTICATED": "the token is expired, or the key revoked",
    "FORBIDDEN": "the key may no longer do this",
    "MAKING_ROOM": "others, who have no stream yet, need a place",
    "UNAVAILABLE": "a part of the platform is away; connect again",
}


class InspectorLine(Read):
    """One thing that the device sent or got, and what became of it."""

    at: Annotated[
        Moment,
        described("When, or when that was committed.", "2026-11-23T09:15:00.123456Z"),
    ]
    direction: Annotated[Direction, described("From the device, or to it.", "UP")]
    kind: Annotated[
        Kind,
        described(
            "TLS is a failed handshake, HTTP a request with the device's readings.", "PUBLISH"
        ),
    ]
    topic: Annotated[str | None, described("Of MQTT; null where there is none.", "v1/readings/…")]
    bytes: Annotated[int | None, described("The size of what was sent.", 52)]
    payload: Annotated[
        str | None,
        described(
            "Its beginning, at most 2 KB; null where it isn't text, or the caller may not read "
            "readings.",
            '{"sensor": "t", "timestamp": "2026-11-23T09:15:00Z", "value": 21.5}',
        ),
    ]
    outcome: Annotated[
        Outcome,
        described("; ".join(f"{name}: {text}" for name, text in OUTCOMES.items()) + ".", "STORED"),
    ]
    reason: Annotated[
        str | None,
        described("In one line.", "BAD_TIMESTAMP: the timestamp is too far ahead"),
    ]


_PROBLEMS_FROM = described(
    "Since when problems are known: of every device, always.", "2026-11-23T08:15:00Z"
)
_TRAFFIC_FROM = described(
    "Since when all of its traffic is recorded: since somebody has looked. It goes on for an hour "
    "after the last look.",
    "2026-11-23T09:10:00Z",
)
_HINT = described("What is known to be wrong beside all that.", None)


class InspectorRead(Read):
    """The last hour of a device: its connections and problems; its traffic since somebody looked."""

    device_id: Annotated[UUID, described("The device.", example_id("device"))]
    problems_from: Annotated[Moment, _PROBLEMS_FROM]
    traffic_from: Annotated[Moment, _TRAFFIC_FROM]
    hint: Annotated[str | None, _HINT]
    items: Annotated[list[InspectorLine], described("The newest first.")]


class WatchingTold(Read):
    """Event `watching`, the first one: from here on everything is told."""

    device_id: Annotated[UUID, described("The device.", example_id("device"))]
    seconds: Annotated[int, described("For how long.", 60)]
    connected: Annotated[bool, described("Whether it is connected at this moment.", True)]
    hint: Annotated[str | None, _HINT]


class MissedTold(Read):
    """Event `missed`: more has happened than could be told to who reads so slowly."""


class InspectorEnd(Read):
    """Event `end`, the last one."""

    reason: Annotated[
        str,
        described(
            "; ".join(f"{name}: {text}" for name, text in END_REASONS.items()) + ".",
            "TIME",
            enum=list(END_REASONS),
        ),
    ]


# In the order in which a client meets them.
EVENTS: dict[str, type[msgspec.Struct]] = {
    "watching": WatchingTold,
    "line": InspectorLine,
    "missed": MissedTold,
    "end": InspectorEnd,
}
