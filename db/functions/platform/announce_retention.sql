-- The channel is db/connections/notifications.py's ORGANIZATION_CHANGED.
CREATE OR REPLACE FUNCTION platform.announce_retention() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('organization_changed', NEW.id::text);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_retention
  AFTER UPDATE OF retention_days ON platform.organization FOR EACH ROW
  WHEN (OLD.retention_days IS DISTINCT FROM NEW.retention_days)
  EXECUTE FUNCTION platform.announce_retention();
