-- The channel is db/connections/notifications.py's DEVICE_CHANGED: who remembers a device hears at
-- the commit that it is bound to another profile, or gone. By row, for with a list of columns there
-- are no transition tables, and without one those would be filled by every update of presence.
CREATE OR REPLACE FUNCTION platform.announce_device_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('device_changed', NEW.id::text);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_device_change
  AFTER UPDATE OF device_profile_id, deleted_at ON platform.device FOR EACH ROW
  WHEN ((OLD.device_profile_id, OLD.deleted_at)
        IS DISTINCT FROM (NEW.device_profile_id, NEW.deleted_at))
  EXECUTE FUNCTION platform.announce_device_change();
