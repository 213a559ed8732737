"""Reading rows without entities, in whatever transaction.

There is one way to read and there are three to be connected: a snapshot that opens itself
(snapshots.py), a session that has written already (sessions.py), a connection whose transaction
somebody else has begun (here). All give the same: tuples with the attributes of the model.
Entities, which can be changed, come from `get_to_change` alone (app/core/resource.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import Select, SelectBase, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from db.connections.statements import sql_of
from db.connections.types import Connection
from db.models import Row

Model = TypeVar("Model", bound=Row)


class Reader(ABC):
    """What a tenant has. Type checkers take rows for the model; assigning to one fails when run."""

    _json_is_text: ClassVar[bool] = True  # as asyncpg gives it, where nobody taught it otherwise

    @abstractmethod
    async def connected(self) -> Connection:
        """The connection, in a transaction that sees this tenant's data."""

    async def rows(self, statement: Select[Model]) -> list[Model]:
        """What a select of one model finds."""
        model = statement.column_descriptions[0]["entity"]
        statement = statement.with_only_columns(*_columns(model), maintain_column_froms=True)
        make = _maker(model, decodes_json=self._json_is_text)
        return cast(list[Model], list(map(make, await self.records(statement))))

    async def row(self, model: type[Model], id_: UUID) -> Model | None:
        """The row with this id, by a statement that is written once for each model."""
        record = await (await self.connected()).fetchrow(_by_id(model), id_)
        if record is None:
            return None
        return cast(Model, _maker(model, decodes_json=self._json_is_text)(record))

    async def records(self, statement: SelectBase) -> list[asyncpg.Record]:
        """What a select of columns finds; what is JSON, as the connection has it."""
        text, arguments = sql_of(statement)
        return await (await self.connected()).fetch(text, *arguments)

    async def value(self, statement: SelectBase) -> Any:
        """The one value of a select's one row; None where there is no row."""
        text, arguments = sql_of(statement)
        return await (await self.connected()).fetchval(text, *arguments)


class ConnectionReader(Reader):
    """Over a connection whose transaction somebody else has begun and will end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def connected(self) -> Connection:
        return self._connection


@cache
def _by_id(model: type[Row]) -> str:
    id_ = getattr(model, "id")  # noqa: B009 - every model that is asked for has one
    return sql_of(select(*_columns(model)).where(id_ == UUID(int=0))).text


@cache
def _columns(model: type[Row]) -> list[Any]:
    """Named as the model's attributes are, which the table's columns needn't be."""
    return [getattr(model, name).label(name) for name in _attributes(model)]


def _attributes(model: type[Row]) -> Mapping[str, ColumnElement[Any]]:
    return {attribute.key: attribute.columns[0] for attribute in model.__mapper__.column_attrs}


@cache
def _maker(model: type[Row], *, decodes_json: bool) -> Callable[[Iterable[Any]], Any]:
    """From a record to a tuple."""
    attributes = _attributes(model)
    make: Callable[[Iterable[Any]], Any] = getattr(namedtuple(model.__name__, attributes), "_make")  # noqa: B009
    of_json = [
        place for place, column in enumerate(attributes.values()) if isinstance(column.type, JSONB)
    ]

    def make_decoded(record: Iterable[Any]) -> Any:
        values = list(record)
        for place in of_json:
            if values[place] is not None:
                values[place] = msgspec.json.decode(values[place])
        return make(values)

    return make_decoded if of_json and decodes_json else make
