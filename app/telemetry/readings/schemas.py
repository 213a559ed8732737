from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from app.core.wire import Read

Value = float | int | bool | str


class ReadingRead(Read, omit_defaults=True):
    timestamp: datetime
    value: Value
    metadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class RawReadings(Read):
    """`tiers` says where the answer comes from; here always the readings themselves."""

    items: list[ReadingRead]
    next_cursor: str | None
    tiers: list[str]


class ReadingWindow(Read):
    """The range that `last` came to be, fixed over all pages."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    items: list[ReadingRead]
    next_cursor: str | None
    tiers: list[str]


class LatestReading(Read):
    sensor_id: UUID
    timestamp: datetime
    value: Value


class LatestReadings(Read):
    items: list[LatestReading]


class Bucket(Read):
    """One bucket. At the edges of the range `from` and `to` are clipped to it, and `coverage` says how much of the
    bucket's width lies inside. Functions that weren't asked for are left out; of text there is only a count."""

    from_: datetime = msgspec.field(name="from")
    to: datetime
    count: int
    coverage: float
    avg: float | msgspec.UnsetType | None = msgspec.UNSET
    min: float | msgspec.UnsetType | None = msgspec.UNSET
    max: float | msgspec.UnsetType | None = msgspec.UNSET
    sum: float | msgspec.UnsetType | None = msgspec.UNSET


class AggregatedReadings(Read):
    sensor_id: UUID
    interval: str
    timezone: str
    items: list[Bucket]
    tiers: list[str]
    fresh_as_of: datetime
    truncated: bool


class ReadingStats(Read):
    """Over all readings in [from, to). avg, sum, stddev (of a sample) and so on are null where nothing is numeric."""

    sensor_id: UUID
    from_: datetime = msgspec.field(name="from")
    to: datetime
    count: int
    min: float | None
    max: float | None
    avg: float | None
    sum: float | None
    stddev: float | None
    first: msgspec.Raw
    last: msgspec.Raw
    first_at: datetime | None
    last_at: datetime | None
    tiers: list[str]
    fresh_as_of: datetime


class ItemErrorRead(Read):
    index: int
    code: str
    message: str


class ReceiptRead(Read):
    """What became of the readings sent, once it is committed. The three numbers add up to what was sent."""

    accepted: Annotated[int, msgspec.Meta(description="Stored now.")]
    duplicates: Annotated[int, msgspec.Meta(description="Stored before, with the same value.")]
    quarantined: Annotated[int, msgspec.Meta(description="Refused and kept in quarantine.")]
    errors: list[ItemErrorRead]
