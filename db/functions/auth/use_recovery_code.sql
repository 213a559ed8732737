-- Takes a person's code away, by its hash. Whether it was there.
CREATE OR REPLACE FUNCTION auth.use_recovery_code(p_user_id uuid, p_code_hash bytea)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM platform.recovery_code WHERE user_id = p_user_id AND code_hash = p_code_hash;
  RETURN FOUND;
END $$;

GRANT EXECUTE ON FUNCTION auth.use_recovery_code TO app;
