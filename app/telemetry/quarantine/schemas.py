from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import Body, Instant, Moment, NextCursor, Read
from app.fleet.ids import DEVICE, DeviceId
from ingest.pipeline.rejection import Reason

QuarantineEntryId = Annotated[
    UUID, described("The refused element.", example_id("quarantine entry"))
]


class QuarantineEntryRead(Read):
    """A refused element as it came. payloadEncoding is "utf-8", or "base64" where it was no text."""

    id: QuarantineEntryId
    device_id: Annotated[
        DeviceId | None, described("Whose it was; null where no device of ours was named.", DEVICE)
    ]
    reason: Annotated[
        str, described("Why it was refused.", Reason.BAD_TIMESTAMP, enum=list(Reason))
    ]
    message: Annotated[str, described("Why, for people.", "the timestamp is too old")]
    payload: Annotated[
        str,
        described(
            "The element as it came. Of more than 16 KB the beginning, its length and SHA-256.",
            '{"sensor":"temperature","timestamp":"2019-01-01T00:00:00Z","value":21.5}',
        ),
    ]
    payload_encoding: Annotated[
        str, described("How `payload` stands here.", "utf-8", enum=["utf-8", "base64"])
    ]
    payload_index: Annotated[int, described("Its place in the message, from 0.", 0)]
    occurrences: Annotated[int, described("How often the same was delivered.", 1)]
    received_at: Annotated[Moment, described("When it first came.", "2026-11-23T10:30:00.5Z")]
    last_received_at: Annotated[Moment, described("When it last came.", "2026-11-23T10:30:00.5Z")]


CountBy = Literal["reason", "deviceId"]


class QuarantineSeries(Read):
    """Of one reason, or of one device: an element for each bucket."""

    entries: Annotated[int, described("In all buckets.", 12)]
    occurrences: Annotated[int, described("With all deliveries of the same.", 40)]
    entry_counts: Annotated[list[int], described("Entries that first came in each bucket.", [12])]
    occurrence_counts: Annotated[
        list[int], described("How often these came, by the same buckets.", [40])
    ]
    reason: Annotated[
        str | None,
        described("Of which reason.", Reason.BAD_TIMESTAMP, enum=[*Reason, None]),
    ] = None
    device_id: Annotated[
        DeviceId | None, described("Of which device; null of none of ours.", DEVICE)
    ] = None


class QuarantineCounts(Read):
    """What is in quarantine, by the time when it first came. The largest hundred series."""

    buckets: Annotated[list[Moment], described("When each begins.", ["2026-11-23T10:00:00Z"])]
    entries: Annotated[int, described("Of all series, those too that are not here.", 12)]
    occurrences: Annotated[int, described("The same with all deliveries.", 40)]
    series: Annotated[list[QuarantineSeries], described("The largest first.")]


REPLAYED_MAX = 500


FIXED_NAMES_MAX = 100
KeyText = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class QuarantineFix(Body):
    """Changes to each element before it is stored, in this order. What isn't given stays."""

    sensors: Annotated[
        dict[KeyText, KeyText],
        msgspec.Meta(max_length=FIXED_NAMES_MAX),
        described(
            "Keys of sensors by what was sent for them: a key, an id, or the name of a value.",
            {"tmp": "temperature"},
        ),
    ] = {}
    component: Annotated[KeyText | None, described("The component that it is of.", "probe")] = None
    value_type: Annotated[
        Literal["DOUBLE", "BIGINT", "BOOLEAN", "TEXT"] | None,
        described("What `value` becomes: a text with a number in it that number.", "DOUBLE"),
    ] = None
    scale: Annotated[float, described("`value`, a number, times this.", 0.1)] = 1.0
    offset: Annotated[float, described("Then plus this.", -273.15)] = 0.0
    shift_seconds: Annotated[
        float,
        msgspec.Meta(ge=-1e10, le=1e10),
        described("How much later it was than its timestamp says.", -3600),
    ] = 0.0

    @property
    def changes_value(self) -> bool:
        return (self.value_type, self.scale, self.offset) != (None, 1.0, 0.0)


class QuarantineEntryReplay(Body):
    """How to replay one entry."""

    fix: Annotated[
        QuarantineFix | None, described("Changes to it before it is stored.", {"scale": 0.1})
    ] = None


class QuarantineReplay(Body):
    """Which entries to replay: all conditions that are given hold. None means every entry."""

    device_id: Annotated[DeviceId | None, described("Only of this device.", DEVICE)] = None
    reason: Annotated[
        Reason | None, described("Only refused for this reason.", Reason.OUT_OF_RANGE)
    ] = None
    from_: Annotated[
        Instant | None, described("First arrival not before.", "2026-11-23T00:00:00Z")
    ] = msgspec.field(default=None, name="from")
    to: Annotated[Instant | None, described("First arrival before.", "2026-11-24T00:00:00Z")] = None
    limit: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=REPLAYED_MAX)],
        described("The most entries of one call, oldest first.", 100),
    ] = 100
    cursor: Annotated[
        str | None, described("Where the call before ended: its nextCursor.", None)
    ] = None
    fix: Annotated[
        QuarantineFix | None, described("Changes to each before it is stored.", {"scale": 0.1})
    ] = None


class ReplayedEntry(Read):
    """What became of one entry."""

    id: QuarantineEntryId
    is_resolved: Annotated[
        bool, described("Whether all of it is stored now; then the entry is gone.", True)
    ]
    accepted: Annotated[int, described("Readings stored now.", 2)]
    duplicates: Annotated[
        int, described("Readings that were stored before, with the same value.", 0)
    ]
    reason: Annotated[
        str | None,
        described("Why it is still refused; null where it isn't.", None, enum=[*Reason, None]),
    ] = None
    message: Annotated[str | None, described("The same for people.", None)] = None
    payload: Annotated[
        str | None, described("What a fix made of it; null where nothing was changed.", None)
    ] = None


class ReplayedEntries(Read):
    """What became of the entries, or would in a dry run. What is still refused stays in quarantine,
    and can be replayed again."""

    dry_run: Annotated[bool, described("Whether this is what would happen, and didn't.", False)]
    items: Annotated[list[ReplayedEntry], described("Oldest first.")]
    resolved: Annotated[int, described("Entries that are gone from quarantine.", 1)]
    accepted: Annotated[int, described("Readings stored now.", 2)]
    duplicates: Annotated[
        int, described("Readings that were stored before, with the same value.", 0)
    ]
    next_cursor: NextCursor
