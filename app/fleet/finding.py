"""Conditions that other rows decide, such as a tag or a word of the name.

What few meet is listed first, and the list is what the page is chosen from; what many meet is checked row by row on
the way through the page's own order. Either is quick whatever PostgreSQL believes of the tables: left to plan a join
right after a thousand devices were added, with the statistics of before, it took half a minute for one page.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, false, func, literal, select

from db.snapshots import Snapshot

# Looked up one by one in 20 ms; a page of 50 from more than these is found after at most a few thousand rows.
FEW = 5000
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts behind every character that may follow


async def having(
    snapshot: Snapshot, column: Any, owner: Any, *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """That `column` is the `owner` of some row for which the conditions hold."""
    few = await snapshot.records(select(owner).where(*conditions).limit(FEW + 1))
    if len(few) <= FEW:
        # Not `= ANY`: of 500 ids and 100,000 devices PostgreSQL compares each device's id, in an index sorted by another
        # column, 28 ms instead of 3. A sub-select's rows are looked up one by one.
        ids = select(func.unnest(literal([row[0] for row in few], ARRAY(Uuid))))
        return column.in_(ids)  # type: ignore[no-any-return]
    # OFFSET 0 keeps PostgreSQL from making a join of it.
    return select(literal(1)).where(owner == column, *conditions).offset(0).exists()


async def having_words(
    snapshot: Snapshot, column: Any, owner: Any, word: Any, text: str
) -> ColumnElement[bool]:
    """That each word of the text begins a word of the owner's, in any case; never, where the text has no word.

    The database keeps the words of names in rows of their own (platform.words), so that a beginning is a range of an
    index. `%like%` would read everything: under row-level security no index serves it.
    """
    words = _WORD.findall(text.lower())
    conditions = [
        await having(snapshot, column, owner, word >= beginning, word < beginning + _LAST)
        for beginning in words
    ]
    return and_(*conditions) if words else false()
