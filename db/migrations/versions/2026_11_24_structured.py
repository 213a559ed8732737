"""What was refused is replayed; devices of a profile are listed and counted in an index."""

from db.migrations.script import run_sql

revision = "2026_11_24_structured"
down_revision = "2026_11_24_writes"

GRANTS = """
-- An entry that was replayed and refused again says why it was refused last.
GRANT UPDATE (reason, message) ON platform.quarantine_entry TO app;
"""

INDEXES = """
DROP INDEX platform.ix_device_device_profile;
CREATE INDEX ix_device_device_profile ON platform.device (org_id, device_profile_id, created_at, id)
  WHERE deleted_at IS NULL;
"""


def upgrade() -> None:
    for script in (GRANTS, INDEXES):
        run_sql(script)
