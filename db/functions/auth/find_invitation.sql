-- By the hash of its token, whatever became of it.
CREATE OR REPLACE FUNCTION auth.find_invitation(
  p_hash bytea, OUT org_id uuid, OUT organization_name text, OUT email text, OUT role text,
  OUT expires_at timestamptz, OUT ended_at timestamptz, OUT accepted_by uuid,
  OUT customer_id uuid, OUT customer_name text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.org_id, o.name, i.email, i.role, i.expires_at, i.ended_at, i.accepted_by,
    c.id, c.name
  FROM platform.invitation i JOIN platform.organization o ON o.id = i.org_id
  LEFT JOIN platform.customer c ON c.org_id = i.org_id AND c.id = i.customer_id
  WHERE i.token_hash = p_hash
$$;

GRANT EXECUTE ON FUNCTION auth.find_invitation TO app;
