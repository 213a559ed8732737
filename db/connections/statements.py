"""SQLAlchemy writes the statement, asyncpg runs it: for a page of 50 rows that is a third of the
ORM's time, for one row a seventh.

The text is compiled once for each shape of statement, under the key that SQLAlchemy itself caches
by. That key, its parameters and `positiontup` are private to SQLAlchemy: this breaks when they are
renamed, and then every list does, in every test of one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
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


class StatementCache:
    """Compiled statements by their shape; those that were asked for longest ago are forgotten."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[Any, Any] = OrderedDict()
        self.characters = 0

    def __len__(self) -> int:
        return len(self._compiled)

    def find(self, key: Any) -> Any | None:
        found = self._compiled.get(key)
        if found is not None:
            self._compiled.move_to_end(key)
        return found

    def keep(self, key: Any, compiled: Any) -> None:
        size = len(str(compiled))
        if size > TEXT_MAX_CHARACTERS or key in self._compiled:
            return
        self._compiled[key] = compiled
        self.characters += size
        while self.characters > TEXTS_MAX_CHARACTERS:
            _, forgotten = self._compiled.popitem(last=False)
            self.characters -= len(str(forgotten))


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
