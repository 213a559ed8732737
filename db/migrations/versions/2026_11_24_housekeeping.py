"""Exact deletion, retention by platform and by organization, and the state of the time-series core."""

from db.migrations.script import run_sql_file
from db.timeseries import HOUSEKEEPING

revision = "2026_11_24_housekeeping"
down_revision = "2026_11_24_key_changes"


def upgrade() -> None:
    run_sql_file(HOUSEKEEPING)
