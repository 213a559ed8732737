-- A first code was right, for the secret that is kept: from now on it is asked for. Sessions that
-- knew of none end, of all organizations, but for the one that asks. Whether it was still to be
-- confirmed.
CREATE OR REPLACE FUNCTION auth.confirm_second_factor(
  p_user_id uuid, p_encrypted_secret bytea, p_step bigint, p_code_hashes bytea[], p_session uuid
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.second_factor SET confirmed_at = now(), last_step = p_step
  WHERE user_id = p_user_id AND encrypted_secret = p_encrypted_secret AND confirmed_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO platform.recovery_code (user_id, code_hash)
  SELECT p_user_id, unnest(p_code_hashes);
  UPDATE platform.user_session SET ended_at = now()
  WHERE user_id = p_user_id AND ended_at IS NULL AND id IS DISTINCT FROM p_session;
  UPDATE platform.user_session SET mfa_at = now() WHERE id = p_session AND user_id = p_user_id;
  RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION auth.confirm_second_factor TO app;
