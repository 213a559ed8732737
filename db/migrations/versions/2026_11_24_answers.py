"""Whole series as columns, of every type of value; buckets as columns."""

from db.migrations.script import run_sql_file
from db.timeseries import READING_COLUMNS, ROLLUP_COLUMNS

revision = "2026_11_24_answers"
down_revision = "2026_11_24_backroom"


def upgrade() -> None:
    run_sql_file(READING_COLUMNS)
    run_sql_file(ROLLUP_COLUMNS)
