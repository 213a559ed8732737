-- As everything in schema `auth`: what must be found before a tenant is known, one exact hash in,
-- one row out. A key that was made anew is found by the hash it had before, too, until that one's
-- end.
CREATE OR REPLACE FUNCTION auth.find_api_key(
  p_hash bytea,
  OUT org_id uuid, OUT id uuid, OUT scopes text[], OUT expires_at timestamptz,
  OUT last_used_is_old boolean, OUT secret_id text, OUT allowed_addresses text[],
  OUT camera_ids uuid[]
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.org_id, k.id, k.scopes, least(k.expires_at, shown.ends_at),
    coalesce(shown.last_used_at < now() - interval '1 minute', true), shown.secret_id,
    k.allowed_addresses, k.camera_ids
  FROM (
    SELECT c.org_id, c.id AS key_id, NULL::timestamptz AS ends_at, c.last_used_at, c.secret_id
    FROM platform.api_key c WHERE c.key_hash = p_hash
    UNION ALL
    SELECT f.org_id, f.key_id, f.expires_at, f.last_used_at, f.secret_id
    FROM platform.former_api_key f WHERE f.key_hash = p_hash
  ) AS shown
  JOIN platform.api_key k ON k.org_id = shown.org_id AND k.id = shown.key_id
  WHERE k.revoked_at IS NULL
    AND coalesce(least(k.expires_at, shown.ends_at) > now(), true)
$$;

GRANT EXECUTE ON FUNCTION auth.find_api_key TO app;
