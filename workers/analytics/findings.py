"""What stands, held against what was found: what is the same isn't written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import msgspec

from app.journal.figures.finding import Finding
from db.connections.types import AnyConnection
from db.ids import new_id
from db.queries.events import PLATFORM
from db.queries.job_findings import (
    FindingPlace,
    FindingRow,
    WrittenFinding,
    add,
    change,
    taken_ids,
    withdraw,
)
from db.readings.times import microseconds, moment_of


@dataclass
class Difference:
    """Of what stands and what was found."""

    added: list[WrittenFinding] = field(default_factory=list)
    changed: list[WrittenFinding] = field(default_factory=list)
    withdrawn: list[UUID] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.added) + len(self.changed) + len(self.withdrawn)


def last_end(rows: Sequence[FindingRow]) -> int:
    """The latest end of those that aren't withdrawn; 0 of none."""
    ends = [row.to_at or row.from_at for row in rows if row.withdrawn_at is None]
    return max((microseconds(end) for end in ends), default=0)


def difference(
    place: FindingPlace, rows: Sequence[FindingRow], findings: Sequence[Finding]
) -> Difference:
    """By overlap: what was found takes over what stands there; of several the one that begins at
    the same time, then one that isn't withdrawn. Both are in order."""
    found, free = Difference(), list(rows)
    for finding in findings:
        written = _written(place, finding)
        taken = _taken(free, written)
        if taken is None:
            found.added.append(written)
            continue
        free.remove(taken)
        if taken.withdrawn_at is not None or not _says_the_same(taken, written):
            found.changed.append(written._replace(id=taken.id))
    found.withdrawn = [row.id for row in free if row.withdrawn_at is None]
    return found


def _taken(free: Sequence[FindingRow], written: WrittenFinding) -> FindingRow | None:
    def rank(row: FindingRow) -> tuple[bool, bool]:
        return row.from_at != written.from_at, row.withdrawn_at is not None

    return min((row for row in free if _meets(row, written)), key=rank, default=None)


def _written(place: FindingPlace, finding: Finding) -> WrittenFinding:
    start = moment_of(finding.start)
    values = {name: value for name, value in finding.values.items() if value is not None}
    return WrittenFinding(
        uuid5(place.definition_id, f"{place.sensor_id} {finding.start}"),
        start,
        moment_of(finding.end) if finding.end > finding.start else None,
        msgspec.json.encode(values).decode(),
    )


def _meets(row: FindingRow, found: WrittenFinding) -> bool:
    if row.from_at == found.from_at:
        return True
    row_end, end = row.to_at or row.from_at, found.to_at or found.from_at
    return row.from_at < end and found.from_at < row_end


def _says_the_same(row: FindingRow, found: WrittenFinding) -> bool:
    if (row.from_at, row.to_at) != (found.from_at, found.to_at):
        return False
    before: dict[str, Any] = msgspec.json.decode(row.values)
    after: dict[str, Any] = msgspec.json.decode(found.values)
    return before.keys() == after.keys() and all(
        _is_near(before[name], value) for name, value in after.items()
    )


def _is_near(one: Any, other: Any) -> bool:
    """Figures out of rollups differ in their last digits by how those were put together."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1.0)
    return bool(one == other)


async def write(connection: AnyConnection, place: FindingPlace, found: Difference) -> None:
    """A finding that has moved keeps its id, which another would have by its beginning."""
    if found.added:
        taken = await taken_ids(connection, [row.id for row in found.added])
        rows = [row._replace(id=new_id()) if row.id in taken else row for row in found.added]
        await add(connection, place, rows, PLATFORM)
    if found.changed:
        await change(connection, place.run_id, found.changed)
    if found.withdrawn:
        await withdraw(connection, place.run_id, found.withdrawn)
