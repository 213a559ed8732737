-- What follows from a row is written by the database, in the same transaction and by whatever way
-- the row came: one request, bulk, a CSV of 10,000 lines, the pipeline. Inserts are one statement
-- for all of their rows.
CREATE OR REPLACE FUNCTION platform.device_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO platform.device_tag (org_id, device_id, tag)
    SELECT DISTINCT d.org_id, d.id, t FROM added d, unnest(d.tags) t WHERE d.deleted_at IS NULL;
  INSERT INTO platform.device_word (org_id, device_id, word)
    SELECT d.org_id, d.id, w FROM added d, unnest(platform.words(d.name)) w
    WHERE d.deleted_at IS NULL;
  INSERT INTO platform.device_placement (org_id, id, device_id, site_id)
    SELECT d.org_id, gen_random_uuid(), d.id, d.site_id FROM added d
    WHERE d.site_id IS NOT NULL AND d.deleted_at IS NULL;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_added AFTER INSERT ON platform.device
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION platform.device_added();
