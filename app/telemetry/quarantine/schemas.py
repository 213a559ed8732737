from __future__ import annotations

from typing import Annotated
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


REPLAYED_MAX = 500


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


class ReplayedEntries(Read):
    """What became of the entries. What is still refused stays in quarantine, and can be replayed again."""

    items: Annotated[list[ReplayedEntry], described("Oldest first.")]
    resolved: Annotated[int, described("Entries that are gone from quarantine.", 1)]
    accepted: Annotated[int, described("Readings stored now.", 2)]
    duplicates: Annotated[
        int, described("Readings that were stored before, with the same value.", 0)
    ]
    next_cursor: NextCursor
