-- What hangs on a device ends with it. A new table of that kind has its line here; a test of the
-- catalogue misses it. Components before sensors, as whoever deletes a component locks them, and
-- commands before their messages.
CREATE OR REPLACE FUNCTION platform.end_device() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM platform.desired_state_binding b USING platform.component c
  WHERE b.org_id = NEW.org_id AND b.target_type = 'COMPONENT'
    AND (c.org_id, c.id, c.device_id) = (b.org_id, b.target_id, NEW.id);
  DELETE FROM platform.desired_state_binding
  WHERE org_id = NEW.org_id AND target_type = 'DEVICE' AND target_id = NEW.id;
  DELETE FROM platform.device_config_entry WHERE org_id = NEW.org_id AND device_id = NEW.id;
  DELETE FROM platform.device_config WHERE org_id = NEW.org_id AND device_id = NEW.id;
  UPDATE platform.certificate SET revoked_at = NEW.deleted_at
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND revoked_at IS NULL;
  DELETE FROM platform.device_key WHERE org_id = NEW.org_id AND device_id = NEW.id;
  UPDATE platform.registration_token SET revoked_at = NEW.deleted_at
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND revoked_at IS NULL;
  UPDATE platform.component SET deleted_at = NEW.deleted_at, updated_at = now()
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND deleted_at IS NULL;
  UPDATE platform.sensor SET deleted_at = NEW.deleted_at, updated_at = now()
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND deleted_at IS NULL;
  UPDATE platform.command SET status = 'FAILED', error = 'the device was deleted',
    due_at = NULL, completed_at = NEW.deleted_at
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND due_at IS NOT NULL;
  UPDATE platform.device_message SET state = 'EXPIRED', ended_at = NEW.deleted_at
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND ended_at IS NULL;
  UPDATE platform.camera SET deleted_at = NEW.deleted_at, updated_at = now()
  WHERE org_id = NEW.org_id AND device_id = NEW.id AND deleted_at IS NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER end_device AFTER UPDATE OF deleted_at ON platform.device FOR EACH ROW
  WHEN (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)
  EXECUTE FUNCTION platform.end_device();
