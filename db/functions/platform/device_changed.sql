-- An update that names none of these columns, as those of presence, costs nothing.
CREATE OR REPLACE FUNCTION platform.device_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_is_there boolean := NEW.deleted_at IS NULL;
  v_tags text[] := CASE WHEN v_is_there THEN NEW.tags ELSE '{}' END;
  v_words text[] := CASE WHEN v_is_there THEN platform.words(NEW.name) ELSE '{}' END;
  v_left uuid := CASE WHEN OLD.deleted_at IS NULL THEN OLD.site_id END;
  v_site uuid := CASE WHEN v_is_there THEN NEW.site_id END;
BEGIN
  DELETE FROM platform.device_tag
    WHERE org_id = NEW.org_id AND device_id = NEW.id AND NOT tag = ANY (v_tags);
  INSERT INTO platform.device_tag (org_id, device_id, tag)
    SELECT NEW.org_id, NEW.id, t FROM unnest(v_tags) t ON CONFLICT DO NOTHING;
  DELETE FROM platform.device_word
    WHERE org_id = NEW.org_id AND device_id = NEW.id AND NOT word = ANY (v_words);
  INSERT INTO platform.device_word (org_id, device_id, word)
    SELECT NEW.org_id, NEW.id, w FROM unnest(v_words) w ON CONFLICT DO NOTHING;
  IF v_site IS DISTINCT FROM v_left THEN
    -- Two moves within one transaction leave no stay of no length.
    DELETE FROM platform.device_placement
      WHERE org_id = NEW.org_id AND device_id = NEW.id AND to_at IS NULL AND from_at = now();
    UPDATE platform.device_placement SET to_at = now()
      WHERE org_id = NEW.org_id AND device_id = NEW.id AND to_at IS NULL;
    INSERT INTO platform.device_placement (org_id, id, device_id, site_id)
      SELECT NEW.org_id, gen_random_uuid(), NEW.id, v_site WHERE v_site IS NOT NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_changed
  AFTER UPDATE OF name, tags, site_id, deleted_at ON platform.device FOR EACH ROW
  WHEN ((OLD.name, OLD.tags, OLD.site_id, OLD.deleted_at)
        IS DISTINCT FROM (NEW.name, NEW.tags, NEW.site_id, NEW.deleted_at))
  EXECUTE FUNCTION platform.device_changed();
