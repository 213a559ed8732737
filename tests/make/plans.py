"""How PostgreSQL answers: the statements that our own code sends, and what their plans look at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import asyncpg

from db.connections.statements import Sql
from db.connections.types import AnyConnection

SMALL_ROWS = 1000  # of which reading all is what a good planner does
_LOOKED_AT = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")


class NotedConnection:
    """Passes every statement on, and writes it down."""

    def __init__(self, connection: AnyConnection) -> None:
        self.connection = connection
        self.sent: list[Sql] = []

    async def fetch(self, text: str, *arguments: Any) -> list[asyncpg.Record]:
        self.sent.append(Sql(text, arguments))
        return await self.connection.fetch(text, *arguments)

    async def fetchval(self, text: str, *arguments: Any) -> Any:
        self.sent.append(Sql(text, arguments))
        return await self.connection.fetchval(text, *arguments)

    def cursor(self, text: str, *arguments: Any) -> Any:
        self.sent.append(Sql(text, arguments))
        return self.connection.cursor(text, *arguments)


async def plan_of(connection: AnyConnection, statement: Sql) -> dict[str, Any]:
    """With what it really did: the statement runs."""
    explained = await connection.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}", *statement.arguments
    )
    plan: dict[str, Any] = json.loads(explained)[0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def scans(plan: dict[str, Any]) -> list[str]:
    """The large tables of which the plan reads every row."""
    return [
        node["Relation Name"]
        for node in nodes(plan)
        if node["Node Type"].endswith("Seq Scan")
        and node["Actual Rows"] + node.get("Rows Removed by Filter", 0) > SMALL_ROWS
    ]


def rows_by_table(plan: dict[str, Any]) -> Counter[str]:
    """How many rows it takes from tables and indexes, the ones that it throws away too."""
    rows: Counter[str] = Counter()
    for node in nodes(plan):
        if "Relation Name" in node:
            each = sum(node.get(kind, 0) for kind in _LOOKED_AT)
            rows[node["Relation Name"]] += each * node["Actual Loops"]
    return rows


def looked_at(plan: dict[str, Any]) -> float:
    """The same of all tables together."""
    return rows_by_table(plan).total()
