CREATE OR REPLACE FUNCTION auth.find_refresh_token(p_hash bytea, OUT org_id uuid, OUT id uuid)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.org_id, t.id FROM platform.refresh_token t WHERE t.token_hash = p_hash
$$;

GRANT EXECUTE ON FUNCTION auth.find_refresh_token TO app;
