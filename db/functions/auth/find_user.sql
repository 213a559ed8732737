-- Whoever signs in, in the organization that they name, or else in the one that they used last.
CREATE OR REPLACE FUNCTION auth.find_user(
  p_email text, p_org_id uuid DEFAULT NULL,
  OUT id uuid, OUT password_hash text, OUT org_id uuid, OUT role text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.id, u.password_hash, m.org_id, m.role
  FROM platform.user_account u JOIN platform.membership m ON m.user_id = u.id
  LEFT JOIN LATERAL (
    SELECT max(s.refreshed_at) AS used_at FROM platform.user_session s
    WHERE s.org_id = m.org_id AND s.user_id = m.user_id
  ) s ON true
  WHERE lower(u.email) = lower(p_email) AND m.org_id = coalesce(p_org_id, m.org_id)
  ORDER BY s.used_at DESC NULLS LAST, m.created_at, m.org_id LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION auth.find_user TO app;
