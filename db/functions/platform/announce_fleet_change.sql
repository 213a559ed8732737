-- The channel is FLEET_CHANGED of db/connections/notifications.py. The same organization is told
-- once for a whole transaction, so that ten thousand lines of CSV are one notification; what
-- presence and telemetry write is no change.
CREATE OR REPLACE FUNCTION platform.announce_fleet_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('fleet_changed', NEW.org_id::text);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_fleet_change
  AFTER INSERT OR UPDATE OF site_id, customer_id, tags, deleted_at ON platform.device
  FOR EACH ROW EXECUTE FUNCTION platform.announce_fleet_change();

CREATE OR REPLACE TRIGGER announce_fleet_change
  AFTER UPDATE OF deleted_at ON platform.sensor
  FOR EACH ROW EXECUTE FUNCTION platform.announce_fleet_change();

CREATE OR REPLACE TRIGGER announce_fleet_change
  AFTER UPDATE OF tags, match, deleted_at ON platform.device_group
  FOR EACH ROW EXECUTE FUNCTION platform.announce_fleet_change();
