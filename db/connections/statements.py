"""SQLAlchemy writes the statement, asyncpg runs it: for a page of 50 rows that is a third of the
ORM's time, for one row a seventh.

The text is compiled once for each shape of statement, under the key that SQLAlchemy itself caches
by. That key, its parameters and `positiontup` are private to SQLAlchemy: this breaks when they are
renamed, and then every list does, in every test of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import SelectBase
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.util import LRUCache

_DIALECT = dialect()  # type: ignore[no-untyped-call]
_STATEMENTS: LRUCache[Any, Any] = LRUCache(500)


class Sql(NamedTuple):
    """A statement's text and its arguments, as asyncpg takes them."""

    text: str
    arguments: Sequence[Any]


def sql_of(statement: SelectBase) -> Sql:
    """Compiled once for each shape of statement: compiling takes longer than PostgreSQL does for a
    page.

    Lists in IN (…) change the text with their length, so those are compiled each time.
    """
    key = statement._generate_cache_key()
    compiled = key and _STATEMENTS.get(key.key)
    if compiled is None:
        compiled = statement.compile(dialect=_DIALECT, cache_key=key)
        if compiled.post_compile_params:
            compiled = statement.compile(
                dialect=_DIALECT, compile_kwargs={"render_postcompile": True}
            )
            return Sql(str(compiled), _in_order(compiled, compiled.params))
        if key:
            _STATEMENTS[key.key] = compiled
    values = compiled.construct_params(extracted_parameters=key and key.bindparams)
    return Sql(str(compiled), _in_order(compiled, values))


def _in_order(compiled: Any, values: Mapping[str, Any]) -> list[Any]:
    return [values[name] for name in compiled.positiontup or ()]
