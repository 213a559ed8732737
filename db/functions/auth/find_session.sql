-- Whose a session is: asked once its token was verified, before the tenant is known.
CREATE OR REPLACE FUNCTION auth.find_session(p_id uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.org_id FROM platform.user_session s WHERE s.id = p_id
$$;

GRANT EXECUTE ON FUNCTION auth.find_session TO app;
