-- Called at most once a minute for a key, so that a busy client costs no write per request.
CREATE OR REPLACE FUNCTION auth.touch_api_key(p_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.api_key SET last_used_at = now() WHERE key_hash = p_hash;
  UPDATE platform.former_api_key SET last_used_at = now() WHERE key_hash = p_hash
$$;

GRANT EXECUTE ON FUNCTION auth.touch_api_key TO app;
