"""Readings' metadata as a view, for exports; who is told when an export has ended."""

from db.migrations.script import run_sql

revision = "2026_11_24_backroom"
down_revision = "2026_11_24_structured"

VIEW = """
SET ROLE iot_api;
CREATE VIEW api.reading_metadata WITH (security_barrier) AS
  SELECT org_id, sensor_id, ts, metadata FROM tsd.reading_metadata WHERE org_id = (SELECT api.org());
GRANT SELECT ON api.reading_metadata TO app;
RESET ROLE;
"""

# The address is encrypted: it may carry the receiver's own secret.
WEBHOOK = """
ALTER TABLE platform.export ADD COLUMN webhook_url bytea, ADD COLUMN webhook_status text
  CHECK (webhook_status IN ('PENDING', 'DELIVERED', 'FAILED')),
  ADD CHECK ((webhook_url IS NULL) = (webhook_status IS NULL));
"""


def upgrade() -> None:
    run_sql(VIEW)
    run_sql(WEBHOOK)
