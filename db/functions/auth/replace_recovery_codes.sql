-- Others for a person's recovery codes, used or not. Whether the person has a second factor.
CREATE OR REPLACE FUNCTION auth.replace_recovery_codes(p_user_id uuid, p_code_hashes bytea[])
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM platform.second_factor
  WHERE user_id = p_user_id AND confirmed_at IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM platform.recovery_code WHERE user_id = p_user_id;
  INSERT INTO platform.recovery_code (user_id, code_hash)
  SELECT p_user_id, unnest(p_code_hashes);
  RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION auth.replace_recovery_codes TO app;
