"""Writers store a batch with one statement, and know how long its organization keeps readings."""

from db.migrations.script import run_sql, run_sql_file
from db.timeseries import STORE_READINGS

revision = "2026_11_24_writes"
down_revision = "2026_11_24_queries"

RETENTION = """
GRANT SELECT (id, retention_days) ON platform.organization TO iot_ingest;
-- The channel is db/connections/notifications.py's ORGANIZATION_CHANGED.
CREATE FUNCTION platform.announce_retention() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('organization_changed', NEW.id::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER announce_retention AFTER UPDATE OF retention_days ON platform.organization FOR EACH ROW
  WHEN (OLD.retention_days IS DISTINCT FROM NEW.retention_days) EXECUTE FUNCTION platform.announce_retention();
"""


def upgrade() -> None:
    run_sql(RETENTION)
    run_sql_file(STORE_READINGS)
