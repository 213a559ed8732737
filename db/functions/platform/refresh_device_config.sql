-- What is desired of a device follows from its tags, its profile and its components, in the
-- transaction in which they change. An organization that binds nothing pays for a look at an index.
CREATE OR REPLACE FUNCTION platform.refresh_device_config(p_org uuid, p_devices uuid[])
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM platform.lock_config(p_org, true);
  IF EXISTS (SELECT FROM platform.desired_state_binding WHERE org_id = p_org) THEN
    PERFORM platform.write_desired_config(p_org, p_devices);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION platform.refresh_config_of_devices() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM platform.refresh_device_config(a.org_id, array_agg(a.id ORDER BY a.id))
  FROM added a GROUP BY a.org_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION platform.refresh_config_of_device() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM platform.refresh_device_config(NEW.org_id, ARRAY[NEW.id]);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION platform.refresh_config_of_components() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM platform.refresh_device_config(
    c.org_id, (SELECT array_agg(DISTINCT each.device_id) FROM changed each
      WHERE each.org_id = c.org_id))
  FROM (SELECT DISTINCT org_id FROM changed) c;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER refresh_config_of_devices AFTER INSERT ON platform.device
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refresh_config_of_devices();

CREATE OR REPLACE TRIGGER refresh_config_of_device
  AFTER UPDATE OF tags, device_profile_id ON platform.device FOR EACH ROW
  WHEN (NEW.deleted_at IS NULL AND (OLD.tags, OLD.device_profile_id)
    IS DISTINCT FROM (NEW.tags, NEW.device_profile_id))
  EXECUTE FUNCTION platform.refresh_config_of_device();

CREATE OR REPLACE TRIGGER refresh_config_of_new_components AFTER INSERT ON platform.component
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refresh_config_of_components();

CREATE OR REPLACE TRIGGER refresh_config_of_changed_components AFTER UPDATE ON platform.component
  REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refresh_config_of_components();

GRANT EXECUTE ON FUNCTION platform.refresh_device_config TO app;
