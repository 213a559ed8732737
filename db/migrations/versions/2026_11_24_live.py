"""Live streams of a site or a group hear at once that it has other devices."""

from db.migrations.script import run_sql

revision = "2026_11_24_live"
down_revision = "2026_11_24_catalogue"

CHANGES = """
-- The channel is FLEET_CHANGED of db/connections/notifications.py. The same organization is told once for a whole
-- transaction, so that ten thousand lines of CSV are one notification; what presence and telemetry write is no change.
CREATE FUNCTION platform.announce_fleet_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('fleet_changed', NEW.org_id::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER announce_fleet_change AFTER INSERT OR UPDATE OF site_id, tags, deleted_at ON platform.device
  FOR EACH ROW EXECUTE FUNCTION platform.announce_fleet_change();
CREATE TRIGGER announce_fleet_change AFTER UPDATE OF deleted_at ON platform.sensor
  FOR EACH ROW EXECUTE FUNCTION platform.announce_fleet_change();
CREATE TRIGGER announce_fleet_change AFTER UPDATE OF tags, match, deleted_at ON platform.device_group
  FOR EACH ROW EXECUTE FUNCTION platform.announce_fleet_change();
"""


def upgrade() -> None:
    run_sql(CHANGES)
