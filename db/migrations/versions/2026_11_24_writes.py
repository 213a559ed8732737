"""Writers store a batch, or what COPY left of it, with one statement."""

from db.migrations.script import run_sql_file
from db.timeseries import STORE_READINGS

revision = "2026_11_24_writes"
down_revision = "2026_11_24_queries"


def upgrade() -> None:
    run_sql_file(STORE_READINGS)
