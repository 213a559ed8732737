"""Rollup tiers with their marks and the log of late rows."""

from db.migrations.script import run_sql_file
from db.timeseries import PLAIN_ROLLUPS, ROLLUP_LOG, ROLLUP_PARTS, ROLLUP_QUESTIONS

revision = "2026_11_24_rollups"
down_revision = "2026_11_23_core"


def upgrade() -> None:
    for script in (ROLLUP_LOG, ROLLUP_PARTS, PLAIN_ROLLUPS, ROLLUP_QUESTIONS):
        run_sql_file(script)
