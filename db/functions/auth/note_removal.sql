-- After a statement that may have taken away some of what a quota counts (`TG_ARGV` is the kind):
-- whoever finds no room counts anew. Without a tenant, of everybody.
CREATE OR REPLACE FUNCTION auth.note_removal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_org uuid := nullif(current_setting('app.org_id', true), '')::uuid;
BEGIN
  UPDATE platform.usage SET removals = removals + 1
  WHERE kind = TG_ARGV[0] AND writer = 'service' AND (v_org IS NULL OR org_id = v_org);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.device
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('devices');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.component
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('components');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.sensor
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('sensors');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.site
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('sites');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.device_group
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('device groups');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.dashboard
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('dashboards');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.sensor_profile
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('profiles');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.device_profile
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('profiles');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.pack
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('packs');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.quarantine_entry
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('quarantine bytes');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.config_artefact
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('config artefacts');

CREATE OR REPLACE TRIGGER note_deletion AFTER DELETE ON platform.config_artefact
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('config artefacts');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.desired_state_binding
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('config bindings');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.alert_rule
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('alert rules');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.alert_mute
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('alert mutes');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.camera
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('cameras');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.annotation_class
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('annotation classes');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.annotation
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('annotations');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.reference_pair
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('reference pairs');

CREATE OR REPLACE TRIGGER note_removal AFTER UPDATE OF deleted_at ON platform.job_definition
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('job definitions');

CREATE OR REPLACE TRIGGER note_removal AFTER DELETE ON platform.customer
  FOR EACH STATEMENT EXECUTE FUNCTION auth.note_removal('customers');
