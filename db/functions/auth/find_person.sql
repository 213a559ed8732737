-- Somebody's account, by its id or its address, whether they are a member anywhere or not.
CREATE OR REPLACE FUNCTION auth.find_person(
  p_id uuid, p_email text, OUT id uuid, OUT email text, OUT name text, OUT password_hash text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.email, u.name, u.password_hash FROM platform.user_account u
  WHERE u.id = p_id OR lower(u.email) = lower(p_email) LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION auth.find_person TO app;
