"""Structured payloads and their replay out of quarantine."""

from db.migrations.script import run_sql

revision = "2026_11_24_structured"
down_revision = "2026_11_24_queries"

GRANTS = """
-- An entry that was replayed and refused again says why it was refused last.
GRANT UPDATE (reason, message) ON platform.quarantine_entry TO app;
"""


def upgrade() -> None:
    run_sql(GRANTS)
