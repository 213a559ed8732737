"""Following the journal: everything that is written down, once, whatever commits when.

A transaction that began earlier may commit later, so whoever remembers a time, or the last id,
passes over what was written before it and wasn't to be seen yet. Events carry the number of their
transaction (db/functions/platform/transaction_number.sql), and of transactions below
`settled_number` all have ended: what is there of them is all that there will ever be.

    number   1  2  3  4  5  6
             ✓  ✓  …  ✓  …  ✓      ✓ committed, … still at it
                   └─ settled_number: 3
    `follow`       gives 1 and 2; 3 when it has ended, and 4 after it
    a stream       gives 1, 2, 4 and 6 at once, and goes on from 3 if it comes back:
                   4 and 6 may then come a second time, by the same id

One transaction that writes for long holds up who follows, and nobody else. Left aside: a lock under
which events get their numbers; ingest and all who serve would wait for one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from app.core.errors import Malformed
from app.core.paging import PageRequest
from app.core.wire import Page, decode_cursor, encode_cursor
from app.journal.events.schemas import EventRead
from app.journal.events.service import EventFilter, read
from db.connections.readers import Reader
from db.models import Event

_LABEL = "follow"
_FIRST = UUID(int=0)
# Of what is not settled, a stream remembers so many that it has told; beyond them it waits.
UNSETTLED_MAX = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Everything that lies before it has been seen: of lower transactions, and of this one the
    events up to this id."""

    number: int
    event_id: UUID = _FIRST

    @classmethod
    def of(cls, cursor: str) -> Position:
        """Raises Malformed for one that isn't ours."""
        label, number, event_id = decode_cursor(cursor, tuple[str, int, UUID | None])
        if label != _LABEL or not 0 <= number < 2**62:
            raise Malformed("the cursor belongs to another sort")
        return cls(number, event_id or _FIRST)

    @property
    def cursor(self) -> str:
        return encode_cursor(_LABEL, self.number, self.event_id if self.event_id.int else None)

    def cut(self, statement: Select[Event]) -> Select[Event]:
        """What lies behind it, in order."""
        place = tuple_(Event.written_in, Event.id)
        behind = statement.where(place > tuple_(self.number, self.event_id))
        return behind.order_by(Event.written_in, Event.id)


BEGINNING = Position(0)


def _of(row: Event) -> Position:
    return Position(row.written_in, row.id)


async def settled(reader: Reader) -> Position:
    """Behind all that will ever be there of what lies before it."""
    return Position(await reader.value(select(func.platform.settled_number())))


async def page(reader: Reader, page_request: PageRequest, wanted: EventFilter) -> Page[EventRead]:
    """What lies behind the cursor and is settled; there is always a next one. Raises Malformed."""
    if page_request.sort not in (None, "recordedAt"):
        raise Malformed("with follow, sort must be recordedAt or left out")
    start = BEGINNING if page_request.cursor is None else Position.of(page_request.cursor)
    ended = await settled(reader)
    statement = start.cut(wanted.of(select(Event))).where(Event.written_in < ended.number)
    rows = await reader.rows(statement.limit(page_request.limit))
    is_full = len(rows) == page_request.limit
    last = _of(rows[-1]) if is_full else max(start, ended)
    return Page([read(row) for row in rows], last.cursor)


@dataclass(slots=True)
class Course:
    """How far one stream is, and what behind that it has been told already."""

    wanted: EventFilter
    position: Position
    told: set[Position] = field(default_factory=set)

    @classmethod
    async def from_now(cls, reader: Reader, wanted: EventFilter) -> Course:
        """What is to be seen by now counts as told."""
        course = cls(wanted, await settled(reader))
        statement = course.position.cut(wanted.of(select(Event)))
        course.told = {_of(row) for row in await reader.rows(statement.limit(UNSETTLED_MAX))}
        return course

    async def next(self, reader: Reader, *, limit: int) -> list[tuple[EventRead, str | None]]:
        """What is new, in order, each with the id from which a stream goes on behind it; None for
        what is not settled. Fewer than `limit`: there is no more."""
        ended = await settled(reader)
        statement = self.position.cut(self.wanted.of(select(Event)))
        if len(self.told) >= UNSETTLED_MAX:
            statement = statement.where(Event.written_in < ended.number)
        rows = await reader.rows(statement.limit(limit + len(self.told)))
        new = [row for row in rows if _of(row) not in self.told][:limit]
        self.told |= {_of(row) for row in new}
        self._go_on(ended if len(new) < limit else min(ended, _of(new[-1])))
        return [(read(row), _of(row).cursor if _of(row) < ended else None) for row in new]

    def _go_on(self, to: Position) -> None:
        self.position = max(self.position, to)
        self.told = {told for told in self.told if told > self.position}
