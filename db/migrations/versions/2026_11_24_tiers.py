"""Rollup tiers, the questions that are answered from them, exact deletion and retention."""

from db.migrations.script import run_sql_file
from db.timeseries import HOUSEKEEPING, PLAIN_ROLLUPS, ROLLUP_PARTS, ROLLUP_QUESTIONS

revision = "2026_11_24_tiers"
down_revision = "2026_11_24_key_changes"


def upgrade() -> None:
    for script in (ROLLUP_PARTS, PLAIN_ROLLUPS, ROLLUP_QUESTIONS, HOUSEKEEPING):
        run_sql_file(script)
