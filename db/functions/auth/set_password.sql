-- Gives an account another password, where it still has the old one, and ends its sessions, of all
-- organizations, but for one. `p_is_proven`: whoever sets it has read what was sent to its address.
CREATE OR REPLACE FUNCTION auth.set_password(
  p_user_id uuid, p_old_hash text, p_new_hash text, p_is_proven boolean, p_kept_session uuid
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.user_account
  SET password_hash = p_new_hash, updated_at = now(),
    email_verified_at = CASE WHEN p_is_proven THEN coalesce(email_verified_at, now())
                             ELSE email_verified_at END
  WHERE id = p_user_id AND password_hash = p_old_hash;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE platform.user_session SET ended_at = now()
  WHERE user_id = p_user_id AND ended_at IS NULL AND id IS DISTINCT FROM p_kept_session;
  RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION auth.set_password TO app;
