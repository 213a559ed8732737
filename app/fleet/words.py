"""Finding by text: every word of what is asked for begins a word of the name, in any case.

The database keeps the words of names in rows of their own (platform.words), so that a beginning is a range of an
index. `%like%` would read everything: under row-level security no index serves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, exists, false

_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts behind every character that may follow


def begins(text: str, word: Any, owner: Any, owned_by: Any) -> Iterator[ColumnElement[bool]]:
    """For each word of the text, that the owner has one which begins with it; never, where the text has no word.

    `word` is the column of words, `owner` the column of whose they are, `owned_by` what that has to be.
    """
    words = _WORD.findall(text.lower())
    if not words:
        yield false()
    for beginning in words:
        yield exists().where(owner == owned_by, word >= beginning, word < beginning + _LAST)
