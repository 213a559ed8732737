-- What hangs on a component ends with it, as with a device.
CREATE OR REPLACE FUNCTION platform.end_component() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.sensor SET deleted_at = NEW.deleted_at, updated_at = now()
  WHERE org_id = NEW.org_id AND component_id = NEW.id AND deleted_at IS NULL;
  DELETE FROM platform.desired_state_binding
  WHERE org_id = NEW.org_id AND target_type = 'COMPONENT' AND target_id = NEW.id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER end_component
  AFTER UPDATE OF deleted_at ON platform.component FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
  EXECUTE FUNCTION platform.end_component();
