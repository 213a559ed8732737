"""What every reader is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingest.pipeline.decode import Element, TooManyElements
from ingest.pipeline.rows import Name, Rows

MICROSECONDS_OF = {"s": 1_000_000, "ms": 1_000, "us": 1}


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader needs besides the body: the most readings it may hold, the unit of times that
    are bare numbers (s, ms, us or ns; None where nobody said), and what time it is, for those that
    count from now."""

    readings_max: int
    now: datetime
    precision: str | None = None

    def check(self, readings: int) -> None:
        if readings > self.readings_max:
            raise TooManyElements(
                f"a request holds at most {self.readings_max} readings, not {readings}"
            )


@dataclass(frozen=True, slots=True)
class Parsed:
    """Readings as rows of a table, or as elements; and the source texts that the body doesn't
    show."""

    rows: Rows[Name] | None = None
    elements: list[Element] = field(default_factory=list)
    texts: Sequence[bytes | None] = ()

    @classmethod
    def of(cls, rows: Rows[Name], sources: Mapping[int, bytes] | None = None) -> Parsed:
        """Rows, and the source texts of some of them, by row."""
        texts = [sources.get(row) for row in range(len(rows))] if sources else ()
        return cls(rows, texts=texts)


Read = Callable[[bytes, Question], Parsed]
