CREATE OR REPLACE FUNCTION platform.sensor_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_words text[] := CASE
    WHEN NEW.deleted_at IS NULL THEN platform.words(NEW.key, NEW.name) ELSE '{}' END;
BEGIN
  DELETE FROM platform.sensor_word
    WHERE org_id = NEW.org_id AND sensor_id = NEW.id AND NOT word = ANY (v_words);
  INSERT INTO platform.sensor_word (org_id, sensor_id, word)
    SELECT NEW.org_id, NEW.id, w FROM unnest(v_words) w ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER sensor_changed
  AFTER UPDATE OF key, name, deleted_at ON platform.sensor FOR EACH ROW
  WHEN ((OLD.key, OLD.name, OLD.deleted_at) IS DISTINCT FROM (NEW.key, NEW.name, NEW.deleted_at))
  EXECUTE FUNCTION platform.sensor_changed();
