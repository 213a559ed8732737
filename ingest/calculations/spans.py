"""Which readings the values of some moments need, read for many calculations at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.connections.types import Pool
from db.queries import calculations
from db.queries.calculations import CalculationSpan, InputRow
from db.readings.columns import Integers
from db.readings.times import microseconds, moment_of
from ingest.alerting.watching import series_of
from ingest.calculations.definition import CalculationDefinition
from ingest.calculations.points import Member

READINGS_MAX = 50_000
"""Of one sensor for one moment."""
TOGETHER_MAX = 1_000_000
"""Of all sensors of several moments; of each of them 500 in any case."""


@dataclass(frozen=True, slots=True)
class WantedMoments:
    """`at` isn't empty, and its moments follow one another."""

    definition: CalculationDefinition
    inputs: Sequence[InputRow]
    at: Integers

    def spans(self) -> Iterator[CalculationSpan]:
        """One for each of the inputs."""
        first, last = int(self.at[0]), int(self.at[-1])
        most = self.most_readings + 1
        for row in self.inputs:
            of = self.definition.inputs[row.name]
            if of.target is not None or of.aggregate == "LAST":
                # The newest one at the first moment or before, and all after that.
                yield _span(row, first - self.definition.max_age, first + 1, last, most)
            else:
                begin = first - self.definition.step
                yield _span(row, begin, begin, last - 1, most)

    @property
    def most_readings(self) -> int:
        """Of each sensor. Of one moment an input across sensors needs one of each alone."""
        if len(self.at) == 1:
            return READINGS_MAX
        return min(READINGS_MAX, max(500, TOGETHER_MAX // max(1, len(self.inputs))))

    def is_used(self, row: InputRow) -> bool:
        first, last = int(self.at[0]), int(self.at[-1])
        return microseconds(row.from_at) <= last and microseconds(row.to_at) > first


ReadMembers = dict[str, list[Member]]


async def read_members(pool: Pool, wanted: Sequence[WantedMoments]) -> list[ReadMembers | None]:
    """What each is calculated of; None where a sensor has more readings than are read at once."""
    spans = [span for each in wanted for span in each.spans()]
    found = iter(await calculations.read_spans(pool, spans))
    return [_members(each, [next(found) for _ in each.inputs]) for each in wanted]


def _members(wanted: WantedMoments, read: Sequence[bytes]) -> ReadMembers | None:
    members: ReadMembers = {}
    for row, packed in zip(wanted.inputs, read, strict=True):
        readings = series_of(packed)
        if len(readings) > wanted.most_readings:
            return None
        member = Member(readings, microseconds(row.from_at), microseconds(row.to_at))
        members.setdefault(row.name, []).append(member)
    return members


def _span(row: InputRow, held_from: int, first: int, last: int, most: int) -> CalculationSpan:
    times = moment_of(held_from), moment_of(first), moment_of(last)
    return CalculationSpan(row.org_id, row.input_id, *times, most)
