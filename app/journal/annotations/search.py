"""Which annotations are asked for, found by an index however many there are.

What overlaps a window began before its end and, where it is a range, ends after its start. Nothing
bounds how long before the window it may have begun, and an index of ranges is none that row-level
security lets PostgreSQL use. So annotations have a class of length, and of each class those are
looked at that begin in the window or at most so long before it:

    class 0, up to 1 s               ┊[··········window··········)
    class 1, up to 2 s              ┊·[
    class n, up to 2ⁿ s   ┊···········[

Each class is one descent of an index that gives the newest first and ends at the page's limit. As
its annotations are longer than half the reach, most that are looked at overlap the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from app.core.errors import Malformed
from app.core.paging import Keyset, PageRequest
from app.core.wire import instant
from app.fleet.search import any_of
from db.models import Annotation

LENGTH_CLASS_MAX = 34
"""2 ** 34 seconds: 544 years, and times lie between 1900 and 2200."""

# In the subquery of a class; one for all, since statements are kept by their entities.
_One = aliased(Annotation)
SORTS = {"from": Annotation.from_at}


@dataclass(frozen=True, kw_only=True)
class AnnotationFilter:
    """Every condition given must hold; of `scope_ids` any. `device_id`: about the device, its
    components and its sensors."""

    scope_type: str | None = None
    scope_ids: Sequence[UUID] = ()
    device_id: UUID | None = None
    class_id: UUID | None = None
    definition_id: UUID | None = None
    sources: Sequence[str] = ()
    start: datetime | None = None
    end: datetime | None = None
    includes_withdrawn: bool = False

    def window(self) -> tuple[datetime | None, datetime | None]:
        """Raises Malformed for times that nobody could have meant."""
        start = None if self.start is None else instant(self.start, "from")
        end = None if self.end is None else instant(self.end, "to")
        if start is not None and end is not None and start >= end:
            raise Malformed("from must be before to")
        return start, end


def counted(wanted: AnnotationFilter) -> Select[Annotation]:
    """All of them, to be counted."""
    statement = select(Annotation).where(*_conditions(wanted, Annotation))
    if wanted.scope_ids:
        statement = statement.where(any_of(Annotation.scope_id, wanted.scope_ids))
    return statement


def page_of(wanted: AnnotationFilter, request: PageRequest) -> tuple[Select[Annotation], Keyset]:
    """The page, newest first, and one more. Raises Malformed."""
    length = select(func.generate_series(0, LENGTH_CLASS_MAX).label("class")).subquery("length")
    of_class = select(_One.id).where(
        _One.length_class == length.c["class"], *_conditions(wanted, _One)
    )
    start, _ = wanted.window()
    if start is not None:
        of_class = of_class.where(_One.from_at >= literal(start) - _reach(length.c["class"]))
    lookups = select(length.c["class"]).select_from(length)
    if wanted.scope_ids:
        scope = select(func.unnest(_ids(wanted.scope_ids)).label("id")).subquery("scope")
        of_class = of_class.where(_One.scope_id == scope.c.id)
        lookups = lookups.join(scope, true())
    found = Keyset.of(request, {"from": _One.from_at}, _One.id).cut(of_class).lateral("found")
    ids = lookups.with_only_columns(found.c.id).join(found, true())
    keyset = Keyset.of(request, SORTS, Annotation.id)
    return keyset.cut(select(Annotation).where(Annotation.id.in_(ids))), keyset


def _ids(ids: Sequence[UUID]) -> ColumnElement[Any]:
    return literal(list(ids), ARRAY(Uuid))


def _reach(length_class: ColumnElement[int]) -> ColumnElement[object]:
    """How long one of the class may be; a second more, as its logarithm is rounded."""
    return (func.power(2, length_class) + 1) * literal(timedelta(seconds=1))


def _conditions(wanted: AnnotationFilter, model: type[Annotation]) -> Iterator[ColumnElement[bool]]:
    for name in ("scope_type", "device_id", "class_id", "definition_id"):
        if (value := getattr(wanted, name)) is not None:
            yield getattr(model, name) == value
    if wanted.sources:
        yield any_of(model.source, wanted.sources)
    if not wanted.includes_withdrawn:
        yield model.withdrawn_at.is_(None)
    start, end = wanted.window()
    if start is not None:
        yield or_(model.from_at >= start, model.to_at > start)
    if end is not None:
        yield model.from_at < end
