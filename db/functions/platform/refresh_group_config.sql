-- Who is in a group may be many: what follows for them is a worker's job, see
-- workers/configuration.py. With a group end the bindings to it.
CREATE OR REPLACE FUNCTION platform.refresh_group_config() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_bindings uuid[];
BEGIN
  PERFORM platform.lock_config(NEW.org_id, false);
  SELECT array_agg(id) INTO v_bindings FROM platform.desired_state_binding
    WHERE org_id = NEW.org_id AND target_type = 'DEVICE_GROUP' AND target_id = NEW.id;
  IF v_bindings IS NULL THEN
    RETURN NULL;
  END IF;
  IF NEW.deleted_at IS NOT NULL THEN
    DELETE FROM platform.desired_state_binding WHERE org_id = NEW.org_id AND id = ANY (v_bindings);
  END IF;
  INSERT INTO platform.job (org_id, id, kind, payload) VALUES (NEW.org_id, platform.new_id(),
    'refresh-config', jsonb_build_object('bindingIds', to_jsonb(v_bindings)));
  PERFORM pg_notify('jobs_changed', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER refresh_group_config
  AFTER UPDATE OF tags, match, deleted_at ON platform.device_group FOR EACH ROW
  WHEN ((OLD.tags, OLD.match, OLD.deleted_at)
    IS DISTINCT FROM (NEW.tags, NEW.match, NEW.deleted_at))
  EXECUTE FUNCTION platform.refresh_group_config();
