-- A new organization has nothing yet of what quotas count.
CREATE OR REPLACE FUNCTION auth.begin_usage() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO platform.usage (org_id, kind, writer)
    SELECT NEW.id, q.kind, w FROM platform.quota q, unnest(q.writers) w;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER begin_usage AFTER INSERT ON platform.organization
  FOR EACH ROW EXECUTE FUNCTION auth.begin_usage();
