-- A person is given a secret; another takes its place until one is confirmed. Whether it was given.
CREATE OR REPLACE FUNCTION auth.begin_second_factor(p_user_id uuid, p_encrypted_secret bytea)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO platform.second_factor AS f (user_id, encrypted_secret)
  VALUES (p_user_id, p_encrypted_secret)
  ON CONFLICT (user_id) DO UPDATE
    SET encrypted_secret = excluded.encrypted_secret, last_step = 0, created_at = now()
    WHERE f.confirmed_at IS NULL;
  RETURN FOUND;
END $$;

GRANT EXECUTE ON FUNCTION auth.begin_second_factor TO app;
