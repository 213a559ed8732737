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

GRANT EXECUTE ON FUNCTION auth.note_removal TO iot_owner;
