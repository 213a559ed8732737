-- Whether nobody has an account yet.
CREATE OR REPLACE FUNCTION auth.is_installation_empty() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM platform.user_account)
$$;

GRANT EXECUTE ON FUNCTION auth.is_installation_empty TO app;
