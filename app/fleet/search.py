"""Searching a fleet by what other rows say of it, such as a tag or a word of the name.

What few have is listed, and the page is chosen from the list. What many have is asked of one row after the other in
the page's own order, until the page is full; where they aren't near its beginning (a tag of the first batch, newest
devices first), all who have it are gathered once, and the rest of the order is held against them.

Each way is quick whatever PostgreSQL believes of the tables: left to plan a join right after a thousand devices were
added, with the statistics of before, it took half a minute for one page.
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
from app.core.paging import Keyset, PageRequest, PageResult
from db.connections.readers import Reader
from db.models import Row

Model = TypeVar("Model", bound=Row)

# Looked up one by one in 20 ms; a page of 50 from more than these is found after at most a few thousand rows.
FEW = 5000
# How many rows are asked one by one for what many have, 4 µs each, before all who have it are gathered, 0.4 µs each.
NEAR = 2000
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts behind every character that may follow


@dataclass(frozen=True)
class Membership:
    """That `column` is the `owner` of some row for which the conditions hold.

    `seen` says the same of the row itself, where its own columns tell: quicker to ask of a row that is at hand, but
    under row-level security no index finds by it.
    """

    column: Any
    owner: Any
    conditions: Sequence[ColumnElement[bool]]
    seen: ColumnElement[bool] | None = None

    @property
    def owners(self) -> Select[Any]:
        return select(self.owner).where(*self.conditions)

    def listed(self) -> ColumnElement[bool]:
        """Gathers the owners, and looks up the rows of each. An array, so that no join is made of it."""
        owners = func.array(self.owners.scalar_subquery(), type_=ARRAY(Uuid))
        return self.column.in_(select(func.unnest(owners)))  # type: ignore[no-any-return]

    def asked(self) -> ColumnElement[bool]:
        """Looks at the row, or into the owners' index; OFFSET 0 keeps PostgreSQL from making a join of it."""
        return self._of_row().offset(0).exists() if self.seen is None else self.seen

    def asked_of_many(self) -> ColumnElement[bool]:
        """Lets PostgreSQL gather the owners first where it has the memory; IS TRUE keeps it from making a join."""
        return self._of_row().exists().is_(True)

    def _of_row(self) -> Select[Any]:
        return select(literal(1)).where(self.owner == self.column, *self.conditions)


def among(column: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """One of the values, as one parameter, so that the statement's text, compiled once, is the same for any number.

    A single one is compared by itself: only then is an index sorted by what comes after this column.
    """
    if len(values) == 1:
        return column == values[0]  # type: ignore[no-any-return]
    return column == any_(literal(list(values), ARRAY(column.type)))  # type: ignore[no-any-return]


def memberships_of_words(
    column: Any, owner: Any, word: Any, texts: Sequence[Any], wanted: str | None
) -> Iterator[Membership]:
    """That each word that is wanted begins a word of the texts, in any case; of no word, nobody's does.

    The database keeps those words in rows of their own (platform.words), so that a beginning is a range of an index.
    """
    if not wanted:
        return
    beginnings = dict.fromkeys(_WORD.findall(wanted.lower()))
    if not beginnings:
        yield Membership(column, owner, (false(),), false())
    for beginning in beginnings:
        is_word = literal(beginning).regexp_match("^[[:alnum:]]+$")  # to the database, too
        there = [func.lower(text).regexp_match(f"(^|[^[:alnum:]]){beginning}") for text in texts]
        seen = and_(is_word, or_(*there))
        yield Membership(column, owner, (word >= beginning, word < beginning + _LAST), seen)


@dataclass(frozen=True)
class Search(Generic[Model]):
    """The rows that aren't deleted and for which all holds: conditions on their own columns, and memberships.

    Tags and words have rows only for what isn't deleted.
    """

    model: type[Model]
    own: Sequence[ColumnElement[bool]]
    elsewhere: Sequence[Membership]

    @property
    def id_(self) -> Any:
        return self.model.id  # type: ignore[attr-defined]

    def selected(self, few: Membership | None) -> Select[Model]:
        """Out of the list of the few, or else row by row."""
        asked = [each.listed() if each is few else each.asked() for each in self.elsewhere]
        return self._there(select(self.model)).where(*asked)

    def ids(self) -> SelectBase:
        """Of all who match: what each condition finds in an index, intersected."""
        parts = [each for each in self.elsewhere if each.column is self.id_]
        others = [each.listed() for each in self.elsewhere if each.column is not self.id_]
        found = [part.owners for part in parts]
        if self.own or others or not parts:
            found.append(self._there(select(self.id_)).where(*others))
        return intersect(*found) if len(found) > 1 else found[0].distinct()

    def nearest(self, keyset: Keyset) -> Select[Model]:
        """The page, where as many as it needs are among the first rows of its order."""
        asked = and_(*(each.asked() for each in self.elsewhere))
        place = keyset.column.label("place"), self.id_.label("id")
        near = (
            keyset.cut(self._there(select(*place, asked.label("is_wanted"))), limit=NEAR)
            .subquery()
            .c
        )
        order = keyset.order(near.place, near.id)
        ids = select(near.id).where(near.is_wanted).order_by(*order).limit(keyset.request.limit + 1)
        return self._rows(keyset, ids)

    def farther(self, keyset: Keyset) -> Select[Model]:
        """The page, wherever they are."""
        asked = (each.asked_of_many() for each in self.elsewhere)
        return self._rows(keyset, keyset.cut(self._there(select(self.id_)).where(*asked)))

    def _there(self, statement: Select[Any]) -> Select[Any]:
        return statement.where(self.model.deleted_at.is_(None), *self.own)  # type: ignore[attr-defined]

    def _rows(self, keyset: Keyset, ids: Select[Any]) -> Select[Model]:
        """Whole rows of those alone that are on the page: an index had the rest."""
        return (
            select(self.model)
            .where(self.id_.in_(ids))
            .order_by(*keyset.order(keyset.column, self.id_))
        )


async def select_found(reader: Reader, search: Search[Model]) -> Select[Model]:
    """Whoever matches, to be read in pages of the caller's own."""
    return search.selected(await _fewest(reader, search.elsewhere))


async def find(
    reader: Reader,
    search: Search[Model],
    page_request: PageRequest,
    *,
    sorts: Mapping[str, Any],
) -> PageResult[Model]:
    """One page, and how many there are where that was asked; as `resource.find`."""
    few = await _fewest(reader, search.elsewhere)
    if few or not search.elsewhere:
        return await resource.find(
            reader, search.selected(few), page_request, sorts=sorts, id_=search.id_
        )
    keyset = Keyset.of(page_request, sorts, search.id_)
    rows = await reader.rows(search.nearest(keyset))
    if len(rows) <= page_request.limit:
        rows = await reader.rows(search.farther(keyset))
    total = (
        await resource.count(reader, search.ids()) if page_request.include_total else msgspec.UNSET
    )
    return keyset.found(rows, total)


async def _fewest(reader: Reader, elsewhere: Sequence[Membership]) -> Membership | None:
    """The one with the shortest list, where that is short."""
    if not elsewhere:
        return None
    lists = [each.owners.limit(FEW + 1).subquery() for each in elsewhere]
    counts = [select(func.count()).select_from(owners).scalar_subquery() for owners in lists]
    [sizes] = await reader.records(select(*counts))
    size, fewest = min(zip(sizes, elsewhere, strict=True), key=lambda pair: pair[0])
    return fewest if size <= FEW else None
