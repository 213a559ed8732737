"""Searching a fleet by what other rows say of it, a tag or a word of the name: three ways to a page.

    How many rows have it? Each indexed condition is counted, up to FEW + 1.
      │
      ├─ one has at most FEW ──── 1  OUT OF A LIST   gather its owners, look up the row of each,
      │                                              ask the other conditions of it, sort, cut
      │
      └─ each has more ────────── 2  NEAR            ask the first NEAR rows of the page's order
           │
           └─ no full page ────── 3  FAR             gather all owners once, and follow the
                                                     order once, until the page is full

    1  a tag of one site, a rare word, what nobody has       at most FEW look-ups, 20 ms
    2  a tag that all have, whatever the order               at most NEAR questions, 8 ms
    3  a tag of the first batch, the newest devices first    0.4 µs for each owner and each row

A total takes none of the three: it counts the intersection of what the indexes say (`Search.ids`).
Without an indexed condition there is nothing to choose: an index of the row's own column has the
page's order.

Each way is quick whatever PostgreSQL believes of the tables; that is why it isn't left to choose.
What was tried, and left:
- a join that PostgreSQL plans. Right after a thousand devices were added, with the statistics of
  before, one page took half a minute. Hence the arrays, OFFSET 0 and IS TRUE below: no join can be
  made of them;
- a list that comes here and goes back as a parameter. `id = ANY ($1)` of 500 ids is compared with
  each of 100,000 devices in an index that is sorted by something else, 28 ms; the rows of a
  sub-select are looked up one by one, 3 ms;
- 1 and 2 alone: a tag of the oldest devices cost a look-up for every newer one;
- one plan for whatever value. It takes a tag that every device has for a rare one, 60 ms instead
  of 1 (`plan_cache_mode` in db/connections/sessions.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    SelectBase,
    Uuid,
    and_,
    any_,
    false,
    func,
    intersect,
    literal,
    or_,
    select,
)

from app.core import resource
from app.core.errors import Malformed
from app.core.paging import Keyset, PageRequest, PageResult
from db.connections.readers import Reader
from db.models import Row

Model = TypeVar("Model", bound=Row)

# Looked up one by one in 20 ms; of what more have, a page of 50 is near or takes one pass.
FEW = 5000
# Asked one by one, 4 µs each, before all who have it are gathered, 0.4 µs each.
NEAR = 2000
WORDS_MAX = 20  # each is a condition of its own, and makes the statement longer
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts behind every character that may follow


@dataclass(frozen=True)
class IndexedCondition:
    """That `column` is the `owner` of some row for which the conditions hold.

    `on_row` says the same of the row itself, where its own columns tell: quicker to ask of a row
    that is at hand, but under row-level security no index finds by it.

    Where the owners are only most of the matter, as those of the rarest of several tags are,
    `besides` is what must hold of the row too, and `exactly` finds the ids by indexes alone.
    """

    column: Any
    owner: Any
    conditions: Sequence[ColumnElement[bool]]
    on_row: ColumnElement[bool] | None = None
    besides: ColumnElement[bool] | None = None
    exactly: Select[Any] | None = None

    @property
    def owners(self) -> Select[Any]:
        return select(self.owner).where(*self.conditions)

    def in_list(self) -> ColumnElement[bool]:
        """Gathers the owners, and looks up the rows of each. An array: no join is made of it."""
        owners = func.array(self.owners.scalar_subquery(), type_=ARRAY(Uuid))
        return self._whole(self.column.in_(select(func.unnest(owners))))

    def of_row(self) -> ColumnElement[bool]:
        """Looks at the row, or into the owners' index; OFFSET 0 keeps it from being a join."""
        return self._owner_row().offset(0).exists() if self.on_row is None else self.on_row

    def of_many_rows(self) -> ColumnElement[bool]:
        """Lets PostgreSQL gather the owners first, where it has the memory.

        IS TRUE keeps it from making a join.
        """
        return self._whole(self._owner_row().exists().is_(True))

    def _whole(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return condition if self.besides is None else and_(condition, self.besides)

    def _owner_row(self) -> Select[Any]:
        return select(literal(1)).where(self.owner == self.column, *self.conditions)


def any_of(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """One of the values, as one parameter: the text, compiled once, is the same for any number.

    A single one is compared by itself: only then has an index the order of its next column.
    """
    if len(values) == 1:
        return column == values[0]  # type: ignore[no-any-return]
    return column == any_(literal(list(values), ARRAY(column.type)))  # type: ignore[no-any-return]


def word_conditions(
    column: Any, owner: Any, word: Any, texts: Sequence[Any], wanted: str | None
) -> Iterator[IndexedCondition]:
    """That each wanted word begins a word of the texts, in any case. Of no word, nobody's does.

    The database keeps those words in rows of their own (platform.words), so that a beginning is a
    range of an index.
    """
    if not wanted:
        return
    beginnings = dict.fromkeys(_WORD.findall(wanted.lower()))
    if len(beginnings) > WORDS_MAX:
        raise Malformed(f"q: ask for at most {WORDS_MAX} words at once")
    if not beginnings:
        yield IndexedCondition(column, owner, (false(),), false())
    for beginning in beginnings:
        is_word = literal(beginning).regexp_match("^[[:alnum:]]+$")  # to the database, too
        there = [func.lower(text).regexp_match(f"(^|[^[:alnum:]]){beginning}") for text in texts]
        in_range = word >= beginning, word < beginning + _LAST
        yield IndexedCondition(column, owner, in_range, on_row=and_(is_word, or_(*there)))


@dataclass(frozen=True)
class Search(Generic[Model]):
    """The rows that aren't deleted and for which all holds: conditions on their own columns, and
    indexed ones.

    Tags and words have rows only for what isn't deleted.
    """

    model: type[Model]
    own: Sequence[ColumnElement[bool]]
    indexed: Sequence[IndexedCondition]

    @property
    def id_(self) -> Any:
        return self.model.id  # type: ignore[attr-defined]

    def matches(self, few: IndexedCondition | None) -> Select[Model]:
        """Out of the list of the few; without one, row by row in whatever order is asked for."""
        asked = [each.in_list() if each is few else each.of_row() for each in self.indexed]
        return self._existing(select(self.model)).where(*asked)

    def ids(self) -> SelectBase:
        """Of all who match: what each condition finds in an index, intersected."""
        parts = [each for each in self.indexed if each.column is self.id_]
        others = [each.in_list() for each in self.indexed if each.column is not self.id_]
        found = [part.owners if part.exactly is None else part.exactly for part in parts]
        if self.own or others or not parts:
            found.append(self._existing(select(self.id_)).where(*others))
        return intersect(*found) if len(found) > 1 else found[0].distinct()

    def near(self, keyset: Keyset) -> Select[Model]:
        """The page, where as many as it needs are among the first rows of its order."""
        asked = and_(*(each.of_row() for each in self.indexed))
        place = keyset.column.label("place"), self.id_.label("id")
        near = (
            keyset.cut(self._existing(select(*place, asked.label("is_wanted"))), limit=NEAR)
            .subquery()
            .c
        )
        order = keyset.order(near.place, near.id)
        ids = select(near.id).where(near.is_wanted).order_by(*order).limit(keyset.request.limit + 1)
        return self._rows(keyset, ids)

    def far(self, keyset: Keyset) -> Select[Model]:
        """The page, wherever they are."""
        asked = (each.of_many_rows() for each in self.indexed)
        return self._rows(keyset, keyset.cut(self._existing(select(self.id_)).where(*asked)))

    def _existing(self, statement: Select[Any]) -> Select[Any]:
        deleted_at = self.model.deleted_at  # type: ignore[attr-defined]
        return statement.where(deleted_at.is_(None), *self.own)

    def _rows(self, keyset: Keyset, ids: Select[Any]) -> Select[Model]:
        """Whole rows of those alone that are on the page: an index had the rest."""
        return (
            select(self.model)
            .where(self.id_.in_(ids))
            .order_by(*keyset.order(keyset.column, self.id_))
        )


async def select_matching(reader: Reader, search: Search[Model]) -> Select[Model]:
    """Whoever matches, to be read in pages of the caller's own."""
    return search.matches(await _fewest(reader, search.indexed))


async def find(
    reader: Reader,
    search: Search[Model],
    page_request: PageRequest,
    *,
    sorts: Mapping[str, Any],
) -> PageResult[Model]:
    """One page, and how many there are where that was asked; as `resource.find`."""
    few = await _fewest(reader, search.indexed)
    if few or not search.indexed:
        return await resource.find(
            reader, search.matches(few), page_request, sorts=sorts, id_=search.id_
        )
    keyset = Keyset.of(page_request, sorts, search.id_)
    rows = await reader.rows(search.near(keyset))
    if len(rows) <= page_request.limit:
        rows = await reader.rows(search.far(keyset))
    total = (
        await resource.count(reader, search.ids()) if page_request.include_total else msgspec.UNSET
    )
    return keyset.found(rows, total)


async def _fewest(reader: Reader, indexed: Sequence[IndexedCondition]) -> IndexedCondition | None:
    """The one with the shortest list, where that is short."""
    if not indexed:
        return None
    lists = [each.owners.limit(FEW + 1).subquery() for each in indexed]
    counts = [select(func.count()).select_from(owners).scalar_subquery() for owners in lists]
    [sizes] = await reader.records(select(*counts))
    size, fewest = min(zip(sizes, indexed, strict=True), key=lambda pair: pair[0])
    return fewest if size <= FEW else None
