"""Footage out of the database and the object store, in the order in which it was taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.objects import ObjectStore
from app.core.objects.store import Missing
from db.models import DvrSegment
from workers.clips.making import SegmentBytes

# No segment is longer: a recorder cuts at a minute, and what is pushed may have two.
LONGEST_SEGMENT = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Since 1970, whole."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    return EPOCH + count * _MICROSECOND


async def segments_in(
    tx: AsyncSession, camera_id: UUID, since: datetime, until: datetime
) -> list[DvrSegment]:
    """Those that have footage of [since, until)."""
    found = await tx.scalars(
        select(DvrSegment)
        .where(
            DvrSegment.camera_id == camera_id,
            DvrSegment.starts_at >= since - LONGEST_SEGMENT,
            DvrSegment.starts_at < until,
            DvrSegment.ends_at > since,
        )
        .order_by(DvrSegment.starts_at)
    )
    return list(found)


def main_run(segments: Sequence[DvrSegment], since: datetime, until: datetime) -> list[DvrSegment]:
    """The segments of the run that has most of the range: its parameters are the clip's."""
    lengths: defaultdict[str, timedelta] = defaultdict(timedelta)
    for segment in segments:
        lengths[segment.run] += min(segment.ends_at, until) - max(segment.starts_at, since)
    longest = max(lengths, key=lambda run: lengths[run])
    return [segment for segment in segments if segment.run == longest]


@dataclass(slots=True)
class FootageReader:
    """Reads segments; what was deleted meanwhile is passed over, and not among `used`."""

    objects: ObjectStore
    used: list[DvrSegment] = field(default_factory=list)

    async def read(self, segment: DvrSegment) -> SegmentBytes | None:
        try:
            pieces = [piece async for piece in self.objects.read(segment.object_key)]
        except Missing:
            return None
        return SegmentBytes(
            to_microseconds(segment.starts_at),
            to_microseconds(segment.ends_at),
            segment.run,
            b"".join(pieces),
        )

    async def read_all(self, segments: Sequence[DvrSegment]) -> AsyncIterator[SegmentBytes]:
        for segment in segments:
            found = await self.read(segment)
            if found is not None:
                self.used.append(segment)
                yield found
