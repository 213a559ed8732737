-- The channel is db/connections/notifications.py's COMMAND_CHANGED: the device, the command, and
-- what it is now.
CREATE OR REPLACE FUNCTION platform.command_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('command_changed', c.device_id || ' ' || c.id || ' ' || c.status)
    FROM changed c;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER command_added AFTER INSERT ON platform.command
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.command_changed();
CREATE OR REPLACE TRIGGER command_changed AFTER UPDATE ON platform.command
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.command_changed();
