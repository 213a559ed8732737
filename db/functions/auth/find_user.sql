CREATE OR REPLACE FUNCTION auth.find_user(
  p_email text, OUT id uuid, OUT password_hash text, OUT org_id uuid, OUT role text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.password_hash, m.org_id, m.role
  FROM platform.user_account u JOIN platform.membership m ON m.user_id = u.id
  WHERE lower(u.email) = lower(p_email)
  ORDER BY m.created_at, m.org_id LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION auth.find_user TO app;
