"""What intervals of time hold, of many sensors at once: from rollups where there are some, exact at every moment.

Runs as app, inside a tenant's transaction, through the functions of schema `api`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np

from db.connections.types import Connection
from db.readings.columns import LONE_FROM, Floats, Integers
from db.readings.times import POSTGRES_EPOCH


@dataclass(frozen=True, slots=True)
class Buckets:
    """Of each of the sensors the intervals between neighbouring bounds. Where all but the outermost lie on multiples of
    `step`, counted from 2000-01-03 UTC, they need not be sent."""

    sensor_ids: Sequence[UUID]
    bounds: Sequence[datetime]
    step: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PartialAggregates:
    """What one sensor's intervals hold, those that aren't empty, in no order. `at` is a time inside
    the interval, in microseconds since 1970; `tiers` a bit for each that gave something: 1 the
    readings, 2 minutes, 4 quarters, 8 hours, 16 days."""

    tiers: int
    at: Integers
    counts: Integers
    columns: dict[str, Floats]


# Columns of api.rollup_partials, times as seconds since 1970; tsd.partial_columns says what they hold.
_FLOATS = ("sum", "sum_of_differences", "m2", "min", "max", "first", "last", "integral")
_TIMES = ("first_at", "last_at")
_ASKED = (
    "unnest($2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::timestamptz[], $7::timestamptz[], "
    "$8::interval[]) WITH ORDINALITY "
    "AS asked (first_sensor, last_sensor, first_bound, last_bound, start_at, end_at, step, place) "
)
# Several questions, each with some of the sensors and of the bounds.
_SENSORS, _BOUNDS = (
    "($1::uuid[])[first_sensor:last_sensor]",
    "($9::timestamptz[])[first_bound:last_bound]",
)


async def partials(
    connection: Connection, asked: Sequence[Buckets], columns: Iterable[str]
) -> dict[tuple[int, UUID], PartialAggregates]:
    """By the question's place, from 0 on, and the sensor; sensors with nothing at all are left out.
    One statement."""
    names = sorted(set(columns))
    found: dict[tuple[int, UUID], PartialAggregates] = {}
    rows = await connection.fetch(
        f"SELECT place - 1, p.* FROM {_ASKED} CROSS JOIN LATERAL "  # noqa: S608 - no values
        f"api.rollup_columns({_SENSORS}, {_BOUNDS}, start_at, end_at, step, $10) p",
        *_arguments(asked, are_steps_enough=True),
        names,
    )
    for place, sensor_id, bits, packed in rows:
        more = _unpacked(bits, packed, names)
        before = found.get((place, sensor_id))
        found[place, sensor_id] = more if before is None else _concatenate(before, more)
    return found


def _unpacked(tiers: int, packed: bytes, names: Sequence[str]) -> PartialAggregates:
    table = np.frombuffer(packed, ">i8").reshape(-1, 2 + len(names)).T.astype(np.int64)
    columns: dict[str, Floats] = {}
    for name, bits in zip(names, table[2:], strict=True):
        if name in _FLOATS:
            columns[name] = bits.view(np.float64)
        else:
            columns[name] = (
                (bits + POSTGRES_EPOCH) / 1e6 if name in _TIMES else bits.astype(np.float64)
            )
    return PartialAggregates(tiers, table[0] + POSTGRES_EPOCH, table[1], columns)


def _concatenate(one: PartialAggregates, other: PartialAggregates) -> PartialAggregates:
    return PartialAggregates(
        one.tiers | other.tiers,
        np.concatenate([one.at, other.at]),
        np.concatenate([one.counts, other.counts]),
        {
            name: np.concatenate([column, other.columns[name]])
            for name, column in one.columns.items()
        },
    )


async def percentiles(
    connection: Connection, asked: Sequence[Buckets], shares: Sequence[float]
) -> list[asyncpg.Record]:
    """Rows (place, sensor_id, bucket, percentiles), of the buckets with numbers whose readings are all kept. Places and
    buckets are counted from 1."""
    return await connection.fetch(
        f"SELECT place, p.* FROM {_ASKED} "  # noqa: S608 - no values
        f"CROSS JOIN LATERAL api.reading_percentiles({_SENSORS}, {_BOUNDS}, $10) p",
        *_arguments(asked),
        shares,
    )


async def increases(
    connection: Connection,
    asked: Sequence[Buckets],
    look_back: timedelta,
    *,
    are_dips_ignored: bool = False,
) -> list[asyncpg.Record]:
    """Rows (place, sensor_id, bucket, increase): the sum of the rises from reading to reading, a
    fall counting nothing. A dip, one reading below both its neighbours, may be passed over.

    The reading before a bucket counts if it is at most `look_back` older. Buckets without two readings to compare are
    left out, as are those whose readings are not all kept. Places and buckets are counted from 1.
    """
    return await connection.fetch(
        f"SELECT place, p.* FROM {_ASKED} "  # noqa: S608 - no values
        f"CROSS JOIN LATERAL api.reading_increases({_SENSORS}, {_BOUNDS}, $10, $11) p",
        *_arguments(asked),
        look_back,
        are_dips_ignored,
    )


def _arguments(asked: Sequence[Buckets], *, are_steps_enough: bool = False) -> list[Any]:
    """All sensors and all bounds as two arrays, and where in them each question's lie; no bounds where steps do."""
    has_bounds = [not (are_steps_enough and question.step) for question in asked]
    sensors = [sensor for question in asked for sensor in question.sensor_ids]
    lists = [
        question.bounds if is_given else ()
        for question, is_given in zip(asked, has_bounds, strict=True)
    ]
    sensors_to = list(accumulate(len(question.sensor_ids) for question in asked))
    bounds_to = list(accumulate(map(len, lists)))
    firsts = [end - len(bounds) + 1 for end, bounds in zip(bounds_to, lists, strict=True)]
    return [
        sensors,
        [
            end - len(question.sensor_ids) + 1
            for end, question in zip(sensors_to, asked, strict=True)
        ],
        sensors_to,
        # A slice between nulls is null.
        [first if is_given else None for first, is_given in zip(firsts, has_bounds, strict=True)],
        [end if is_given else None for end, is_given in zip(bounds_to, has_bounds, strict=True)],
        [question.bounds[0] for question in asked],
        [question.bounds[-1] for question in asked],
        [question.step for question in asked],
        [bound for bounds in lists for bound in bounds],
    ]


async def has_lone_integers(
    connection: Connection, sensor_id: UUID, start: datetime, end: datetime
) -> bool:
    """Whether some integers in [start, end) may be no double. The rollups tell at once where all numbers are smaller."""
    rows = await partials(connection, [Buckets([sensor_id], [start, end])], ["min", "max"])
    extremes = [abs(column) for each in rows.values() for column in each.columns.values()]
    if not any((column >= LONE_FROM).any() for column in extremes):
        return False
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM api.reading WHERE sensor_id = $1 AND ts >= $2 AND ts < $3 "
        "AND value_bigint NOT BETWEEN -$4::bigint AND $4)",
        sensor_id,
        start,
        end,
        LONE_FROM,
    )
    return found
