"""Sensors as InfluxDB has series: a measurement and tags. As app, inside a tenant's transaction.

Conditions are compiled, every name and value of theirs being a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from db.connections.types import Connection

Operator = Literal["=", "!=", "=~", "!~"]
_SQL = {"=": "=", "!=": "<>", "=~": "~", "!~": "!~"}
_MEASUREMENT = "split_part(s.key, '{', 1)"
_TAGS = {
    "device": "d.name",
    "deviceId": "d.id::text",
    "component": "coalesce(c.key, '')",
    "site": "coalesce(p.name, '')",
}
TAG_NAMES = tuple(_TAGS)
_FROM = """
FROM platform.sensor s
JOIN platform.device d ON d.id = s.device_id AND d.deleted_at IS NULL
LEFT JOIN platform.component c ON c.id = s.component_id
LEFT JOIN platform.site p ON p.id = d.site_id
WHERE s.deleted_at IS NULL
"""


@dataclass(frozen=True)
class TagTerm:
    """A tag, of None the measurement, compared with a text or a regular expression. A series that
    doesn't have the tag has an empty one."""

    tag: str | None
    operator: Operator
    value: str


@dataclass(frozen=True)
class AllOf:
    terms: Sequence[SeriesCondition]


@dataclass(frozen=True)
class AnyOf:
    terms: Sequence[SeriesCondition]


SeriesCondition = TagTerm | AllOf | AnyOf
EVERY = AllOf(())


class SeriesOfSensor(NamedTuple):
    """`tags` are those that it has."""

    measurement: str
    sensor_id: UUID
    value_type: str
    tags: dict[str, str]


class _Compiled:
    """The text of a condition, and its parameters from $1 on."""

    def __init__(self, condition: SeriesCondition) -> None:
        self.parameters: list[Any] = []
        self.text = self._of(condition)

    def put(self, value: Any) -> str:
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def tag(self, name: str) -> str:
        return _TAGS.get(name) or f"coalesce(s.labels ->> {self.put(name)}, '')"

    def _of(self, condition: SeriesCondition) -> str:
        if isinstance(condition, TagTerm):
            what = _MEASUREMENT if condition.tag is None else self.tag(condition.tag)
            return f"{what} {_SQL[condition.operator]} {self.put(condition.value)}"
        parts = [f"({self._of(term)})" for term in condition.terms]
        empty = "true" if isinstance(condition, AllOf) else "false"
        return (" AND " if isinstance(condition, AllOf) else " OR ").join(parts) or empty


async def series_of(
    connection: Connection, condition: SeriesCondition, *, at_most: int
) -> list[SeriesOfSensor]:
    """In the order of measurement, device and key."""
    asked = _Compiled(condition)
    rows = await connection.fetch(
        f"SELECT {_MEASUREMENT}, s.id, s.value_type, s.labels, d.name, d.id, c.key, p.name {_FROM}"
        f" AND ({asked.text}) ORDER BY 1, d.name, s.key, s.id LIMIT {asked.put(at_most)}",
        *asked.parameters,
    )
    return [_series(*row) for row in rows]


def _series(
    measurement: str,
    sensor_id: UUID,
    value_type: str,
    labels: str,
    device: str,
    device_id: UUID,
    component: str | None,
    site: str | None,
) -> SeriesOfSensor:
    own = {"device": device, "deviceId": str(device_id), "component": component, "site": site}
    tags = {**msgspec.json.decode(labels), **{tag: text for tag, text in own.items() if text}}
    return SeriesOfSensor(measurement, sensor_id, value_type, tags)


async def measurements(
    connection: Connection, condition: SeriesCondition, *, at_most: int
) -> list[str]:
    asked = _Compiled(condition)
    rows = await connection.fetch(
        f"SELECT DISTINCT {_MEASUREMENT} {_FROM} AND ({asked.text}) "
        f"ORDER BY 1 LIMIT {asked.put(at_most)}",
        *asked.parameters,
    )
    return [row[0] for row in rows]


async def tag_keys(
    connection: Connection, condition: SeriesCondition, *, at_most: int
) -> list[tuple[str, str]]:
    """Of each measurement those that some of its series has."""
    asked = _Compiled(condition)
    own = ", ".join(f"CASE WHEN {text} <> '' THEN '{tag}' END" for tag, text in _TAGS.items())
    keys = f"ARRAY[{own}] || ARRAY(SELECT jsonb_object_keys(s.labels))"
    rows = await connection.fetch(
        "SELECT DISTINCT measurement, key FROM "  # noqa: S608 - no values
        f"(SELECT {_MEASUREMENT} AS measurement, "
        f"unnest({keys}) AS key {_FROM} AND ({asked.text})) k "
        f"WHERE key IS NOT NULL ORDER BY 1, 2 LIMIT {asked.put(at_most)}",
        *asked.parameters,
    )
    return [(row[0], row[1]) for row in rows]


async def tag_values(
    connection: Connection, tag: str, condition: SeriesCondition, *, at_most: int
) -> list[tuple[str, str]]:
    """Of each measurement those that some of its series has."""
    asked = _Compiled(condition)
    value = asked.tag(tag)
    rows = await connection.fetch(
        f"SELECT DISTINCT {_MEASUREMENT}, {value} AS value {_FROM} AND ({asked.text}) "
        f"AND {value} <> '' ORDER BY 1, 2 LIMIT {asked.put(at_most)}",
        *asked.parameters,
    )
    return [(row[0], row[1]) for row in rows]


async def value_types(
    connection: Connection, condition: SeriesCondition, *, at_most: int
) -> list[tuple[str, str]]:
    """Of each measurement the types that its sensors have."""
    asked = _Compiled(condition)
    rows = await connection.fetch(
        f"SELECT DISTINCT {_MEASUREMENT}, s.value_type {_FROM} AND ({asked.text}) "
        f"ORDER BY 1, 2 LIMIT {asked.put(at_most)}",
        *asked.parameters,
    )
    return [(row[0], row[1]) for row in rows]


async def readings_of(
    connection: Connection,
    sensor_ids: Sequence[UUID],
    start: datetime,
    end: datetime,
    *,
    of_each: int,
    at_most: int,
    descending: bool,
) -> list[asyncpg.Record]:
    """Rows (sensor_id, ts, four values), in the order of time; at most so many of each sensor, and
    of all."""
    order = "DESC" if descending else "ASC"
    return await connection.fetch(
        "SELECT s.id AS sensor_id, "  # noqa: S608 - no values
        "r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text "
        "FROM unnest($1::uuid[]) AS s (id) "
        "CROSS JOIN LATERAL api.raw_readings(s.id, $2, $3, NULL, $4, $5) r "
        f"ORDER BY r.ts {order}, s.id LIMIT $6",
        sensor_ids,
        start,
        end,
        of_each,
        descending,
        at_most,
    )
