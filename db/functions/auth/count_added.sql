-- After rows were added to a table that a quota counts: `TG_ARGV` is the kind. Raises HF001 where
-- there is no room for them; who builds
-- or restores a database, as its owner or superuser, is counted and not refused.
CREATE OR REPLACE FUNCTION auth.count_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_writer text := CASE session_user WHEN 'iot_ingest' THEN 'ingest' ELSE 'service' END;
  v_org uuid;
  v_added bigint;
BEGIN
  FOR v_org, v_added IN
    SELECT a.org_id, count(*) FROM added a GROUP BY a.org_id ORDER BY a.org_id
  LOOP
    UPDATE platform.usage SET used = used + v_added
      WHERE org_id = v_org AND kind = TG_ARGV[0] AND writer = v_writer;
    IF auth.room_for(v_org, TG_ARGV[0], 0) < 0 AND session_user IN ('app', 'iot_ingest') THEN
      RAISE EXCEPTION USING ERRCODE = 'HF001', MESSAGE = 'quota exceeded', DETAIL = TG_ARGV[0],
        HINT = (SELECT at_most FROM platform.quota WHERE kind = TG_ARGV[0]);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.device
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('devices');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.component
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('components');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.sensor
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('sensors');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.site
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('sites');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.device_group
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('device groups');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.dashboard
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('dashboards');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.api_key
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('API keys');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.registration_token
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('registration tokens');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.sensor_profile
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('profiles');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.device_profile
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('profiles');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.pack
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('packs');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.config_artefact
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('config artefacts');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.desired_state_binding
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('config bindings');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.alert_rule
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('alert rules');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.alert_mute
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('alert mutes');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.camera
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('cameras');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.annotation_class
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('annotation classes');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.annotation
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('annotations');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.reference_pair
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('reference pairs');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.job_definition
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('job definitions');

CREATE OR REPLACE TRIGGER count_added AFTER INSERT ON platform.customer
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION auth.count_added('customers');
