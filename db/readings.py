"""The hot SQL: one function for each question about readings. Rows come out as they are.

Asking runs as app, inside a tenant's transaction, through the functions of schema `api`. Storing is db/writing.py's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import asyncpg

from db.types import Connection, Pool

# The first integer whose successor is no double.
_LONE_FROM = 2**53


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A refused element. The same one again only counts up `occurrences`."""

    id: UUID
    org_id: UUID
    device_id: UUID | None
    reason: str
    message: str
    payload: bytes
    payload_hash: bytes
    payload_index: int
    occurrences: int = 1


async def quarantine(connection: Connection, rows: Sequence[QuarantineRow]) -> None:
    """Keep refused elements; one that is here already is counted."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: (row.org_id, row.payload_hash, row.payload_index))
    await connection.execute(
        "INSERT INTO platform.quarantine_entry AS q "
        "(id, org_id, device_id, reason, message, payload, payload_hash, payload_index, occurrences) "
        "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], "
        "$8::integer[], $9::integer[]) "
        "ON CONFLICT (org_id, device_id, payload_hash, payload_index) DO UPDATE "
        "SET occurrences = q.occurrences + excluded.occurrences, last_received_at = now(), "
        "reason = excluded.reason, message = excluded.message",
        [row.id for row in ordered],
        [row.org_id for row in ordered],
        [row.device_id for row in ordered],
        [row.reason for row in ordered],
        [row.message for row in ordered],
        [row.payload for row in ordered],
        [row.payload_hash for row in ordered],
        [row.payload_index for row in ordered],
        [row.occurrences for row in ordered],
    )


async def ensure_partitions(pool: Pool, days: Iterable[date]) -> None:
    """Make the day partitions that are missing, in transactions of their own: never inside a batch's."""
    wanted = list(days)
    while True:
        # Who waited for another's lock may still not see what that one made.
        with contextlib.suppress(asyncpg.DuplicateTableError):
            await pool.execute("SELECT tsd.ensure_partitions($1::date[])", wanted)
            return


@dataclass(frozen=True, slots=True)
class Buckets:
    """Bucket n of each of the sensors is [bounds[n - 1], bounds[n]), from 1 on. `step`, where all bounds but the
    outermost lie so far apart, saves the database a look at each."""

    sensor_ids: Sequence[UUID]
    bounds: Sequence[datetime]
    step: timedelta | None = None


# The columns of api.rollup_parts, times as seconds since 1970; db/timeseries/rollup_parts.sql says what they hold.
_PARTS = {name: f"p.{name}" for name in ("n_all", "n", "s", "m2", "mn", "mx", "fv", "lv", "ti")} | {
    name: f"date_part('epoch', p.{name})" for name in ("ft", "lt")
}
# Several questions, each with some of the sensors and of the bounds.
_ASKED = (
    "unnest($3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::interval[]) WITH ORDINALITY "
    "AS asked (first_sensor, last_sensor, first_bound, last_bound, step, place) "
)
_SENSORS, _BOUNDS = "($1::uuid[])[first_sensor:last_sensor]", "($2::timestamptz[])[first_bound:last_bound]"


async def parts(
    connection: Connection, asked: Sequence[Buckets], columns: Iterable[str]
) -> list[asyncpg.Record]:
    """Rows (place, sensor_id, tiers, bucket, n_all, …): for each question, by its place from 1 on, and sensor with
    anything at all the numbers of its non-empty buckets, how many readings they hold, and the columns asked for, as
    arrays of one order, which is not time's. `tiers` is a bit for each that gave something: 1 the readings, 2 minutes,
    4 quarters, 8 hours, 16 days. One statement.
    """
    names = ["n_all", *sorted(set(columns) - {"n_all"})]
    arrays = ", ".join(f"array_agg({_PARTS[name]}) AS {name}" for name in names)
    statement = (
        f"SELECT place, p.sensor_id, bit_or(p.tiers) AS tiers, array_agg(p.bucket) AS bucket, {arrays} "  # noqa: S608 - names
        f"FROM {_ASKED} CROSS JOIN LATERAL api.rollup_parts({_SENSORS}, {_BOUNDS}, step) p GROUP BY place, p.sensor_id"
    )
    return await connection.fetch(statement, *_arguments(asked))


async def percentiles(
    connection: Connection, asked: Sequence[Buckets], shares: Sequence[float]
) -> list[asyncpg.Record]:
    """Rows (place, sensor_id, bucket, percentiles), of the buckets with numbers whose readings are all kept."""
    return await connection.fetch(
        f"SELECT place, p.* FROM {_ASKED} "  # noqa: S608 - no values
        f"CROSS JOIN LATERAL api.reading_percentiles({_SENSORS}, {_BOUNDS}, $8) p",
        *_arguments(asked),
        shares,
    )


