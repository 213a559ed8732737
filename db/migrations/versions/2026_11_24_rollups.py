"""Rollup tiers with their marks and the log of late rows."""

from db.migrations.script import run_sql_file
from db.timeseries import ROLLUP_LOG

revision = "2026_11_24_rollups"
down_revision = "2026_11_23_core"


def upgrade() -> None:
    run_sql_file(ROLLUP_LOG)
