-- As platform.announce_device_change, of what is remembered with a device: its components, sensors
-- and certificates. Each device is told of once, however many rows of it a statement writes. A
-- device that this very transaction made is in nobody's memory yet, so that ten thousand lines of
-- CSV tell nobody anything; and what the pipeline writes itself it knows. A generic plan: the
-- service's connections plan anew each time, which costs three times what this does.
CREATE OR REPLACE FUNCTION platform.announce_part_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_notify('device_changed', c.device_id::text)
  FROM (SELECT DISTINCT org_id, device_id FROM changed) c
  WHERE TG_OP <> 'INSERT' OR NOT EXISTS (
    SELECT FROM platform.device d
    WHERE d.org_id = c.org_id AND d.id = c.device_id AND d.created_at = now());
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_new_components AFTER INSERT ON platform.component
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.announce_part_changes();

CREATE OR REPLACE TRIGGER announce_changed_components AFTER UPDATE ON platform.component
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.announce_part_changes();

CREATE OR REPLACE TRIGGER announce_new_sensors AFTER INSERT ON platform.sensor
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT WHEN (current_user <> 'iot_ingest')
  EXECUTE FUNCTION platform.announce_part_changes();

CREATE OR REPLACE TRIGGER announce_changed_sensors AFTER UPDATE ON platform.sensor
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT WHEN (current_user <> 'iot_ingest')
  EXECUTE FUNCTION platform.announce_part_changes();

-- A new certificate was never refused before: nobody remembers those that there are not.
CREATE OR REPLACE TRIGGER announce_changed_certificates AFTER UPDATE ON platform.certificate
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.announce_part_changes();

CREATE OR REPLACE TRIGGER announce_deleted_certificates AFTER DELETE ON platform.certificate
  REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.announce_part_changes();
