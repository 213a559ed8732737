CREATE OR REPLACE FUNCTION platform.sensor_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO platform.sensor_word (org_id, sensor_id, word)
    SELECT s.org_id, s.id, w FROM added s, unnest(platform.words(s.key, s.name)) w
    WHERE s.deleted_at IS NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER sensor_added AFTER INSERT ON platform.sensor
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION platform.sensor_added();
