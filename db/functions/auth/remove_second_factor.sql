-- A person's second factor and recovery codes are gone; their sessions go on, as without one.
-- Whether one was asked for until now.
CREATE OR REPLACE FUNCTION auth.remove_second_factor(p_user_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_confirmed_at timestamptz;
BEGIN
  DELETE FROM platform.second_factor WHERE user_id = p_user_id
  RETURNING confirmed_at INTO v_confirmed_at;
  UPDATE platform.user_session SET mfa_at = NULL
  WHERE user_id = p_user_id AND mfa_at IS NOT NULL;
  RETURN v_confirmed_at IS NOT NULL;
END $$;

GRANT EXECUTE ON FUNCTION auth.remove_second_factor TO app;
