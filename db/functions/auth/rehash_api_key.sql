-- Called when a key is shown that was hashed under an older secret of the installation.
CREATE OR REPLACE FUNCTION auth.rehash_api_key(p_hash bytea, p_new_hash bytea, p_secret_id text)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.api_key SET key_hash = p_new_hash, secret_id = p_secret_id
  WHERE key_hash = p_hash;
  UPDATE platform.former_api_key SET key_hash = p_new_hash, secret_id = p_secret_id
  WHERE key_hash = p_hash
$$;

GRANT EXECUTE ON FUNCTION auth.rehash_api_key TO app;
