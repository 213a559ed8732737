-- As everything in schema `auth`: what must be found before a tenant is known, one exact hash in,
-- one row out.
CREATE OR REPLACE FUNCTION auth.find_api_key(
  p_hash bytea,
  OUT org_id uuid, OUT id uuid, OUT scopes text[], OUT expires_at timestamptz,
  OUT last_used_is_old boolean, OUT secret_id text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.org_id, k.id, k.scopes, k.expires_at,
    coalesce(k.last_used_at < now() - interval '1 minute', true), k.secret_id
  FROM platform.api_key k
  WHERE k.key_hash = p_hash AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > now())
$$;

GRANT EXECUTE ON FUNCTION auth.find_api_key TO app;