async def increases(
    connection: Connection, asked: Sequence[Buckets], look_back: timedelta
) -> list[asyncpg.Record]:
    """Rows (place, sensor_id, bucket, increase): the sum of the rises from reading to reading, a fall counting nothing.

    The reading before a bucket counts if it is at most `look_back` older. Buckets without two readings to compare are
    left out, as are those whose readings are not all kept.
    """
    return await connection.fetch(
        f"SELECT place, p.* FROM {_ASKED} "  # noqa: S608 - no values
        f"CROSS JOIN LATERAL api.reading_increases({_SENSORS}, {_BOUNDS}, $8) p",
        *_arguments(asked),
        look_back,
    )


def _arguments(asked: Sequence[Buckets]) -> list[Any]:
    """All sensors and all bounds as two arrays, and where in them each question's lie."""
    sensors = [sensor for question in asked for sensor in question.sensor_ids]
    bounds = [bound for question in asked for bound in question.bounds]
    sensors_to = list(accumulate(len(question.sensor_ids) for question in asked))
    bounds_to = list(accumulate(len(question.bounds) for question in asked))
    return [
        sensors,
        bounds,
        [end - len(question.sensor_ids) + 1 for end, question in zip(sensors_to, asked, strict=True)],
        sensors_to,
        [end - len(question.bounds) + 1 for end, question in zip(bounds_to, asked, strict=True)],
        bounds_to,
        [question.step for question in asked],
    ]


async def stats(connection: Connection, sensor_id: UUID, start: datetime, end: datetime) -> dict[str, Any]:
    """One row: n, avg, min, max, sum, stddev (sample), first_at, first, last_at, last, tiers (bits as above).

    The values are JSON text.
    """
    row = await connection.fetchrow("SELECT * FROM api.reading_stats($1, $2, $3)", sensor_id, start, end)
    assert row is not None  # noqa: S101 - a function with OUT columns returns exactly one row
    return dict(row)


async def latest(connection: Connection, sensor_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The newest row by event time (sensor_id, ts, four values) of each sensor that is there and has one."""
    return await connection.fetch(
        "SELECT l.sensor_id, l.ts, l.value_double, l.value_bigint, l.value_bool, l.value_text "
        # No join: before the tables are analysed it is planned as a nested loop over all of both.
        "FROM api.latest l WHERE l.sensor_id = ANY ($1) AND l.sensor_id = ANY ("
        "ARRAY(SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL))",
        sensor_ids,
    )


async def snapshot_of(connection: Connection, sensor_id: UUID) -> tuple[datetime, str] | None:
    """When this transaction's snapshot was taken, and the type of the sensor's values; None when the tenant has no such
    sensor."""
    row = await connection.fetchrow(
        "SELECT now(), value_type FROM platform.sensor WHERE id = $1 AND deleted_at IS NULL", sensor_id
    )
    return None if row is None else (row[0], row[1])


async def has_lone_integers(connection: Connection, sensor_id: UUID, start: datetime, end: datetime) -> bool:
    """Whether some integers in [start, end) may be no double. The rollups tell at once where all numbers are smaller."""
    rows = await parts(connection, [Buckets([sensor_id], [start, end])], ["mn", "mx"])
    extremes = [abs(value) for row in rows for value in (*row["mn"], *row["mx"]) if value is not None]
    if max(extremes, default=0) < _LONE_FROM:
        return False
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM api.reading WHERE sensor_id = $1 AND ts >= $2 AND ts < $3 "
        "AND value_bigint NOT BETWEEN -$4::bigint AND $4)",
        sensor_id,
        start,
        end,
        _LONE_FROM,
    )
    return found


async def sensors_there(connection: Connection, sensor_ids: Sequence[UUID]) -> tuple[datetime, set[UUID]]:
    """When this transaction's snapshot was taken, and which of these sensors the tenant has."""
    row = await connection.fetchrow(
        "SELECT now(), ARRAY(SELECT id FROM platform.sensor WHERE id = ANY ($1) AND deleted_at IS NULL)",
        sensor_ids,
    )
    assert row is not None  # noqa: S101 - a select without FROM returns exactly one row
    return row[0], set(row[1])


async def sensors_of_devices(
    connection: Connection, device_ids: Sequence[UUID], *, after: UUID | None, limit: int
) -> list[UUID]:
    """The first of these devices' sensors by id, after that one."""
    rows = await connection.fetch(
        "SELECT id FROM platform.sensor WHERE device_id = ANY ($1) AND deleted_at IS NULL "
        "AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
        device_ids,
        after,
        limit,
    )
    return [row["id"] for row in rows]
