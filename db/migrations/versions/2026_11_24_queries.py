"""Buckets as they are stored, percentiles, what counters counted, series as columns: more that readings can answer."""

from db.migrations.script import run_sql_file
from db.timeseries import RAW_QUESTIONS, STORED_PARTS

revision = "2026_11_24_queries"
down_revision = "2026_11_24_timescale"


def upgrade() -> None:
    run_sql_file(STORED_PARTS)
    run_sql_file(RAW_QUESTIONS)
