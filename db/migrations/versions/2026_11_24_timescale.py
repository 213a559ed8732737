"""The database says which backend keeps its readings. They begin plain; db/timeseries/backend.py moves them."""

from db.migrations.script import run_sql

revision = "2026_11_24_timescale"
down_revision = "2026_11_24_exports"

BACKEND = """
CREATE FUNCTION tsd.backend() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 'plain';
"""


def upgrade() -> None:
    run_sql(BACKEND)
