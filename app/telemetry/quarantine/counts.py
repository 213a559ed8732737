"""How much of what is in quarantine first came when, as the series of a chart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, cast, func

from app.core.errors import Malformed, Unprocessable
from app.telemetry.quarantine.schemas import CountBy, QuarantineCounts, QuarantineSeries
from app.telemetry.quarantine.service import wanted_entries
from app.telemetry.readings.intervals import duration
from db.connections.readers import Reader
from db.models import QuarantineEntry
from ingest.pipeline.rejection import Reason

BUCKETS_MAX = 1_000
SERIES_MAX = 100
_COLUMNS: dict[CountBy, Any] = {
    "reason": QuarantineEntry.reason,
    "deviceId": QuarantineEntry.device_id,
}


@dataclass(frozen=True, slots=True)
class CountedSpan:
    """Of a range, from its beginning on; the last one may be cut by its end."""

    start: datetime
    end: datetime
    width: timedelta

    @classmethod
    def of(cls, start: datetime, end: datetime, interval: str) -> CountedSpan:
        """Raises Malformed, Unprocessable."""
        if start >= end:
            raise Malformed("from must be before to")
        width = duration(interval, "interval")
        if (end - start) / width > BUCKETS_MAX:
            raise Unprocessable(f"from and to are more than {BUCKETS_MAX} intervals apart")
        return cls(start, end, width)

    @property
    def starts(self) -> list[datetime]:
        count = -((self.start - self.end) // self.width)
        return [self.start + number * self.width for number in range(count)]


async def counts(
    reader: Reader,
    buckets: CountedSpan,
    *,
    by: CountBy,
    device_id: UUID | None,
    reason: Reason | None,
) -> QuarantineCounts:
    """The largest SERIES_MAX series; all that is counted is in `entries` and `occurrences`."""
    key = _COLUMNS[by]
    bucket = func.date_bin(
        cast(buckets.width, Interval), QuarantineEntry.received_at, buckets.start
    )
    entries, occurrences = func.count(), func.sum(QuarantineEntry.occurrences)
    statement = wanted_entries(device_id, reason, buckets.start, buckets.end).with_only_columns(
        bucket.label("bucket"),
        key.label("key"),
        entries.label("entries"),
        occurrences.label("occurrences"),
    )
    rows = await reader.records(statement.group_by("bucket", "key"))
    return _answer(buckets, by, rows)


def _answer(buckets: CountedSpan, by: CountBy, rows: Any) -> QuarantineCounts:
    starts = buckets.starts
    place = {start: number for number, start in enumerate(starts)}
    zeros = [0] * len(starts)
    series: dict[Any, QuarantineSeries] = defaultdict(
        lambda: QuarantineSeries(0, 0, [*zeros], [*zeros])
    )
    for row in rows:
        each, number = series[row["key"]], place[row["bucket"]]
        each.entry_counts[number] = row["entries"]
        each.occurrence_counts[number] = row["occurrences"]
        each.entries += row["entries"]
        each.occurrences += row["occurrences"]
    for key, each in series.items():
        setattr(each, "reason" if by == "reason" else "device_id", key)
    largest = sorted(series.values(), key=lambda each: -each.entries)
    return QuarantineCounts(
        buckets=starts,
        entries=sum(each.entries for each in largest),
        occurrences=sum(each.occurrences for each in largest),
        series=largest[:SERIES_MAX],
    )
