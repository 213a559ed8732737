-- The organizations of a person, whom a token of theirs has named.
CREATE OR REPLACE FUNCTION auth.memberships_of(
  p_user_id uuid, OUT org_id uuid, OUT name text, OUT slug text, OUT role text,
  OUT joined_at timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.org_id, o.name, o.slug, m.role, m.created_at
  FROM platform.membership m JOIN platform.organization o ON o.id = m.org_id
  WHERE m.user_id = p_user_id ORDER BY o.name, o.id LIMIT 1000
$$;

GRANT EXECUTE ON FUNCTION auth.memberships_of TO app;
