-- A device that is gone is sent nothing more.
CREATE OR REPLACE FUNCTION platform.end_device_messages() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.device_message SET state = 'EXPIRED', ended_at = now()
    WHERE org_id = NEW.org_id AND device_id = NEW.id AND ended_at IS NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER end_device_messages
  AFTER UPDATE OF deleted_at ON platform.device FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
  EXECUTE FUNCTION platform.end_device_messages();
