"""SHOW: what there is to ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from app.telemetry.influxql.conditions import FIELD, asked_of, sources_of
from app.telemetry.influxql.schemas import Cell, InfluxSeries, cut
from app.telemetry.influxql.statements import InfluxError, Pattern, Show, TagComparison, Text
from db.connections.types import Connection
from db.queries import influx_series as queries
from db.queries.influx_series import AllOf, SeriesCondition

DATABASE, POLICY = "holdfast", "autogen"
ROWS_MAX = 10_000
KEYS_MAX = 20
_FIELD_TYPES = {"DOUBLE": "float", "BIGINT": "integer", "BOOLEAN": "boolean", "TEXT": "string"}


async def show(tx: Connection, statement: Show, now: datetime) -> list[InfluxSeries]:
    """Raises InfluxError. At most ROWS_MAX rows in all."""
    condition = AllOf([sources_of(statement.sources), asked_of(statement.where, now).series])
    match statement.what:
        case "DATABASES":
            found = [InfluxSeries("databases", ["name"], [[DATABASE]])]
        case "RETENTION POLICIES":
            columns = ["name", "duration", "shardGroupDuration", "replicaN", "default"]
            found = [InfluxSeries("", columns, [[POLICY, "0s", "168h0m0s", 1, True]])]
        case "MEASUREMENTS":
            names = await queries.measurements(tx, condition, at_most=ROWS_MAX)
            values: list[list[Cell]] = [[name] for name in names]
            found = [InfluxSeries("measurements", ["name"], values)] if names else []
        case "TAG KEYS":
            rows = await queries.tag_keys(tx, condition, at_most=ROWS_MAX)
            found = _by_measurement(["tagKey"], ((name, (key,)) for name, key in rows))
        case "TAG VALUES":
            found = await _tag_values(tx, statement, condition)
        case "FIELD KEYS":
            rows = await queries.value_types(tx, condition, at_most=ROWS_MAX)
            types = ((name, (FIELD, _FIELD_TYPES[type_])) for name, type_ in rows)
            found = _by_measurement(["fieldKey", "fieldType"], types)
    return [cut(each, statement.bounds) for each in found]


def _by_measurement(
    columns: list[str], rows: Iterable[tuple[str, tuple[Cell, ...]]]
) -> list[InfluxSeries]:
    """Rows are in the order of their measurements."""
    return [
        InfluxSeries(name, list(columns), [list(cells) for _, cells in of_it])
        for name, of_it in groupby(rows, key=itemgetter(0))
    ]


async def _tag_values(
    tx: Connection, statement: Show, condition: SeriesCondition
) -> list[InfluxSeries]:
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for key in await _keys(tx, statement, condition):
        values = await queries.tag_values(tx, key, condition, at_most=ROWS_MAX - len(rows))
        rows += [(name, (key, value)) for name, value in values]
    return _by_measurement(["key", "value"], sorted(rows, key=itemgetter(0)))


async def _keys(tx: Connection, statement: Show, condition: SeriesCondition) -> list[str]:
    keys = statement.keys
    if not isinstance(keys, TagComparison):
        names = [key.value for key in keys or []]
    else:
        if not isinstance(keys.right, Text | Pattern) or keys.operator not in ("=~", "!~"):
            raise InfluxError('WITH KEY takes = "name", IN (…), =~ /regex/ or !~ /regex/')
        pattern = await tx.fetch(
            "SELECT key FROM unnest($1::text[]) AS key WHERE (key ~ $2) = $3",
            sorted({key for _, key in await queries.tag_keys(tx, condition, at_most=ROWS_MAX)}),
            keys.right.value,
            keys.operator == "=~",
        )
        names = [row["key"] for row in pattern]
    if len(names) > KEYS_MAX:
        raise InfluxError(f"values of at most {KEYS_MAX} tags may be asked at once")
    return names
