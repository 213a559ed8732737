"""A request of several statements: each has its answer, or the reason why it has none."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from app.core.errors import Malformed, Problem
from app.telemetry.influxql.grammar import statements_of
from app.telemetry.influxql.schemas import InfluxAnswer, InfluxResult, InfluxSeries, times_of
from app.telemetry.influxql.select import select
from app.telemetry.influxql.show import show
from app.telemetry.influxql.statements import InfluxError, Select, Statement
from db.connections.types import Connection


async def answer(
    tx: Connection, text: str, *, epoch: str | None, readings_max: int
) -> InfluxAnswer:
    """All statements of one moment. Raises Malformed for what is no InfluxQL that is known here."""
    try:
        statements = statements_of(text)
        times_of([], epoch)
    except InfluxError as error:
        raise Malformed(str(error)) from None
    now: datetime = await tx.fetchval("SELECT now()")
    results = [
        await _result(tx, number, each, now, epoch, readings_max)
        for number, each in enumerate(statements)
    ]
    return InfluxAnswer(results)


async def _result(
    tx: Connection,
    number: int,
    statement: Statement,
    now: datetime,
    epoch: str | None,
    readings_max: int,
) -> InfluxResult:
    await tx.execute("SAVEPOINT statement")
    try:
        series = await _series(tx, statement, now, epoch, readings_max)
    except InfluxError as error:
        why = str(error)
    except asyncpg.InvalidRegularExpressionError:
        why = "a regular expression isn't valid"
    except asyncpg.QueryCanceledError:
        why = "that takes too long: narrow it, or ask for less time"
    except Problem as problem:
        why = problem.detail or problem.code
    else:
        await tx.execute("RELEASE statement")
        return InfluxResult(number, series)
    await tx.execute("ROLLBACK TO statement")  # the others keep their snapshot
    return InfluxResult(number, error=why)


async def _series(
    tx: Connection, statement: Statement, now: datetime, epoch: str | None, readings_max: int
) -> list[InfluxSeries]:
    if isinstance(statement, Select):
        return await select(tx, statement, now, epoch=epoch, readings_max=readings_max)
    return await show(tx, statement, now)
