"""SQLAlchemy writes the statement, asyncpg runs it: for a page of 50 rows that is a third of the
ORM's time, for one row a seventh.

The text is compiled once for each shape of statement, under the key that SQLAlchemy itself caches
by. That key, its parameters and `positiontup` are private to SQLAlchemy: this breaks when they are
renamed, and then every list does, in every test of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import SelectBase
from sqlalchemy.dialects.postgresql.asyncpg import dialect

_DIALECT = dialect()  # type: ignore[no-untyped-call]
# A compiled statement takes some 80 times the length of its text. So the texts are what is counted:
# a few hundred of the usual ones, 40 MB. One that is much longer than any of ours is not kept.
TEXTS_MAX_CHARACTERS = 512 * 1024
TEXT_MAX_CHARACTERS = 16 * 1024


class Sql(NamedTuple):
    """A statement's text and its arguments, as asyncpg takes them."""

    text: str
    arguments: Sequence[Any]


@dataclass(slots=True)
class _Kept:
    compiled: Any
    characters: int
    asked_at: int  # by the number of the question, not by the clock


class StatementCache:
    """Compiled statements by their shape; those that were asked for longest ago are forgotten.

    Keys are long and hashed anew each time: asking hashes them once, forgetting is done for a third
    of all at once.
    """

    def __init__(self) -> None:
        self._kept: dict[Any, _Kept] = {}
        self._questions = 0
        self.characters = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Any) -> Any | None:
        found = self._kept.get(key)
        if found is None:
            return None
        self._questions += 1
        found.asked_at = self._questions
        return found.compiled

    def keep(self, key: Any, compiled: Any) -> None:
        size = len(str(compiled))
        if size > TEXT_MAX_CHARACTERS or key in self._kept:
            return
        self._questions += 1
        self._kept[key] = _Kept(compiled, size, self._questions)
        self.characters += size
        if self.characters > TEXTS_MAX_CHARACTERS:
            self._forget()

    def _forget(self) -> None:
        oldest = sorted(self._kept, key=lambda key: self._kept[key].asked_at)
        for key in oldest[: len(oldest) // 3 + 1]:
            self.characters -= self._kept.pop(key).characters


statements = StatementCache()


def sql_of(statement: SelectBase) -> Sql:
    """Compiled once for each shape of statement: compiling takes longer than PostgreSQL does for a
    page.

    Lists in IN (…) change the text with their length, so those are compiled each time.
    """
    key = statement._generate_cache_key()
    compiled = key and statements.find(key.key)
    if compiled is None:
        compiled = statement.compile(dialect=_DIALECT, cache_key=key)
        if compiled.post_compile_params:
            compiled = statement.compile(
                dialect=_DIALECT, compile_kwargs={"render_postcompile": True}
            )
            return Sql(str(compiled), _in_order(compiled, compiled.params))
        if key:
            statements.keep(key.key, compiled)
    values = compiled.construct_params(extracted_parameters=key and key.bindparams)
    return Sql(str(compiled), _in_order(compiled, values))


def _in_order(compiled: Any, values: Mapping[str, Any]) -> list[Any]:
    return [values[name] for name in compiled.positiontup or ()]
