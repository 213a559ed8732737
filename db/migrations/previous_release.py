"""A database of the release before the baseline, brought to where the baseline begins.

That release ran fifteen migrations, the last of them PREVIOUS_HEAD, and kept functions in them. What
was renamed since is renamed here; functions, views and triggers are made anew by db/functions, which
also drops those that are no more. Nothing is copied: it takes as long for a large database as for a
small one.
"""

from __future__ import annotations

import psycopg

from db import functions

PREVIOUS_HEAD = "2026_11_24_answers"
BASELINE = "0001"

TIERS = ("rollup_1m", "rollup_15m", "rollup_1h", "rollup_1d")
PARTIALS = {
    "n_all": "count_all",
    "n": "count",
    "s": "sum",
    "sd": "sum_of_differences",
    "mn": "min",
    "mx": "max",
    "ft": "first_at",
    "fv": "first",
    "lt": "last_at",
    "lv": "last",
    "ti": "integral",
}
RUNS = {"lt": "last_at", "lv": "last", "ti": "integral", "fv": "first"}

RENAME_MARKS = """
ALTER TABLE tsd.rollup_mark RENAME TO rollup_watermark;
ALTER TABLE tsd.rollup_watermark RENAME COLUMN log_below TO invalidation_threshold;
ALTER TABLE tsd.rollup_watermark RENAME COLUMN materialised_to TO watermark;
ALTER TABLE tsd.rollup_watermark RENAME CONSTRAINT rollup_mark_pkey TO rollup_watermark_pkey;
ALTER TABLE tsd.rollup_watermark
  RENAME CONSTRAINT rollup_mark_width_key TO rollup_watermark_width_key;
ALTER TABLE tsd.rollup_watermark RENAME CONSTRAINT rollup_mark_check TO rollup_watermark_check;
"""

MAKE_RUN = """
CREATE TYPE tsd.run AS (
  last_at timestamptz, last double precision, integral double precision,
  first double precision, moments double precision[]);
"""

# The continuous aggregates lean on these: they stay what they are, and are given other functions.
RENAME_RUN_AGGREGATES = """
ALTER AGGREGATE tsd.run_ti(
  timestamptz, timestamptz, bigint, float8, float8, float8, float8, float8
) RENAME TO run_integral;
ALTER AGGREGATE tsd.run_sd(
  timestamptz, timestamptz, bigint, float8, float8, float8, float8, float8
) RENAME TO run_sum_of_differences;
"""


def adopt(connection: psycopg.Connection) -> bool:
    """As iot_owner, in the migrations' transaction: rename what such a database has. Whether it is one."""
    if not _is_at(connection, PREVIOUS_HEAD):
        return False
    functions.prepare(connection)
    connection.execute(RENAME_MARKS.encode())
    connection.execute("ALTER TYPE tsd.part RENAME TO partial")
    _rename(connection, "TYPE tsd.partial", "ATTRIBUTE", PARTIALS)
    connection.execute("DROP TYPE tsd.runs")
    for tier in TIERS:
        is_aggregate = _is_there(
            connection,
            "SELECT FROM pg_class WHERE relkind = 'v' AND oid = %s::regclass",
            f"tsd.{tier}",
        )
        kind = "MATERIALIZED VIEW" if is_aggregate else "TABLE"
        _rename(connection, f"{kind} tsd.{tier}", "COLUMN", PARTIALS)
    if _is_there(connection, "SELECT WHERE to_regtype(%s) IS NOT NULL", "tsd.run"):
        _rename(connection, "TYPE tsd.run", "ATTRIBUTE", RUNS)
        connection.execute(RENAME_RUN_AGGREGATES.encode())
    else:
        connection.execute(MAKE_RUN.encode())
    connection.execute("UPDATE platform.alembic_version SET version_num = %s", [BASELINE])
    return True


def _is_at(connection: psycopg.Connection, revision: str) -> bool:
    return _is_there(
        connection, "SELECT WHERE to_regclass(%s) IS NOT NULL", "platform.alembic_version"
    ) and _is_there(
        connection, "SELECT FROM platform.alembic_version WHERE version_num = %s", revision
    )


def _is_there(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), [name]).fetchone() is not None


def _rename(connection: psycopg.Connection, what: str, part: str, names: dict[str, str]) -> None:
    for old, new in names.items():
        connection.execute(f"ALTER {what} RENAME {part} {old} TO {new}".encode())
